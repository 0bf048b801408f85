"""The switch's side of FastAGI as a script says it, for replies a real one gives too seldom."""

from __future__ import annotations

import asyncio
import contextlib
from typing import ClassVar

HEADER = {"agi_network": "yes", "agi_network_script": "menu", "agi_channel": "PJSIP/network-1", "agi_uniqueid": "1.1",
          "agi_callerid": "13800001234", "agi_arg_1": "k1", "agi_arg_2": "", "agi_arg_3": "2"}


def header(**more: str) -> bytes:
    """Return the block a switch begins with."""
    return "".join(f"{name}: {value}\n" for name, value in (HEADER | more).items()).encode() + b"\n"


class FakeSwitch:
    """One connection to a FastAGI server."""

    opened: ClassVar[list[FakeSwitch]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.opened.append(self)

    @classmethod
    async def close_all(cls) -> None:
        """Leave no socket behind."""
        opened, cls.opened = cls.opened, []
        for switch in opened:
            switch.close()
        for switch in opened:
            with contextlib.suppress(OSError):
                await switch.writer.wait_closed()

    @classmethod
    async def call(cls, port: int, first: bytes | None = None) -> FakeSwitch:
        """Connect and send the header."""
        switch = cls(*await asyncio.open_connection("127.0.0.1", port))
        switch.writer.write(header() if first is None else first)
        return switch

    async def command(self) -> str:
        """Return the next command."""
        async with asyncio.timeout(60):
            return (await self.reader.readuntil(b"\n")).decode()[:-1]

    def say(self, text: str) -> None:
        """Send lines as they are."""
        self.writer.write(text.encode())

    async def answer(self, text: str) -> str:
        """Wait for a command, answer it with one line, return it."""
        command = await self.command()
        self.say(f"{text}\n")
        return command

    async def closed(self) -> bool:
        """Wait until the server closes."""
        async with asyncio.timeout(60):
            try:
                return await self.reader.read() == b""
            except ConnectionResetError:
                return True

    def close(self) -> None:
        """Cut."""
        self.writer.transport.abort()
