"""The class field of the order form: what is likely before anything is typed, what fits then, the tree to walk."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of
from core.db import DatabaseError
from web.desk import class_finding as finding
from web.desk.class_finding import SEPARATOR, Path
from web.site import page
from workorders.keeping.tables import OrderUnit
from workorders.knowledge.tables import KnowledgeArticle, KnowledgeCitation
from workorders.life.matters import Tree
from workorders.models import WorkOrder

router = APIRouter(prefix="/desk/classes", dependencies=[needs("agents.act")])
_PATIENCE: Final = 2.0  # s for the database
_LOOKED_AT: Final = 200  # orders: what is usual now, at the cost of an index
_EACH: Final = 4  # that are offered for one reason
_NAMES: Final = (WorkOrder.first, WorkOrder.second, WorkOrder.third)
Typed = Annotated[str, Query(max_length=100)]
At = Annotated[str, Query(max_length=100)]
Unit = Annotated[str, Query(pattern=r"^[0-9A-Za-z_.-]{0,40}$")]
Call = Annotated[str, Query(pattern="^([0-9a-f]{32})?$")]


@router.get("")
async def found(request: Request, q: Typed = "", at: At = "", unit: Unit = "", call: Call = "") -> HTMLResponse:
    """Classes that fit what was typed; without words the likely ones and the tree, or what is below a place of it."""
    try:
        async with asyncio.timeout(_PATIENCE), database(request).reading() as session:
            tree: Tree = (await keeper_of(request).rules(session, now_of(request))).classes
            likely = await _likely(session, who(request).agent, unit, call)
    except (DatabaseError, TimeoutError):
        return page(request, "parts/classes_found.html", away=True, rows=(), q="", at="")
    return page(request, "parts/classes_found.html", away=False, q=q.strip(), at=at, rows=_rows(tree, q, at, likely))


def _rows(tree: Tree, q: str, at: str, likely: list[tuple[str, Path]]) -> list[finding.Offered]:
    if q.strip():
        return finding.searched(tree, q, [path for _, path in likely])
    if at:
        return finding.level(tree, tuple(name for name in at.split(SEPARATOR) if name))
    return finding.offered(tree, likely) + finding.level(tree, ())


async def _likely(session: AsyncSession, agent: str, unit: str, call: str) -> list[tuple[str, Path]]:
    """Return paths with the reason: what the unit chosen mostly has, the fields of what was cited, one's own last."""
    made: list[tuple[str, Path]] = []
    if unit:
        made += [("unit", path) for path in await _usual(session, unit)]
    if call:
        made += [("field", (field,)) for field in await _fields_cited(session, call)]
    if agent:
        made += [("last", path) for path in await _last(session, agent)]
    return made


async def _usual(session: AsyncSession, unit: str) -> list[Path]:
    """Return the classes that most of a unit's newest orders have. Reports stand in no such count."""
    newest = (select(OrderUnit.number).where(col(OrderUnit.unit) == unit, col(OrderUnit.void).is_(False))
              .order_by(col(OrderUnit.rank).desc()).limit(_LOOKED_AT).subquery())
    query = (select(*_NAMES).join(newest, newest.c.number == col(WorkOrder.number))
             .where(col(WorkOrder.kind) != "report", col(WorkOrder.first) != "").group_by(*_NAMES)
             .order_by(func.count().desc(), *_NAMES).limit(_EACH))
    return [tuple(row) for row in (await session.execute(query)).all()]


async def _last(session: AsyncSession, agent: str) -> list[Path]:
    """Return the classes that an agent gave last, the newest first."""
    query = select(*_NAMES).where(col(WorkOrder.agent) == agent).order_by(col(WorkOrder.rank).desc())
    given = [tuple(row) for row in (await session.execute(query.limit(_LOOKED_AT))).all() if row[0]]
    return list(dict.fromkeys(given))[:_EACH]


async def _fields_cited(session: AsyncSession, call: str) -> list[str]:
    query = (select(KnowledgeArticle.field).join(KnowledgeCitation, col(KnowledgeCitation.number) == col(
        KnowledgeArticle.number)).where(col(KnowledgeCitation.call) == call))
    return [field for field in dict.fromkeys((await session.execute(query)).scalars()) if field]
