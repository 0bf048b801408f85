"""The same figures counted another way: by hand over the histories, without the projection and without SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from workorders.keeping.keeper import Kept
from workorders.life.acts import Act
from workorders.life.assessment import Measure, Period, cases
from workorders.life.order import Order
from workorders.life.words import CHINESE_KIND, Do

_OF_ACT = {Do.DISPATCH: "dispatched", Do.REFUSE: "refused", Do.REOPEN: "reopened", Do.URGE: "urged"}
Line = tuple[str, str, str]  # dimension, value, count; "" and "" for all


def counted(all_of_them: Iterable[Kept], period: Period, now: float) -> tuple[Counter[Line], Counter[tuple[str, ...]]]:
    """Return the counts, and the cases: (dimension, value, measure, good|bad, struck|kept)."""
    numbers: Counter[Line] = Counter()
    measured: Counter[tuple[str, ...]] = Counter()
    for kept in all_of_them:
        for what in _counts(kept.order, kept.acts, period):
            numbers.update((*place, what) for place in _places(kept.order))
        numbers.update(_units(kept.acts, kept.order, period))
        for one in cases(kept.order, now):
            if period.has(one.at):
                mark = (one.measure.value, "good" if one.good else "bad", "struck" if one.struck else "kept")
                measured.update((*place, *mark) for place in (*_places(kept.order), ("unit", one.unit)))
    return numbers, measured


def _places(order: Order) -> list[tuple[str, str]]:
    matter = order.matter
    return [("", ""), ("field", matter.classification.first or "未分类"),
            ("district", matter.place.district or "未分类"), ("kind", CHINESE_KIND[matter.kind]),
            ("channel", matter.channel or "未分类")]


def _counts(order: Order, acts: Iterable[Act], period: Period) -> Iterator[str]:
    last = order.round
    if period.has(order.accepted_at):
        yield "received"
    yield from (_OF_ACT[act.do] for act in acts if act.do in _OF_ACT and period.has(act.at))
    if order.outcome == "answered" and not order.lead and last.answered_at and period.has(last.answered_at):
        yield "answered"
    if last.closed_at is not None and period.has(last.closed_at) and order.outcome not in ("refused", "withdrawn"):
        yield "closed"
        if (last.closed_at if last.answered_at is None else last.answered_at) <= last.due:
            yield "in_time"


def _units(acts: Iterable[Act], order: Order, period: Period) -> Iterator[Line]:
    for part in order.assignments:
        if part.part == "lead" and not part.void and period.has(part.dispatched_at):
            yield ("unit", part.unit, "received")
            yield ("unit", part.unit, "dispatched")
    for act in acts:
        if act.do is not Do.REPLY or act.part or not period.has(act.at):
            continue
        for part in order.assignments:
            over = part.ended_at is not None and part.ended_at < act.at
            if part.unit == act.unit and part.part == "lead" and not part.void and (
                    part.dispatched_at <= act.at and not over):
                yield ("unit", part.unit, "closed")
                if act.at <= part.reply_due:
                    yield ("unit", part.unit, "in_time")


def measures() -> list[str]:
    """Return the names of the measures."""
    return [measure.value for measure in Measure]
