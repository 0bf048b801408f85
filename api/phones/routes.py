"""Which telephones there are, whose, registered or not and from where; the account to set one up by, shown once."""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import database, needs, now_of, who
from api.calls import control
from api.people.audit import note_by
from api.phones import keeping
from api.phones.models import DeskPhone
from api.problems import Problem
from api.schemas import Word
from api.wire.versions import etag_of
from routing.accounts import account
from routing.directory import Agent

router = APIRouter(prefix="/api/phones", tags=["phones"])


class PhoneOut(BaseModel):
    """An agent's telephone. `kind`: web (in the page) or plain; `state`: free, ringing, busy, away: not registered.

    `beside`: on the desk of an agent who has one in the page too; `rings`: the one that is rung; `place`: where it
    stands; `version`: 0 until an admin added it or renewed its secret, at `changed_at` (epoch s).
    """

    agent: str
    name: str
    phone: str
    kind: str
    state: str
    beside: bool
    rings: bool
    place: str
    version: int
    changed_at: float


class PhonesOut(BaseModel):
    """Every agent's telephone: those of the directory, and those that were added."""

    phones: list[PhoneOut]


class ContactOut(BaseModel):
    """Where a telephone is registered from; `until`: epoch s at which it must have registered again, 0: unknown."""

    phone: str
    agent: str
    kind: str
    registered: bool
    address: str
    program: str
    until: float
    status: str


class AccountOut(BaseModel):
    """What is typed into a telephone on the desk."""

    agent: str
    server: str
    transport: str
    user: str
    password: str
    codecs: str


@router.get("", responses={200: {"model": PhonesOut}}, dependencies=[needs("phones.read")])
async def listed(request: Request) -> dict[str, Any]:
    """List the agents' telephones as the switch knows them now."""
    found = await control(request).do("phones.list")
    async with database(request).reading() as session:
        rows = await keeping.all_of(session)
    return {"phones": [one | _kept(rows.get(one["phone"])) for one in found
                       if not one["beside"] or (one["phone"] in rows and rows[one["phone"]].active)]}


@router.get("/{phone}", responses={200: {"model": ContactOut}}, dependencies=[needs("phones.read")])
async def where(request: Request, response: Response, phone: Word) -> Any:
    """Tell where one telephone is registered from; the ETag is the version to send as If-Match with a change."""
    async with database(request).reading() as session:
        row = await session.get(DeskPhone, phone)
    response.headers["ETag"] = etag_of(row.version if row else 0)
    return await control(request).do("phones.where", phone=phone)


@router.post("/{phone}/account", responses={200: {"model": AccountOut}}, dependencies=[needs("people.write")])
async def shown(request: Request, response: Response, phone: Word) -> dict[str, str]:
    """Show the account of a telephone on the desk. It is kept nowhere; that it was shown is in the audit."""
    seat = await seat_of(request, phone)
    async with database(request).writing() as session:
        row = await in_use(session, seat)
        note_by(session, now_of(request), "phone.account_shown", who(request), phone, agent=seat.agent.id)
    return account_for(request, response, seat.agent, row)


class Seat(NamedTuple):
    """A telephone on a desk: its agent, as rung there; `beside`: they have one in the page too."""

    agent: Agent
    beside: bool


async def seat_of(request: Request, phone: str) -> Seat:
    """Return who is rung at a telephone on a desk. Raises Problem for a page's and for one unknown."""
    found = next((one for one in await control(request).do("phones.list") if one["phone"] == phone), None)
    if found is None:
        raise no_such_phone()
    if found["kind"] == "web":
        raise Problem(409, "web_phone", "网页话机没有固定密码，每次登录由系统换新",
                      "要用桌面话机，请为这位坐席添加一部")
    return Seat(Agent(id=found["agent"], name=found["name"], phone=phone), found["beside"])


async def in_use(session: AsyncSession, seat: Seat) -> DeskPhone | None:
    """Return what is kept of a telephone, None for one of the directory as it was made. Raises Problem for none."""
    row = await session.get(DeskPhone, seat.agent.phone)
    if (row is None and seat.beside) or (row is not None and not row.active):
        raise no_such_phone()
    return row


def no_such_phone() -> Problem:
    """Return the refusal of a telephone that is not there."""
    return Problem(404, "no_such_phone", "没有这部话机", "从话机列表中选择")


def account_for(request: Request, response: Response, agent: Agent, row: DeskPhone | None) -> dict[str, str]:
    """Return the account in force; nobody on the way keeps it."""
    response.headers["Cache-Control"] = "no-store"
    return account(request.app.state.settings, request.app.state.secrets, agent, row.mark if row else "")


def _kept(row: DeskPhone | None) -> dict[str, Any]:
    return {"place": row.place if row else "", "version": row.version if row else 0,
            "changed_at": row.changed_at if row else 0.0}
