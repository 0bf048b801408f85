"""A citizen's telephone in a page, for whoever tries the house without a telephone. In the demonstration only."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import needs
from api.calls import control
from web.desk.reading import names_of
from web.site import page, site_of

router = APIRouter(prefix="/telephone", dependencies=[needs("public")])
NUMBER: Final = "13900000000"  # asterisk-conf/pjsip.conf.j2: [citizen-page]
STEPS: Final = ("desk", "answered", "waiting", "room", "three", "rating")


@router.get("")
async def telephone(request: Request) -> HTMLResponse:
    """A dial pad, and what to try in the first five minutes."""
    return page(request, "telephone.html", steps=STEPS, keys="123456789*0#")


@router.post("/secret")
async def secret(request: Request) -> dict[str, Any]:
    """Give the page what it rings with."""
    opened: dict[str, Any] = await control(request).do("phone.demo")
    return opened


@router.get("/call")
async def call(request: Request) -> dict[str, Any]:
    """Tell where the call of this telephone is, who is in it, and whether an agent with a page is ready."""
    calls = [one for one in await control(request).do("calls.list") if one["caller"] == NUMBER]
    agents = await control(request).do("agents.list")
    names = names_of(site_of(request).directory)
    parties = [leg for one in calls[-1:] for leg in one["parties"] if leg["state"] == "room"]
    return {"state": calls[-1]["state"] if calls else "", "people": [names.get(leg["who"], "") for leg in parties],
            "desk": any(one["kind"] == "web" and one["state"] != "offline" for one in agents)}
