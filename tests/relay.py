"""A TCP relay between our own code and a server, which can be cut, stalled, delayed or struck dumb."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

Tamper = Callable[[bytes], bytes]


class Relay:
    """Listens on a free port of loopback and passes bytes on to `target_port`.

    `flowing` cleared: nothing passes in either direction, nothing is closed (a half-open connection). `delay` is
    seconds for each segment from the server. `tamper` changes what the server says.
    """

    def __init__(self, target_port: int, target_host: str = "127.0.0.1") -> None:
        self._target = (target_host, target_port)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.delay = 0.0
        self.tamper: Tamper | None = None
        self.connections = 0
        self.sent = bytearray()  # everything our side sent

    async def __aenter__(self) -> Relay:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        """The port to connect to."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Cut every connection; new ones are taken."""
        for writer in [*self._writers]:
            writer.transport.abort()

    def stall(self) -> None:
        """Let nothing pass any more, and close nothing."""
        self.flowing.clear()

    def flow(self) -> None:
        """Let everything pass again."""
        self.flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        there: asyncio.StreamWriter | None = None
        try:
            back, there = await asyncio.open_connection(*self._target)
            self._writers |= {writer, there}
            await asyncio.gather(self._pump(reader, there, ours=True), self._pump(back, writer, ours=False))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for one in filter(None, (writer, there)):
                self._writers.discard(one)
                with contextlib.suppress(OSError):
                    one.transport.abort()
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, ours: bool) -> None:
        while data := await reader.read(65536):
            await self.flowing.wait()
            if ours:
                self.sent += data
            elif self.delay:
                await asyncio.sleep(self.delay)
            writer.write(self.tamper(data) if self.tamper and not ours else data)
            await writer.drain()
        writer.transport.abort()
