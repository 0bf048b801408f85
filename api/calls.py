"""Live calls, through the controller: who is in them, and every act on them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api.access import needs
from api.problems import Problem
from api.schemas import (
    Appeal,
    AppealIn,
    By,
    CallKey,
    ConsultIn,
    DialOutIn,
    DispositionIn,
    InvitationIn,
    Word,
    WordOrNone,
)
from core.control import ControlClient
from core.db import Database
from workorders import orders
from workorders.errors import NotFound
from workorders.models import CallRecord

router = APIRouter(prefix="/api/calls", tags=["calls"])
NOBODY = By()


def control(request: Request) -> ControlClient:
    """Return the way to the controller."""
    client: ControlClient = request.app.state.control
    return client


@router.get("", dependencies=[needs("calls.read")])
async def live(request: Request) -> dict[str, Any]:
    """List the calls that are up now."""
    return {"calls": await control(request).do("calls.list")}


@router.get("/{key}", dependencies=[needs("calls.read")])
async def one(request: Request, key: CallKey) -> Any:
    """Show a call that is up now."""
    return await control(request).do("calls.get", call=key)


@router.post("", status_code=202, dependencies=[needs("calls.dial")])
async def dial_out(request: Request, wish: DialOutIn) -> Any:
    """Ring the agent, then the citizen whose number stands in the order or call record."""
    number = await _number(request.app.state.db, wish)
    if not number:
        raise Problem(409, "no_number", "这里没有记下市民的号码", "主叫号码当时被隐藏,无法回拨")
    reason = wish.work_order or wish.call_record
    return await control(request).do("call.dial_out", agent=wish.agent, number=number, order=reason, by=wish.by)


async def _number(db: Database, wish: DialOutIn) -> str:
    async with db.reading() as session:
        if wish.work_order:
            return (await orders.get(session, wish.work_order)).caller
        record = await session.get(CallRecord, wish.call_record)
    if record is None:
        raise NotFound(f"没有通话记录 {wish.call_record}", "核对通话编号")
    return record.caller


@router.post("/{key}/invitations", status_code=202, dependencies=[needs("calls.act")])
async def invite(request: Request, key: CallKey, wish: InvitationIn) -> Any:
    """Invite somebody of the directory into the call."""
    return await control(request).do("call.invite", call=key, **wish.model_dump())


@router.delete("/{key}/invitations/{invitation}", dependencies=[needs("calls.act")])
async def cancel(request: Request, key: CallKey, invitation: Word, by: WordOrNone = "") -> Any:
    """Cancel an invitation that has not been taken."""
    return await control(request).do("call.cancel", call=key, invitation=invitation, by=by)


@router.post("/{key}/consult", status_code=202, dependencies=[needs("calls.act")])
async def consult(request: Request, key: CallKey, wish: ConsultIn) -> Any:
    """Step aside and talk with somebody while the citizen hears music."""
    return await control(request).do("call.consult", call=key, **wish.model_dump())


# act in the address → verb of the controller
_ACTS = {"hold": "call.hold", "resume": "call.resume", "bring-back": "call.bring_back", "finish": "call.finish"}
_PARTY_ACTS: dict[str, tuple[str, dict[str, bool]]] = {
    "mute": ("party.mute", {"muted": True}), "unmute": ("party.mute", {"muted": False}),
    "remove": ("party.remove", {}), "leave": ("party.leave", {})}


def _add_act(path: str, verb: str) -> None:
    @router.post(f"/{{key}}/{path}", name=verb, dependencies=[needs("calls.act")])
    async def act(request: Request, key: CallKey, wish: By = NOBODY) -> Any:
        return await control(request).do(verb, call=key, by=wish.by)


def _add_party_act(path: str, verb: str, more: dict[str, bool]) -> None:
    @router.post(f"/{{key}}/parties/{{party}}/{path}", name=verb, dependencies=[needs("calls.act")])
    async def act(request: Request, key: CallKey, party: Word, wish: By = NOBODY) -> Any:
        return await control(request).do(verb, call=key, party=party, by=wish.by, **more)


for _path, _verb in _ACTS.items():
    _add_act(_path, _verb)
for _path, (_verb, _more) in _PARTY_ACTS.items():
    _add_party_act(_path, _verb, _more)


@router.put("/{key}/appeals/{number}", dependencies=[needs("calls.act")])
async def appeal(request: Request, key: CallKey, number: Appeal, content: AppealIn) -> Any:
    """Write down an appeal of the call; writing it again replaces it."""
    said = content.model_dump(exclude={"agent"}, exclude_unset=True)
    return await control(request).do("call.appeal", call=key, agent=content.agent, number=number, appeal=said)


@router.post("/{key}/disposition", dependencies=[needs("calls.act")])
async def dispose(request: Request, key: CallKey, content: DispositionIn) -> Any:
    """Say that the call stated no appeal, and what it was instead."""
    return await control(request).do("call.dispose", call=key, **content.model_dump())
