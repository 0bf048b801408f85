"""Sound of many telephones: every 20 ms each sends a packet of speech, or of a key (RFC 4733).

A tone whose period divides 20 ms is the same packet each time, so a telephone costs one `sendto`; what is heard is
read only by whoever listens, the kernel drops the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable

import numpy as np

from bench.sip import Address
from ivr.sound import NARROW, to_alaw

PACKET = 160  # samples, and bytes of A-law
SECONDS = 0.02
STAGGER = 4  # telephones speak in turn within the 20 ms, as real ones do
KEY_PACKETS = 5  # 100 ms; the switch stretches anything below 80
SIGNS = "0123456789*#"
OnPacket = Callable[[bytes, float], None]  # (payload, monotonic seconds)


def tone(hertz: int, level: float = 0.2) -> bytes:
    """Return 20 ms of a tone in A-law; `hertz` is a multiple of 50. `level`: 1 is full scale."""
    return to_alaw(level * np.sin(2 * np.pi * hertz * np.arange(PACKET) / NARROW))


class Media:
    """One telephone's sound. `key_sent` is when the end of the last key was sent (monotonic seconds), 0 before."""

    def __init__(self, host: str, voice: bytes) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.setblocking(False)
        self._socket.bind((host, 0))
        self.own: Address = self._socket.getsockname()
        self.far: Address | None = None
        self.key_sent = 0.0
        self._voice = voice
        self._sequence = self._stamp = 0
        self._key: list[tuple[bytes, int, bool]] = []  # payload, stamp, marked; still to be sent
        self._source = self.own[1]

    def press(self, key: str) -> None:
        """Send a key of 100 ms instead of speech, from the next packet on."""
        code, stamp = SIGNS.index(key), self._stamp
        for number in range(1, KEY_PACKETS + 4):
            end = number > KEY_PACKETS
            length = min(number, KEY_PACKETS) * PACKET
            event = struct.pack("!BBH", code, (0x80 if end else 0) | 10, length)
            self._key.append((event, stamp, number == 1))

    @property
    def pressing(self) -> bool:
        """Whether a key is being sent."""
        return bool(self._key)

    def tick(self) -> None:
        """Send what is due now."""
        if self._key:
            self._send_key()
        else:
            self._send(8, self._stamp, self._voice)
        self._stamp += PACKET

    def _send_key(self) -> None:
        event, stamp, marked = self._key.pop(0)
        ends = bool(event[1] & 0x80)
        if ends:
            self.key_sent = time.monotonic()
        self._send(101 | (0x80 if marked else 0), stamp, event)
        while ends and self._key:  # the end is said three times at once
            self._send(101, stamp, self._key.pop(0)[0])

    def _send(self, kind: int, stamp: int, payload: bytes) -> None:
        if self.far is None:
            return
        self._sequence = self._sequence + 1 & 0xFFFF
        head = struct.pack("!BBHII", 0x80, kind, self._sequence, stamp & 0xFFFFFFFF, self._source)
        with contextlib.suppress(OSError):  # a port that is closed already
            self._socket.sendto(head + payload, self.far)

    def listen(self, on_packet: OnPacket) -> None:
        """Hand on what is heard."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read, on_packet)

    def _read(self, on_packet: OnPacket) -> None:
        with contextlib.suppress(OSError):
            while data := self._socket.recv(2048):
                on_packet(data[12:], time.monotonic())

    def close(self) -> None:
        """Fall silent."""
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()


class Speakers:
    """Everybody who speaks, and the clock that makes them."""

    def __init__(self) -> None:
        self._turns: list[set[Media]] = [set() for _ in range(STAGGER)]
        self._next = 0

    def add(self, media: Media) -> None:
        """Let somebody speak."""
        self._turns[self._next].add(media)
        self._next = (self._next + 1) % STAGGER

    def remove(self, media: Media) -> None:
        """Let somebody fall silent."""
        for turn in self._turns:
            turn.discard(media)

    async def run(self) -> None:
        """Speak until cancelled. A late turn is made up for, so that nobody speaks slower than real time."""
        loop = asyncio.get_running_loop()
        due, number = loop.time(), 0
        while True:
            for media in tuple(self._turns[number % STAGGER]):
                media.tick()
            number += 1
            due += SECONDS / STAGGER
            await asyncio.sleep(max(0.0, due - loop.time()))
