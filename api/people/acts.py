"""In whose name somebody acts: in a call in their own, or a team leader for others, audited; in an order in an office.

A person may hold several roles. The table of steps asks for one office, so an act on an order is tried in each that
its step names, the likeliest first; who has none of them is refused by the table, in its words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from api.people.audit import note_by
from api.people.caller import Caller
from api.problems import Problem
from core.control import ControlClient
from core.db import Database, DatabaseError
from core.log import get_logger
from workorders.life.acts import Actor
from workorders.life.errors import LifeError, NotYours
from workorders.life.order import Order
from workorders.life.states import BY_ACT
from workorders.life.words import Do, Role, State

FOR_OTHERS = "calls.for_others"
_KEYS_OFFICE: Final = {"client": Role.API_CLIENT, "installation": Role.SYSTEM}
log = get_logger(__name__)
T = TypeVar("T")


def in_whose_name(caller: Caller, said: str) -> str:
    """Return who is written down for an act: what was said, if that is allowed, or the caller. Raises Problem 403."""
    if caller.own_house:
        return said
    if said in ("", caller.word) or caller.may(FOR_OTHERS):
        return said or caller.word
    raise Problem(403, "not_yourself", "只能以自己的身份操作", f"把 by 或 agent 写成 {caller.word}，或请班长操作")


def as_agent(caller: Caller, agent: str) -> str:
    """Return the agent that is meant, if the caller is that agent or may act for others. Raises Problem 403."""
    if agent == caller.agent or caller.own_house or caller.may(FOR_OTHERS):
        return agent
    own = caller.agent or "（没有）"
    raise Problem(403, "not_yourself", "只能以自己的坐席工号操作", f"您的工号是 {own}；或请班长操作")


async def may_act(caller: Caller, control: ControlClient, call: str, leaving: str = "") -> None:
    """Raise Problem unless the caller is in this live call, or may act for others; `leaving`: the party who leaves."""
    if caller.own_house or caller.may(FOR_OTHERS):
        return
    view: dict[str, Any] = await control.do("calls.get", call=call)
    own = {leg["party"] for leg in view["parties"] if caller.agent and leg["who"] == caller.agent}
    if not own:
        raise Problem(404, "no_such_call", "您不在这通电话里", "刷新通话列表")
    if leaving and leaving not in own:
        raise Problem(403, "not_yourself", "只能让自己离开", "请对方离开用“移除”")


async def tell_of_acting_for(db: Database, caller: Caller, now: float, act: str, about: str, name: str) -> None:
    """Audit an act in another's name. A call waits for no database: when that is away, the log has it."""
    if caller.own_house or name in ("", caller.word, caller.agent):
        return
    try:
        async with db.writing() as session:
            note_by(session, now, "act.for_other", caller, about, act=act, name=name)
    except DatabaseError:
        log.warning("act for another, not audited: database away", by=caller.id, act=act, about=about, name=name)


def actor_for(caller: Caller, do: Do, order: Order | None) -> Actor:
    """Return the caller in the office that this act on this order asks for. Raises NotYours for one without office."""
    return offices_for(caller, do, order)[0]


def offices_for(caller: Caller, do: Do, order: Order | None) -> Sequence[Actor]:
    """Return the caller in each office they hold, the likeliest for this act first. Raises NotYours where none is.

    Likeliest: what most rows of the table ask for from where the order, or a part of it, is now; then from anywhere;
    then as Role lists them (the duty leader before the deputy).
    """
    kind = _KEYS_OFFICE.get(caller.kind)
    held = [role for role in Role if role in caller.roles] if kind is None else [kind]
    if not held:
        raise NotYours("您没有可以办理工单的岗位", "请管理员授予角色")
    now = _states_of(order)
    chances = {role: [role in step.who and bool(step.frm & now) for step in BY_ACT[do]] for role in held}
    anywhere = {role: any(role in step.who for step in BY_ACT[do]) for role in held}
    held.sort(key=lambda role: (-sum(chances[role]), not anywhere[role]))
    return [Actor(caller.id, role, caller.unit, caller.agent) for role in held]


def first_allowed(offices: Sequence[Actor], attempt: Callable[[Actor], T]) -> T:
    """Return what `attempt` makes of the first office the table allows. Raises the likeliest office's LifeError."""
    refused: LifeError | None = None
    for office in offices:
        try:
            return attempt(office)
        except LifeError as error:
            refused = refused or error
    assert refused is not None
    raise refused


def _states_of(order: Order | None) -> frozenset[State | None]:
    if order is None:
        return frozenset({None})
    return frozenset({order.state, *(part.state for part in order.current())})
