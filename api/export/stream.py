"""Orders one after another, as a reader may see them: read a page at a time, so that memory and locks stay small."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, func, select

from api.export.columns import COLUMNS, Value
from api.orders.shown import ANSWERING, columns_of
from api.orders.sight import Sight, sight_of
from api.people.caller import Caller
from api.people.models import UnitPlace
from api.people.scope import scope_of
from core.db import Database
from workorders.keeping.tables import OrderAct
from workorders.models import WorkOrder

PAGE = 500  # rows a transaction


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose export it is, and what it is narrowed to (conditions on WorkOrder, as api.orders.lists makes them)."""

    caller: Caller
    conditions: Sequence[ColumnElement[bool]] = field(default=())


async def counted(db: Database, asked: Asked) -> int:
    """Return how many orders the export will have."""
    query = select(func.count()).select_from(WorkOrder).where(scope_of(asked.caller).orders(), *asked.conditions)
    async with db.reading() as session:
        return int((await session.execute(query)).scalar_one())


async def names_of_units(db: Database) -> Mapping[str, str]:
    """Return the names of units by their ids."""
    async with db.reading() as session:
        places = (await session.execute(select(UnitPlace))).scalars().all()
    return {place.unit: place.name or place.unit for place in places}


async def lines(db: Database, asked: Asked, page: int = PAGE) -> AsyncIterator[dict[str, Value]]:
    """Yield the orders by name of column, the oldest first.

    Each page is a transaction of its own and asks anew what the caller may see: an order that became a report
    meanwhile is not in it.
    """
    after = -1
    while True:
        async with db.reading() as session:
            sight = await sight_of(session, asked.caller)
            query = select(WorkOrder).where(scope_of(asked.caller).orders(), col(WorkOrder.rank) > after,
                                            *asked.conditions)
            rows = (await session.execute(query.order_by(col(WorkOrder.rank)).limit(page))).scalars().all()
            told = await replies(session, [row.number for row in rows if sight.replies(row.secrecy)])
        for row in rows:
            yield line_of(row, sight, told.get(row.number, ""))
        if len(rows) < page:
            return
        after = rows[-1].rank


async def replies(session: AsyncSession, numbers: Sequence[str]) -> Mapping[str, str]:
    """Return the last answer of each order that has one: the unit's, or the one given on the line."""
    query = select(OrderAct.number, OrderAct.text).where(
        col(OrderAct.number).in_(numbers), col(OrderAct.do).in_([do.value for do in ANSWERING]),
        col(OrderAct.part).is_(False))
    found = (await session.execute(query.order_by(col(OrderAct.number), col(OrderAct.seq)))).all()
    return dict((number, text) for number, text in found)


def line_of(row: WorkOrder, sight: Sight, reply: str = "") -> dict[str, Value]:
    """Return an order's columns with its words as this reader may see them in a list."""
    texts = sight.of_row(columns_of(row)) | {"reply": reply}
    return {column.name: column.raw(row, texts) for column in COLUMNS}
