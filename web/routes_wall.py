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
from api.people.masking import shown_to
from api.people.scope import scope_of
from api.problems import Problem
from core import facts
from core.control import ControlError
from web.live import live_of
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
    return page(request, "wall.html", facts=facts.kinds(), **await _figures(request))


@router.get("/figures")
async def figures(request: Request) -> HTMLResponse:
    """The figures alone, asked for after each event and every few seconds."""
    return page(request, "parts/wall.html", **await _figures(request))


async def _figures(request: Request) -> dict[str, Any]:
    if not scope_of(who(request)).every_live_call:
        raise Problem(403, "forbidden", "没有这项权限", "请管理员授予班长或值班领导岗位")
    known = await live_of(request).now(request)
    try:
        calls, agents, raised = [await control(request).do(f"{what}.list") for what in ("calls", "agents", "alarms")]
    except ControlError:
        return {"wall": None, "known": known, "agents": [], "states": AGENT_STATES, "listening": None, "talks": {},
                "unrecorded": (), "raised": ""}
    caller = who(request)
    shown = sorted(agents, key=lambda one: (AGENT_STATES.index(one["state"]), one["agent"]))
    return {"wall": wall_of(calls, agents, now_of(request)), "known": known, "agents": shown, "states": AGENT_STATES,
            "unrecorded": unrecorded_of(shown_to(caller, calls), {one["agent"]: one["name"] for one in agents}),
            "raised": " ".join(sorted(one["what"] for one in raised)),
            "listening": listening_of(calls, caller.agent), "talks": talks_of(calls, caller)}


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A call that is up and not recorded. `whole`: the citizen's, else only somebody's own voice; `who`: its agents."""

    call: str
    number: str
    who: tuple[str, ...]
    whole: bool
    since: float


def unrecorded_of(calls: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[Unrecorded, ...]:
    """Return the calls that are not being recorded, those of which nothing is kept first."""
    found = [Unrecorded(call["call"], str(call["caller"]), tuple(
        names.get(leg["who"], leg["who"]) for leg in call["parties"] if leg["role"] == "agent"),
        "" in call["unrecorded"], float(call["answered_at"])) for call in calls if call.get("unrecorded")]
    return tuple(sorted(found, key=lambda one: (not one.whole, one.since)))


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
