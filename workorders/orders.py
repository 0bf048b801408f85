"""The keeper of orders: makes one order per appeal, numbers it, changes it, lists it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from core.db import insert_into
from workorders.errors import AppealTaken, NotFound
from workorders.models import OrderDay, WorkOrder

CHANGEABLE = frozenset({"kind", "urgency", "summary", "address", "unit", "state", "agent", "call"})


async def make(session: AsyncSession, content: dict[str, Any], now: float, zone: ZoneInfo) -> WorkOrder:
    """Make the order that `content` (columns of WorkOrder) asks for. Raises AppealTaken when the appeal has its order.

    That the same request comes again is not seen here: whoever stands before it keeps its answer (api.wire.once).
    """
    await _refuse_second(session, content)
    order = WorkOrder(**content, number=await _next_number(session, now, zone), created_at=now, changed_at=now)
    session.add(order)
    await session.flush()
    return order


async def _refuse_second(session: AsyncSession, content: dict[str, Any]) -> None:
    call, appeal = content.get("call_key"), content.get("appeal")
    if call is None or appeal is None:
        return
    query = select(WorkOrder).where(col(WorkOrder.call_key) == call, col(WorkOrder.appeal) == appeal)
    there = (await session.execute(query)).scalar_one_or_none()
    if there is not None:
        raise AppealTaken(f"这通电话的第 {appeal} 项诉求已有工单 {there.number}", f"修改工单 {there.number},不要再建")


async def _next_number(session: AsyncSession, now: float, zone: ZoneInfo) -> str:
    day = datetime.fromtimestamp(now, zone).strftime("%Y-%m%d")
    insert = insert_into(session, OrderDay).values(day=day, last=1)
    counted = insert.on_conflict_do_update(index_elements=["day"], set_={"last": OrderDay.last + 1})
    count = (await session.execute(counted.returning(col(OrderDay.last)))).scalar_one()
    return f"{day}-{count:04d}"


async def get(session: AsyncSession, number: str) -> WorkOrder:
    """Return the order with this number. Raises NotFound."""
    order = await session.get(WorkOrder, number)
    if order is None:
        raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号,例如 2026-1123-0042")
    return order


async def alter(session: AsyncSession, number: str, changes: dict[str, Any], now: float) -> WorkOrder:
    """Change an order's CHANGEABLE columns. Raises NotFound."""
    order = await session.get(WorkOrder, number, with_for_update=True)
    if order is None:
        raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号,例如 2026-1123-0042")
    for name in CHANGEABLE & changes.keys():
        setattr(order, name, changes[name])
    order.changed_at = now
    return order


async def seen(session: AsyncSession, number: str, visible: ColumnElement[bool]) -> WorkOrder:
    """Return the order with this number if it is one of those `visible`. Raises NotFound, whichever of both it is."""
    query = select(WorkOrder).where(col(WorkOrder.number) == number, visible)
    order = (await session.execute(query)).scalar_one_or_none()
    if order is None:
        raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号,例如 2026-1123-0042")
    return order


async def listed(session: AsyncSession, visible: ColumnElement[bool], *, call_key: str | None, before: str | None,
                 limit: int) -> Sequence[WorkOrder]:
    """Return orders, newest first, of one call if asked; `before` is the last number of the page before."""
    query = select(WorkOrder).where(visible)
    if call_key is not None:
        query = query.where(col(WorkOrder.call_key) == call_key)
    if before is not None:
        place = tuple_(col(WorkOrder.created_at), col(WorkOrder.number))
        query = query.where(place < tuple_((await seen(session, before, visible)).created_at, before))
    query = query.order_by(col(WorkOrder.created_at).desc(), col(WorkOrder.number).desc()).limit(limit)
    return (await session.execute(query)).scalars().all()
