"""The roster of the caller's unit, or of another that they may see; drawn for the next two weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.access import needs, who
from api.problems import Problem
from api.rosters import routes as rosters
from api.schemas import WordOrNone
from routing.roster import AHEAD, DAYS
from web.orders.routes import units_of
from web.site import page

router = APIRouter(prefix="/roster", dependencies=[needs("directory.read")])
_MINUTES: Final = 1440


@dataclass(frozen=True, slots=True)
class Row:
    """A day of the drawing: `bare` are (first minute, length) of when nobody is on duty."""

    day: date
    bare: tuple[tuple[int, int], ...]


@router.get("")
async def roster(request: Request, unit: WordOrNone = "") -> HTMLResponse:
    """The roster whole."""
    caller, units = who(request), await units_of(request)
    asked = unit or caller.unit or next(iter(sorted(units)), "")
    if not asked:
        raise Problem(404, "no_such_unit", "名录里还没有单位", "请管理员在通讯录里登记单位")
    body = await rosters.read(request, Response(), asked)
    return page(request, "roster.html", unit=asked, units=units, roster=body, days=DAYS, drawn=drawn(body["gaps"]),
                slots=[_shown(slot) for slot in body["roster"]["slots"]],
                may_set=caller.may("rosters.write"), ahead=AHEAD)


def drawn(gaps: Sequence[tuple[str, str]]) -> list[Row]:
    """Return the days that have gaps, with where in the day nobody is on duty."""
    spans = [(datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in gaps]
    if not spans:
        return []
    first, last = spans[0][0].date(), spans[-1][1].date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    rows = (Row(day, tuple(_within(day, spans))) for day in days)
    return [row for row in rows if row.bare]


def _within(day: date, spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[int, int]]:
    midnight = datetime.combine(day, datetime.min.time())
    found = []
    for begin, end in spans:
        since = max(0, int((begin - midnight).total_seconds() // 60))
        until = min(_MINUTES, int((end - midnight).total_seconds() // 60))
        if until > since:
            found.append((since, until - since))
    return found


def _shown(slot: dict[str, Any]) -> dict[str, Any]:
    """Return a slot as the form holds it: telephones a line each, in the order they ring."""
    phones = sorted(slot["phones"], key=lambda phone: int(phone["order"]))
    return slot | {"lines": "\n".join(f"{phone['number']} {phone['label']}".strip() for phone in phones)}
