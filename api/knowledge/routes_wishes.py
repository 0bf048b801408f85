"""What those who search say: nothing was found, an article is wrong, an article was cited."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import tuple_
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.knowledge import schemas as shapes
from api.knowledge.sight import keeps, misses, reads
from api.people.audit import note_by
from api.schemas import Word
from api.wire.once import Once, changing
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from workorders.knowledge import keeping, wishes
from workorders.knowledge.keeping import By
from workorders.knowledge.tables import KnowledgeArticle, KnowledgeFlag, KnowledgeGap

Json = dict[str, Any]
router = APIRouter(prefix="/api/knowledge", tags=["knowledge"], route_class=Once)
Open = Annotated[bool, Query(description="only what nobody has dealt with")]


@router.get("/gaps", responses={200: {"model": shapes.GapsOut}}, dependencies=[needs("knowledge.write")])
async def gaps(request: Request, open: Open = True, cursor: Cursor = None, limit: Limit = 50) -> Json:
    """List words that were looked for in vain, most often first: those of the caller's units, or all."""
    tie = filters_digest("knowledge.gaps", {"open": open})
    place = place_of(tie, cursor, (int, float, str))
    row = (col(KnowledgeGap.times), col(KnowledgeGap.last_at), col(KnowledgeGap.id))
    query = select(KnowledgeGap).where(misses(who(request)), *([col(KnowledgeGap.closed_at) == 0] if open else []))
    query = query if place is None else query.where(tuple_(*row) < tuple_(*place))
    async with database(request).reading() as session:
        found = (await session.execute(query.order_by(*(one.desc() for one in row)).limit(limit + 1))).scalars().all()
    more = found[limit - 1] if len(found) > limit else None
    return {"gaps": [one.model_dump() for one in found[:limit]],
            "next": cursor_of(tie, (more.times, more.last_at, more.id)) if more else None}


@router.post("/gaps", status_code=201, responses={201: {"model": shapes.DoneOut}},
             dependencies=[needs("knowledge.tell")])
async def missed(request: Request, wanted: shapes.GapIn) -> Json:
    """Say that nothing was found; long numbers in the words are left out, and like words are counted together."""
    async with changing(request) as session:
        await wishes.missed(session, wanted.words, wanted.unit, _by(request))
        return {"ok": True}


@router.post("/gaps/{gap}/closing", status_code=201, responses={201: {"model": shapes.GapOut}},
             dependencies=[needs("knowledge.write")])
async def close(request: Request, gap: Word, wanted: shapes.ReasonIn) -> Json:
    """Say what came of words that were looked for in vain; they are listed no more until somebody misses them again."""
    async with changing(request) as session:
        found = await wishes.close_gap(session, gap, misses(who(request)), _by(request, wanted.why))
        note_by(session, now_of(request), "knowledge.gap_closed", who(request), gap)
        return found.model_dump()


@router.get("/flags", responses={200: {"model": shapes.FlagsOut}}, dependencies=[needs("knowledge.write")])
async def flags(request: Request, open: Open = True, cursor: Cursor = None, limit: Limit = 50) -> Json:
    """List what is said to be wrong in the articles that the caller keeps, the newest first."""
    tie = filters_digest("knowledge.flags", {"open": open})
    place = place_of(tie, cursor, (float, str))
    row = (col(KnowledgeFlag.at), col(KnowledgeFlag.id))
    kept = col(KnowledgeFlag.number).in_(select(KnowledgeArticle.number).where(keeps(who(request))))
    query = select(KnowledgeFlag).where(kept, *([col(KnowledgeFlag.settled_at) == 0] if open else []))
    query = query if place is None else query.where(tuple_(*row) < tuple_(*place))
    async with database(request).reading() as session:
        found = (await session.execute(query.order_by(*(one.desc() for one in row)).limit(limit + 1))).scalars().all()
    more = found[limit - 1] if len(found) > limit else None
    return {"flags": [one.model_dump() for one in found[:limit]],
            "next": cursor_of(tie, (more.at, more.id)) if more else None}


@router.post("/flags/{flag}/settlement", status_code=201, responses={201: {"model": shapes.FlagOut}},
             dependencies=[needs("knowledge.write")])
async def settle(request: Request, flag: Word, wanted: shapes.ReasonIn) -> Json:
    """Answer somebody who said that an article is wrong."""
    async with changing(request) as session:
        found = await wishes.settle_flag(session, flag, keeps(who(request)), _by(request, wanted.why))
        note_by(session, now_of(request), "knowledge.flag_settled", who(request), str(found.number), flag=flag)
        return found.model_dump()


@router.post("/{article}/flags", status_code=201, responses={201: {"model": shapes.FlagOut}},
             dependencies=[needs("knowledge.tell")])
async def flag(request: Request, article: shapes.Number, wanted: shapes.FlagIn) -> Json:
    """Say that an article is wrong or out of date; its unit is asked."""
    async with changing(request) as session:
        found = await keeping.locked(session, article, reads(who(request)))
        return (await wishes.flag(session, found, _by(request, wanted.words))).model_dump()


@router.post("/{article}/citations", status_code=201, responses={201: {"model": shapes.DoneOut}},
             dependencies=[needs("knowledge.tell")])
async def cite(request: Request, article: shapes.Number, wanted: shapes.CitationIn) -> Json:
    """Remember that the article was cited in a call; its order tells so."""
    async with changing(request) as session:
        found = await keeping.locked(session, article, reads(who(request)))
        await wishes.cite(session, found, wanted.call, _by(request))
        return {"ok": True}


def _by(request: Request, why: str = "") -> By:
    return By(who(request).id, now_of(request), why)
