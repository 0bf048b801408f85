"""The agents' telephones: whose, registered now or not, from where; the account to set one up by, shown once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import needs, who
from api.phones import routes as api
from api.problems import Problem
from core.control import ControlDown, ControlRefused
from web.site import page

router = APIRouter(prefix="/phones", dependencies=[needs("phones.read")])


@router.get("")
async def listed(request: Request) -> HTMLResponse:
    """Every agent's telephone; while the controller or the switch is away the page says so."""
    rows, away = [], False
    try:
        rows = (await api.listed(request))["phones"]
    except (ControlDown, ControlRefused, Problem):
        away = True
    return page(request, "phones.html", rows=rows, away=away, writes=who(request).may("people.write"),
                missing=sum(one["state"] == "away" for one in rows))
