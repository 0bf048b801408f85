"""Who sent a document: an HMAC-SHA256 over the moment, the message's id, the addressee and the exact bytes.

Header ``Exchange-Signature: t=<epoch s>,id=<message id>,v1=<hex>``. The addressee is signed too, so that a document
for one platform is worthless at another with the same secret. A document older or younger than WINDOW is refused; one
that comes again within it is answered as before and done once (the message's id is kept), so a replay does nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from workorders.exchange.errors import BadSignature

WINDOW = 300.0  # s that two clocks and a slow line may differ
HEADER, SENDER = "Exchange-Signature", "Exchange-From"
LEAST_SECRET = 16  # characters
_FORM = re.compile(r"t=(\d{1,12}),id=([0-9A-Za-z_.-]{1,80}),v1=([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a good signature says."""

    at: float
    message: str


def _seal(secret: str, at: int, message: str, to: str, body: bytes) -> str:
    head = f"{at}\n{message}\n{to}\n".encode()
    return hmac.new(secret.encode(), head + body, hashlib.sha256).hexdigest()


def sign(secret: str, message: str, to: str, body: bytes, now: float) -> str:
    """Return the header's value. `to`: the addressee's id as the two agreed on it."""
    return f"t={int(now)},id={message},v1={_seal(secret, int(now), message, to, body)}"


def check(secret: str, header: str, to: str, body: bytes, now: float) -> Signed:
    """Return who signed what. Raises BadSignature, which does not tell what was wrong beyond what a friend needs."""
    found = _FORM.fullmatch(header.strip())
    if found is None:
        raise BadSignature("没有签名，或签名的格式不对", f"按约定写请求头 {HEADER}: t=…,id=…,v1=…")
    at, message, seal = int(found[1]), found[2], found[3]
    if not hmac.compare_digest(seal, _seal(secret, at, message, to, body)):
        raise BadSignature("签名不符", "核对共享密钥、收件平台编号，并对原样的内容签名")
    if abs(now - at) > WINDOW:
        raise BadSignature(f"签名时间与本机相差 {abs(now - at):.0f} 秒，超过 {WINDOW:.0f} 秒", "校准时钟后重新签名发送")
    return Signed(float(at), message)
