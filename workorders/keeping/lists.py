"""Pages of a unit's orders, begun at the index of its shares: however many orders there are, a page costs a page.

Which of them somebody may see is a condition of its own, and stays one: these narrow a list, they open nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, tuple_, union_all
from sqlalchemy import select as sql_select
from sqlmodel import col

from workorders.keeping.tables import OrderUnit
from workorders.models import WorkOrder

_ORDERS = WorkOrder.__table__  # type: ignore[attr-defined]
SLACK = 50  # rows read beyond a page, for those that the reader may not see


def newest_of(units: Sequence[Any], before: Any, count: Any) -> ColumnElement[bool]:
    """Return the condition that an order is among the newest `count` that one of the units has or had by right.

    `before`: the rank at which the page before ended, None for the first. Values, or places for them, here and below.
    """
    pages = [sql_select(_newest(unit, before, count + SLACK).subquery().c.rank) for unit in units]
    return col(WorkOrder.rank).in_(union_all(*pages))


def _newest(unit: Any, before: Any, count: Any) -> Select[int]:
    query = sql_select(col(OrderUnit.rank)).where(col(OrderUnit.unit) == unit, col(OrderUnit.void).is_(False))
    if before is not None:
        query = query.where(col(OrderUnit.rank) < before)
    return query.distinct().order_by(col(OrderUnit.rank).desc()).limit(count)


def by_due(columns: Sequence[Any], unit: Any, after: Sequence[Any] | None, count: Any = None) -> Select[Any]:
    """Return a unit's live orders, the last column the deadline that is the unit's own, the nearest first.

    `after`: deadline and number at which the page before ended. `count`: how many are wanted, where nothing but sight
    narrows the list; then no more than a page is read.
    """
    mine = sql_select(col(OrderUnit.number), col(OrderUnit.due)).where(col(OrderUnit.unit) == unit, col(OrderUnit.live))
    place = tuple_(col(OrderUnit.due), col(OrderUnit.number))
    if after is not None:
        mine = mine.where(place > tuple_(*after))
    if count is not None:
        mine = mine.order_by(col(OrderUnit.due), col(OrderUnit.number)).limit(count + SLACK)
    found = mine.subquery()
    query = sql_select(*columns, found.c.due.label("own_due")).join_from(
        _ORDERS, found, found.c.number == col(WorkOrder.number))
    return query.order_by(found.c.due, found.c.number)
