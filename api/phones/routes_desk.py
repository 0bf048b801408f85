"""A telephone on a desk beside the page is added and taken away, and any telephone's secret is renewed; each audited.

The secret is shown in the answer, this once. `in_force`: the switch has it and refuses the one before; if it is away
just now it gets it within seconds of coming back, from the worker.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, StringConstraints

from api.access import database, needs, now_of, who
from api.calls import control
from api.people.audit import note_by
from api.people.routes_changes import changes_of
from api.people.schemas import NO_CONTROLS
from api.phones import keeping
from api.phones.models import DeskPhone
from api.phones.routes import AccountOut, Seat, account_for, in_use, seat_of
from api.problems import Problem
from api.schemas import Strict, Word
from api.wire.versions import check, etag_of, expected
from core.db import hold
from routing.directory import Agent

router = APIRouter(prefix="/api/phones", tags=["phones"])
OF_A_PHONE = ("phone.added", "phone.renewed", "phone.removed", "phone.account_shown")
_THING = "话机"


class PhoneIn(Strict):
    """For whom, and where it stands."""

    agent: Word
    place: Annotated[str, StringConstraints(max_length=60, strip_whitespace=True, pattern=NO_CONTROLS)] = ""


class NewSecretOut(AccountOut):
    """The account with a secret that was just made."""

    phone: str
    version: int
    in_force: bool


class RemovedOut(BaseModel):
    """A telephone that is not rung any more."""

    phone: str
    in_force: bool


class ChangesOut(BaseModel):
    """What was done with a telephone, the newest first."""

    changes: list[dict[str, Any]]


@router.post("", status_code=201, responses={201: {"model": NewSecretOut}}, dependencies=[needs("people.write")])
async def add(request: Request, response: Response, wish: PhoneIn) -> dict[str, Any]:
    """Give an agent a telephone on the desk beside the one in the page."""
    agent, now = await _beside(request, wish.agent), now_of(request)
    async with database(request).writing() as session:
        await hold(session, "phones")
        row = await session.get(DeskPhone, agent.phone)
        if row is not None and row.active:
            raise Problem(409, "phone_exists", f"坐席 {agent.id} 已有桌面话机 {agent.phone}", "要换密码，用“更换密码”")
        row = row or DeskPhone(phone=agent.phone, agent=agent.id, mark="", version=0, changed_at=now)
        row.agent, row.place = agent.id, wish.place
        session.add(keeping.marked(row, now))
        note_by(session, now, "phone.added", who(request), agent.phone, agent=agent.id, place=wish.place)
    return await _given(request, response, agent, row)


@router.post("/{phone}/secret", responses={200: {"model": NewSecretOut}}, openapi_extra={"x-refusals": [412, 428]},
             dependencies=[needs("people.write")])
async def renew(request: Request, response: Response, phone: Word) -> dict[str, Any]:
    """Make a new secret for a telephone on a desk (If-Match). The one before opens nothing from then on."""
    seat, seen, now = await seat_of(request, phone), expected(request, required=True, thing=_THING), now_of(request)
    async with database(request).writing() as session:
        await hold(session, "phones")
        row = await in_use(session, seat)
        check(row.version if row else 0, seen, _THING)
        row = row or DeskPhone(phone=phone, agent=seat.agent.id, mark="", version=0, changed_at=now)
        session.add(keeping.marked(row, now))
        note_by(session, now, "phone.renewed", who(request), phone, agent=seat.agent.id)
    return await _given(request, response, seat.agent, row)


@router.delete("/{phone}", responses={200: {"model": RemovedOut}}, openapi_extra={"x-refusals": [412, 428]},
               dependencies=[needs("people.write")])
async def remove(request: Request, phone: Word) -> dict[str, Any]:
    """Take the telephone beside a page away (If-Match): its secret opens nothing, the page rings again."""
    seat, seen, now = await seat_of(request, phone), expected(request, required=True, thing=_THING), now_of(request)
    if not seat.beside:
        raise Problem(409, "only_phone", "这是该坐席唯一的话机，由通讯录文件指定", "改通讯录文件；丢失的话机请更换密码")
    async with database(request).reading() as session:
        row = await in_use(session, seat)
        check(row.version if row else 0, seen, _THING)
    await control(request).do("phone.choose", agent=seat.agent.id, rings="web")  # refused in the middle of a talk
    await _put_away(request, seat, seen, now)
    return {"phone": phone, "in_force": await _laid(request, phone)}


@router.get("/{phone}/changes", responses={200: {"model": ChangesOut}}, dependencies=[needs("phones.read")])
async def changes(request: Request, phone: Word) -> dict[str, Any]:
    """List what was done with a telephone: added, secret renewed or shown, taken away; at most 100."""
    async with database(request).reading() as session:
        return {"changes": await changes_of(session, phone, OF_A_PHONE)}


async def _put_away(request: Request, seat: Seat, seen: int | None, now: float) -> None:
    async with database(request).writing() as session:
        await hold(session, "phones")
        row = await in_use(session, seat)
        assert row is not None  # one beside a page is there only as a row
        check(row.version, seen, _THING)
        session.add(keeping.marked(row, now, active=False))
        note_by(session, now, "phone.removed", who(request), row.phone, agent=row.agent)


async def _beside(request: Request, agent: str) -> Agent:
    """Return an agent as rung at a telephone beside the page. Raises Problem where there is none."""
    of_agent = [one for one in await control(request).do("phones.list") if one["agent"] == agent]
    if not of_agent:
        raise Problem(404, "no_such_agent", "名录里没有这个坐席工号", "先把工号加入名录")
    found = next((one for one in of_agent if one["beside"]), None)
    if found is None:
        raise Problem(409, "has_a_phone", f"坐席 {agent} 本来就用桌面话机 {of_agent[0]['phone']}",
                      "要换密码，用“更换密码”")
    return Agent(id=agent, name=found["name"], phone=found["phone"])


async def _given(request: Request, response: Response, agent: Agent, row: DeskPhone) -> dict[str, Any]:
    response.headers["ETag"] = etag_of(row.version)
    return account_for(request, response, agent, row) | {
        "phone": agent.phone, "version": row.version, "in_force": await _laid(request, agent.phone)}


async def _laid(request: Request, phone: str) -> bool:
    state = request.app.state
    return await keeping.lay(database(request), control(request), state.secrets, phone, now_of(request))
