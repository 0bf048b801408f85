"""What became of each old hotline's number, how many still ring it, and the way in from a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.access import needs, now_of
from api.menu import routes_calls as calls
from ivr.schema import FIELDS
from web.menu_in_force import InForce, in_force
from web.site import for_script, page, site_of

router = APIRouter(prefix="/numbers")
_DAY = 86400.0
_SHEET = (("号码", "名称", "领域", "问候语", "起点", "承办单位"),
          ("12319", "城管热线", "城市管理", "您好，城管热线已并入12345。", "", ""))


@dataclass(frozen=True, slots=True)
class Old:
    """An old number: its field's code, what is said first, where callers begin, for whom, calls in the last days."""

    number: str
    name: str
    field: str
    greeting: str
    entry: str
    unit: str
    calls: int


@router.get("", dependencies=[needs("flows.read")])
async def directory(request: Request, days: Annotated[int, Query(ge=1, le=90)] = 30) -> HTMLResponse:
    """The directory of old numbers, by field, with calls counted."""
    flow, now = await in_force(request), now_of(request)
    since = now - days * _DAY
    called, whole = await calls.calls_by_number(request, since, now)
    rows = list(_rows(request, flow, called))
    groups = {code: of_field for code in FIELDS if (of_field := [row for row in rows if row.field == code])}
    known = {row.number for row in rows}
    others = sorted(((number, n) for number, n in called.items() if number not in known),
                    key=lambda one: (-one[1], one[0]))
    return page(request, "menu_numbers.html", groups=groups, total=len(rows), days=days, others=others,
                calls=sum(called.values()), whole=whole, since=since, in_force=bool(flow.number),
                fields=list(FIELDS), steps={name: flow.step(name) for name in flow.document.get("steps") or {}},
                units={unit.id: unit.name for unit in site_of(request).directory.units},
                data=for_script({"numbers": sorted(known), "any": "numbers" in flow.document,
                                 "languages": flow.languages}))


def _rows(request: Request, flow: InForce, called: dict[str, int]) -> Iterator[Old]:
    units = {unit.id: unit.name for unit in site_of(request).directory.units}
    for number, begins in sorted((flow.document.get("numbers") or {}).items()):
        greeting = flow.texts(begins["greeting"])[flow.language] if begins.get("greeting") else ""
        entry = begins.get("entry") or flow.document["entry"]
        unit = begins.get("unit", "")
        yield Old(number, begins["name"], begins.get("field", "other"), greeting, flow.step(entry),
                  units.get(unit, unit), called.get(number, 0))


@router.get("/template.csv", dependencies=[needs("flows.read")])
async def template(request: Request) -> Response:
    """An empty spreadsheet with the right headings and one line to show how; its mark lets Excel read Chinese."""
    written = io.StringIO()
    csv.writer(written).writerows(_SHEET)
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8",
                    headers={"Content-Disposition": 'attachment; filename="numbers.csv"'})
