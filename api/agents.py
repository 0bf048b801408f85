"""Agents, through the controller: how each is, and what each chooses to be."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api.access import database, needs, now_of, who
from api.calls import NOBODY, control
from api.people.acts import as_agent, in_whose_name, tell_of_acting_for
from api.schemas import AgentStateIn, By, Word
from api.wire.once_live import OnceInMemory

router = APIRouter(prefix="/api/agents", tags=["agents"], route_class=OnceInMemory)


@router.get("", dependencies=[needs("agents.read")])
async def listed(request: Request) -> dict[str, Any]:
    """List the agents with their states."""
    found = await control(request).do("agents.list")
    if not who(request).may("calls.listen"):  # who listens beside a talk is told to those who may as well
        found = [{name: value for name, value in one.items() if name != "listening"} for one in found]
    return {"agents": found}


@router.put("/{agent}/state", dependencies=[needs("agents.act")])
async def state(request: Request, agent: Word, wish: AgentStateIn) -> Any:
    """Set an agent ready, on a break, or offline."""
    by = await _for(request, "agent.state", agent, wish.by)
    return await control(request).do("agent.state", agent=agent, **wish.model_dump() | {"by": by})


@router.post("/{agent}/wrap-up-done", dependencies=[needs("agents.act")])
async def wrap_up_done(request: Request, agent: Word, wish: By = NOBODY) -> Any:
    """End an agent's wrap-up early."""
    by = await _for(request, "agent.wrap_up_done", agent, wish.by)
    return await control(request).do("agent.wrap_up_done", agent=agent, by=by)


async def _for(request: Request, act: str, agent: str, said: str) -> str:
    """Return who is written down. One's own state, or as a team leader anybody's, which is audited."""
    caller = who(request)
    by = in_whose_name(caller, said)
    await tell_of_acting_for(database(request), caller, now_of(request), act, agent, as_agent(caller, agent))
    return by
