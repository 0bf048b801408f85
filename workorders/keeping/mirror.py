"""Whether what was folded out of a history is what stands beside it: columns, shares, cases, sums of days."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Integer, cast
from sqlalchemy import select as sql_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from workorders.keeping import figures
from workorders.keeping.shares import Shares, columns_of, shares_of
from workorders.keeping.tables import FigureDay, OrderBarred, OrderCase, OrderFinding, OrderNamed, OrderUnit
from workorders.life.calendar import Calendar
from workorders.life.order import Order
from workorders.models import WorkOrder

_TABLES: dict[str, type[Any]] = {
    "units": OrderUnit, "barred": OrderBarred, "named": OrderNamed, "findings": OrderFinding}


async def differences(session: AsyncSession, row: WorkOrder, order: Order) -> list[str]:
    """Return what of an order's row, and of the rows beside it, is not what its history says."""
    wrong = [f"{name}：登记为 {getattr(row, name)!r}，历史为 {value!r}" for name, value in columns_of(order).items()
             if getattr(row, name) != value]
    return [*wrong, *[one async for one in _shares(session, order)]]


async def _shares(session: AsyncSession, order: Order) -> AsyncIterator[str]:
    wanted: Shares = shares_of(order)
    for name, table in _TABLES.items():
        rows = (await session.execute(select(table).where(table.number == order.number))).scalars()
        if sorted(map(_key, (one.model_dump() for one in rows))) != sorted(map(_key, getattr(wanted, name))):
            yield f"{table.__tablename__} 与历史不符"


def _key(row: dict[str, Any]) -> str:
    """Return a row as it compares; a moment may have come back from JSON as a whole number."""
    plain = {name: float(value) if type(value) is int else value for name, value in row.items()}
    return repr(sorted(plain.items()))


async def cases_differ(session: AsyncSession, order: Order, now: float, calendar: Calendar) -> bool:
    """Tell whether an order's stored cases are not those its history gives by `now`."""
    return await figures.stored(session, order.number) != figures.cases_of(order, now, calendar)


async def sums_differ(session: AsyncSession) -> list[tuple[int, str, str]]:
    """Return the days, units and measures whose sums are not those of the stored cases."""
    found = {key: counts async for key, counts in _counted(session)}
    rows = (await session.execute(select(FigureDay))).scalars()
    told = {(r.day, r.unit, r.measure): (r.good, r.cases, r.kept_good, r.kept) for r in rows if r.cases}
    return sorted(key for key in {*found, *told} if found.get(key) != told.get(key))


async def _counted(session: AsyncSession) -> AsyncIterator[tuple[tuple[int, str, str], tuple[int, ...]]]:
    good, kept = cast(OrderCase.good, Integer), 1 - cast(OrderCase.struck, Integer)
    keys = (col(OrderCase.day), col(OrderCase.unit), col(OrderCase.measure))
    query = sql_select(*keys, func.sum(good), func.count(), func.sum(good * kept), func.sum(kept)).group_by(*keys)
    for day, unit, measure, *counts in (await session.execute(query)).all():
        yield (day, unit, measure), tuple(map(int, counts))

