"""Requests that wait for the same thing are done together: what comes while one group is done is the next group.

Nobody waits for company: whoever comes when nothing is being done goes at once, alone if need be. A group is bounded,
so is the number that wait, and how long each does. The task that does them lives as long as there is something to do.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from core.log import get_logger

log = get_logger(__name__)
Asked = TypeVar("Asked")
Told = TypeVar("Told")


class GatheringError(RuntimeError):
    """What was asked for was not done together with others."""


class Full(GatheringError):
    """Too many wait already, or it is closing; nothing was begun."""


class GaveUp(GatheringError):
    """It was not done in time; if it was begun it may be done yet."""


class NotDone(GatheringError):
    """The group failed as a whole, for the reason that is its cause; of none in it is anything done."""


class Gathering(Generic[Asked, Told]):
    """Does what is asked of it in groups. `do`: one group, all of it or nothing; its answers in the askers' order."""

    def __init__(self, do: Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]], *, most: int, bound: int,
                 patience: float) -> None:
        self._do, self._most, self._bound, self._patience = do, most, bound, patience
        self._waiting: deque[tuple[Asked, asyncio.Future[Told]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def waiting(self) -> int:
        """Return how many wait for their group to begin."""
        return sum(not answer.done() for _, answer in self._waiting)

    async def ask(self, one: Asked) -> Told:
        """Return the answer to one. Raises Full, GaveUp, NotDone. Who is cancelled while waiting is not done."""
        if self._closing or len(self._waiting) >= self._bound:
            raise Full(f"{len(self._waiting)} wait")
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="gathering")
        try:
            async with asyncio.timeout(self._patience):
                return await answer
        except TimeoutError as error:
            raise GaveUp(f"not done within {self._patience:g} s") from error

    async def close(self, patience: float) -> None:
        """Take no more, and let what waits be done within `patience` seconds; what is not is given up."""
        self._closing = True
        task = self._task
        if task is None or task.done():
            return
        await asyncio.wait([task], timeout=patience)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _work(self) -> None:
        group: list[tuple[Asked, asyncio.Future[Told]]] = []
        try:
            while group := self._next():
                await self._answer(group)
        finally:
            for _, answer in (*group, *self._waiting):
                if not answer.done():
                    answer.set_exception(GaveUp("given up at closing"))

    def _next(self) -> list[tuple[Asked, asyncio.Future[Told]]]:
        """Take the next group from those who still wait."""
        group: list[tuple[Asked, asyncio.Future[Told]]] = []
        while self._waiting and len(group) < self._most:
            one = self._waiting.popleft()
            if not one[1].done():
                group.append(one)
        return group

    async def _answer(self, group: Sequence[tuple[Asked, asyncio.Future[Told]]]) -> None:
        try:
            told = await self._do([one for one, _ in group])
        except Exception as error:  # each is told; the next group may fare better
            log.warning("group not done", of=len(group), error=repr(error))
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(_not_done(error))
            return
        for (_, answer), found in zip(group, told, strict=True):
            if not answer.done():
                answer.set_result(found)


def _not_done(error: Exception) -> NotDone:
    made = NotDone("the group failed")
    made.__cause__ = error
    return made
