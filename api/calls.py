"""Live calls, through the controller: who is in them, and every act on them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of
from api.people.acts import actor_for, as_agent, in_whose_name, may_act, tell_of_acting_for
from api.people.caller import Caller
from api.people.masking import shown_to
from api.people.scope import scope_of
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
from api.wire.once_live import OnceInMemory
from core.control import ControlClient
from core.db import Database, DatabaseError
from core.log import get_logger
from workorders import orders
from workorders.errors import NotFound, WorkOrderError
from workorders.followup.keeping import Asking
from workorders.life.words import Confidentiality, Do, Kind, State
from workorders.models import CallRecord

router = APIRouter(prefix="/api/calls", tags=["calls"], route_class=OnceInMemory)
NOBODY = By()
log = get_logger(__name__)


def control(request: Request) -> ControlClient:
    """Return the way to the controller."""
    client: ControlClient = request.app.state.control
    return client


@router.get("", dependencies=[needs("calls.read")])
async def live(request: Request) -> dict[str, Any]:
    """List the calls that are up now: all, or for an agent those they are in."""
    caller = who(request)
    found = [_shown(caller, call) for call in await control(request).do("calls.list")
             if scope_of(caller).sees_call(call)]
    return {"calls": shown_to(caller, found)}


@router.get("/{key}", dependencies=[needs("calls.read")])
async def one(request: Request, key: CallKey) -> Any:
    """Show a call that is up now."""
    caller = who(request)
    call = await control(request).do("calls.get", call=key)
    if not caller.own_house and not scope_of(caller).sees_call(call):
        raise Problem(404, "no_such_call", "没有这通正在进行的电话", "刷新通话列表")
    return shown_to(caller, _shown(caller, call))


def _shown(caller: Caller, call: dict[str, Any]) -> dict[str, Any]:
    """Return a call without who listens beside it, unless the caller may listen as well."""
    return call if caller.may("calls.listen") else {name: one for name, one in call.items() if name != "listeners"}


@router.post("", status_code=202, dependencies=[needs("calls.dial")])
async def dial_out(request: Request, wish: DialOutIn) -> Any:
    """Ring the agent, then the citizen whose number stands in the order or call record."""
    caller = who(request)
    agent = as_agent(caller, wish.agent)
    number, secret = await _number(request.app.state.db, caller, wish)
    if not number:
        raise Problem(409, "no_number", "这里没有记下市民的号码", "主叫号码当时被隐藏，无法回拨")
    reason = wish.work_order or wish.call_record
    by = await _in_name(request, "call.dial_out", reason or "", wish.by, agent)
    made = await control(request).do("call.dial_out", agent=agent, number=number, order=reason, secret=secret, by=by)
    if wish.work_order:
        await _count(request, caller, wish.work_order, str(made.get("call", "")))
    return made


async def _count(request: Request, caller: Caller, number: str, call: str) -> None:
    """Have a call about an order in follow-up counted as an attempt when it is over, answered or not.

    The citizen is being rung already: without the database the call goes on, and counts by its record alone.
    """
    keeper, now = keeper_of(request), now_of(request)
    try:
        async with database(request).writing() as session:
            order = (await keeper.load(session, number)).order
            if call and order.state is State.FOLLOW_UP:
                by = actor_for(caller, Do.TRY_CITIZEN, order)
                Asking(keeper, request.app.state.settings.city, session, now).called(call, number, by)
    except (DatabaseError, WorkOrderError) as error:
        log.warning("call is not counted as an attempt", order=number, call=call, error=str(error))


async def _number(db: Database, caller: Caller, wish: DialOutIn) -> tuple[str, bool]:
    """Return the citizen's number, and whether the call is about a report: then nobody listens."""
    scope = scope_of(caller)
    async with db.reading() as session:
        if wish.work_order:
            row = await orders.seen(session, wish.work_order, scope.orders())
            return row.caller, row.kind == Kind.REPORT or row.secrecy >= Confidentiality.REPORT
        query = select(CallRecord).where(col(CallRecord.key) == wish.call_record, scope.records())
        record = (await session.execute(query)).scalar_one_or_none()
    if record is None:
        raise NotFound(f"没有通话记录 {wish.call_record}", "核对通话编号")
    return record.caller, any(one.get("kind") == Kind.REPORT for one in _appeals(record))


def _appeals(record: CallRecord) -> list[dict[str, Any]]:
    told = record.appeals
    return [one for one in (told.values() if isinstance(told, dict) else told) if isinstance(one, dict)]


@router.post("/{key}/invitations", status_code=202, dependencies=[needs("calls.act")])
async def invite(request: Request, key: CallKey, wish: InvitationIn) -> Any:
    """Invite somebody of the directory into the call."""
    by = await _allowed(request, "call.invite", key, wish.by)
    return await control(request).do("call.invite", call=key, **wish.model_dump() | {"by": by})


@router.delete("/{key}/invitations/{invitation}", dependencies=[needs("calls.act")])
async def cancel(request: Request, key: CallKey, invitation: Word, by: WordOrNone = "") -> Any:
    """Cancel an invitation that has not been taken."""
    name = await _allowed(request, "call.cancel", key, by)
    return await control(request).do("call.cancel", call=key, invitation=invitation, by=name)


@router.post("/{key}/consult", status_code=202, dependencies=[needs("calls.act")])
async def consult(request: Request, key: CallKey, wish: ConsultIn) -> Any:
    """Step aside and talk with somebody while the citizen hears music."""
    by = await _allowed(request, "call.consult", key, wish.by)
    return await control(request).do("call.consult", call=key, **wish.model_dump() | {"by": by})


# act in the address → verb of the controller
_ACTS = {"hold": "call.hold", "resume": "call.resume", "bring-back": "call.bring_back", "finish": "call.finish"}
_PARTY_ACTS: dict[str, tuple[str, dict[str, bool]]] = {
    "mute": ("party.mute", {"muted": True}), "unmute": ("party.mute", {"muted": False}),
    "remove": ("party.remove", {}), "leave": ("party.leave", {}),
    "hold": ("party.hold", {}), "back": ("party.back", {})}


def _add_act(path: str, verb: str) -> None:
    @router.post(f"/{{key}}/{path}", name=verb, dependencies=[needs("calls.act")])
    async def act(request: Request, key: CallKey, wish: By = NOBODY) -> Any:
        by = await _allowed(request, verb, key, wish.by)
        return await control(request).do(verb, call=key, by=by)


def _add_party_act(path: str, verb: str, more: dict[str, bool]) -> None:
    @router.post(f"/{{key}}/parties/{{party}}/{path}", name=verb, dependencies=[needs("calls.act")])
    async def act(request: Request, key: CallKey, party: Word, wish: By = NOBODY) -> Any:
        by = await _allowed(request, verb, key, wish.by, leaving=party if verb == "party.leave" else "")
        return await control(request).do(verb, call=key, party=party, by=by, **more)


for _path, _verb in _ACTS.items():
    _add_act(_path, _verb)
for _path, (_verb, _more) in _PARTY_ACTS.items():
    _add_party_act(_path, _verb, _more)


@router.put("/{key}/appeals/{number}", dependencies=[needs("calls.act")])
async def appeal(request: Request, key: CallKey, number: Appeal, content: AppealIn) -> Any:
    """Write down an appeal of the call; writing it again replaces it."""
    said = content.model_dump(exclude={"agent"}, exclude_unset=True)
    agent = as_agent(who(request), content.agent)
    await _allowed(request, "call.appeal", key, agent)
    return await control(request).do("call.appeal", call=key, agent=agent, number=number, appeal=said)


@router.post("/{key}/disposition", dependencies=[needs("calls.act")])
async def dispose(request: Request, key: CallKey, content: DispositionIn) -> Any:
    """Say that the call stated no appeal, and what it was instead."""
    await _allowed(request, "call.dispose", key, as_agent(who(request), content.agent))
    return await control(request).do("call.dispose", call=key, **content.model_dump())


async def _allowed(request: Request, act: str, key: str, said: str, *, leaving: str = "") -> str:
    """Return in whose name an act on a live call is written down. Raises Problem when it is not the caller's to do."""
    await may_act(who(request), control(request), key, leaving)
    return await _in_name(request, act, key, said)


async def _in_name(request: Request, act: str, about: str, said: str, agent: str = "") -> str:
    caller = who(request)
    by = in_whose_name(caller, said)
    await tell_of_acting_for(database(request), caller, now_of(request), act, about, agent or by)
    return by
