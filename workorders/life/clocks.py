"""Every clock of an order, read from it: whose it is, since when, due when, stopped when.

The citizen's clock is stopped by an answer that passed review and by nothing else. A unit's clocks run from its own
dispatch to its own act; a part that should never have been there (`void`) counts for nobody and its time is charged
to whoever erred. While a desk of the hotline has the order, that desk has a clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workorders.life.calendar import Calendar, Term
from workorders.life.order import Assignment, Order, Round
from workorders.life.states import OWNERS

CITIZEN = "citizen"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. `whom`: ``citizen``, ``unit:<id>`` or ``desk:<name>``; `stopped` None: it runs."""

    name: str  # answer, close (the citizen's); sign, contact, reply, inner (a unit's); desk (the hotline's)
    whom: str
    started: float
    due: float
    first_due: float
    term: Term
    stopped: float | None = None
    void: bool = False

    @property
    def running(self) -> bool:
        """Tell whether it has not been stopped."""
        return self.stopped is None

    def late(self, now: float) -> float:
        """Return the seconds by which it was, or is now, past due; 0 when in time."""
        return max(0.0, (now if self.stopped is None else self.stopped) - self.due)

    def in_time(self, now: float) -> bool | None:
        """Tell whether it was kept; None while that is open."""
        if self.stopped is None and now <= self.due:
            return None
        return self.late(now) == 0


def clocks_of(order: Order) -> tuple[Clock, ...]:
    """Return every clock there ever was, the ended ones too."""
    found = [clock for place in range(len(order.rounds)) for clock in _round(order, place)]
    found += [clock for part in order.assignments for clock in _part(part)]
    if order.stage is not None:
        stage = order.stage
        found.append(Clock("desk", f"desk:{OWNERS[stage.state]}", stage.since, stage.due, stage.due, stage.term))
    return tuple(found)


def running(order: Order) -> tuple[Clock, ...]:
    """Return the clocks that run now; never none before an order is archived."""
    return tuple(clock for clock in clocks_of(order) if clock.running)


def _round(order: Order, place: int) -> Iterator[Clock]:
    now = order.rounds[place]
    yield Clock("answer", CITIZEN, now.opened_at, now.due, now.first_due, now.term, _answered(now))
    yield Clock("close", CITIZEN, now.opened_at, now.close_due, now.first_close_due, now.term, now.closed_at)


def _answered(now: Round) -> float | None:
    return now.closed_at if now.answered_at is None else now.answered_at


def _part(part: Assignment) -> Iterator[Clock]:
    whom, since, void = f"unit:{part.unit}", part.dispatched_at, part.void
    for name, due, first, term, stopped in (
        ("sign", part.sign_due, part.sign_due, part.terms.sign, part.signed_at),
        ("contact", part.contact_due, part.contact_due, part.terms.contact, part.contacted_at),
        ("reply", part.reply_due, part.first_reply_due, part.terms.reply, part.replied_at),
    ):
        yield Clock(name, whom, since, due, first, term, part.ended_at if stopped is None else stopped, void)
    for inner in part.inner:
        stopped = part.ended_at if inner.replied_at is None else inner.replied_at
        stopped = part.replied_at if stopped is None else stopped
        yield Clock("inner", f"unit:{inner.unit}", inner.at, inner.due, inner.due, part.terms.reply, stopped, void)


@dataclass(frozen=True, slots=True)
class Lost:
    """Time lost in a round and who answers for it: seconds as they passed, and of business hours."""

    whom: str
    seconds: float
    business: float
    why: str


def lost_time(order: Order, calendar: Calendar, now: float) -> tuple[Lost, ...]:
    """Return what was lost by wrong dispatches, refused returns and wrong refusals."""
    return tuple(
        Lost(charge.whom, until - charge.since, calendar.business(charge.since, until), charge.why)
        for charge in order.charges for until in (now if charge.until is None else charge.until,))
