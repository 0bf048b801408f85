"""Figures of a release on its map and in a table, and the way of one call through the menu."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access import needs, now_of
from api.menu import routes_calls as calls
from api.menu import routes_releases as releases
from api.schemas import CallKey
from web.site import for_script, page

router = APIRouter(prefix="/menu")
_DAY = 86400.0
_ON_THE_WAY = re.compile(r"/(orders/[0-9-]{1,24}|recordings|menu/figures)")  # pages with a link to a call's way


@router.get("/figures", dependencies=[needs("flows.read")])
async def figures(request: Request, release: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
                  days: Annotated[int, Query(ge=1, le=90)] = 7) -> HTMLResponse:
    """What callers did in a release (0: the one in force) in the last days."""
    listed = await releases.listed(request)
    known = listed["releases"]
    wanted = release or listed["current"]
    shown = next((one for one in known if one["number"] == wanted), known[0] if known and not release else None)
    if shown is None:
        return page(request, "menu_figures.html", shown=None)
    now = now_of(request)
    found = await calls.figures(request, now - days * _DAY, now)
    document = await releases.document(request, shown["number"])
    tallies = found["releases"].get(shown["id"], {})
    return page(request, "menu_figures.html", shown=shown, releases=known, days=days, found=found, tallies=tallies,
                names=_names(document), data=for_script({"document": document, "counts": tallies}))


def _names(document: dict[str, Any]) -> dict[str, str]:
    """Return what each step is called."""
    return {name: step.get("title") or name for name, step in document["steps"].items()}


@router.get("/calls/{key}", dependencies=[needs("records.read")])
async def call(request: Request, key: CallKey) -> HTMLResponse:
    """The way of one call through the menu: what was heard, pressed, and why it went on as it did."""
    came = urlsplit(request.headers.get("referer", "")).path
    return page(request, "menu_trace.html", call=await calls.trace(request, key),
                back=came if _ON_THE_WAY.fullmatch(came) else "/")
