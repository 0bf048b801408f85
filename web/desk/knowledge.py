"""Knowledge beside the order form: what is found as one types, what fits the call before that, an article in place."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.access import needs
from api.knowledge import routes_articles as articles
from api.knowledge.schemas import Number, Typed
from web.desk import reading
from web.knowledge.words import blocks
from web.orders.routes import units_of
from web.site import page

router = APIRouter(prefix="/desk/knowledge", dependencies=[needs("knowledge.read")])
_OFFERED = 6  # before anything is typed
Call = Annotated[str, Query(pattern="^([0-9a-f]{32})?$")]
Unit = Annotated[str, Query(pattern=r"^[0-9A-Za-z_.-]{0,40}$")]


@router.get("")
async def found(request: Request, q: Typed = "", field: Annotated[str, Query(max_length=40)] = "", unit: Unit = "",
                call: Call = "") -> HTMLResponse:
    """The articles that hold what was typed; without words those of the field or unit chosen, or of the key pressed."""
    if q.strip():
        body, told = await articles.search(request, q), "found"
    else:
        body, told = await _offered(request, field, unit, call)
    return page(request, "parts/knowledge_found.html", rows=body["articles"], near=body["near"], told=told, q=q.strip(),
                units=await units_of(request))


@router.get("/{number}")
async def opened(request: Request, number: Number) -> HTMLResponse:
    """One article, to be read and cited where it stands."""
    body = await articles.read(request, Response(), number)
    return page(request, "parts/knowledge_read.html", article=body, blocks=blocks(body["words"]),
                units=await units_of(request))


async def _offered(request: Request, field: str, unit: str, call: str) -> tuple[dict[str, Any], str]:
    """Return what fits best, and why it is offered: the first of these that has any article."""
    for why, narrowed in (("field", {"field": field}), ("unit", {"unit": unit}),
                          ("pressed", {"unit": await _asked_for(request, call)})):
        if any(narrowed.values()):
            body = await articles.search(request, limit=_OFFERED, **narrowed)
            if body["articles"]:
                return body, why
    return await articles.search(request, limit=_OFFERED), "usual"


async def _asked_for(request: Request, call: str) -> str:
    """Return the unit that the citizen asked for by the menu's keys, "" for none."""
    view = await reading.call_now(request, call)
    return str(view["unit"] or "") if view else ""
