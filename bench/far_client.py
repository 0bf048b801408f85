"""The far end as the benchmarks see it: a child process that obeys (`bench.far`)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from bench.far import LINE_LIMIT
from bench.figures import BenchError, cpu_seconds, need_unsaturated
from core.settings import PROJECT

START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Invite:
    """An INVITE to a busy number, seen at `at` (monotonic seconds)."""

    number: str
    at: float


class Far:
    """A far end of its own process, at the addresses of an installation."""

    def __init__(self, network: tuple[str, int], phones: tuple[str, int]) -> None:
        self._arguments = [network[0], str(network[1]), phones[0], str(phones[1])]
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue(16)
        self.invites: asyncio.Queue[Invite] = asyncio.Queue(1000)

    async def __aenter__(self) -> Far:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.far", *self._arguments, cwd=PROJECT, limit=LINE_LIMIT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        await self._reply(START_SECONDS)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        assert self._reading is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 2)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._reading.cancel()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def need_idle(self, cpu_before: float, elapsed: float) -> None:
        """Raise VoidError if it was saturated for the last `elapsed` seconds."""
        need_unsaturated(cpu_seconds(self.pid) - cpu_before, elapsed)

    async def do(self, verb: str, deadline: float = 60.0, **arguments: Any) -> Any:
        """Let it do something and return what it says. Raises BenchError, and VoidError if it was saturated."""
        assert self._process is not None
        assert self._process.stdin is not None
        began, before = time.monotonic(), cpu_seconds(self.pid)
        self._process.stdin.write(json.dumps({"do": verb, **arguments}).encode() + b"\n")
        result = await self._reply(deadline)
        if time.monotonic() - began > 1:
            self.need_idle(before, time.monotonic() - began)
        return result

    async def _reply(self, deadline: float) -> Any:
        try:
            reply = await asyncio.wait_for(self._replies.get(), deadline)
        except TimeoutError as error:
            raise BenchError("the far end does not answer") from error
        if "failed" in reply:
            raise BenchError(f"the far end: {reply['failed']}")
        return reply["done"]

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            news = json.loads(line)
            if "invite" in news:
                with contextlib.suppress(asyncio.QueueFull):
                    self.invites.put_nowait(Invite(news["invite"], news["at"]))
            else:
                await self._replies.put(news)
        await self._replies.put({"failed": "it has ended"})
