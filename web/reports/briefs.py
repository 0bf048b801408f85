"""要情专报 as pages: the list, one with signature, receipts and history, the form to write it. Steps go to the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import col, select

from api.access import database, needs, who
from api.people.models import Person, PersonRole
from api.people.names import people_names
from api.reports import important as api
from api.wire.paging import Cursor
from web.orders.routes import units_of
from web.site import page
from workorders.life.words import Role
from workorders.reports.importance import At

router = APIRouter(prefix="/briefs", dependencies=[needs("self")])
_PAGE = 30
# who is told of important matters beside the units: the leaders on duty and those who watch
_TOLD: Final = tuple(role.value for role in (Role.DUTY_LEADER, Role.DEPUTY, Role.SUPERVISION, Role.DISCIPLINE))
STEPS: Final = ("submit", "sign", "send_back", "send", "receipt", "withdraw")
REASONED: Final = frozenset({"send_back", "withdraw"})


@router.get("")
async def listed(request: Request, state: At | None = None, cursor: Cursor = None) -> HTMLResponse:
    """The reports that exist for whoever asks, the newest first."""
    async with database(request).one_reading():
        found = await api.listed(request, state, _PAGE, cursor)
        names = await _names(request, {name for one in found["reports"] for name in one["receivers"]})
    return page(request, "briefs.html", rows=found["reports"], following=found["next"], state=state,
                states=[one.value for one in At], names=names, writes=who(request).may("reports.write"))


@router.get("/new", dependencies=[needs("reports.write")])
async def new(request: Request) -> HTMLResponse:
    """An empty form."""
    words = {"title": "", "text": "", "receivers": [], "orders": []}
    return page(request, "brief_write.html", brief=None, words=words, **await _choices(request))


@router.get("/{report_id}")
async def one(request: Request, report_id: api.ReportId) -> HTMLResponse:
    """One report: its words, who signed, who has receipted, what may be done with it now."""
    async with database(request).one_reading():
        found = await api.read(request, report_id)
        names = await _names(request, {found["signed_by"] or "", *found["receivers"],
                                       *(one["by"] for one in (*found["history"], *found["receipts"]))})
    return page(request, "brief.html", brief=found, names=names, reasoned=REASONED,
                steps=[step for step in STEPS if step in found["can"]])


@router.get("/{report_id}/edit", dependencies=[needs("reports.write")])
async def edit(request: Request, report_id: api.ReportId) -> HTMLResponse:
    """The form with a draft in it."""
    found = await api.read(request, report_id)
    return page(request, "brief_write.html", brief=found, words=found, **await _choices(request))


async def _choices(request: Request) -> dict[str, Any]:
    """Return to whom a report can be sent: units, and people by office."""
    query = (select(Person.id, Person.name, PersonRole.role).join(PersonRole, col(PersonRole.person) == col(Person.id))
             .where(col(Person.active).is_(True), col(PersonRole.role).in_(_TOLD))
             .order_by(col(Person.name), col(Person.id), col(PersonRole.role)))
    told: dict[str, tuple[str, list[str]]] = {}
    async with database(request).reading() as session:
        for person, name, role in (await session.execute(query)).all():
            told.setdefault(person, (name, []))[1].append(role)
    units = sorted((await units_of(request)).items(), key=lambda unit: unit[1])
    return {"units": units, "people": [(person, name, roles) for person, (name, roles) in told.items()]}


async def _names(request: Request, ids: Iterable[str]) -> dict[str, str]:
    """Return id → name of units and people."""
    async with database(request).reading() as session:
        people = await people_names(session, set(ids))
    return {**await units_of(request), **people}
