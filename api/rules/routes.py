"""Policy and calendar: read by those who go by them, edited by admins, each version kept with who, when and why."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of
from api.people.audit import note_by
from api.problems import Problem
from api.schemas import Strict
from api.wire.once import OnceIfAsked
from api.wire.versions import check, etag_of, expected
from core.db import once
from workorders.keeping import rules
from workorders.keeping.tables import RuleVersion
from workorders.life.policy import Policy

router = APIRouter(prefix="/api", tags=["rules"], route_class=OnceIfAsked)
Why = Annotated[str, Field(min_length=2, max_length=500, description="by which document")]
Moment = Annotated[float | None, Field(ge=0, lt=10_000_000_000, description="from when it holds; null: from now")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Hour = Annotated[str, Field(pattern=r"^\d{2}:\d{2}$")]


class PolicyIn(Strict):
    """The whole policy, from a moment on."""

    policy: Policy
    why: Why
    valid_from: Moment = None


class YearIn(Strict):
    """A year as it was announced: days off beside the weekends, and make-up days."""

    year: Annotated[int, Field(ge=2000, le=2199)]
    source: Annotated[str, Field(max_length=200)]
    off: Annotated[list[Day], Field(max_length=366)]
    worked: Annotated[list[Day], Field(max_length=366)]


class CalendarBody(Strict):
    """Years, business hours of a day, zone."""

    years: Annotated[list[YearIn], Field(max_length=200)]
    windows: Annotated[list[tuple[Hour, Hour]], Field(min_length=1, max_length=6)]
    zone: Annotated[str, Field(max_length=60)]


class CalendarIn(Strict):
    """The whole calendar, from a moment on."""

    calendar: CalendarBody
    why: Why
    valid_from: Moment = None


class VersionOut(BaseModel):
    """A version: who set it, when and why, and from when it holds. Version 0 is what the software came with."""

    version: int
    valid_from: float
    by: str
    why: str
    at: float


class PolicyOut(VersionOut):
    """A version of the policy, with its text."""

    policy: dict[str, Any]


class CalendarOut(VersionOut):
    """A version of the calendar, with its text."""

    calendar: dict[str, Any]


class VersionsOut(BaseModel):
    """Every version, the newest first."""

    versions: list[VersionOut]


_THING = {rules.POLICY: "政策", rules.CALENDAR: "日历"}
AS_IT_CAME: dict[str, Any] = {"version": 0, "valid_from": 0.0, "by": "", "why": "", "at": 0.0}


@router.get("/policy", responses={200: {"model": PolicyOut}}, dependencies=[needs("policy.read")])
async def policy(request: Request, response: Response) -> dict[str, Any]:
    """Show the newest policy, also one that holds only from later on; the ETag is its version."""
    return await _newest(request, response, rules.POLICY)


@router.get("/policy/versions", responses={200: {"model": VersionsOut}}, dependencies=[needs("policy.read")])
async def policies(request: Request) -> dict[str, Any]:
    """List the versions of the policy."""
    return await _all(request, rules.POLICY)


@router.get("/policy/versions/{version}", responses={200: {"model": PolicyOut}}, dependencies=[needs("policy.read")])
async def policy_version(request: Request, version: Annotated[int, Path(ge=0, le=999_999)]) -> dict[str, Any]:
    """Show one version of the policy as it was set; version 0 is what the software came with."""
    if version == 0:
        return AS_IT_CAME | {rules.POLICY: Policy().model_dump(mode="json")}
    async with database(request).reading() as session:
        there = await rules.versions(session, rules.POLICY)
    row = next((one for one in there if one.version == version), None)
    if row is None:
        raise Problem(404, "not_found", f"没有第 {version} 版政策", "从版本列表中选择")
    return version_out(row) | {rules.POLICY: row.body}


@router.put("/policy", responses={200: {"model": PolicyOut}}, openapi_extra={"x-refusals": [412, 428]},
            dependencies=[needs("policy.write")])
async def set_policy(request: Request, response: Response, wanted: PolicyIn) -> dict[str, Any]:
    """Set the policy. Orders keep the terms that they were promised by."""
    async with database(request).writing() as session:
        await _check(request, session, rules.POLICY)
        now = now_of(request)
        await rules.set_policy(session, wanted.policy, wanted.valid_from or now, who(request).id, wanted.why, now)
        note_by(session, now, "policy.set", who(request), "policy", why=wanted.why)
    keeper_of(request).rulebook.forget()
    return await _newest(request, response, rules.POLICY)


@router.get("/calendar", responses={200: {"model": CalendarOut}}, dependencies=[needs("calendar.read")])
async def calendar(request: Request, response: Response) -> dict[str, Any]:
    """Show the newest calendar of working days; the ETag is its version."""
    return await _newest(request, response, rules.CALENDAR)


@router.get("/calendar/versions", responses={200: {"model": VersionsOut}}, dependencies=[needs("calendar.read")])
async def calendars(request: Request) -> dict[str, Any]:
    """List the versions of the calendar."""
    return await _all(request, rules.CALENDAR)


@router.put("/calendar", responses={200: {"model": CalendarOut}}, openapi_extra={"x-refusals": [412, 428]},
            dependencies=[needs("calendar.write")])
async def set_calendar(request: Request, response: Response, wanted: CalendarIn) -> dict[str, Any]:
    """Set the calendar, for example when the next year's holidays are announced."""
    made = rules.calendar_from(wanted.calendar.model_dump())
    async with database(request).writing() as session:
        await _check(request, session, rules.CALENDAR)
        now = now_of(request)
        await rules.set_calendar(session, made, wanted.valid_from or now, who(request).id, wanted.why, now)
        note_by(session, now, "calendar.set", who(request), "calendar", why=wanted.why)
    keeper_of(request).rulebook.forget()
    return await _newest(request, response, rules.CALENDAR)


async def _check(request: Request, session: AsyncSession, kind: str) -> None:
    """Refuse an edit of a version that is no longer the newest."""
    wanted = expected(request, required=True, thing=_THING[kind])
    there = await rules.versions(session, kind)
    check(there[0].version if there else 0, wanted, thing=_THING[kind])


async def _newest(request: Request, response: Response, kind: str) -> dict[str, Any]:
    keeper, now = keeper_of(request), now_of(request)
    async with database(request).reading() as session:
        there = await _versions(session, kind)
        held = await keeper.rules(session, now)
    seed: dict[str, Any] = (held.policy.model_dump(mode="json") if kind == rules.POLICY
                            else rules.calendar_json(held.calendar))
    head = version_out(there[0]) if there else dict(AS_IT_CAME)
    response.headers["ETag"] = etag_of(int(head["version"]))
    return head | {kind: there[0].body if there else seed}


async def _all(request: Request, kind: str) -> dict[str, Any]:
    async with database(request).reading() as session:
        return {"versions": [version_out(row) for row in await _versions(session, kind)]}


async def _versions(session: AsyncSession, kind: str) -> list[RuleVersion]:
    """Return every version of a kind of rule; on a page of several answers they are read once."""
    return await once(session, ("versions", kind), lambda: rules.versions(session, kind))


def version_out(row: RuleVersion) -> dict[str, Any]:
    """Return what stands at the head of a version."""
    return {"version": row.version, "valid_from": row.valid_from, "by": row.by, "why": row.why, "at": row.at}
