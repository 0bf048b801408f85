"""In whose name somebody acts in a call: their own. A team leader may act for others, which is audited."""

from __future__ import annotations

from typing import Any

from api.people.audit import note_by
from api.people.caller import Caller
from api.problems import Problem
from core.control import ControlClient
from core.db import Database, DatabaseError
from core.log import get_logger

FOR_OTHERS = "calls.for_others"
log = get_logger(__name__)


def in_whose_name(caller: Caller, said: str) -> str:
    """Return who is written down for an act: what was said, if that is allowed, or the caller. Raises Problem 403."""
    if caller.own_house:
        return said
    if said in ("", caller.word) or caller.may(FOR_OTHERS):
        return said or caller.word
    raise Problem(403, "not_yourself", "只能以自己的身份操作", f"把 by 或 agent 写成 {caller.word},或请班长操作")


def as_agent(caller: Caller, agent: str) -> str:
    """Return the agent that is meant, if the caller is that agent or may act for others. Raises Problem 403."""
    if agent == caller.agent or caller.own_house or caller.may(FOR_OTHERS):
        return agent
    own = caller.agent or "(没有)"
    raise Problem(403, "not_yourself", "只能以自己的坐席工号操作", f"您的工号是 {own};或请班长操作")


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
