"""Drawing calls, scoring them, the agent's appeal, and the second person's decision."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy import false, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of
from api.people.audit import note_by
from api.people.caller import Caller
from api.people.scope import scope_of
from api.quality import schemas as shapes
from api.schemas import Word
from api.wire.once import Once, changing
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from core.ids import new_id
from workorders.errors import NotFound
from workorders.models import CallRecord
from workorders.quality import keeping
from workorders.quality.keeping import By, standing
from workorders.quality.life import ACTS, can
from workorders.quality.rules import week_of
from workorders.quality.tables import QualityCheck

Json = dict[str, Any]
router = APIRouter(prefix="/api/quality", tags=["quality"], route_class=Once)
PERMISSION: Final = {"score": "quality.write", "appeal": "quality.appeal", "decide": "quality.decide"}


@router.post("/draws", status_code=201, responses={201: {"model": shapes.DrawnOut}},
             dependencies=[needs("quality.write")])
async def draw(request: Request, wanted: shapes.DrawIn) -> Json:
    """Draw a week's calls by the rule in force, among those the caller may hear; drawn ones are not drawn again."""
    caller, seed = who(request), wanted.seed or new_id("seed")
    begin, end = week_of(wanted.week, keeper_of(request).zone)
    week = keeping.Week(wanted.week, begin, end, seed)
    async with database(request).reading() as session:  # a week of a large city is long: nobody waits for it to write
        picks = await keeping.drawn(session, week, scope_of(caller).records())
    async with changing(request) as session:
        made = await keeping.keep(session, week, picks, _by(request))
        note_by(session, now_of(request), "quality.drawn", caller, wanted.week, seed=seed, checks=len(made))
        return {"week": wanted.week, "seed": seed, "checks": [shown(caller, one, now_of(request)) for one in made]}


@router.get("/checks", responses={200: {"model": shapes.ChecksOut}}, dependencies=[needs("quality.read")])
async def listed(request: Request, state: Annotated[str | None, Query(pattern="^[a-z]{1,10}$")] = None,
                 agent: Word | None = None, week: shapes.Week | None = None, cursor: Cursor = None,
                 limit: Limit = 50) -> Json:
    """List the checks that the caller may see, the newest first: an agent their own once scored, the others all."""
    asked = {"state": state, "agent": agent, "week": week}
    tie = filters_digest("quality", asked)
    place = place_of(tie, cursor, (float, str))
    row = tuple_(col(QualityCheck.drawn_at), col(QualityCheck.id))
    query = select(QualityCheck).where(visible(who(request)), *(
        getattr(QualityCheck, name) == value for name, value in asked.items() if value is not None))
    query = query if place is None else query.where(row < tuple_(*place))
    query = query.order_by(col(QualityCheck.drawn_at).desc(), col(QualityCheck.id).desc()).limit(limit + 1)
    async with database(request).reading() as session:
        found = (await session.execute(query)).scalars().all()
    rows = [shown(who(request), one, now_of(request)) for one in found[:limit]]
    more = found[limit - 1] if len(found) > limit else None
    return {"checks": rows, "next": cursor_of(tie, (more.drawn_at, more.id)) if more else None}


@router.get("/checks/{check}", responses={200: {"model": shapes.CheckWithCard}}, dependencies=[needs("quality.read")])
async def read(request: Request, check: Word) -> Json:
    """Show a check with its scorecard: the newest until it is scored."""
    async with database(request).reading() as session:
        query = select(QualityCheck).where(col(QualityCheck.id) == check, visible(who(request)))
        found = (await session.execute(query)).scalar_one_or_none()
        if found is None:
            raise NotFound(f"没有质检 {check}", "从质检列表重新打开")
        return await _whole(request, session, found)


@router.post("/checks/{check}/score", status_code=201, responses={201: {"model": shapes.CheckWithCard}},
             dependencies=[needs("quality.write")])
async def score(request: Request, check: Word, wanted: shapes.ScoreIn) -> Json:
    """Score a check. Nobody scores themselves."""
    async with changing(request) as session:
        found = await keeping.locked(session, check, visible(who(request)))
        await keeping.score(session, found, _by(request), wanted.marks, wanted.fatal, wanted.comment)
        note_by(session, now_of(request), "quality.scored", who(request), check, total=found.total)
        return await _whole(request, session, found)


@router.post("/checks/{check}/appeal", status_code=201, responses={201: {"model": shapes.CheckWithCard}},
             dependencies=[needs("quality.appeal")])
async def appeal(request: Request, check: Word, wanted: shapes.AppealIn) -> Json:
    """Appeal against one's own score, once, within the days the scorecard gives."""
    async with changing(request) as session:
        found = await keeping.locked(session, check, visible(who(request)))
        keeping.appeal(found, _by(request), wanted.why)
        note_by(session, now_of(request), "quality.appealed", who(request), check)
        return await _whole(request, session, found)


@router.post("/checks/{check}/decision", status_code=201, responses={201: {"model": shapes.CheckWithCard}},
             dependencies=[needs("quality.decide")])
async def decide(request: Request, check: Word, wanted: shapes.DecisionIn) -> Json:
    """Decide an appeal: never whoever scored it, never the agent."""
    async with changing(request) as session:
        found = await keeping.locked(session, check, visible(who(request)))
        await keeping.decide(session, found, _by(request), wanted.why, wanted.marks, wanted.fatal)
        note_by(session, now_of(request), "quality.decided", who(request), check, granted=found.granted)
        return await _whole(request, session, found)


def visible(caller: Caller) -> ColumnElement[bool]:
    """Return which checks: of calls one may hear; an agent only their own, once there is a score."""
    heard = col(QualityCheck.call).in_(select(col(CallRecord.key)).where(scope_of(caller).records()))
    if caller.may("quality.write") or caller.may("quality.decide"):
        return heard
    own = (col(QualityCheck.agent) == caller.agent) & (col(QualityCheck.state) != "drawn")
    return or_(false(), heard & own) if caller.agent else false()


def shown(caller: Caller, check: QualityCheck, now: float) -> Json:
    """Return a check as it goes out."""
    stands = standing(check)
    return check.model_dump() | {"can": [do for do in ACTS if caller.may(PERMISSION[do])
                                         and can(stands, do, caller.id, caller.agent, now)]}


async def _whole(request: Request, session: AsyncSession, check: QualityCheck) -> Json:
    version = None if check.state == "drawn" else check.card
    _, card = await keeping.scorecard(session, version)
    return shown(who(request), check, now_of(request)) | {"scorecard": card.model_dump(mode="json")}


def _by(request: Request) -> By:
    return By(who(request).id, who(request).agent, now_of(request))
