"""The search of recordings as a page; what it finds, the API has found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from api.access import database, needs
from api.problems import Problem
from api.talks import routes as talks
from api.wire.paging import Cursor
from api.wording.sentences import say
from web.orders.routes import units_of
from web.recordings.drawn import drawn_call
from web.recordings.life import names_of
from web.site import page, site_of, texts_of
from workorders.errors import NotFound

router = APIRouter(prefix="/recordings", dependencies=[needs("recordings.listen")])
_PAGE = 20


@dataclass(frozen=True, slots=True)
class Looked:
    """What the form of the page sends: "" is not asked."""

    since: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    until: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    number: Annotated[str, Query(max_length=30)] = ""
    agent: Annotated[str, Query(pattern=r"^[0-9A-Za-z_.-]{0,40}$")] = ""
    order: Annotated[str, Query(max_length=30)] = ""


@router.get("")
async def search(request: Request, looked: Annotated[Looked, Depends()], cursor: Cursor = None) -> HTMLResponse:
    """The form, and the calls that it finds, the newest first."""
    found: dict[str, Any] = {"recordings": [], "next": None}
    fault = ""
    try:
        async with database(request).one_reading():
            found, units = await talks.search(request, wanted_of(looked), cursor, _PAGE), await units_of(request)
    except (Problem, NotFound) as error:
        texts = texts_of(request)
        detail, fix = (say(one, texts.language) for one in (str(error), error.fix))
        fault, units = texts("refused.whole", detail=detail, fix=fix), await units_of(request)
    said = {name: value for name, value in asdict(looked).items() if value}
    directory = site_of(request).directory
    names = names_of(directory, units)
    return page(request, "recordings.html", rows=found["recordings"], following=found["next"], looked=looked,
                fault=fault, asked=urlencode(said), agents=directory.agents, searched=bool(said),
                drawn_call=lambda call: drawn_call(request, call, names))


def wanted_of(looked: Looked) -> talks.Wanted:
    """Return what the form asks for; grouped digits are taken as one number. Raises Problem for what is none."""
    number, order = ("".join(text.split()) for text in (looked.number, looked.order))
    if number and not (number.isascii() and number.isdigit() and 3 <= len(number) <= 20):
        raise Problem(422, "number", "号码只能是 3 到 20 位数字", "去掉字母和符号再查")
    return talks.Wanted(_day(looked.since), _day(looked.until), number or None, looked.agent or None, order or None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Problem(422, "days", f"没有 {text} 这一天", "改正日期再查") from error
