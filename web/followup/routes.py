"""The list of citizens to be asked about the result, as the API gives it to the same person."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import database, needs
from api.followup import routes as followup
from api.wire.paging import Cursor
from web.orders.routes import units_of
from web.site import page

router = APIRouter(prefix="/follow-up", dependencies=[needs("calls.dial")])
_PAGE = 30


@router.get("")
async def listed(request: Request, cursor: Cursor = None) -> HTMLResponse:
    """Whom to ask, what falls due first at the top."""
    async with database(request).one_reading():
        found, units = await followup.listed(request, _PAGE, cursor), await units_of(request)
    return page(request, "followup.html", rows=found["orders"], following=found["next"], units=units)
