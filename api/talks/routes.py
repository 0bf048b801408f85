"""The calls of an order, and recordings by day, number, agent or order. Sound and waves: api.records."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Integer, Select, bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.access import database, needs, who
from api.orders.keeping import keeper_of, seen
from api.orders.sight import sight_of
from api.people.scope import Scope, scope_of, talked
from api.problems import Problem
from api.records import let_search
from api.schemas import Number, Word
from api.talks.reading import COLUMNS, calls_of, named, told, with_marks
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from core.db import rows_of
from workorders.errors import NotFound
from workorders.keeping.keeper import Kept
from workorders.life.confidential import Field as Seen
from workorders.life.confidential import level_of
from workorders.life.words import Confidentiality
from workorders.models import CallRecord

router = APIRouter(prefix="/api", tags=["recordings"])


class TalkOut(BaseModel):
    """A call to listen to, or `refused`: why not (`code`, `detail`, `fix`). Seconds count from its answer."""

    model_config = ConfigDict(extra="allow")
    key: str
    refused: dict[str, str] | None


class CallsOut(BaseModel):
    """The calls of an order, the one it came by first."""

    number: str
    calls: list[TalkOut]


class RecordingsOut(BaseModel):
    """A page of calls to listen to; `next` is the cursor of the following one, null at the end."""

    recordings: list[TalkOut]
    next: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; all of it must be true. Days are the city's."""

    since: Annotated[date | None, Query(description="the first day")] = None
    until: Annotated[date | None, Query(description="the last day; left out: as `since`")] = None
    number: Annotated[str | None, Query(pattern=r"^[0-9]{3,20}$")] = None
    agent: Word | None = None
    order: Number | None = None


@router.get("/work-orders/{number}/calls", responses={200: {"model": CallsOut}}, dependencies=[needs("orders.read")])
async def of_order(request: Request, number: Number) -> dict[str, Any]:
    """Show an order's calls with lanes and marks; one that the caller may not hear, with the reason instead."""
    async with database(request).reading() as session:
        kept, keys = await _calls(request, session, number)
        report = level_of(kept.order) >= Confidentiality.REPORT
        return {"number": number, "calls": await told(session, who(request), keys, report=report)}


@router.get("/recordings", responses={200: {"model": RecordingsOut}}, dependencies=[needs("recordings.listen")])
async def search(request: Request, wanted: Annotated[Wanted, Depends()], cursor: Cursor = None,
                 limit: Limit = 20) -> dict[str, Any]:
    """Find calls to listen to, the newest first. That a number was looked for is written down."""
    tie = filters_digest("recordings", asdict(wanted))
    place = place_of(tie, cursor, (float, str))
    if wanted.number:
        await let_search(request, wanted.number)
    async with database(request).reading() as session:
        query = scope_of(who(request)).kept(_newest)
        if asked := await _asked(request, session, wanted):
            query = query.where(*asked)
        if place is not None:
            query = query.where(tuple_(col(CallRecord.answered_at), col(CallRecord.key)) < tuple_(*place))
        found = [named(one) for one in await rows_of(session, query, {"most": limit + 1})]
        rows = await with_marks(session, who(request), found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return {"recordings": rows, "next": cursor_of(tie, (last["answered_at"] or 0.0, last["key"])) if last else None}


def _newest(scope: Scope) -> Select[Any]:
    """Return the question for the `most` newest of the calls that were answered and that somebody may hear."""
    answered = col(CallRecord.answered_at)
    query = select(*COLUMNS).where(scope.records(), answered.is_not(None))
    return query.order_by(answered.desc(), col(CallRecord.key).desc()).limit(bindparam("most", type_=Integer))


async def _calls(request: Request, session: AsyncSession, number: str) -> tuple[Kept, list[str]]:
    """Return an order that the caller may see, with the keys of its calls. Raises NotFound."""
    await seen(session, who(request), number)
    kept, sight = await keeper_of(request).load(session, number), await sight_of(session, who(request))
    if not (fields := sight.fields(kept.order)):
        raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号，例如 2026-1123-0042")
    return kept, calls_of(kept, whole=Seen.HISTORY in fields)


async def _asked(request: Request, session: AsyncSession, wanted: Wanted) -> list[Any]:
    """Return what is looked for as conditions. Raises NotFound for an order out of sight, Problem 422 for the days."""
    first, last = wanted.since or wanted.until, wanted.until or wanted.since
    found: list[Any] = []
    if first and last:
        if last < first:
            raise Problem(422, "days", "结束日期早于开始日期", "把两个日期对调")
        zone = keeper_of(request).zone
        begin, end = (datetime.combine(day, datetime.min.time(), zone) for day in (first, last + timedelta(days=1)))
        found += [col(CallRecord.answered_at) >= begin.timestamp(), col(CallRecord.answered_at) < end.timestamp()]
    if wanted.number:
        found.append(col(CallRecord.caller) == wanted.number)
    if wanted.agent:
        found.append(talked(wanted.agent))
    if wanted.order:
        found.append(col(CallRecord.key).in_((await _calls(request, session, wanted.order))[1]))
    return found
