"""SIP in as few words as a benchmark needs: messages in and out, one SDP. Pure: no socket.

Only for a switch of our own on loopback: no retransmissions, no transport but UDP, header names in full.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

Address = tuple[str, int]
Headers = Iterable[tuple[str, str]]
REASONS = {100: "Trying", 180: "Ringing", 200: "OK", 486: "Busy Here", 487: "Request Terminated"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its first line, its headers in order with lower-case names, its body."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: str

    def get(self, name: str) -> str:
        """Return the first value of a header, "" if there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def method(self) -> str:
        """The method of a request, or the one that a response answers."""
        return self.get("cseq").rpartition(" ")[2]

    @property
    def status(self) -> int:
        """Status of a response; 0 for a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def user(self) -> str:
        """The user part of a request's address."""
        return _inside(r"sips?:([^@;>]*)@", self.first)

    @property
    def contact(self) -> str:
        """The address in Contact."""
        return _inside(r"<([^>]+)>", self.get("contact"))

    @property
    def media(self) -> Address:
        """Where the sender wants its sound."""
        return _inside(r"c=IN IP4 (\S+)", self.body), int(_inside(r"m=audio (\d+)", self.body) or 0)


def _inside(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def parse(data: bytes) -> Message | None:
    """Return the message in a datagram; None for a keep-alive or anything that is no SIP."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    if "SIP/2.0" not in first:
        return None
    pairs = (line.partition(":") for line in lines)
    return Message(first, tuple((name.strip().lower(), value.strip()) for name, _, value in pairs), body)


def build(first: str, headers: Headers, body: str = "") -> bytes:
    """Return a message as bytes."""
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append("Content-Type: application/sdp")
    lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def via(own: Address) -> tuple[str, str]:
    """Return a Via of a new transaction."""
    return "Via", f"SIP/2.0/UDP {own[0]}:{own[1]};rport;branch=z9hG4bK{secrets.token_hex(8)}"


def answer(request: Message, status: int, tag: str, own: Address, body: str = "") -> bytes:
    """Return the response to a request."""
    copied = [(name.title() if name != "call-id" else "Call-ID", value)
              for name, value in request.headers if name in ("via", "from", "call-id")]
    to = request.get("to")
    to = to if ";tag=" in to else f"{to};tag={tag}"
    headers = [*copied, ("To", to), ("CSeq", request.get("cseq")), ("Contact", f"<sip:bench@{own[0]}:{own[1]}>")]
    return build(f"SIP/2.0 {status} {REASONS[status]}", headers, body)


def sdp(media: Address) -> str:
    """Return the one description we ever give: A-law and keys by RFC 4733, packets of 20 ms."""
    host, port = media
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n"
    )


def digest(challenge: str, user: str, secret: str, method: str, uri: str) -> str:
    """Return the Authorization for a WWW-Authenticate (MD5, qop=auth)."""
    said = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    ours = secrets.token_hex(8)
    first = _md5(f"{user}:{said['realm']}:{secret}")
    response = _md5(f"{first}:{said['nonce']}:00000001:{ours}:auth:{_md5(f'{method}:{uri}')}")
    opaque = f', opaque="{said["opaque"]}"' if "opaque" in said else ""
    return (f'Digest username="{user}", realm="{said["realm"]}", nonce="{said["nonce"]}", uri="{uri}", '
            f'response="{response}", algorithm=MD5, cnonce="{ours}", qop=auth, nc=00000001{opaque}')


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
