"""The sums of several periods that follow each other, to be drawn as a course: a statement a count, not a period.

What is counted, and when, is as in `workorders.reports.reading`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Float, Select, and_, bindparam, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.db import rows_of
from workorders.keeping.tables import OrderCase
from workorders.life.assessment import Measure, Period
from workorders.models import WorkOrder
from workorders.reports.figures import Cases, Counted, summed
from workorders.reports.reading import EVERYTHING, NOT_DONE, Condition

_MOST = 32  # kept shapes; a page asks for 3 to 8 periods, the interface for up to 24
_OF = "of_period"
_Questions = Mapping[str, Select[Any]]


async def course(session: AsyncSession, periods: Sequence[Period], visible: Condition = EVERYTHING,
                 units: Collection[str] | None = None) -> list[Counted]:
    """Return the sums of each period, which follow each other without a gap, the oldest first.

    `visible` and `units` narrow as in `reading.read`.
    """
    everything = visible is EVERYTHING and units is None
    questions = _of_everything(len(periods)) if everything else _questions(len(periods), visible, units)
    values = {"since": periods[0].since, **{f"until{place}": one.until for place, one in enumerate(periods)}}
    counts: list[list[tuple[str, int]]] = [[] for _ in periods]
    for name in ("received", "answered", "closed", "in_time"):
        for place, number in await rows_of(session, questions[name], values):
            counts[place].append((name, int(number)))
    measured: list[list[Cases]] = [[] for _ in periods]
    for place, number, measure, good, struck in await rows_of(session, questions["cases"], values):
        measured[place].append(Cases(Measure(measure), "", (), bool(good), bool(struck), int(number)))
    return [summed(*one) for one in zip(counts, measured, strict=True)]


@lru_cache(_MOST)
def _of_everything(periods: int) -> _Questions:
    return _questions(periods, EVERYTHING, None)


def _questions(periods: int, visible: Condition, units: Collection[str] | None) -> _Questions:
    """Return each count's question; its values are the first moment and where each period ends."""
    answered = and_(col(WorkOrder.outcome) == "answered", col(WorkOrder.lead) == "")
    done = col(WorkOrder.outcome).not_in(NOT_DONE)
    kept = func.coalesce(col(WorkOrder.answered_at), col(WorkOrder.closed_at)) <= col(WorkOrder.answer_due)
    same = (col(OrderCase.measure), col(OrderCase.good), col(OrderCase.struck))
    of_orders = _grouped(col(OrderCase.at), periods, *same).join(
        WorkOrder, col(WorkOrder.number) == col(OrderCase.number)).where(visible)
    return {"received": _grouped(col(WorkOrder.created_at), periods).where(visible),
            "answered": _grouped(col(WorkOrder.answered_at), periods).where(answered, visible),
            "closed": _grouped(col(WorkOrder.closed_at), periods).where(done, visible),
            "in_time": _grouped(col(WorkOrder.closed_at), periods).where(done, kept, visible),
            "cases": of_orders if units is None else of_orders.where(col(OrderCase.unit).in_(units))}


def _grouped(moment: Any, periods: int, *also: Any) -> Select[Any]:
    """Return the question for how many there are of each period (0 is the first) and of what is `also` told apart."""
    ends = [bindparam(f"until{place}", type_=Float(53)) for place in range(periods)]
    parts: list[tuple[Any, Any]] = [(moment < end, literal_column(str(place))) for place, end in enumerate(ends)]
    query = select(case(*parts).label(_OF), func.count(), *also).where(
        moment >= bindparam("since", type_=Float(53)), moment < ends[-1])
    return query.group_by(literal_column(_OF), *also)
