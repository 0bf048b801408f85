"""The newcomer's first five minutes: which steps have been done, told from the journal and from nothing a page says.

`STEPS` is the checklist; `take` is pure; `Steps` reads the journal on from where it was, as any reader does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from core import facts
from core.control import ControlClient
from core.facts import Fact

PATIENCE = 3.0  # s to read on in the journal; what is left is read the next time

@dataclass(slots=True)
class Progress:
    """What has been done since `after` (seq of the journal). `calls`: those the newcomer's telephone has made."""

    after: int = 0
    done: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


def _joined(role: str) -> Callable[[Fact], bool]:
    """Tell of somebody who came into the room, at once or after a private consult."""
    return lambda fact: fact.kind in (facts.PARTY_JOINED, facts.PARTY_MOVED) and (
        fact.data.get("role"), fact.data.get("place")) == (role, "room")


def _is(kind: str) -> Callable[[Fact], bool]:
    return lambda fact: fact.kind == kind


# in the order in which they are done
STEPS: Final[Mapping[str, Callable[[Fact], bool]]] = {
    "signed_on": lambda fact: False,  # stands in the database
    "ready": lambda fact: fact.kind == facts.AGENT_STATE and fact.data.get("state") == "ready",
    "answered": _is(facts.CALL_ANSWERED),
    "waiting": _is(facts.QUEUE_ENTERED),
    "room": _joined("agent"),
    "three": _joined("unit"),
    "saved": _is(facts.APPEAL_SAVED),
    "rating": lambda fact: fact.kind == facts.CALL_RATED and bool(fact.data.get("rating")),
}


def take(progress: Progress, fact: Fact, number: str, desks: frozenset[str]) -> None:
    """Tick what `fact` shows: of calls from `number`, and of agents whose telephone is a page (`desks`)."""
    progress.after = max(progress.after, fact.seq)
    if fact.kind == facts.CALL_ANSWERED and fact.data.get("caller") == number:
        progress.calls.add(fact.call)
    if fact.kind == facts.AGENT_STATE and fact.data.get("agent") not in desks:
        return
    if fact.kind != facts.AGENT_STATE and fact.call not in progress.calls:
        return
    progress.done |= {step for step, shows in STEPS.items() if shows(fact)}


class Steps:
    """The checklist of one web process. Read by one at a time; its memory is the ticks alone."""

    def __init__(self, number: str, desks: frozenset[str]) -> None:
        self._number, self._desks = number, desks
        self._progress, self._turn = Progress(), asyncio.Lock()

    async def done(self, control: ControlClient) -> set[str]:
        """Read on in the journal and return the steps that are done. Raises ControlError."""
        async with self._turn:
            end = await self._end(control)
            if end < self._progress.after:  # another journal: its numbers begin anew
                self._progress = Progress()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._read(control, end)
            except TimeoutError:
                pass  # goes on from `after` the next time
            return set(self._progress.done)

    async def again(self, control: ControlClient) -> None:
        """Begin the list anew: what was done before counts no more."""
        async with self._turn:
            self._progress = Progress(after=await self._end(control))

    async def _end(self, control: ControlClient) -> int:
        return int((await control.do("ping"))["journal"]["seq"])

    async def _read(self, control: ControlClient, end: int) -> None:
        if self._progress.after >= end:
            return
        async with aclosing(control.facts(self._progress.after)) as coming:
            async for fact in coming:
                take(self._progress, fact, self._number, self._desks)
                if fact.seq >= end:
                    return
