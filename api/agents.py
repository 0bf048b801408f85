"""Agents, through the controller: how each is, and what each chooses to be."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api.access import needs
from api.calls import NOBODY, control
from api.schemas import AgentStateIn, By, Word

router = APIRouter(prefix="/api/agents", tags=["agents"])


@router.get("", dependencies=[needs("agents.read")])
async def listed(request: Request) -> dict[str, Any]:
    """List the agents with their states."""
    return {"agents": await control(request).do("agents.list")}


@router.put("/{agent}/state", dependencies=[needs("agents.act")])
async def state(request: Request, agent: Word, wish: AgentStateIn) -> Any:
    """Set an agent ready, on a break, or offline."""
    return await control(request).do("agent.state", agent=agent, **wish.model_dump())


@router.post("/{agent}/wrap-up-done", dependencies=[needs("agents.act")])
async def wrap_up_done(request: Request, agent: Word, wish: By = NOBODY) -> Any:
    """End an agent's wrap-up early."""
    return await control(request).do("agent.wrap_up_done", agent=agent, by=wish.by)
