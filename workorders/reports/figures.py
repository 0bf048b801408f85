"""What happened in a period, counted from folded orders: how many, of what, where, by whom, how well, and what grew.

Each count has its moment: received by acceptance, answered and dispatched by the act, closed by the round's end.
Rates are those of `workorders.life.assessment`, with formula and denominator, whole and without what was struck out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workorders.life.assessment import FORMULAS, Figure, Measure, Period, Rate, Tallied, cases, tally
from workorders.life.order import Order
from workorders.life.words import CHINESE_KIND

TOTAL = ""  # the line of all together
UNTOLD = "未分类"
TOPICS = 10
THREE_RATES = (Measure.RESPONSE, Measure.SOLUTION, Measure.SATISFACTION)


@dataclass(slots=True)
class Counted:
    """How many. A reopened order is received once; a unit's line counts the parts it led."""

    received: int = 0
    answered: int = 0  # on the spot, without any unit
    dispatched: int = 0
    refused: int = 0
    closed: int = 0
    in_time: int = 0  # of `closed`: the citizen's promise was kept
    reopened: int = 0
    urged: int = 0
    rates: dict[Measure, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Topic:
    """A matter of the third level that was brought often: now, in the period before, and by how much it grew."""

    path: tuple[str, str, str]
    now: int
    before: int

    @property
    def growth(self) -> float | None:
        """Return the growth as a share of the period before; None when there was nothing before."""
        return (self.now - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Figures:
    """A whole report. `by`: for each dimension its lines; the line TOTAL is all of them."""

    total: Counted
    by: Mapping[str, Mapping[str, Counted]]
    topics: Sequence[Topic]


Dimension = Callable[[Order], str]
DIMENSIONS: dict[str, Dimension] = {
    "field": lambda order: order.matter.classification.first or UNTOLD,
    "district": lambda order: order.matter.place.district or UNTOLD,
    "kind": lambda order: CHINESE_KIND[order.matter.kind],
    "channel": lambda order: order.matter.channel or UNTOLD,
}
CHINESE_DIMENSION = {"unit": "承办单位", "field": "诉求领域", "district": "区县", "kind": "诉求类别",
                     "channel": "来源渠道"}


def figures(orders: Iterable[Order], period: Period, before: Period, now: float) -> Figures:
    """Return the report of `period`; topics are compared with `before`. Reads `orders` once."""
    total = Counted()
    by: dict[str, dict[str, Counted]] = {name: {} for name in ("unit", *DIMENSIONS)}
    found: dict[tuple[str, str], list[Tallied]] = {}
    topics: tuple[Counter[tuple[str, str, str]], Counter[tuple[str, str, str]]] = (Counter(), Counter())
    for order in orders:
        _topic(order, period, before, topics)
        lines = [total, *(by[name].setdefault(of(order), Counted()) for name, of in DIMENSIONS.items())]
        for line in lines:
            _count(line, order, period)
        _units(by["unit"], order, period)
        for one in cases(order, now):
            if period.has(one.at):
                _sort(found, one, order)
    _rates(total, by, found)
    return Figures(total, {name: _without_empty(lines) for name, lines in by.items()}, _hottest(*topics))


def _count(line: Counted, order: Order, period: Period) -> None:
    line.received += period.has(order.accepted_at)
    line.answered += _answered_on_the_spot(order, period)
    line.dispatched += any(period.has(at) for at in _dispatches(order)[:1])
    line.refused += sum(period.has(refusal.at) and not refusal.overturned for refusal in order.refusals)
    for place, one in enumerate(order.rounds):
        line.reopened += place > 0 and period.has(one.opened_at)
        if one.closed_at is not None and period.has(one.closed_at):
            line.closed += 1
            line.in_time += (one.closed_at if one.answered_at is None else one.answered_at) <= one.due
    line.urged += order.urges if period.has(order.accepted_at) else 0


def _answered_on_the_spot(order: Order, period: Period) -> bool:
    first = order.rounds[0].answered_at
    return first is not None and period.has(first) and not order.assignments and order.outcome == "answered"


def _dispatches(order: Order) -> list[float]:
    return [part.dispatched_at for part in order.assignments if part.part == "lead"]


def _units(lines: dict[str, Counted], order: Order, period: Period) -> None:
    for part in order.assignments:
        if part.part != "lead" or part.void:
            continue
        line = lines.setdefault(part.unit, Counted())
        if period.has(part.dispatched_at):
            line.received += 1
            line.dispatched += 1
            line.reopened += any(part.dispatched_at >= one.opened_at for one in order.rounds[1:])
        if part.replied_at is not None and period.has(part.replied_at):
            line.closed += 1
            line.in_time += part.replied_at <= part.reply_due


def _sort(found: dict[tuple[str, str], list[Tallied]], one: Tallied, order: Order) -> None:
    found.setdefault(("", TOTAL), []).append(one)
    found.setdefault(("unit", one.unit), []).append(one)
    for name, of in DIMENSIONS.items():
        found.setdefault((name, of(order)), []).append(one)


def _rates(total: Counted, by: Mapping[str, dict[str, Counted]],
           found: Mapping[tuple[str, str], list[Tallied]]) -> None:
    for (dimension, value), several in found.items():
        line = by[dimension].setdefault(value, Counted()) if dimension else total
        line.rates = together(several)


def together(several: Iterable[Tallied]) -> dict[Measure, Figure]:
    """Return the figures of cases of whatever units, added up."""
    sums: dict[Measure, list[int]] = {}
    for (_, measure), figure in tally(several).items():
        row = sums.setdefault(measure, [0, 0, 0, 0])
        for place, number in enumerate((figure.whole.numerator, figure.whole.denominator,
                                        figure.kept.numerator, figure.kept.denominator)):
            row[place] += number
    return {measure: Figure(Rate(row[0], row[1]), Rate(row[2], row[3])) for measure, row in sums.items()}


def _without_empty(lines: Mapping[str, Counted]) -> dict[str, Counted]:
    kept = {name: line for name, line in lines.items() if line != Counted()}
    return dict(sorted(kept.items(), key=lambda item: (-item[1].received, item[0])))


def _topic(order: Order, period: Period, before: Period,
           topics: tuple[Counter[tuple[str, str, str]], Counter[tuple[str, str, str]]]) -> None:
    told = order.matter.classification
    if order.matter.is_report or not told.third:
        return
    for when, counts in zip((period, before), topics, strict=True):
        counts[(told.first, told.second, told.third)] += when.has(order.accepted_at)


def _hottest(now: Counter[tuple[str, str, str]], before: Counter[tuple[str, str, str]]) -> list[Topic]:
    found = [Topic(path, count, before[path]) for path, count in now.items() if count]
    return sorted(found, key=lambda topic: (-topic.now, topic.before - topic.now, topic.path))[:TOPICS]


def plain(counted: Counted) -> dict[str, object]:
    """Return a line as JSON has it: counts, and each rate with what it was made of."""
    return {name: getattr(counted, name) for name in COUNTS} | {
        "rates": {measure.value: {"whole": _rate(figure.whole), "kept": _rate(figure.kept)}
                  for measure, figure in counted.rates.items()}}


COUNTS = ("received", "answered", "dispatched", "refused", "closed", "in_time", "reopened", "urged")
CHINESE_COUNT = dict(zip(COUNTS, ("受理", "直接答复", "派单", "不予受理", "办结", "按时", "重启", "催单"), strict=True))


def _rate(rate: Rate) -> dict[str, object]:
    return {"numerator": rate.numerator, "denominator": rate.denominator,
            "value": None if rate.value is None else round(rate.value, 6)}


def formulas() -> Iterator[dict[str, str]]:
    """Yield every rate's formula, for whoever reads the figures."""
    for measure, formula in FORMULAS.items():
        yield {"measure": measure.value, "name": formula.chinese, "numerator": formula.numerator,
               "denominator": formula.denominator, "moment": formula.moment}
