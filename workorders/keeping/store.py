"""Acts to rows and back. A history is read whole and checked against the head that the order's row names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert
from sqlalchemy import select as sql_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.db import rows_of
from core.db_batch import Statement
from workorders.keeping.tables import OrderAct
from workorders.life.acts import Act
from workorders.life.errors import BrokenHistory, LifeError
from workorders.life.history import act_fields, act_from, replay
from workorders.life.order import Order
from workorders.models import WorkOrder

_ADD = insert(OrderAct)
_FIELDS = tuple(field.name for field in fields(Act))


def row_of(number: str, act: Act) -> dict[str, Any]:
    """Return an act as a row."""
    return {"number": number, **act_fields(act)}


def act_of(row: OrderAct) -> Act:
    """Return a row as an act. Raises BrokenHistory when it cannot be one."""
    return act_from({name: getattr(row, name) for name in _FIELDS})


def added(acts: Iterable[tuple[str, Iterable[Act]]]) -> Statement:
    """Return the statement that writes acts down; `acts`: of each order by its number."""
    return _ADD, [row_of(number, act) for number, found in acts for act in found]


@cache
def _asked(*, several: bool) -> Any:
    """Return the question for histories: columns, not objects; an act is made of them once."""
    query = sql_select(*(getattr(OrderAct, name) for name in _FIELDS)).order_by(col(OrderAct.number), col(OrderAct.seq))
    if several:
        return query.add_columns(col(OrderAct.number)).where(
            col(OrderAct.number).in_(bindparam("numbers", expanding=True)))
    return query.where(col(OrderAct.number) == bindparam("number"))


async def history(session: AsyncSession, number: str) -> list[Act]:
    """Return the acts of an order, the first one first; empty when there are none. Raises BrokenHistory."""
    rows = await rows_of(session, _asked(several=False), {"number": number})
    return [act_from(dict(zip(_FIELDS, row, strict=True))) for row in rows]


async def histories(session: AsyncSession, numbers: Sequence[str]) -> dict[str, list[Act]]:
    """Return the acts of several orders with one question; an order without acts has an empty list."""
    found: dict[str, list[Act]] = {number: [] for number in numbers}
    for row in await rows_of(session, _asked(several=True), {"numbers": list(numbers)}) if numbers else ():
        found[row[-1]].append(act_from(dict(zip(_FIELDS, row[:-1], strict=True))))
    return found


def folded(row: WorkOrder, acts: Sequence[Act]) -> Order:
    """Return the order its acts fold into; they must end where the row says. Raises BrokenHistory."""
    if not acts or len(acts) != row.version or acts[-1].digest != row.head:
        raise BrokenHistory(f"工单 {row.number} 的历史与登记的末尾不符", f"用 hotline audit verify {row.number} 查")
    try:
        return replay(acts)
    except (LifeError, AssertionError, LookupError, TypeError, ValueError, AttributeError) as error:
        said = f"工单 {row.number} 的历史读不通：{error}"
        raise BrokenHistory(said, f"用 hotline audit verify {row.number} 查") from error
