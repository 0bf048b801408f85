"""Which telephones there are, whose, registered or not and from where; the account to set one up by, shown once."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.access import database, needs, now_of, who
from api.calls import control
from api.people.audit import note_by
from api.problems import Problem
from api.schemas import Word
from routing.accounts import account
from routing.directory import Agent

router = APIRouter(prefix="/api/phones", tags=["phones"])


class PhoneOut(BaseModel):
    """An agent's telephone. `kind`: web (in the page) or plain; `state`: free, ringing, busy, away: not registered."""

    agent: str
    name: str
    phone: str
    kind: str
    state: str


class PhonesOut(BaseModel):
    """Every agent's telephone, as the directory has them."""

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
    return {"phones": await control(request).do("phones.list")}


@router.get("/{phone}", responses={200: {"model": ContactOut}}, dependencies=[needs("phones.read")])
async def where(request: Request, phone: Word) -> Any:
    """Tell where one telephone is registered from."""
    return await control(request).do("phones.where", phone=phone)


@router.post("/{phone}/account", responses={200: {"model": AccountOut}}, dependencies=[needs("people.write")])
async def shown(request: Request, response: Response, phone: Word) -> dict[str, str]:
    """Show the account of a telephone on the desk. It is kept nowhere; that it was shown is in the audit."""
    found = next((one for one in await control(request).do("phones.list") if one["phone"] == phone), None)
    if found is None:
        raise Problem(404, "no_such_phone", "没有这部话机", "从话机列表中选择")
    if found["kind"] == "web":
        raise Problem(409, "web_phone", "网页话机没有固定密码,每次登录由系统换新",
                      "要用桌面话机,先在通讯录文件里把 kind 改为 plain")
    agent = Agent(id=found["agent"], name=found["name"], phone=phone)
    async with database(request).writing() as session:
        note_by(session, now_of(request), "phone.account_shown", who(request), phone, agent=agent.id)
    response.headers["Cache-Control"] = "no-store"
    return account(request.app.state.settings, request.app.state.secrets, agent)
