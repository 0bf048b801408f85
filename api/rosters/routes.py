"""Duty rosters: read by whoever works with units, set by each unit for itself, or by an admin for any."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.access import database, needs, now_of, who
from api.orders.sight import below
from api.people.audit import note_by
from api.people.caller import Caller
from api.problems import Problem
from api.rosters import keeping
from api.rosters.models import UnitRoster
from api.schemas import Strict, Word
from api.wire.once import OnceIfAsked
from api.wire.versions import check, etag_of, expected
from core.log import get_logger
from core.settings import Settings
from routing.roster import AHEAD, Roster
from workorders.life.words import UNIT_ROLES

router = APIRouter(prefix="/api/rosters", tags=["rosters"], route_class=OnceIfAsked)
log = get_logger(__name__)


class RosterIn(Strict):
    """The whole roster of a unit, and why it is changed."""

    roster: Roster
    why: Annotated[str, Field(min_length=2, max_length=500)]


class VersionOut(BaseModel):
    """Who set a version, when and why. Version 0: none was ever set, the directory's telephones ring."""

    version: int
    by: str
    why: str
    at: float


class RosterOut(VersionOut):
    """A unit's roster with who is on duty now and when nobody is in the next two weeks (local time, ISO 8601)."""

    unit: str
    roster: dict[str, Any]
    now: list[dict[str, Any]]
    gaps: list[tuple[str, str]]
    history: list[VersionOut]


class GapsOut(BaseModel):
    """Units with a roster that has gaps ahead."""

    units: list[dict[str, Any]]


@router.get("", responses={200: {"model": GapsOut}}, dependencies=[needs("directory.read")])
async def gaps(request: Request) -> dict[str, Any]:
    """List the units with a roster: how many hours of the next two weeks nobody covers, and from when."""
    caller = who(request)
    async with database(request).reading() as session:
        rosters = await keeping.in_force(session)
        seen = await below(session, caller.unit) if caller.roles & UNIT_ROLES else set(rosters)
    now = _local(request)
    return {"units": [_summed(unit, roster, now) for unit, roster in sorted(rosters.items()) if unit in seen]}


@router.get("/{unit}", responses={200: {"model": RosterOut}}, dependencies=[needs("directory.read")])
async def read(request: Request, response: Response, unit: Word) -> dict[str, Any]:
    """Show a unit's roster, who is on duty now, and the gaps ahead."""
    await _may_see(request, who(request), unit)
    return await _shown(request, response, unit)


@router.put("/{unit}", responses={200: {"model": RosterOut}}, openapi_extra={"x-refusals": [412, 428]},
            dependencies=[needs("rosters.write")])
async def put(request: Request, response: Response, unit: Word, wanted: RosterIn) -> dict[str, Any]:
    """Set a unit's roster; it holds for the next ring. People say which version they saw (If-Match)."""
    caller, now = who(request), now_of(request)
    await _may_set(request, caller, unit)
    version = expected(request, required=True, thing="值班表")
    async with database(request).writing() as session:
        last = await keeping.newest(session, unit)
        check(last.version if last else 0, version, thing="值班表")
        session.add(UnitRoster(unit=unit, version=(last.version if last else 0) + 1, by=caller.id, why=wanted.why,
                               body=wanted.roster.model_dump(mode="json"), at=now))
        note_by(session, now, "roster.set", caller, unit, why=wanted.why)
    await _publish(request)
    return await _shown(request, response, unit)


async def _publish(request: Request) -> None:
    settings: Settings = request.app.state.settings
    try:
        await keeping.publish(database(request), settings.rosters_file)
    except OSError as error:
        log.error("rosters not published", path=str(settings.rosters_file), error=str(error))
        raise Problem(503, "not_published", "值班表已保存，但还没有写到话务侧，暂未生效",
                      "系统会自动重试；几分钟后仍未生效，请管理员检查磁盘") from error


async def _may_see(request: Request, caller: Caller, unit: str) -> None:
    if not caller.roles & UNIT_ROLES:
        return
    async with database(request).reading() as session:
        if unit not in await below(session, caller.unit):
            raise Problem(404, "no_such_unit", "没有这个单位的值班表", "只能查看本单位和下级单位的值班表")


async def _may_set(request: Request, caller: Caller, unit: str) -> None:
    if caller.may("directory.write"):
        return
    async with database(request).reading() as session:
        if not caller.unit or unit not in await below(session, caller.unit):
            raise Problem(403, "not_your_unit", "只能修改本单位和下级单位的值班表", "请该单位负责人修改")


async def _shown(request: Request, response: Response, unit: str) -> dict[str, Any]:
    async with database(request).reading() as session:
        rows = await keeping.history(session, unit)
    roster, now = Roster.model_validate(rows[0].body) if rows else Roster(), _local(request)
    head: dict[str, Any] = _version(rows[0]) if rows else {"version": 0, "by": "", "why": "", "at": 0.0}
    response.headers["ETag"] = etag_of(int(head["version"]))
    return head | {"unit": unit, "roster": roster.model_dump(mode="json"),
                   "now": [slot.model_dump(mode="json") for slot in roster.on_duty(now)],
                   "gaps": [_iso(span) for span in roster.gaps(now)], "history": [_version(row) for row in rows]}


def _summed(unit: str, roster: Roster, now: datetime) -> dict[str, Any]:
    found = roster.gaps(now)
    hours = sum((end - begin).total_seconds() for begin, end in found) / 3600
    return {"unit": unit, "days": AHEAD, "hours_uncovered": round(hours, 1), "next": _iso(found[0]) if found else None}


def _iso(span: tuple[datetime, datetime]) -> tuple[str, str]:
    return span[0].isoformat(timespec="minutes"), span[1].isoformat(timespec="minutes")


def _version(row: UnitRoster) -> dict[str, Any]:
    return {"version": row.version, "by": row.by, "why": row.why, "at": row.at}


def _local(request: Request) -> datetime:
    return datetime.fromtimestamp(now_of(request), request.app.state.keeper.zone)
