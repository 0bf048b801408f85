"""The agents' telephones: whose, registered now or not, from where; one added, its secret renewed and shown once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access import needs, who
from api.phones import routes as api
from api.problems import Problem
from core.control import ControlDown, ControlRefused
from web.site import page

router = APIRouter(prefix="/phones", dependencies=[needs("phones.read")])


@router.get("")
async def listed(request: Request, agent: Annotated[str, Query(max_length=40)] = "") -> HTMLResponse:
    """Every agent's telephone; while the controller or the switch is away the page says so. `agent`: chosen to add."""
    rows: list[dict[str, Any]] = []
    away = False
    try:
        rows = (await api.listed(request))["phones"]
    except (ControlDown, ControlRefused, Problem):
        away = True
    have = {one["agent"] for one in rows if one["beside"]}
    without = [one for one in rows if one["kind"] == "web" and one["agent"] not in have]
    return page(request, "phones.html", rows=rows, away=away, writes=who(request).may("people.write"),
                without=without, wanted=agent, missing=sum(one["state"] == "away" and one["rings"] for one in rows))
