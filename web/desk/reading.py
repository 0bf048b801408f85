"""What the desk reads: from the controller, and from the database what is known of the citizen who rings.

A database that is away costs the desk its history, never its bar.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from api.access import database, who
from api.calls import control
from api.people.caller import Caller
from api.people.masking import shown_to
from api.people.scope import scope_of
from api.phones.keeping import of_agent
from api.problems import Problem
from core import facts
from core.control import ControlRefused
from core.db import DatabaseError
from routing.directory import Directory
from web.desk.bar import Bar, bar_of
from workorders.models import CallFact, CallRecord, WorkOrder

_PATIENCE = 2.0  # s for the database
_SHOWN = 5  # earlier orders
_RECENT = 12  # of one's own calls


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a citizen. `complete` is false when the database did not answer."""

    complete: bool = True
    calls: int = 0
    last_at: float = 0.0
    orders: tuple[WorkOrder, ...] = ()
    pressed: tuple[str, ...] = ()
    waited: float = 0.0
    appeal: Mapping[str, Any] = field(default_factory=dict)
    record: CallRecord | None = None


def names_of(directory: Directory) -> dict[str, str]:
    """Return id → name of everybody who can be in a talk, and number → label of their phones."""
    names = dict(directory.names)
    for _, party in directory.parties():
        names |= {phone.number: phone.label or phone.number for phone in party.phones}
    return names


async def agent_now(request: Request) -> dict[str, Any]:
    """Return how the controller sees the agent who asks. Raises Problem for somebody who is no agent there."""
    own = who(request).agent
    found = next((one for one in await control(request).do("agents.list") if one["agent"] == own), None)
    if found is None:
        raise Problem(403, "not_in_directory", "坐席工号不在名录里", "请管理员把工号加入名录")
    return dict(found)


async def beside_of(request: Request, agent: Mapping[str, Any]) -> str:
    """Return the telephone on the agent's desk beside the one in the page; "" where there is none to choose."""
    if not agent.get("choice"):
        return ""
    try:
        async with asyncio.timeout(_PATIENCE), database(request).reading() as session:
            found = await of_agent(session, str(agent["agent"]))
    except (DatabaseError, TimeoutError):
        return str(agent["phone"]) if agent["kind"] == "plain" else ""
    return found[0].phone if found else ""


async def call_now(request: Request, key: str) -> dict[str, Any] | None:
    """Return a live call, or None when it is over or not the caller's."""
    if not key:
        return None
    try:
        call = await control(request).do("calls.get", call=key)
    except ControlRefused:
        return None
    return call if scope_of(who(request)).sees_call(call) else None


async def bar_now(
    request: Request, directory: Directory, agent: Mapping[str, Any]
) -> tuple[Bar, dict[str, Any] | None]:
    """Return the bar of an agent and the call behind it."""
    call = await call_now(request, str(agent["call"] or ""))
    return bar_of(agent, call, names_of(directory)), call


def masked(caller: Caller, call: Mapping[str, Any] | None) -> str:
    """Return the citizen's number as the caller may see it."""
    return str(shown_to(caller, {"caller": call["caller"]})["caller"]) if call else ""


async def known_of(request: Request, key: str, number: str) -> Known:
    """Return what is known of the citizen of a call. `number` may be ""; then the record's own is taken."""
    try:
        async with asyncio.timeout(_PATIENCE), database(request).reading() as session:
            return await _known(session, who(request), key, number)
    except (DatabaseError, TimeoutError):
        return Known(complete=False)


async def _known(session: AsyncSession, caller: Caller, key: str, number: str) -> Known:
    record = await session.get(CallRecord, key)
    number = number or (record.caller if record else "")
    steps = await _pressed(session, key)
    appeal = dict((record.appeals or {}).get("1", {})) if record else {}
    if not number:
        return Known(pressed=steps, appeal=appeal, record=record)
    # how often and when a number has rung is told to whoever answers it; what was said then, only within their scope
    earlier = (col(CallRecord.caller) == number, col(CallRecord.key) != key)
    count, last = (await session.execute(
        select(func.count(), func.max(CallRecord.answered_at)).where(*earlier))).one()
    orders = (await session.execute(
        select(WorkOrder).where(col(WorkOrder.caller) == number, scope_of(caller).orders())
        .order_by(col(WorkOrder.created_at).desc()).limit(_SHOWN))).scalars().all()
    return Known(True, int(count), float(last or 0), tuple(orders), steps, appeal=appeal, record=record)


async def _pressed(session: AsyncSession, key: str) -> tuple[str, ...]:
    query = select(CallFact).where(col(CallFact.call) == key, col(CallFact.kind) == facts.MENU_STEP)
    steps = (await session.execute(query.order_by(col(CallFact.at)).limit(50))).scalars()
    return tuple(str(step.data["pressed"]) for step in steps if step.data.get("pressed"))


async def recent_of(request: Request) -> tuple[list[CallRecord], int, bool]:
    """Return the agent's latest calls, how many there are, and whether that is known."""
    scope = scope_of(who(request))
    query = select(CallRecord).where(scope.records()).order_by(col(CallRecord.answered_at).desc()).limit(_RECENT)
    try:
        async with asyncio.timeout(_PATIENCE), database(request).reading() as session:
            found = list((await session.execute(query)).scalars())
    except (DatabaseError, TimeoutError):
        return [], 0, False
    return found, len(found), True
