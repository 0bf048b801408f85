"""The wallboard: who waits, for how long, who talks, what agents do; for whoever sees all live calls. Read only.

A screen on a wall has no hover and no reader near it: large figures, the age of the data always said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import needs, now_of, who
from api.calls import control
from api.people.caller import Caller
from api.people.scope import scope_of
from api.problems import Problem
from core.control import ControlError
from web.site import page

router = APIRouter(prefix="/wall", dependencies=[needs("calls.read")])
AGENT_STATES: Final = ("ready", "ringing", "talking", "wrap_up", "break", "lost", "offline")
GOAL: Final = 15.0  # s in which a citizen in line is to be answered
_IN_LINE: Final = frozenset({"waiting", "surviving"})
_WITH_SOMEBODY: Final = frozenset({"room", "held"})


@dataclass(frozen=True, slots=True)
class Wall:
    """The figures of a moment. `longest`: s that the citizen first in line has waited; `late`: beyond GOAL."""

    waiting: int
    longest: float
    late: bool
    menu: int
    talking: int
    rating: int
    agents: Mapping[str, int]
    free: int


def wall_of(calls: Sequence[Mapping[str, Any]], agents: Sequence[Mapping[str, Any]], now: float) -> Wall:
    """Return the figures of these live calls and agents."""
    states = Counter(str(call["state"]) for call in calls)
    waits = [max(0.0, now - float(call["queued"])) for call in calls if call["state"] in _IN_LINE and call["queued"]]
    doing = Counter(str(agent["state"]) for agent in agents)
    return Wall(sum(states[state] for state in _IN_LINE), max(waits, default=0.0), max(waits, default=0.0) > GOAL,
                states["menu"], sum(states[state] for state in _WITH_SOMEBODY), states["rating"],
                {state: doing[state] for state in AGENT_STATES}, doing["ready"])


@router.get("")
async def wall(request: Request) -> HTMLResponse:
    """The whole screen."""
    return page(request, "wall.html", **await _figures(request))


@router.get("/figures")
async def figures(request: Request) -> HTMLResponse:
    """The figures alone, asked for every few seconds."""
    return page(request, "parts/wall.html", **await _figures(request))


async def _figures(request: Request) -> dict[str, Any]:
    if not scope_of(who(request)).every_live_call:
        raise Problem(403, "forbidden", "没有这项权限", "请管理员授予班长或值班领导岗位")
    try:
        calls, agents = await control(request).do("calls.list"), await control(request).do("agents.list")
    except ControlError:
        return {"wall": None, "agents": [], "states": AGENT_STATES, "listening": None, "talks": {}}
    caller = who(request)
    shown = sorted(agents, key=lambda one: (AGENT_STATES.index(one["state"]), one["agent"]))
    return {"wall": wall_of(calls, agents, now_of(request)), "agents": shown, "states": AGENT_STATES,
            "listening": listening_of(calls, caller.agent), "talks": talks_of(calls, caller)}


def listening_of(calls: Sequence[Mapping[str, Any]], agent: str) -> Mapping[str, Any] | None:
    """Return how the caller's own telephone listens, with its `call`; None when it does not."""
    found = ({**one, "call": call["call"]} for call in calls for one in call.get("listeners", ()))
    return next((one for one in found if agent and one["who"] == agent), None)


def talks_of(calls: Sequence[Mapping[str, Any]], caller: Caller) -> dict[str, str]:
    """Return agent → call, for the talks that the caller may listen to: with a telephone, and never to themselves."""
    if not caller.agent or not caller.may("calls.listen"):
        return {}
    return {leg["who"]: call["call"] for call in calls if call["state"] in _WITH_SOMEBODY for leg in call["parties"]
            if leg["role"] == "agent" and leg["state"] in ("room", "side") and leg["who"] != caller.agent}
