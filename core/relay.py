"""Live events for many readers of one process: one stream of facts is read, kept for a while, and given to all.

A `Source` is where facts come from: the controller's socket (`ControlFacts`), or PostgreSQL (`core.relay_postgres`) for
web processes that share a database. A reader names the seq it has; it gets what it missed, or ControlRefused, which
tells it to load its state anew. The stream is open while somebody reads.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, suppress
from itertools import islice
from typing import Protocol

from core.control import ControlClient, ControlDown, ControlError, ControlRefused
from core.facts import Fact
from core.log import get_logger

KEPT = 5000  # facts a process keeps for readers that lag or come back
PATIENCE = 5.0  # s for the source to say where it stands, and for a reader to be ahead of it
_PAUSE = 1.0  # s between attempts to reach the source
_REPLAYS = 8  # readers that are given old facts from the source at once
log = get_logger(__name__)


class Source(Protocol):
    """Where facts come from. Raises ControlDown when it is away, ControlRefused for an offset it cannot go on from."""

    replays: bool  # whether `facts` gives what was before it was asked

    async def end(self) -> int:
        """Return the seq of the newest fact."""
        ...

    def facts(self, after: int) -> AsyncGenerator[Fact, None]:
        """Yield the facts after `after`, for ever."""
        ...


class ControlFacts:
    """The journal, as the controller gives it."""

    replays = True

    def __init__(self, control: ControlClient) -> None:
        self._control = control

    async def end(self) -> int:
        """Ask where the journal ends."""
        return int((await self._control.do("ping"))["journal"]["seq"])

    def facts(self, after: int) -> AsyncGenerator[Fact, None]:
        """Follow the journal."""
        return self._control.facts(after)


class Relay:
    """One reader of a source for all readers of this process; the task is its own, and ends with the last reader."""

    def __init__(self, source: Source, kept: int = KEPT) -> None:
        self._source, self._ring = source, deque[Fact](maxlen=kept)
        self._begin = self._last = -1  # the ring holds what is after `_begin`, up to `_last`; -1: not known
        self._life, self._readers = 0, 0  # a new life: seqs of the one before mean nothing
        self._down: ControlDown | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._replaying = asyncio.Semaphore(_REPLAYS)

    async def follow(self, after: int) -> AsyncGenerator[Fact, None]:
        """Yield the facts after `after` (-1: only what comes), then live ones. Raises ControlDown, ControlRefused."""
        self._join()
        try:
            await self._until(lambda: self._last >= 0)
            life, at = self._life, self._last if after < 0 else after
            if at > self._last:  # another process, a moment ahead of this one
                await self._until(lambda: at <= self._last or life != self._life, refused=True)
            while True:
                news = self._news
                if life != self._life:
                    raise ControlRefused("offset_unknown", f"facts after {at} are not known here", "load anew")
                if self._down is not None:
                    raise ControlDown(str(self._down))
                known = await self._known(at)
                for fact in known:
                    at = fact.seq
                    yield fact
                if not known and news is self._news:
                    await news.wait()
        finally:
            await self._leave()

    async def _known(self, at: int) -> list[Fact]:
        """Return what is there after `at`: from the ring, or from the source what the ring no longer has."""
        if at >= self._begin:
            return list(self._after(at))
        if not self._source.replays:
            raise ControlRefused("offset_unknown", f"facts after {at} are no longer kept", "load anew")
        found: list[Fact] = []
        end = self._last
        with suppress(TimeoutError):  # numbers may jump where no facts are: what there is has come
            async with self._replaying, asyncio.timeout(PATIENCE), aclosing(self._source.facts(at)) as old:
                async for fact in old:
                    found.append(fact)
                    if fact.seq >= end or len(found) >= KEPT:
                        break
        return found

    def _after(self, at: int) -> Iterator[Fact]:
        """Yield what the ring has after `at`. Most readers lack only the newest: looked for from that end."""
        lacking = 0
        for fact in reversed(self._ring):
            if fact.seq <= at:
                break
            lacking += 1
        return islice(self._ring, len(self._ring) - lacking, None)

    async def _until(self, holds: Callable[[], bool], *, refused: bool = False) -> None:
        """Wait until `holds()`; raises ControlDown when it does not in time, or ControlRefused if `refused`."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    if self._down is not None:
                        raise ControlDown(str(self._down))
                    await self._news.wait()
        except TimeoutError as error:
            if refused:
                raise ControlRefused("offset_ahead", f"facts end at {self._last}", "load anew") from error
            raise ControlDown("the source of facts does not answer") from error

    def _join(self) -> None:
        self._readers += 1
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="relay of facts")

    async def _leave(self) -> None:
        self._readers -= 1
        if self._readers or self._task is None:
            return
        task, self._task = self._task, None
        self._forget()
        while not task.done():  # wait_for may swallow a cancellation that comes with a result
            task.cancel()
            await asyncio.wait({task}, timeout=1.0)

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _forget(self) -> None:
        self._ring.clear()
        self._begin = self._last = -1
        self._down = None

    async def _run(self) -> None:
        while True:
            try:
                await self._read()
            except ControlRefused as refused:  # another journal, or facts were missed: nobody can go on from here
                log.warning("facts begin anew", why=refused.message)
                self._forget()
                self._life += 1
                self._announce()
            except ControlError as error:
                self._down = ControlDown(str(error))
                self._announce()
                await asyncio.sleep(_PAUSE)

    async def _read(self) -> None:
        """Read on from where this process is. Who was told that the source is away comes back by itself."""
        end = await self._source.end()
        if self._last < 0:
            self._begin = self._last = end
        elif end < self._last:
            raise ControlRefused("offset_ahead", f"facts end at {end}", "load anew")
        self._down = None
        self._announce()
        async with aclosing(self._source.facts(self._last)) as coming:
            async for fact in coming:
                if len(self._ring) == self._ring.maxlen:
                    self._begin = self._ring[0].seq
                self._ring.append(fact)
                self._last = fact.seq
                self._announce()
