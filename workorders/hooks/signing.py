"""Signatures of messages, and where they may go: plain functions.

A receiver reckons ``HMAC-SHA256(secret, "<t>.<body>")`` over the bytes it received, compares it with ``v1`` of the
header ``Hotline-Signature: t=<t>,v1=<hex>``, and refuses a `t` that is minutes old: nobody can send it again later.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import random
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

HEADER: Final = "Hotline-Signature"
OLDEST: Final = 300.0  # s a receiver should accept
MOST_TRIES: Final = 16  # about 22 hours
_FIRST, _LONGEST = 10.0, 4 * 3600.0


def secret_of(root: str, subscription: str, turn: int) -> str:
    """Return the secret of a subscription, derived from the installation's own: nothing to steal in the database."""
    text = f"webhook:{subscription}:{turn}".encode()
    return "whs_" + hmac.new(root.encode(), text, hashlib.sha256).hexdigest()


def signature(secret: str, at: float, body: bytes) -> str:
    """Return the header's value for a body sent at `at` (epoch s)."""
    stamp = int(at)
    mark = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mark}"


def is_genuine(secret: str, header: str, body: bytes, now: float) -> bool:
    """Tell whether a message is ours and fresh: what a receiver does."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = parts.get("t", "")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12 or abs(now - int(stamp)) > OLDEST:
        return False
    return hmac.compare_digest(signature(secret, int(stamp), body), f"t={stamp},v1={parts.get('v1', '')}")


def pause(attempts: int) -> float:
    """Return the seconds to wait after so many tries: 10, 20, 40 … 4 h, scattered by a quarter."""
    return min(_LONGEST, _FIRST * 2.0 ** min(attempts - 1, 20)) * random.uniform(0.75, 1.25)


def fault_of_url(url: str, *, private: bool) -> str:
    """Return in Chinese what is wrong with an address to send to, or "". `private`: the own network may be meant."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "地址读不懂"
    if parts.scheme not in ("https", "http") or not host or parts.username is not None or parts.fragment:
        return "地址要以 https:// 开头，不带用户名和 #"
    if parts.scheme == "http" and not private:
        return "要用 https；内网地址须由管理员在设置中放行"
    if port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        return "地址里有不能用的字符或端口"
    if not _can_be_looked_up(host):
        return "主机名不合规：每段 1 到 63 个字符，不能为空；中文域名写成 xn-- 开头的形式"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "" if private or "." in host.rstrip(".") else "不能发往本机或内网"
    return "" if private or may_go_to([str(address)]) else "不能发往本机或内网"


def _can_be_looked_up(host: str) -> bool:
    """Tell whether a resolver takes the name: it encodes it by IDNA first, and not every text can be."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def may_go_to(addresses: Iterable[str]) -> bool:
    """Tell whether every one of the addresses is of the public network."""
    found = [ipaddress.ip_address(one) for one in addresses]
    return bool(found) and all(_is_public(one) for one in found)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None and not _is_public(inner):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
