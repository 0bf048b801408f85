"""Orders as they are read: one, or a page of them. They are made and changed by `workorders.keeping` alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from workorders.errors import NotFound
from workorders.keeping.numbers import rank_of
from workorders.models import WorkOrder


async def get(session: AsyncSession, number: str) -> WorkOrder:
    """Return the order with this number. Raises NotFound."""
    return there(number, await session.get(WorkOrder, number))


def there(number: str, order: WorkOrder | None) -> WorkOrder:
    """Return the order that was looked for. Raises NotFound where none was found."""
    if order is None:
        raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号，例如 2026-1123-0042")
    return order


async def seen(session: AsyncSession, number: str, visible: ColumnElement[bool]) -> WorkOrder:
    """Return the order with this number if it is one of those `visible`. Raises NotFound, whichever of both it is."""
    query = select(WorkOrder).where(col(WorkOrder.number) == number, visible)
    return there(number, (await session.execute(query)).scalar_one_or_none())


async def listed(session: AsyncSession, visible: ColumnElement[bool], *, call_key: str | None, before: str | None,
                 limit: int) -> Sequence[WorkOrder]:
    """Return orders, newest first, of one call if asked; `before` is the last number of the page before."""
    query = select(WorkOrder).where(visible)
    if call_key is not None:
        query = query.where(col(WorkOrder.call_key) == call_key)
    if before is not None:
        query = query.where(col(WorkOrder.rank) < rank_of(before))
    query = query.order_by(col(WorkOrder.rank).desc()).limit(limit)
    return (await session.execute(query)).scalars().all()
