"""The newcomer's first five minutes: which steps have been done, told from the journal and from nothing a page says.

`STEPS` is the checklist; `take` is pure; `Steps` reads the journal on from where it was, as any reader does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final

from core import facts
from core.control import ControlClient
from core.facts import Fact

PATIENCE = 3.0  # s to read on in the journal; what is left is read the next time


@dataclass(slots=True)
class Progress:
    """What has been done since `after` (seq of the journal). `calls`: those the newcomer's telephone has made.

    `met`: those of them in which an agent with a page was in the room; `rated`: call → the rating given, None for none.
    """

    after: int = 0
    done: set[str] = field(default_factory=set)
    calls: dict[str, None] = field(default_factory=dict)  # oldest first
    met: set[str] = field(default_factory=set)
    rated: dict[str, int | None] = field(default_factory=dict)


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
    # not again when a lost talk waits to be fetched back
    "waiting": lambda fact: fact.kind == facts.QUEUE_ENTERED and fact.data.get("why", "menu") == "menu",
    "room": _joined("agent"),
    "three": _joined("unit"),
    "saved": _is(facts.APPEAL_SAVED),
    "rating": lambda fact: fact.kind == facts.CALL_RATED and bool(fact.data.get("rating")),
}


# what a newcomer does at their own desk: the demonstration's own agent cannot do it for them
_AT_THE_DESK: Final = frozenset({"room", "three", "saved", "rating"})


def take(progress: Progress, fact: Fact, number: str, desks: frozenset[str]) -> None:
    """Tick what `fact` shows: of calls from `number`, and of agents whose telephone is a page (`desks`)."""
    progress.after = max(progress.after, fact.seq)
    if fact.kind == facts.CALL_ANSWERED and fact.data.get("caller") == number:
        progress.calls[fact.call] = None
    if fact.kind == facts.AGENT_STATE and fact.data.get("agent") not in desks:
        return
    if fact.kind != facts.AGENT_STATE and fact.call not in progress.calls:
        return
    if _joined("agent")(fact) and fact.data.get("who") in desks:
        progress.met.add(fact.call)
    if fact.kind == facts.CALL_RATED:
        progress.rated[fact.call] = fact.data.get("rating")
    shown = {step for step, shows in STEPS.items() if shows(fact)}
    progress.done |= shown if fact.call in progress.met else shown - _AT_THE_DESK


def true_now(agents: Iterable[Mapping[str, Any]], desks: frozenset[str]) -> set[str]:
    """Return the steps that need not be done because they are so. `agents`: as the controller lists them."""
    return {"ready"} if any(one["agent"] in desks and one["state"] in _ON_DUTY for one in agents) else set()


_ON_DUTY: Final = frozenset({"ready", "ringing", "talking", "lost", "wrap_up"})


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

    def rating(self) -> int | None:
        """Return the rating of this telephone's last call, as far as the journal has been read."""
        return self._progress.rated.get(next(reversed(self._progress.calls), ""))

    async def again(self, control: ControlClient) -> None:
        """Begin the list anew: what was done before counts no more."""
        async with self._turn:
            before = self._progress  # a call that is up goes on: what is done in it from now on counts
            self._progress = Progress(after=await self._end(control), calls=before.calls, met=before.met)

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
