"""People and their roles: the list, one person with sessions and history, as the API gives them to the same reader."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.access import database, needs, who
from api.people import routes_changes, routes_people, routes_session
from api.people.rights import OF_ROLE
from api.schemas import Word
from web.orders.routes import units_of
from web.site import page, site_of
from workorders.life.words import Role

router = APIRouter(prefix="/people", dependencies=[needs("people.read")])
_PAGE = 50
ROLES: Final = tuple(role.value for role in OF_ROLE)


@router.get("")
async def listed(request: Request, after: Annotated[str, Query(max_length=40)] = "",
                 role: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
    """The people that whoever asks may see, by login, and a form to add one."""
    wanted = Role(role) if role in ROLES else None
    async with database(request).one_reading():
        found, choices = await routes_people.listed(request, after, wanted, _PAGE), await _choices(request)
    return page(request, "people.html", rows=found["people"], following=found["next"], role=wanted, **choices)


@router.get("/{person_id}")
async def one(request: Request, person_id: Word) -> HTMLResponse:
    """One person: what they may do, where they are signed on, how they came to be so."""
    async with database(request).one_reading():
        person = await routes_people.read(request, Response(), person_id)
        changes = (await routes_changes.of_person(request, person_id))["changes"]
        sessions, choices = await _sessions(request, person_id), await _choices(request)
    return page(request, "person.html", person=person, sessions=sessions, changes=changes, **choices)


async def _sessions(request: Request, person_id: str) -> list[dict[str, Any]]:
    """Return where a person is signed on, nothing for those whom the API does not show it."""
    if not who(request).may("people.write"):
        return []
    found: list[dict[str, Any]] = (await routes_session.listed(request, person_id))["sessions"]
    return found


async def _choices(request: Request) -> dict[str, Any]:
    return {"roles": ROLES, "units": await units_of(request), "writes": who(request).may("people.write"),
            "agents": [(agent.id, agent.name) for agent in site_of(request).directory.agents]}
