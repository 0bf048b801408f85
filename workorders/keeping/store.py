"""Acts to rows and back. A history is read whole and checked against the head that the order's row names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

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


async def history(session: AsyncSession, number: str) -> list[Act]:
    """Return the acts of an order, the first one first; empty when there are none."""
    query = select(OrderAct).where(col(OrderAct.number) == number).order_by(col(OrderAct.seq))
    rows: Sequence[OrderAct] = (await session.execute(query)).scalars().all()
    return [act_of(row) for row in rows]


async def histories(session: AsyncSession, numbers: Sequence[str]) -> dict[str, list[Act]]:
    """Return the acts of several orders with one question; an order without acts has an empty list."""
    query = select(OrderAct).where(col(OrderAct.number).in_(numbers)).order_by(col(OrderAct.number), col(OrderAct.seq))
    found: dict[str, list[Act]] = {number: [] for number in numbers}
    for row in (await session.execute(query)).scalars():
        found[row.number].append(act_of(row))
    return found


def folded(row: WorkOrder, acts: Sequence[Act]) -> Order:
    """Return the order its acts fold into; they must end where the row says. Raises BrokenHistory."""
    if not acts or len(acts) != row.version or acts[-1].digest != row.head:
        raise BrokenHistory(f"工单 {row.number} 的历史与登记的末尾不符", f"用 hotline audit verify {row.number} 查")
    try:
        return replay(acts)
    except (LifeError, AssertionError, LookupError, TypeError, ValueError, AttributeError) as error:
        said = f"工单 {row.number} 的历史读不通:{error}"
        raise BrokenHistory(said, f"用 hotline audit verify {row.number} 查") from error
