"""Live events for many readers of one process: one stream of facts is read, kept for a while, and given to all.

A `Source` is where facts come from: the controller's socket (`ControlFacts`), or PostgreSQL (`core.relay_postgres`) for
web processes that share a database. A reader names the seq it has; it gets what it missed, or ControlRefused, which
tells it to load its state anew. The stream is open while somebody reads.

A `_Stream` is one task with all it knows. Who comes after the last reader has left gets another: an ending task that
still says something (wait_for may swallow a cancellation that comes with a result) says it to nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, suppress
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

Coming = tuple[int, AsyncGenerator[Fact, None]]  # the seq after which the facts begin, with none between; the facts


class Source(Protocol):
    """Where facts come from. Raises ControlDown when it is away, ControlRefused for an offset it cannot go on from."""

    replays: bool  # whether what was before it was asked can be had

    def opened(self, after: int) -> AbstractAsyncContextManager[Coming]:
        """Open the facts after `after`; -1: those after the newest."""
        ...


class ControlFacts:
    """The journal, as the controller gives it."""

    replays = True

    def __init__(self, control: ControlClient) -> None:
        self._control = control

    @asynccontextmanager
    async def opened(self, after: int) -> AsyncIterator[Coming]:
        """Follow the journal. Raises ControlRefused for one that ends before `after`."""
        end = int((await self._control.do("ping"))["journal"]["seq"])
        if end < after:
            raise ControlRefused("offset_ahead", f"facts end at {end}", "load anew")
        begin = end if after < 0 else after
        async with aclosing(self._control.facts(begin)) as coming:
            yield begin, coming


async def _within(seconds: float | None, news: asyncio.Event) -> bool:
    """Wait for news; return False when none came in time. No task is made for it: each fact wakes every reader."""
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    return True


class Relay:
    """One reader of a source for all readers of this process."""

    def __init__(self, source: Source, kept: int = KEPT) -> None:
        self._source, self._kept = source, kept
        self._stream: _Stream | None = None
        self._replaying = asyncio.Semaphore(_REPLAYS)

    async def follow(self, after: int) -> AsyncGenerator[Fact, None]:
        """Yield the facts after `after` (-1: only what comes), then live ones. Raises ControlDown, ControlRefused."""
        async with aclosing(self.follow_with_beats(after, None)) as coming:
            async for fact in coming:
                if fact is not None:
                    yield fact

    async def follow_with_beats(self, after: int, beat: float | None) -> AsyncGenerator[Fact | None, None]:
        """Do what `follow` does, and yield None whenever nothing came for `beat` seconds."""
        stream = self._joined()
        try:
            await stream.until(lambda: stream.last >= 0)
            life, at = stream.life, stream.last if after < 0 else after
            if at > stream.last:  # another process, a moment ahead of this one
                await stream.until(lambda: at <= stream.last or life != stream.life, refused=True)
            while True:
                news = stream.news
                if life != stream.life:
                    raise ControlRefused("offset_unknown", f"facts after {at} are not known here", "load anew")
                stream.check()
                known = await self._known(stream, at)
                for fact in known:
                    at = fact.seq
                    yield fact
                if not known and news is stream.news and not await _within(beat, news):
                    yield None
        finally:
            await self._leave(stream)

    def _joined(self) -> _Stream:
        """Return the stream under way, or one begun now, with one reader more."""
        if self._stream is None:
            self._stream = _Stream(self._source, self._kept)
        self._stream.readers += 1
        return self._stream

    async def _leave(self, stream: _Stream) -> None:
        stream.readers -= 1
        if stream.readers:
            return
        self._stream = None  # before the first wait: who comes meanwhile begins another
        await stream.end()

    async def _known(self, stream: _Stream, at: int) -> list[Fact]:
        """Return what is there after `at`: from the ring, or from the source what the ring no longer has."""
        if at >= stream.begin:
            return list(stream.after(at))
        if not self._source.replays:
            raise ControlRefused("offset_unknown", f"facts after {at} are no longer kept", "load anew")
        found: list[Fact] = []
        end = stream.last
        with suppress(TimeoutError):  # numbers may jump where no facts are: what there is has come
            async with self._replaying, asyncio.timeout(PATIENCE), self._source.opened(at) as (_, old):
                async for fact in old:
                    found.append(fact)
                    if fact.seq >= end or len(found) >= KEPT:
                        break
        return found


class _Stream:
    """One reading of the source, by a task of its own, and what it has heard."""

    def __init__(self, source: Source, kept: int) -> None:
        self._source, self._ring = source, deque[Fact](maxlen=kept)
        self.begin = self.last = -1  # the ring holds what is after `begin`, up to `last`; -1: not known
        self.life, self.readers = 0, 0  # a new life: seqs of the one before mean nothing
        self.news = asyncio.Event()
        self._down: ControlDown | None = None
        self._ended = False
        self._task = asyncio.create_task(self._run(), name="relay of facts")

    def check(self) -> None:
        """Raise ControlDown while the source is away."""
        if self._down is not None:
            raise ControlDown(str(self._down))

    def after(self, at: int) -> Iterator[Fact]:
        """Yield what the ring has after `at`. Most readers lack only the newest: looked for from that end."""
        lacking = 0
        for fact in reversed(self._ring):
            if fact.seq <= at:
                break
            lacking += 1
        return islice(self._ring, len(self._ring) - lacking, None)

    async def until(self, holds: Callable[[], bool], *, refused: bool = False) -> None:
        """Wait until `holds()`; raises ControlDown when it does not in time, or ControlRefused if `refused`."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    self.check()
                    await self.news.wait()
        except TimeoutError as error:
            if refused:
                raise ControlRefused("offset_ahead", f"facts end at {self.last}", "load anew") from error
            raise ControlDown("the source of facts does not answer") from error

    async def end(self) -> None:
        """End the task. Should this be cancelled, the task still ends at the next thing it hears."""
        self._ended = True
        while not self._task.done():  # one cancellation may be swallowed
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1.0)

    def _announce(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    def _forget(self) -> None:
        self._ring.clear()
        self.begin = self.last = -1
        self._down = None

    async def _run(self) -> None:
        while not self._ended:
            try:
                await self._read()
            except ControlRefused as refused:  # another journal, or facts were missed: nobody can go on from here
                await self._begin_anew(refused)
            except ControlError as error:
                await self._away(ControlDown(str(error)))
            except Exception as error:  # readers must not wait for ever for a task that is no more
                log.exception("facts cannot be read")
                await self._away(ControlDown(f"facts cannot be read ({error})"))

    async def _begin_anew(self, refused: ControlRefused) -> None:
        log.warning("facts begin anew", why=refused.message)
        barren = not self._ring
        self._forget()
        self.life += 1
        self._announce()
        if barren:  # refused before anything came: no reason to be in a hurry
            await asyncio.sleep(_PAUSE)

    async def _away(self, down: ControlDown) -> None:
        self._down = down
        self._announce()
        await asyncio.sleep(_PAUSE)

    async def _read(self) -> None:
        """Read on from where this process is. Who was told that the source is away comes back by itself."""
        async with self._source.opened(self.last) as (begin, coming):
            if self.last < 0:
                self.begin = self.last = begin
            self._down = None
            self._announce()
            async for fact in coming:
                if self._ended:
                    return
                if len(self._ring) == self._ring.maxlen:
                    self.begin = self._ring[0].seq
                self._ring.append(fact)
                self.last = fact.seq
                self._announce()
