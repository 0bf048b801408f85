"""The information lines that the caller keeps, with what they said before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import needs, now_of
from api.menu import routes_lines as lines
from web.orders.routes import units_of
from web.site import page, site_of

router = APIRouter(prefix="/lines", dependencies=[needs("lines.write")])


@router.get("")
async def board(request: Request) -> HTMLResponse:
    """Every line whole, to be heard, changed, and compared with what it said."""
    today = datetime.fromtimestamp(now_of(request), site_of(request).zone).date()
    kept = [await lines.read(request, one["step"]) for one in (await lines.listed(request))["lines"]]
    return page(request, "lines.html", lines=[_shown(one, today) for one in kept], today=today,
                units=await units_of(request))


def _shown(line: dict[str, Any], today: date) -> dict[str, Any]:
    """Return a line with what its page adds: whether its review is over, and its own prompts."""
    late = bool(line["review"]) and date.fromisoformat(line["review"]) < today
    return line | {"late": late, "own": [one for one in line["texts"] if one not in line["shared"]]}
