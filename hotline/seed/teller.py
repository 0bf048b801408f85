"""Tells one life: each wish through the table of steps, and between them what the timers would have done by themselves.

A life stops at the end of the time told (`until`): what has not happened by then is still ahead, as it is in a city.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from workorders.life.acts import Act, Actor, Wish
from workorders.life.calendar import Unit
from workorders.life.errors import LifeError
from workorders.life.findings import to_raise
from workorders.life.history import advance
from workorders.life.ladder import due_rungs, next_at
from workorders.life.order import Assignment, Order
from workorders.life.policy import Rules
from workorders.life.words import Do

_TICK = 1.0  # s after its moment at which a timer is seen to
_WORKING = frozenset({Unit.WORKING_DAYS, Unit.WORKING_HOURS})
DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0


class UntilError(Exception):
    """The time told is over; the rest of this life has not happened yet."""


class Teller:
    """An order under way and the moment that has been reached (epoch seconds)."""

    def __init__(self, rules: Rules, until: float, rng: Random) -> None:
        self.rules, self.until, self.rng = rules, until, rng
        self.acts: list[Act] = []
        self._known: Order | None = None
        self._watch: float | None = None  # when the ladder has something next

    @property
    def order(self) -> Order:
        """Return the order; there is one from the first act on."""
        assert self._known is not None
        return self._known

    @property
    def now(self) -> float:
        """Return the moment of the last act."""
        return self.order.last_at

    @property
    def lead(self) -> Assignment:
        """Return the lead's part."""
        assert self.order.leading is not None
        return self.order.leading

    def do(self, do: Do, by: Actor, at: float, *, why: str = "", text: str = "",
           data: Mapping[str, Any] | None = None, about: str = "") -> None:
        """Do one thing, after what timers do before it. Raises UntilError past the end, LifeError if it is illegal."""
        at = round(at, 3)
        self._timers(min(at, self.until))
        if at >= self.until:
            raise UntilError
        at = max(at, self._known.last_at) if self._known else at
        self._advance(Wish(do, by, at, why=why, text=text, data=data or {}, about=about))
        self._suspect(at)

    def may(self, do: Do, by: Actor, at: float, *, why: str = "", text: str = "",
            data: Mapping[str, Any] | None = None, about: str = "") -> bool:
        """Do one thing if the rules allow it; tell whether they did."""
        try:
            self.do(do, by, at, why=why, text=text, data=data, about=about)
        except LifeError:
            return False
        return True

    def _advance(self, wish: Wish) -> None:
        self._known, act = advance(self._known, wish, self.rules)
        self.acts.append(act)
        self._watch = next_at(self._known, self.rules)

    def _timers(self, at: float) -> None:
        while self._known is not None and self._watch is not None and self._watch < at:
            moment = max(self._watch + _TICK, self.now)
            if moment >= at:
                return
            for rung in due_rungs(self.order, self.rules, moment):
                self._advance(rung.wish(moment))
            self._suspect(moment)

    def _suspect(self, at: float) -> None:
        for found in to_raise(self.order, at):
            self._advance(found.wish(at))

    # -- moments ----------------------------------------------------------------------------------------------
    def soon(self, low: float, high: float) -> float:
        """Return a moment between `low` and `high` seconds from now, day and night."""
        return self.now + self.rng.uniform(low, high)

    def office(self, low: float, high: float, since: float | None = None) -> float:
        """Return a moment between `low` and `high` hours of business from now, or from `since`."""
        seconds = round(self.rng.uniform(low, high) * HOUR)
        return self.rules.calendar.add_business(self.now if since is None else since, max(60, seconds)).at

    def within(self, since: float, due: float, share: float, unit: Unit) -> float:
        """Return the moment at `share` of the way from `since` to `due`, in business hours where the clock is."""
        if unit in _WORKING:
            length = self.rules.calendar.business(since, due)
            return self.rules.calendar.add_business(since, max(60, round(length * share))).at
        return since + (due - since) * share
