"""Supervision from the clocks: reminder, urge (催办), supervision order (督办), duty leader. Nobody need notice.

Each rung stands at a share of a clock's length, counted in business hours where the term is; policy says which.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workorders.life.acceptance import second_look
from workorders.life.acts import Wish, by_system
from workorders.life.calendar import Calendar, Unit
from workorders.life.clocks import CITIZEN, Clock, running
from workorders.life.order import Order
from workorders.life.policy import Rules, RungRule
from workorders.life.states import acts_from
from workorders.life.words import Do, State

_UNWATCHED = frozenset({"desk:archive"})
_WORKING = frozenset({Unit.WORKING_DAYS, Unit.WORKING_HOURS})


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder for one clock: what is to be done to whom, and when."""

    do: Do
    clock: str
    whom: str
    due: float
    at: float

    @property
    def key(self) -> tuple[str, str, str, float]:
        """Return what makes it count once: a deadline that moves starts the ladder anew."""
        return (self.do.value, self.clock, self.whom, self.due)

    def wish(self, now: float) -> Wish:
        """Return the act that climbs it."""
        return by_system(self.do, now, {"clock": self.clock, "whom": self.whom, "due": self.due})


def rungs_of(order: Order, rules: Rules) -> Iterator[Rung]:
    """Yield every rung of the running clocks that has not been climbed, in no order."""
    for clock in _watched(order, rules):
        for rule in rules.policy.ladder:
            if (rung := _ahead(order, rules, clock, rule)) is not None:
                yield rung


def _watched(order: Order, rules: Rules) -> Iterator[Clock]:
    """Yield the running clocks that somebody is urged by."""
    if not any(step.do is Do.PRESS for step in acts_from(order.state)):
        return
    for clock in running(order):
        if not (clock.whom in _UNWATCHED or clock.void or _double(clock, order) or _nothing_to_do(clock, order, rules)):
            yield clock


def _ahead(order: Order, rules: Rules, clock: Clock, rule: RungRule) -> Rung | None:
    """Return a clock's rung, None when it has been climbed."""
    rung = Rung(rule.do, clock.name, _answerable(clock), clock.due, moment(clock, rule, rules.calendar))
    return None if rung.key in order.rungs else rung


def _nothing_to_do(clock: Clock, order: Order, rules: Rules) -> bool:
    """Tell whether a refusal only waits for the time to object: looked at, or not in the sample."""
    if clock.whom != "desk:second_look" or order.state is not State.REFUSED:
        return False
    refusal = order.refusals[-1]
    return bool(refusal.seconded_by) or not second_look(
        order.number, rules.policy.refusal_review_share, objected=refusal.objected_at is not None)


def _answerable(clock: Clock) -> str:
    """Return who is urged: for the citizen's clock the hotline that made the promise."""
    return "desk:coordination" if clock.whom == CITIZEN else clock.whom


def _double(clock: Clock, order: Order) -> bool:
    """Tell whether another clock says the same: the close after an answer not given, a contact after no signing."""
    if clock.whom == CITIZEN:
        return clock.name == "close" and order.round.answered_at is None
    part = order.part_of(clock.whom.removeprefix("unit:"))
    return clock.name == "contact" and part is not None and (part.signed_at is None or part.part == "joint")


def moment(clock: Clock, rule: RungRule, calendar: Calendar) -> float:
    """Return when a rung of a clock is reached."""
    if rule.share == 1.0:
        return clock.due
    if clock.term.unit in _WORKING:
        length = calendar.business(clock.started, clock.due)
        at = calendar.add_business(clock.started, length * rule.share).at
    else:
        at = clock.started + (clock.due - clock.started) * rule.share
    if rule.within is not None:
        at = min(at, calendar.add(clock.due, rule.within).at)
    return max(at, clock.due) if rule.share > 1 else min(at, clock.due)


def due_rungs(order: Order, rules: Rules, now: float) -> tuple[Rung, ...]:
    """Return the rungs that are reached and not climbed, the earliest first."""
    reached = (rung for rung in rungs_of(order, rules) if rung.at <= now)
    return tuple(sorted(reached, key=lambda rung: (rung.at, rung.do.value, rung.whom, rung.clock)))


def next_at(order: Order, rules: Rules) -> float | None:
    """Return when an order must be looked at again, None when nothing is left to climb."""
    found: Rung | None = None
    for clock in _watched(order, rules):
        for rule in rules.policy.ladder:
            if found is not None and rule.share >= 1.0 and clock.due >= found.at:
                continue  # it is reached when the clock is due, or later: that need not be reckoned
            rung = _ahead(order, rules, clock, rule)
            if rung is not None and (found is None or rung.at < found.at):
                found = rung
    return None if found is None else found.at


def finished(order: Order) -> bool:
    """Tell whether an order needs no timer any more."""
    return order.state is State.ARCHIVED
