"""What happened in a period: how many, of what, where, by whom, how well, and what grew. Sums of grouped counts.

The database groups (`reading`), this adds up. Each count has its moment: received by acceptance; dispatched, refused,
reopened, urged by the act; answered on the spot and closed by the last round, so that an order that was reopened
since counts where it ended. Rates are those of `workorders.life.assessment`, with formula and denominator, whole and
without what was struck out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workorders.life.assessment import FORMULAS, Figure, Measure, Rate
from workorders.life.words import CHINESE_KIND, Kind

UNTOLD = "未分类"
TOPICS = 10
THREE_RATES = (Measure.RESPONSE, Measure.SOLUTION, Measure.SATISFACTION)
COUNTS = ("received", "answered", "dispatched", "refused", "closed", "in_time", "reopened", "urged")
CHINESE_COUNT = dict(zip(COUNTS, ("受理", "直接答复", "派单", "不予受理", "办结", "按时", "重启", "催单"), strict=True))
CHINESE_DIMENSION = {"unit": "承办单位", "field": "诉求领域", "district": "区县", "kind": "诉求类别",
                     "channel": "来源渠道"}
DIMENSIONS = ("field", "district", "kind", "channel")
Path = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """So many of one count, alike in everything: `what` of COUNTS, `place` the values of DIMENSIONS."""

    what: str
    place: Sequence[str]
    number: int


@dataclass(frozen=True, slots=True)
class Cases:
    """So many cases of one measure, alike in everything. `unit`: whose."""

    measure: Measure
    unit: str
    place: Sequence[str]
    good: bool
    struck: bool
    number: int


@dataclass(slots=True)
class Counted:
    """A line: how many, and the rates."""

    received: int = 0
    answered: int = 0
    dispatched: int = 0
    refused: int = 0
    closed: int = 0
    in_time: int = 0  # of `closed`: what was promised was kept
    reopened: int = 0
    urged: int = 0
    rates: dict[Measure, Figure] = field(default_factory=dict)

    def add(self, what: str, number: int) -> None:
        """Count so many more."""
        setattr(self, what, getattr(self, what) + number)


@dataclass(frozen=True, slots=True)
class Topic:
    """A matter of the third level that was brought often: now, in the period before, and by how much it grew."""

    path: Path
    now: int
    before: int

    @property
    def growth(self) -> float | None:
        """Return the growth as a share of the period before; None when there was nothing before."""
        return (self.now - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Figures:
    """A whole report. `by`: for each dimension, and ``unit``, its lines."""

    total: Counted
    by: Mapping[str, Mapping[str, Counted]]
    topics: Sequence[Topic]


def figures(groups: Iterable[Group], units: Iterable[tuple[str, str, int]], cases: Iterable[Cases],
            topics: Sequence[Topic]) -> Figures:
    """Add up. `units`: (unit, count, how many)."""
    total = Counted()
    by: dict[str, dict[str, Counted]] = {name: {} for name in ("unit", *DIMENSIONS)}
    for group in groups:
        for line in (total, *_lines(by, group.place)):
            line.add(group.what, group.number)
    for unit, what, number in units:
        by["unit"].setdefault(unit, Counted()).add(what, number)
    _rates(total, by, cases)
    return Figures(total, {name: _sorted(lines) for name, lines in by.items()}, topics)


def summed(counts: Iterable[tuple[str, int]], cases: Iterable[Cases]) -> Counted:
    """Return one line for all that was counted, each by its name in COUNTS."""
    total = Counted(rates=together(cases))
    for what, number in counts:
        total.add(what, number)
    return total


def _lines(by: Mapping[str, dict[str, Counted]], place: Sequence[str]) -> Iterator[Counted]:
    for name, value in zip(DIMENSIONS, place, strict=True):
        yield by[name].setdefault(named(name, value), Counted())


def named(dimension: str, value: str) -> str:
    """Return a value as people read it."""
    return CHINESE_KIND[Kind(value)] if dimension == "kind" else value or UNTOLD


def _rates(total: Counted, by: Mapping[str, dict[str, Counted]], cases: Iterable[Cases]) -> None:
    sums: dict[int, tuple[Counted, list[Cases]]] = {}
    for one in cases:
        for line in (total, by["unit"].setdefault(one.unit, Counted()), *_lines(by, one.place)):
            sums.setdefault(id(line), (line, []))[1].append(one)
    for line, several in sums.values():
        line.rates = together(several)


def together(several: Iterable[Cases]) -> dict[Measure, Figure]:
    """Return the figures of cases of whatever units, added up."""
    sums: dict[Measure, list[int]] = {}
    for one in several:
        row = sums.setdefault(one.measure, [0, 0, 0, 0])
        for place, counts in enumerate((one.good, True, one.good and not one.struck, not one.struck)):
            row[place] += counts * one.number
    return {measure: Figure(Rate(row[0], row[1]), Rate(row[2], row[3])) for measure, row in sums.items()}


def _sorted(lines: Mapping[str, Counted]) -> dict[str, Counted]:
    return dict(sorted(lines.items(), key=lambda item: (-item[1].received, item[0])))


def hottest(now: Mapping[Path, int], before: Mapping[Path, int]) -> list[Topic]:
    """Return the matters that were brought most, those that grew more first among equals."""
    counted = Counter(before)
    found = [Topic(path, number, counted[path]) for path, number in now.items() if number and path[2]]
    return sorted(found, key=lambda topic: (-topic.now, topic.before - topic.now, topic.path))[:TOPICS]


def plain(counted: Counted) -> dict[str, object]:
    """Return a line as JSON has it: counts, and each rate with what it was made of."""
    return {name: getattr(counted, name) for name in COUNTS} | {
        "rates": {measure.value: {"whole": _rate(figure.whole), "kept": _rate(figure.kept)}
                  for measure, figure in counted.rates.items()}}


def _rate(rate: Rate) -> dict[str, object]:
    return {"numerator": rate.numerator, "denominator": rate.denominator,
            "value": None if rate.value is None else round(rate.value, 6)}


def formulas() -> Iterator[dict[str, str]]:
    """Yield every rate's formula, for whoever reads the figures."""
    for measure, formula in FORMULAS.items():
        yield {"measure": measure.value, "name": formula.chinese, "numerator": formula.numerator,
               "denominator": formula.denominator, "moment": formula.moment}
