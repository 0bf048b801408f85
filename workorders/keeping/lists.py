"""Pages of a unit's orders, begun at the index of its shares: however many orders there are, a page costs a page.

Which of them somebody may see is a condition of its own, and stays one: these narrow a list, they open nothing. They
give the first `reach` shares and no others, so that what the reader sees of those is a list's beginning without a gap.
When it is less than a page and more shares lie beyond, the reader reads further (api.orders.pages). How many shares
were read stands in each row of the list by deadline, so that a short one need not be asked about again: fewer than
`reach` were all there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, literal_column, tuple_, union_all
from sqlalchemy import select as sql_select
from sqlmodel import col

from workorders.keeping.tables import OrderUnit
from workorders.models import WorkOrder

_ORDERS = WorkOrder.__table__  # type: ignore[attr-defined]
REACHED: Final = "reached"  # the column that says how many shares were read
_ANY: ColumnElement[int] = literal_column("1")
_BY_DUE = (col(OrderUnit.due), col(OrderUnit.number))


def newest_of(units: Sequence[Any], before: Any, reach: Any) -> ColumnElement[bool]:
    """Return the condition that an order is among the newest `reach` that one of the units has or had by right.

    `before`: the rank at which the page before ended, None for the first. Values, or places for them, here and below.
    """
    return col(WorkOrder.rank).in_(_newest_of(units, before, reach))


def beyond_newest(units: Sequence[Any], before: Any, reach: Any) -> Select[Any]:
    """Return a row if the units have more orders than `newest_of` reaches."""
    ranks = _newest_of(units, before, reach + 1).subquery()
    return sql_select(_ANY).select_from(ranks).offset(reach).limit(1)


def _newest_of(units: Sequence[Any], before: Any, reach: Any) -> Select[Any]:
    """Return the newest ranks of all units together: past the oldest of one unit's, another's would leave gaps."""
    pages = [_newest(unit, before, reach) for unit in units]
    if len(pages) == 1:
        return pages[0]
    ranks = union_all(*(sql_select(page.subquery().c.rank) for page in pages)).subquery().c.rank
    return sql_select(ranks).distinct().order_by(ranks.desc()).limit(reach)


def _newest(unit: Any, before: Any, reach: Any) -> Select[Any]:
    query = sql_select(col(OrderUnit.rank)).where(col(OrderUnit.unit) == unit, col(OrderUnit.void).is_(False))
    if before is not None:
        query = query.where(col(OrderUnit.rank) < before)
    return query.distinct().order_by(col(OrderUnit.rank).desc()).limit(reach)


def by_due(columns: Sequence[Any], unit: Any, after: Sequence[Any] | None, reach: Any = None) -> Select[Any]:
    """Return a unit's live orders, after `columns` the deadline that is the unit's own, the nearest first.

    `after`: deadline and number at which the page before ended. `reach`: how many shares are read, where nothing but
    sight narrows the list, and then how many there were, as the last column; None for all of them.
    """
    mine = _live(unit, after)
    found = mine.subquery() if reach is None else mine.order_by(*_BY_DUE).limit(reach).cte("shares")
    told = [found.c.due.label("own_due"), *([] if reach is None else [_count_of(found)])]
    query = sql_select(*columns, *told).join_from(_ORDERS, found, found.c.number == col(WorkOrder.number))
    return query.order_by(found.c.due, found.c.number)


def beyond_due(unit: Any, after: Sequence[Any] | None, reach: Any) -> Select[Any]:
    """Return a row if the unit has more live shares than `by_due` reaches."""
    return _live(unit, after).with_only_columns(_ANY).order_by(*_BY_DUE).offset(reach).limit(1)


def _count_of(shares: Any) -> ColumnElement[int]:
    return sql_select(func.count()).select_from(shares).correlate(None).scalar_subquery().label(REACHED)


def _live(unit: Any, after: Sequence[Any] | None) -> Select[Any]:
    share: tuple[Any, Any] = (col(OrderUnit.number), col(OrderUnit.due))
    mine: Select[Any] = sql_select(*share).where(col(OrderUnit.unit) == unit, col(OrderUnit.live))
    return mine if after is None else mine.where(tuple_(*_BY_DUE) > tuple_(*after))
