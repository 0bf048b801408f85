"""The list of orders and one order: what the API answers to the same person, as pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import select

from api.access import database, needs, who
from api.attachments import routes as attachments
from api.orders import routes as orders
from api.orders import routes_acts as acts
from api.orders import routes_desk as desk
from api.orders.lists import Filters
from api.people.models import UnitPlace
from api.problems import Problem
from api.schemas import Number
from api.wire.paging import Cursor
from web.orders.asked import doors, paths
from web.orders.forms import Form, forms_of
from web.site import page, site_of

router = APIRouter(prefix="/orders", dependencies=[needs("orders.read")])
_PAGE = 30
_LINES = 200  # of a history
# what the API leaves out for those who do not see it
_UNSEEN: Final[Mapping[str, Any]] = {"clocks": [], "parts": [], "requests": [], "findings": [], "reply": None,
                                     "talk": []}


@router.get("")
async def listed(request: Request, cursor: Cursor = None, sort: Literal["due", "newest"] = "due",
                 q: Annotated[str, Query(max_length=100)] = "") -> HTMLResponse:
    """The orders that whoever asks may see, what falls due first at the top."""
    own = who(request).unit or None
    asked = Filters(unit=own, sort=sort, q=q.strip() or None)
    found = await orders.listed(request, asked, cursor, _PAGE)
    return page(request, "orders.html", rows=found["work_orders"], following=found["next"], sort=sort, q=q,
                units=await _units(request))


@router.get("/{number}")
async def one(request: Request, number: Number) -> HTMLResponse:
    """One order: its words, clocks, units, and what may be done to it now."""
    body = await orders.read(_as_new(request), Response(), number)
    assert isinstance(body, dict)  # no If-None-Match is passed on
    forms = forms_of(body["acts"])
    return page(request, "order.html", order={**_UNSEEN, **body}, forms=forms, units=await _units(request),
                doors=doors(), paths=paths(), files=await _files(request, number),
                taken=_was_taken(request, body, forms), history=await _history(request, number))


@router.get("/{number}/print")
async def on_paper(request: Request, number: Number) -> HTMLResponse:
    """One order as a sheet of paper."""
    return await desk.prints(request, [number])


def _was_taken(request: Request, order: Mapping[str, Any], forms: Iterable[Form]) -> bool:
    """Tell whether the reader's unit was with the citizen and has only to sign for what it heard."""
    unit = who(request).unit
    return bool(unit) and order.get("first_responder") == unit and any(
        form.do == "sign_for" and not form.blocked for form in forms)


async def _files(request: Request, number: str) -> list[dict[str, Any]]:
    """Return the files that whoever asks may open."""
    if not who(request).may("attachments.read"):
        return []
    found: list[dict[str, Any]] = (await attachments.listed(request, number))["attachments"]
    return found


async def _history(request: Request, number: str) -> list[dict[str, Any]]:
    """Return the order's history, nothing for those whom the API does not show it."""
    try:
        found = await acts.history(request, Response(), number, None, _LINES)
    except Problem:
        return []
    lines: list[dict[str, Any]] = found["history"]
    return lines


def _as_new(request: Request) -> Request:
    """Return the request without If-None-Match: a page is always made whole."""
    headers = [(name, value) for name, value in request.scope["headers"] if name != b"if-none-match"]
    return Request({**request.scope, "headers": headers}, request.receive)


async def _units(request: Request) -> dict[str, str]:
    """Return unit → name: those of the directory, and those that stand somewhere."""
    names: dict[str, str] = {party.id: party.name for party in site_of(request).directory.units}
    async with database(request).reading() as session:
        places = (await session.execute(select(UnitPlace))).scalars().all()
    names.update((place.unit, place.name or place.unit) for place in places)
    return names
