"""A citizen's telephone in a page, for whoever tries the house without a telephone. In the demonstration only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import col, select

from api.access import database, needs, now_of
from api.calls import control
from api.people.models import Person, PersonSession
from core.db import DatabaseError
from web.desk.reading import names_of
from web.first_steps import STEPS, Steps, true_now
from web.site import page, site_of

router = APIRouter(prefix="/telephone", dependencies=[needs("public")])
NUMBER: Final = "13900000000"  # asterisk-conf/pjsip.conf.j2: [citizen-page]


@router.get("")
async def telephone(request: Request) -> HTMLResponse:
    """A dial pad, and what to try in the first five minutes."""
    return page(request, "telephone.html", steps=list(STEPS), keys="123456789*0#", logins=await _logins(request))


@router.post("/secret")
async def secret(request: Request) -> dict[str, Any]:
    """Give the page what it rings with."""
    opened: dict[str, Any] = await control(request).do("phone.demo")
    return opened


@router.get("/call")
async def call(request: Request) -> dict[str, Any]:
    """Tell where the call of this telephone is, who is in it, and which steps have been done."""
    line, steps = control(request), steps_of(request)
    calls = [one for one in await line.do("calls.list") if one["caller"] == NUMBER]
    names = names_of(site_of(request).directory)
    parties = [leg for one in calls[-1:] for leg in one["parties"] if leg["state"] == "room"]
    done = await steps.done(line) | await _so_already(request)
    return {"state": _state(calls[-1]) if calls else "", "people": [names.get(leg["who"], "") for leg in parties],
            "rating": steps.rating(), "done": sorted(done)}


def _state(call: Mapping[str, Any]) -> str:
    """Return where a call is; ``lost``: its agent was lost and is on the way back."""
    return "lost" if call["waits_because"] == "lost" else str(call["state"])


@router.post("/steps/again")
async def again(request: Request) -> dict[str, Any]:
    """Begin the checklist anew."""
    await steps_of(request).again(control(request))
    return {"done": sorted(await _so_already(request))}


def steps_of(request: Request) -> Steps:
    """Return the checklist, made at its first use: it costs nothing where nobody looks."""
    state = request.app.state
    if not hasattr(state, "first_steps"):
        state.first_steps = Steps(NUMBER, frozenset(_desks(request)))
    made: Steps = state.first_steps
    return made


def _desks(request: Request) -> list[str]:
    return [agent.id for agent in site_of(request).directory.agents if agent.kind == "web"]


async def _so_already(request: Request) -> set[str]:
    """Return the steps that are so at this moment, whenever they were done."""
    agents = await control(request).do("agents.list")
    return true_now(agents, frozenset(_desks(request))) | await _signed_on(request)


async def _logins(request: Request) -> list[str]:
    """Return the log-ins of agents with a page; their passwords stand in the terminal alone."""
    query = select(Person.login).where(col(Person.agent).in_(_desks(request)), col(Person.active).is_(True))
    try:
        async with database(request).reading() as session:
            return sorted((await session.execute(query)).scalars())
    except DatabaseError:
        return []


async def _signed_on(request: Request) -> set[str]:
    """Return the step of signing on if an agent with a page is signed on; without the database nothing is known."""
    query = select(PersonSession.id).join(Person, col(Person.id) == col(PersonSession.person)).where(
        col(Person.agent).in_(_desks(request)), col(PersonSession.revoked_at).is_(None),
        col(PersonSession.expires_at) > now_of(request)).limit(1)
    try:
        async with database(request).reading() as session:
            return {"signed_on"} if (await session.execute(query)).first() else set()
    except DatabaseError:
        return set()
