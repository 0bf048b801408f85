"""A caller made of bytes: what no decent telephone sends, from the network's address, so that the trunk takes it.

    async with RawCaller(settings) as caller:
        status = await caller.ring(from_header=b'"\xc4\xe3" <sip:1@x>')   # GBK
        await caller.hang_up()

No media is sent; the SDP names a port that nobody listens on.
"""

from __future__ import annotations

import asyncio
import secrets
from types import TracebackType
from typing import Any

from core.settings import Settings

SDP = b"v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 101\r\n" \
      b"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"


class RawCaller:
    """One caller on a UDP port of its own at `settings.network_address`. Every wait has a deadline in seconds."""

    def __init__(self, settings: Settings) -> None:
        self._own = settings.network_address
        self._switch = (settings.sip_address, settings.sip_port)
        self._inbox: asyncio.Queue[bytes] = asyncio.Queue(1000)
        self._call, self._to, self._from, self._called = b"", b"", b"", b"12345"
        self._transport: asyncio.DatagramTransport | None = None
        self._port = 0

    async def __aenter__(self) -> RawCaller:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(self._inbox), (self._own, 0))
        self._port = self._transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        if self._transport is not None:
            self._transport.close()

    def send(self, data: bytes) -> None:
        """Send any bytes at all."""
        assert self._transport is not None
        self._transport.sendto(data, self._switch)

    async def ring(
        self, from_header: bytes = b"<sip:13800009999@127.0.0.2>", called: bytes = b"12345", extra: bytes = b"",
        deadline: float = 5.0,
    ) -> int:
        """Send an INVITE and return the final status, acknowledged; 0 if there is none. `extra`: whole header lines."""
        self._call, self._called, self._from = secrets.token_hex(8).encode(), called, from_header + b";tag=raw"
        host = self._own.encode()
        body = SDP % (host, host)
        extra += b"Contact: <sip:raw@%s:%d>\r\nContent-Type: application/sdp\r\n" % (host, self._port)
        self._to = b"<sip:%s@127.0.0.1>" % called
        self.send(self._request(b"INVITE", 1, extra, body))
        status, answer = await self._final(deadline)
        if status:
            self._to = _header(answer, b"To")
            self.send(self._request(b"ACK", 1))
        return status

    async def hang_up(self, deadline: float = 3.0) -> int:
        """Send BYE and return the final status; 0 if there is none."""
        self.send(self._request(b"BYE", 2))
        return (await self._final(deadline))[0]

    async def _final(self, deadline: float) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(deadline):
                while True:
                    answer = await self._inbox.get()
                    if answer.startswith(b"SIP/2.0 ") and (status := int(answer[8:11])) >= 200:
                        return status, answer
        except TimeoutError:
            return 0, b""

    def _request(self, method: bytes, number: int, extra: bytes = b"", body: bytes = b"") -> bytes:
        host = self._own.encode()
        return b"".join((
            b"%s sip:%s@127.0.0.1 SIP/2.0\r\n" % (method, self._called),
            b"Via: SIP/2.0/UDP %s:%d;rport;branch=z9hG4bK%s\r\n" % (host, self._port, secrets.token_hex(6).encode()),
            b"From: %s\r\nTo: %s\r\nCall-ID: %s\r\n" % (self._from, self._to, self._call),
            b"CSeq: %d %s\r\nMax-Forwards: 70\r\n" % (number, method), extra,
            b"Content-Length: %d\r\n\r\n" % len(body), body,
        ))


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, inbox: asyncio.Queue[bytes]) -> None:
        self._inbox = inbox

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if not self._inbox.full():
            self._inbox.put_nowait(data)


def _header(message: bytes, name: bytes) -> bytes:
    start = name.lower() + b":"
    return next((line[len(start):].strip() for line in message.split(b"\r\n") if line.lower().startswith(start)), b"")
