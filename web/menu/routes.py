"""Releases and drafts of the menu, and the page where a draft is edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from api.access import needs, who
from api.menu import routes_drafts as drafts
from api.menu import routes_releases as releases
from ivr.schema import MAX_CHOICES
from web.site import for_script, page, site_of

router = APIRouter(prefix="/menu")
READY: Final = ("default", "hours", "direct", "blank")  # flows to begin with; the API's `Ready`
Draft = Annotated[str, Path(pattern=r"^[0-9a-f]{12}$")]


@router.get("", dependencies=[needs("flows.read")])
async def listed(request: Request) -> HTMLResponse:
    """What callers hear now, what waits for its time, what was before, and what is being edited."""
    shelf = await releases.listed(request)
    found = (await drafts.listed(request))["drafts"]
    return page(request, "flows.html", releases=shelf["releases"], acts=_latest(shelf["acts"]),
                current=shelf["current"], drafts=found, ready=READY)


def _latest(acts: list[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Return each release's last act; `acts` begins with the newest."""
    return {act["number"]: act for act in reversed(acts)}


@router.get("/drafts/{draft}", dependencies=[needs("flows.read")])
async def edited(request: Request, draft: Draft) -> HTMLResponse:
    """One draft: the list of what the citizen hears, and beside it the step that is edited."""
    body = await drafts.read(request, draft)
    caller = who(request)
    units = {unit.id: unit.name for unit in site_of(request).directory.units}
    return page(request, "flow_editor.html", draft=body,
                data=for_script({"draft": body, "units": units, "choices": MAX_CHOICES, "me": caller.word,
                                 "may_write": caller.may("flows.write"), "may_publish": caller.may("flows.publish")}))
