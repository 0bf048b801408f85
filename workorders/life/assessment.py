"""The figures of assessment, per unit and period, each with its formula and denominator, with and without strikes.

Every figure is a list of cases, so that a unit can be shown which orders make it. A case belongs to the period in
which it fell due or was decided, as the formula says; what is still open then is in no figure. Computed from orders
that were folded from their histories: nothing is counted anywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workorders.life.findings import answering
from workorders.life.order import Assignment, FollowUp, Order

DISSATISFIED_UP_TO = 2


class Measure(StrEnum):
    """What is measured of a unit."""

    RESPONSE = "response"
    SOLUTION = "solution"
    SATISFACTION = "satisfaction"
    SIGNING = "signing"
    CLOSING = "closing"
    RETURNS_REFUSED = "returns_refused"
    REWORKS = "reworks"


@dataclass(frozen=True, slots=True)
class Formula:
    """What is divided by what, and which moment puts a case into a period."""

    chinese: str
    numerator: str
    denominator: str
    moment: str


FORMULAS: dict[Measure, Formula] = {
    Measure.RESPONSE: Formula("响应率", "时限内联系到诉求人、诉求人也不否认的件次",
                              "到联系时限的件次（派单时已匿名、派错除外）", "联系时限"),
    Measure.SOLUTION: Formula("解决率", "诉求人答“已解决”的件次", "诉求人对是否解决作了回答的件次", "回访作答"),
    Measure.SATISFACTION: Formula("满意率", "评 3 分及以上的件次", "诉求人评了分的件次", "回访作答"),
    Measure.SIGNING: Formula("按时签收率", "时限内签收的件次", "到签收时限的件次（派错除外）", "签收时限"),
    Measure.CLOSING: Formula("按时办结率", "时限内办结的件次", "到办结时限的件次（派错、移出主办除外）", "办结时限"),
    Measure.RETURNS_REFUSED: Formula("退单驳回率", "被驳回的退单和申诉", "作出决定的退单和申诉", "决定时间"),
    Measure.REWORKS: Formula("重办率", "被退回重办或回访不满意重启的件次", "经审核的件次", "审核通过"),
}


@dataclass(frozen=True, slots=True)
class Tallied:
    """One case of one measure: which order, whose, when, whether it counts for the unit, whether it was struck out."""

    measure: Measure
    unit: str
    number: str
    at: float
    good: bool
    struck: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """A figure with what it was made of. `value` None: nobody to measure."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """Return the share, 0 to 1."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of a unit: with all cases, and without those that were struck out."""

    whole: Rate
    kept: Rate


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to, and without, `until`, epoch seconds."""

    since: float
    until: float

    def has(self, at: float) -> bool:
        """Tell whether a moment lies in it."""
        return self.since <= at < self.until


def cases(order: Order, now: float) -> Iterator[Tallied]:
    """Yield every case an order gives to any unit by `now`."""
    struck = _struck(order)
    for measure, unit, at, good in _all(order, now):
        yield Tallied(measure, unit, order.number, at, good, (unit, measure.value) in struck)


_Case = tuple[Measure, str, float, bool]


def _all(order: Order, now: float) -> Iterator[_Case]:
    for part in order.assignments:
        yield from _part(order, part, now)
    for told in order.follow_ups:
        yield from _told(order, told)
    for back in order.give_backs:
        if back.upheld is not None and back.decided_at is not None:
            yield Measure.RETURNS_REFUSED, back.unit, back.decided_at, not back.upheld


def _part(order: Order, part: Assignment, now: float) -> Iterator[_Case]:
    if part.void:
        return
    done = {Measure.SIGNING: (part.sign_due, part.signed_at), Measure.CLOSING: (part.reply_due, part.replied_at)}
    if part.part == "lead" and not part.anonymous:  # the lead speaks to the citizen, a joint unit to the lead
        done[Measure.RESPONSE] = (part.contact_due, part.contacted_at)
    for measure, (due, at) in done.items():
        if (good := _kept(part, due, at, now)) is not None:
            yield measure, part.unit, due, good and not (measure is Measure.RESPONSE and _denied(order, part))
    if part.part == "lead" and part.ended_why == "reviewed" and part.ended_at is not None:
        yield Measure.REWORKS, part.unit, part.ended_at, part.reworks > 0 or _reopened(order, part)


def _denied(order: Order, part: Assignment) -> bool:
    """Tell whether the citizen says that the unit, which claims it, never spoke to them."""
    return part.contact_claimed and any(told.contacted is False and part in tuple(answering(order, told))
                                        for told in order.follow_ups)


def _kept(part: Assignment, due: float, at: float | None, now: float) -> bool | None:
    """Tell whether a deadline was kept; None while it is open, or when the part was taken away before it fell due."""
    if at is not None:
        return at <= due
    if part.ended_at is not None and part.ended_at <= due:
        return None
    return False if now > due else None


def _reopened(order: Order, part: Assignment) -> bool:
    """Tell whether the citizen's answer to this very reply reopened the order."""
    return any(part in tuple(answering(order, told)) and told.round < len(order.rounds)
               and (told.solved is False or (told.satisfaction or 5) <= DISSATISFIED_UP_TO)
               for told in order.follow_ups)


def _told(order: Order, told: FollowUp) -> Iterator[_Case]:
    if told.said_at is None:
        return
    for unit in judged(order, told):
        if told.solved is not None:
            yield Measure.SOLUTION, unit, told.said_at, told.solved
        if told.satisfaction is not None:
            yield Measure.SATISFACTION, unit, told.said_at, told.satisfaction > DISSATISFIED_UP_TO


def judged(order: Order, told: FollowUp) -> frozenset[str]:
    """Return whose answer the citizen judged: the lead's, or that of the order theirs was merged into."""
    by = order.rounds[told.round - 1].answered_by if 0 < told.round <= len(order.rounds) else ""
    return frozenset({by}) if by else frozenset()


def _struck(order: Order) -> frozenset[tuple[str, str]]:
    return frozenset((request.unit, figure) for request in order.requests
                     if request.what == "strike" and request.standing == "granted" for figure in request.figures)


def tally(found: Iterable[Tallied]) -> dict[tuple[str, Measure], Figure]:
    """Add cases up per unit and measure."""
    counts: dict[tuple[str, Measure], list[int]] = {}
    for one in found:
        row = counts.setdefault((one.unit, one.measure), [0, 0, 0, 0])
        row[0] += one.good
        row[1] += 1
        row[2] += one.good and not one.struck
        row[3] += not one.struck
    return {key: Figure(Rate(row[0], row[1]), Rate(row[2], row[3])) for key, row in counts.items()}


def assess(orders: Iterable[Order], period: Period, now: float) -> Mapping[tuple[str, Measure], Figure]:
    """Return the figures of every unit in a period."""
    return tally(one for order in orders for one in cases(order, now) if period.has(one.at))


@dataclass(frozen=True, slots=True)
class Unasked:
    """What no rate shows: follow-ups without an answer, and duty phones that did not answer."""

    no_answer: int
    phones_missed: int


def unasked(orders: Iterable[Order], unit: str) -> Unasked:
    """Return a unit's non-answers, kept as such, and its missed duty calls, over all time."""
    silent = missed = 0
    for order in orders:
        missed += order.missed_phones.count(unit)
        silent += sum(told.said_at is None and unit in judged(order, told) for told in order.follow_ups)
    return Unasked(silent, missed)
