"""Articles as they go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import now_of, who
from api.knowledge.sight import keeps
from api.orders.keeping import keeper_of
from api.people.caller import Caller
from api.people.models import UnitPlace
from workorders.knowledge import keeping, wishes
from workorders.knowledge.keeping import standing
from workorders.knowledge.rules import ACTS, can, excerpt
from workorders.knowledge.tables import KnowledgeArticle, KnowledgeEdition, KnowledgeFlag

Json = dict[str, Any]
_FLAGS = 50
_PERMISSION = {"publish": "knowledge.publish"}


async def rows(request: Request, session: AsyncSession, found: Sequence[KnowledgeArticle],
               typed: str = "") -> list[Json]:
    """Return articles as they stand in a list."""
    names = await _unit_names(session, {one.unit for one in found})
    flags = await wishes.open_flags(session, [one.number for one in found])
    looked_for = [word.lower() for word in typed.split()]
    return [_row(request, one, names, flags) | {"excerpt": excerpt(one.words, looked_for)} for one in found]


async def whole(request: Request, session: AsyncSession, article: KnowledgeArticle) -> Json:
    """Return an article with all that the caller may know of it."""
    kept = await _kept(session, who(request), article.number)
    names, flags = await _unit_names(session, [article.unit]), await wishes.open_flags(session, [article.number])
    draft = await session.get(KnowledgeEdition, (article.number, article.latest)) if kept else None
    history = await keeping.history(session, article.number) if kept else ()
    flagged = await _flags(session, article.number) if kept else ()
    return _row(request, article, names, flags) | {
        "excerpt": excerpt(article.words, ()), "words": article.words, "reviewed_by": article.reviewed_by,
        "draft": edition(draft) if draft and article.latest != article.published else None,
        "history": [one.model_dump(exclude={"number"}) for one in history],
        "flagged": [one.model_dump() for one in flagged], "can": _acts(who(request), article) if kept else []}


def edition(row: KnowledgeEdition) -> Json:
    """Return an edition as it goes out."""
    return row.model_dump(exclude={"number"})


def _row(request: Request, one: KnowledgeArticle, names: dict[str, str], flags: dict[int, int]) -> Json:
    told = one.model_dump(exclude={"words", "reviewed_by"})
    on = datetime.fromtimestamp(one.reviewed_at, keeper_of(request).zone).date().isoformat() if one.reviewed_at else ""
    overdue = one.state == "published" and now_of(request) >= one.due_at
    return told | {"unit_name": names.get(one.unit, ""), "flags": flags.get(one.number, 0), "reviewed_on": on,
                   "overdue": overdue}


def _acts(caller: Caller, article: KnowledgeArticle) -> list[str]:
    return [do for do in ACTS if caller.may(_PERMISSION.get(do, "knowledge.write")) and can(standing(article), do)]


async def _kept(session: AsyncSession, caller: Caller, number: int) -> bool:
    query = select(KnowledgeArticle.number).where(col(KnowledgeArticle.number) == number, keeps(caller))
    return (await session.execute(query)).scalar_one_or_none() is not None


async def _unit_names(session: AsyncSession, units: Iterable[str]) -> dict[str, str]:
    query = select(UnitPlace.unit, UnitPlace.name).where(col(UnitPlace.unit).in_(set(units)))
    return {unit: name for unit, name in (await session.execute(query)).all()}


async def _flags(session: AsyncSession, number: int) -> Sequence[KnowledgeFlag]:
    query = select(KnowledgeFlag).where(col(KnowledgeFlag.number) == number)
    return (await session.execute(query.order_by(col(KnowledgeFlag.at).desc()).limit(_FLAGS))).scalars().all()
