"""Telephones of our own: one SIP socket that rings, answers, refuses and hangs up; each call with its sound.

The switch's peer for measuring, not for proving: what it receives is taken as it comes, a lost packet is a failed call.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from typing import Any, cast

from bench.rtp import Media, Speakers, tone
from bench.sip import Address, Message, answer, build, digest, parse, sdp, via

PITCHES = (300, 350, 400, 450, 500, 550, 600, 650, 700, 750)  # Hz
PATIENCE = 5.0  # seconds for an answer of the switch
OnInvite = Callable[[str, float], int]  # (number, monotonic seconds) → status to answer


class Call:
    """One call of an endpoint: `answered` and `ended` are set as it goes."""

    def __init__(self, endpoint: Endpoint, call_id: str, media: Media) -> None:
        self.endpoint, self.id, self.media = endpoint, call_id, media
        self.answered, self.ended = asyncio.Event(), asyncio.Event()
        self.by_us = False  # who hung up
        self.status = 0
        self.local = self.remote = self.target = ""
        self.number = 1

    def begin(self, far: Address, *, speak: bool) -> None:
        """The sound begins."""
        self.media.far = far
        if speak:
            self.endpoint.speakers.add(self.media)
        self.answered.set()

    def end(self) -> None:
        """The call is over."""
        if not self.ended.is_set():
            self.ended.set()
            self.endpoint.speakers.remove(self.media)
            self.media.close()

    def hang_up(self) -> None:
        """Send BYE and forget the call."""
        if not self.ended.is_set():
            self.by_us = True
            if self.target:
                self.number += 1
                self.endpoint.request(self, "BYE", self.target)
            self.end()


class Endpoint(asyncio.DatagramProtocol):
    """A SIP socket at `own` whose peer is a switch."""

    def __init__(self, own: Address, speakers: Speakers, on_invite: OnInvite) -> None:
        self.own, self.speakers = own, speakers
        self.calls: dict[str, Call] = {}
        self._on_invite = on_invite
        self._transport: asyncio.DatagramTransport | None = None
        self._registering: dict[str, asyncio.Future[Message]] = {}
        self._count = 0

    async def open(self) -> None:
        """Take the address. Raises OSError."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, self.own)
        assert self._transport is not None
        self.own = self._transport.get_extra_info("sockname")

    def close(self) -> None:
        """Hang up everything and leave."""
        for call in tuple(self.calls.values()):
            call.hang_up()
        if self._transport is not None:
            self._transport.close()

    # -- calling ---------------------------------------------------------------------------------------------
    async def ring(self, switch: Address, number: str, caller: str, *, speak: bool = True) -> Call:
        """Ring a number; return the call when it is answered. Raises TimeoutError; a refusal ends the call."""
        call = self._new_call(secrets.token_hex(12))
        uri = f"sip:{number}@{switch[0]}:{switch[1]}"
        call.local = f"<sip:{caller}@{self.own[0]}>;tag={secrets.token_hex(6)}"
        call.remote, call.target = f"<{uri}>", ""
        self.request(call, "INVITE", uri, switch, sdp(call.media.own))
        async with asyncio.timeout(PATIENCE):
            await call.answered.wait()
        if call.status == 200 and call.media.far is not None and not speak:
            self.speakers.remove(call.media)
        return call

    def request(self, call: Call, method: str, uri: str, to: Address | None = None, body: str = "") -> None:
        """Send a request of a call."""
        headers = [
            via(self.own), ("From", call.local), ("To", call.remote), ("Call-ID", call.id),
            ("CSeq", f"{call.number} {method}"), ("Max-Forwards", "70"),
            ("Contact", f"<sip:bench@{self.own[0]}:{self.own[1]}>"),
        ]
        self._send(build(f"{method} {uri} SIP/2.0", headers, body), to or _address(uri))

    async def register(self, switch: Address, user: str, secret: str) -> None:
        """Register a phone at the switch. Raises TimeoutError or PermissionError."""
        uri, call_id = f"sip:{switch[0]}:{switch[1]}", secrets.token_hex(12)
        me = f"<sip:{user}@{switch[0]}>"
        extra: tuple[tuple[str, str], ...] = ()
        for number in (1, 2):
            headers = [
                via(self.own), ("From", f"{me};tag={user}"), ("To", me), ("Call-ID", call_id),
                ("CSeq", f"{number} REGISTER"), ("Max-Forwards", "70"), ("Expires", "3600"),
                ("Contact", f"<sip:{user}@{self.own[0]}:{self.own[1]}>"), *extra,
            ]
            waiter = self._registering[call_id] = asyncio.get_running_loop().create_future()
            self._send(build(f"REGISTER {uri} SIP/2.0", headers), switch)
            reply = await asyncio.wait_for(waiter, PATIENCE)
            if reply.status == 200:
                return
            said = reply.get("www-authenticate")
            if not said:
                break
            extra = (("Authorization", digest(said, user, secret, "REGISTER", uri)),)
        raise PermissionError(f"the switch does not register {user}: {reply.first}")

    # -- the socket ------------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast(asyncio.DatagramTransport, transport)  # not of that class by inheritance

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """One message."""
        at = time.monotonic()
        message = parse(data)
        if message is None:
            return
        if message.status:
            self._take_response(message)
        else:
            self._take_request(message, (str(addr[0]), addr[1]), at)

    def _take_response(self, message: Message) -> None:
        waiter = self._registering.get(message.get("call-id"))
        if waiter is not None:
            if not waiter.done() and message.status >= 200:
                waiter.set_result(message)
            return
        call = self.calls.get(message.get("call-id"))
        if call is None or message.method != "INVITE" or message.status < 200:
            return
        call.status, call.remote = message.status, message.get("to")
        if message.status == 200:
            call.target = message.contact
            self.request(call, "ACK", call.target)
            if not call.answered.is_set():
                call.begin(message.media, speak=True)
        else:  # acknowledged without its transaction: the switch sends it again a few times, which is harmless
            call.answered.set()
            call.end()

    def _take_request(self, message: Message, peer: Address, at: float) -> None:
        if message.method == "ACK":
            return
        if message.method == "INVITE":
            self._take_invite(message, peer, at)
            return
        self._send(answer(message, 200, "bench", self.own), peer)
        call = self.calls.get(message.get("call-id"))
        if call is not None and message.method in ("BYE", "CANCEL"):
            call.end()

    def _take_invite(self, message: Message, peer: Address, at: float) -> None:
        call_id = message.get("call-id")
        if call_id in self.calls:
            return
        status = self._on_invite(message.user, at)
        if status != 200:
            self._send(answer(message, status, "bench", self.own), peer)
            return
        call = self._new_call(call_id)
        call.local, call.remote = f"{message.get('to')};tag=bench", message.get("from")
        call.target, call.status, call.number = message.contact, 200, 100
        self._send(answer(message, 180, "bench", self.own), peer)
        self._send(answer(message, 200, "bench", self.own, sdp(call.media.own)), peer)
        call.begin(message.media, speak=True)

    def _new_call(self, call_id: str) -> Call:
        self._count += 1
        call = Call(self, call_id, Media(self.own[0], tone(PITCHES[self._count % len(PITCHES)])))
        self.calls[call_id] = call
        return call

    def forget(self, call: Call) -> None:
        """Hang up, if it is up, and drop a call."""
        call.hang_up()
        self.calls.pop(call.id, None)

    def _send(self, data: bytes, to: Address) -> None:
        assert self._transport is not None
        with contextlib.suppress(OSError):
            self._transport.sendto(data, to)


def _address(uri: str) -> Address:
    """Return where a request to this address goes."""
    host, _, port = uri.partition("sip:")[2].rpartition("@")[2].partition(";")[0].partition(":")
    return host, int(port or 5060)
