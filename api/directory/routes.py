"""The directory: read by whoever works with it, set entry by entry by an admin; in force for the next ring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.directory import keeping
from api.directory.fitting import made, refuse_misfit
from api.directory.models import DirectoryEntry
from api.directory.needed import menu_in_force, moves, refuse_needed, refuse_on_duty
from api.directory.schemas import ROLE_OF, AgentIn, DirectoryOut, EntryOut, Kind, Parties, PartyIn, Why
from api.orders.sight import below
from api.people.audit import note_by
from api.people.caller import Caller
from api.people.models import Person, UnitPlace
from api.problems import Problem
from api.wire.once import OnceIfAsked
from api.wire.versions import check, etag_of, expected
from core.db import hold
from core.log import get_logger
from core.settings import Settings
from routing.directory import Agent, Party, Role, Word
from routing.directory_file import directory_in_force
from workorders.life.words import UNIT_ROLES

router = APIRouter(prefix="/api/directory", tags=["directory"], route_class=OnceIfAsked)
log = get_logger(__name__)
_THING = "通讯录条目"
_REFUSALS = {"x-refusals": [404, 409, 412, 428]}


@router.get("", responses={200: {"model": DirectoryOut}}, dependencies=[needs("directory.read")])
async def listed(request: Request) -> dict[str, Any]:
    """List everybody who can be rung; a unit's people see their own unit and those below it. `gone`: taken out."""
    await stocked(request)
    caller = who(request)
    shown: dict[str, list[dict[str, Any]]] = {name: [] for name in (*keeping.LISTS.values(), "gone")}
    async with database(request).reading() as session:
        seen = await below(session, caller.unit) if caller.roles & UNIT_ROLES else None
        for row in await keeping.last_versions(session):
            if seen is None or (row.role == "unit" and row.id in seen):
                kind = keeping.LISTS[row.role]  # type: ignore[index]
                shown["gone" if row.body is None else kind].append(await _row(session, kind, row))
    return shown


async def _row(session: AsyncSession, kind: str, row: DirectoryEntry) -> dict[str, Any]:
    if row.body is not None:
        return row.body | {"version": row.version}
    before = (await keeping.history(session, row.role, row.id, 2))[-1].body or {}  # type: ignore[arg-type]
    return {"kind": kind, "id": row.id, "name": before.get("name", ""), "version": row.version}


@router.get("/{kind}/{name}", responses={200: {"model": EntryOut}}, openapi_extra={"x-refusals": [404]},
            dependencies=[needs("directory.read")])
async def read(request: Request, response: Response, kind: Kind, name: Word) -> dict[str, Any]:
    """Show an entry with its history; the ETag is the version to send as If-Match with a change."""
    await stocked(request)
    caller = who(request)
    async with database(request).reading() as session:
        if caller.roles & UNIT_ROLES and (kind != "units" or name not in await below(session, caller.unit)):
            raise _unknown(name)
        return await _shown(session, response, kind, name)


@router.put("/agents/{name}", responses={200: {"model": EntryOut}}, openapi_extra=_REFUSALS,
            dependencies=[needs("directory.write")])
async def put_agent(request: Request, response: Response, name: Word, wish: AgentIn) -> dict[str, Any]:
    """Add or change an agent. People say which version they saw (If-Match; "0" for somebody new)."""
    return await _put(request, response, "agents", name, wish.entry.model_dump(mode="json"), wish.why)


@router.put("/{kind}/{name}", responses={200: {"model": EntryOut}}, openapi_extra=_REFUSALS,
            dependencies=[needs("directory.write")])
async def put_party(request: Request, response: Response, kind: Parties, name: Word, wish: PartyIn) -> dict[str, Any]:
    """Add or change a unit, an expert, a leader or an emergency desk; it holds for the next ring."""
    return await _put(request, response, kind, name, wish.entry.model_dump(mode="json"), wish.why)


@router.delete("/{kind}/{name}", responses={200: {"model": EntryOut}}, openapi_extra=_REFUSALS,
               dependencies=[needs("directory.write")])
async def take_out(request: Request, response: Response, kind: Kind, name: Word,
                   why: Annotated[Why, Query()]) -> dict[str, Any]:
    """Take an entry out: nobody is rung there any more; its history stays, and it can be set back."""
    caller, now, role = who(request), now_of(request), ROLE_OF[kind]
    version = expected(request, required=True, thing=_THING)
    await stocked(request)
    menu = await menu_in_force(request)
    if role == "agent":
        await refuse_on_duty(request, name)
    async with database(request).writing() as session:
        await hold(session, "directory")
        last = await keeping.newest(session, role, name)
        if last is None or last.body is None:
            raise _unknown(name)
        check(last.version, version, thing=_THING)
        await refuse_needed(session, role, name, menu)
        if role == "unit":
            await _keep_name(session, name, str(last.body["name"]))
        await keeping.add_version(session, role, name, None, caller.id, why, now)
        note_by(session, now, "directory.removed", caller, name, kind=kind, why=why)
    return await _published(request, response, kind, name)


async def _put(request: Request, response: Response, kind: Kind, name: str, body: dict[str, Any],
               why: str) -> dict[str, Any]:
    caller, now, role = who(request), now_of(request), ROLE_OF[kind]
    version, entry = expected(request, required=True, thing=_THING), made(role, name, body)
    await stocked(request)
    async with database(request).reading() as session:
        before = await keeping.newest(session, role, name)
    if isinstance(entry, Agent) and moves(Agent.model_validate(before.body) if before and before.body else None, entry):
        await refuse_on_duty(request, name)
    async with database(request).writing() as session:
        await hold(session, "directory")
        await _set(session, caller, role, entry, version, why, now)
    return await _published(request, response, kind, name)


async def _set(session: AsyncSession, caller: Caller, role: Role, entry: Agent | Party, version: int | None, why: str,
               now: float) -> None:
    last, body = await keeping.newest(session, role, entry.id), keeping.body_of(entry)
    check(last.version if last else 0, version, thing=_THING)
    if last is not None and last.body == body:
        return
    refuse_misfit(keeping.directory_of(await keeping.last_versions(session)), role, entry)
    await keeping.add_version(session, role, entry.id, body, caller.id, why, now)
    if role == "unit":
        await _rename(session, entry.id, entry.name)
    note_by(session, now, "directory.set", caller, entry.id, kind=keeping.LISTS[role], why=why)


async def is_known(request: Request, kind: Kind, name: str) -> bool:
    """Tell whether there is such an entry, or ever was."""
    await stocked(request)
    async with database(request).reading() as session:
        return await keeping.newest(session, ROLE_OF[kind], name) is not None


async def stocked(request: Request) -> None:
    """Take over what is in force where nothing was ever kept: the web process does so at its start, or else this."""
    state = request.app.state
    if not getattr(state, "directory_stocked", False):
        await keeping.take_stock(database(request), directory_in_force(state.settings), now_of(request))
        state.directory_stocked = True


async def _rename(session: AsyncSession, unit: str, name: str) -> None:
    place = await session.get(UnitPlace, unit)
    if place is not None and place.name:
        place.name = name
        session.add(place)


async def _keep_name(session: AsyncSession, unit: str, name: str) -> None:
    """Orders of earlier days still say what a unit was called."""
    place = await session.get(UnitPlace, unit) or UnitPlace(unit=unit)
    place.name = place.name or name
    session.add(place)


async def _published(request: Request, response: Response, kind: Kind, name: str) -> dict[str, Any]:
    settings: Settings = request.app.state.settings
    try:
        await keeping.publish(database(request), settings.directory_file)
    except OSError as error:
        log.error("directory not published", path=str(settings.directory_file), error=str(error))
        raise Problem(503, "not_published", "通讯录已保存，但还没有写到话务侧，暂未生效",
                      "系统会自动重试；几分钟后仍未生效，请管理员检查磁盘") from error
    async with database(request).reading() as session:
        return await _shown(session, response, kind, name)


async def _shown(session: AsyncSession, response: Response, kind: Kind, name: str) -> dict[str, Any]:
    rows = await keeping.history(session, ROLE_OF[kind], name)
    if not rows:
        raise _unknown(name)
    names = await _names(session, rows)
    told = [_version(row, names) for row in rows]
    response.headers["ETag"] = etag_of(rows[0].version)
    return told[0] | {"kind": kind, "id": name, "history": told}


async def _names(session: AsyncSession, rows: Sequence[DirectoryEntry]) -> dict[str, str]:
    people = {row.by for row in rows}
    found = await session.execute(select(Person.id, Person.name).where(col(Person.id).in_(people)))
    return {row.id: row.name for row in found}


def _version(row: DirectoryEntry, names: dict[str, str]) -> dict[str, Any]:
    return {"version": row.version, "by": row.by, "by_name": names.get(row.by, ""), "why": row.why, "at": row.at,
            "entry": row.body}


def _unknown(name: str) -> Problem:
    return Problem(404, "not_in_directory", f"通讯录里没有 {name}", "在名单里选择")
