"""Units: which stands under which, what each is there for, and by which telephones it is rung.

Where a unit stands is kept and changed here; names, duties and telephones are the directory's (web/directory).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import needs, who
from api.people import routes_changes, routes_people
from api.schemas import Word
from routing.directory import Directory, Party
from web.site import page, part, site_of

router = APIRouter(prefix="/units", dependencies=[needs("directory.read")])


@dataclass(frozen=True, slots=True)
class Line:
    """A unit as it is shown. `depth`: how many stand above it; `party`: its entry in the directory, if it has one."""

    id: str
    name: str
    upper: str
    depth: int
    party: Party | None


def lines_of(places: Sequence[Mapping[str, Any]], directory: Directory) -> list[Line]:
    """Return every unit, each right after the one above it, by id among equals. A circle does no harm."""
    parties = {party.id: party for party in directory.units}
    rows = {place["unit"]: place for place in places}
    upper = {unit: str(rows[unit]["upper"]) if unit in rows else "" for unit in {*rows, *parties}}
    below: dict[str, list[str]] = {}
    for unit in sorted(upper):
        below.setdefault(upper[unit] if upper[unit] in upper else "", []).append(unit)
    lines: list[Line] = []
    seen: set[str] = set()

    def add(unit: str, depth: int) -> None:
        if unit in seen:
            return
        seen.add(unit)
        party = parties.get(unit)
        named = rows[unit]["name"] if unit in rows else ""
        lines.append(Line(unit, named or (party.name if party else unit), upper[unit], depth, party))
        for lower in below.get(unit, ()):
            add(lower, depth + 1)

    for unit in (*below.get("", ()), *sorted(upper)):
        add(unit, 0)
    return lines


@router.get("")
async def listed(request: Request) -> HTMLResponse:
    """Every unit, with a form for its place for whoever may change it."""
    lines = tuple(lines_of((await routes_people.units(request))["units"], site_of(request).directory))
    writes = who(request).may("people.write")
    drawn = part(request, "parts/units_list.html", (lines, writes), lambda: _listed(lines, writes=writes))
    return page(request, "units.html", lines=lines, listed=drawn, writes=writes)


def _listed(lines: Sequence[Line], *, writes: bool) -> dict[str, Any]:
    names = {one.upper: one.upper for one in lines} | {one.id: one.name for one in lines} | {"": ""}
    return {"lines": lines, "names": names, "writes": writes}


@router.get("/{unit}", dependencies=[needs("people.read")])
async def one(request: Request, unit: Word) -> HTMLResponse:
    """How a unit came to stand where it stands."""
    places = (await routes_people.units(request))["units"]
    line = next((one for one in lines_of(places, site_of(request).directory) if one.id == unit), None)
    changes = (await routes_changes.of_unit(request, unit))["changes"]
    return page(request, "unit_history.html", unit=unit, name=line.name if line else unit, changes=changes)
