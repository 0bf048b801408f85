"""The rules of retention, a dry run, and legal holds. Words of an order are in none of these answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.people.audit import note_by
from api.people.scope import Scope, scope_of
from api.problems import Problem
from api.schemas import Number, Strict
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from workorders.errors import NotFound
from workorders.models import WorkOrder
from workorders.retention.due import counted, due
from workorders.retention.hold import set_hold
from workorders.retention.rules import CHINESE_WHAT, Rule, in_force

router = APIRouter(prefix="/api/retention", tags=["retention"])
RuleName = Annotated[str, Query(min_length=1, max_length=60, description="name of a rule in force")]


class RuleOut(BaseModel):
    """A rule, and how much it lets go now; `held`: how much more a legal hold keeps."""

    name: str
    what: str
    what_name: str
    after_days: int
    event: str
    kinds: list[str]
    ground: str
    goes: int
    held: int


class RetentionOut(BaseModel):
    """The rules. `version` 0: a proposal that nobody has decided on; nothing is erased by it."""

    version: int
    at: float
    rules: list[RuleOut]


class DueOut(BaseModel):
    """Something that a rule lets go. `key`: number of an order, key of a call, id of an attachment."""

    key: str
    since: float
    due: float


class DuesOut(BaseModel):
    """A page, the longest due first."""

    due: list[DueOut]
    next: str | None


class HoldIn(Strict):
    """`held`: put under hold, or lifted; `why`: number of the case, or the document."""

    held: bool
    why: Annotated[str, Field(min_length=2, max_length=500)]


class HoldOut(BaseModel):
    """How it stands now; `changed`: whether it was otherwise before."""

    number: str
    held: bool
    changed: bool


class HoldsOut(BaseModel):
    """Numbers of orders under hold, the newest first."""

    holds: list[str]
    next: str | None


@router.get("", responses={200: {"model": RetentionOut}}, dependencies=[needs("retention.read")])
async def rules(request: Request) -> dict[str, Any]:
    """Show the rules in force and what each would erase if it were run now: a dry run, which touches nothing."""
    now = now_of(request)
    async with database(request).reading() as session:
        found = await in_force(session, now)
        return {"version": found.version, "at": now,
                "rules": [await _foretold(session, rule, now) for rule in found.rules.rules]}


@router.get("/due", responses={200: {"model": DuesOut}}, openapi_extra={"x-refusals": [404]},
            dependencies=[needs("retention.read")])
async def dues(request: Request, rule: RuleName, held: bool = False, cursor: Cursor = None,
               limit: Limit = 50) -> dict[str, Any]:
    """List what a rule would erase now, one by one; `held`: what a legal hold keeps from it."""
    tie, now = filters_digest("due", {"rule": rule, "held": held}), now_of(request)
    place = place_of(tie, cursor, (float, str))
    async with database(request).reading() as session:
        meant = await _rule(session, rule, now)
        page = await due(session, meant, now, held=held, after=place or (0.0, ""), limit=limit)
        hidden = await _hidden(session, scope_of(who(request)), [one.key for one in page])
    more = cursor_of(tie, (page[-1].since, page[-1].key)) if len(page) == limit else None
    return {"due": [{"key": one.key, "since": one.since, "due": one.due} for one in page if one.key not in hidden],
            "next": more}


@router.get("/holds", responses={200: {"model": HoldsOut}}, dependencies=[needs("retention.read")])
async def holds(request: Request, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """List the orders that are under legal hold."""
    tie = filters_digest("holds", {})
    place = place_of(tie, cursor, (int,))
    query = select(WorkOrder.number, WorkOrder.rank).where(col(WorkOrder.hold))
    query = query if place is None else query.where(col(WorkOrder.rank) < place[0])
    async with database(request).reading() as session:
        rows = (await session.execute(query.order_by(col(WorkOrder.rank).desc()).limit(limit))).all()
        hidden = await _hidden(session, scope_of(who(request)), [number for number, _ in rows])
    more = cursor_of(tie, (rows[-1][1],)) if len(rows) == limit else None
    return {"holds": [number for number, _ in rows if number not in hidden], "next": more}


@router.put("/holds/{number}", responses={200: {"model": HoldOut}}, dependencies=[needs("retention.hold")])
async def hold(request: Request, number: Number, wanted: HoldIn) -> dict[str, Any]:
    """Put an order under legal hold, or lift it. Whoever may say so need not see the order; it is audited."""
    caller = who(request)
    async with database(request).writing() as session:
        if await _hidden(session, scope_of(caller), [number]):
            raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号")
        changed = await set_hold(session, number, wanted.held, wanted.why)
        note_by(session, now_of(request), "hold.set" if wanted.held else "hold.lifted", caller, number, why=wanted.why)
    return {"number": number, "held": wanted.held, "changed": changed}


async def _foretold(session: AsyncSession, rule: Rule, now: float) -> dict[str, Any]:
    goes, held = [await counted(session, rule, now, held=one) for one in (False, True)]
    return {**rule.model_dump(mode="json"), "what_name": CHINESE_WHAT[rule.what], "goes": goes, "held": held}


async def _rule(session: AsyncSession, name: str, now: float) -> Rule:
    known = (await in_force(session, now)).rules.rules
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise Problem(404, "not_found", f"没有叫“{name}”的保留规则",
                      f"现有规则：{'、'.join(one.name for one in known)}")
    return found


async def _hidden(session: AsyncSession, scope: Scope, numbers: Sequence[str]) -> set[str]:
    """Return which of these orders are kept from the caller's unit: to it they do not exist, here neither."""
    query = select(WorkOrder.number).where(col(WorkOrder.number).in_(numbers),
                                           scope.names_what_is_kept(col(WorkOrder.number)))
    return set((await session.execute(query)).scalars())
