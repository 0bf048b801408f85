"""The calendar of working days: a year as a grid, what a change would change, every version with who, when and why."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.access import database, needs, now_of, who
from api.rules import routes as rules
from api.rules import routes_calendar as dry
from api.rules.routes import CalendarBody
from api.schemas import Strict
from web.admin.policy import names_of_people
from web.site import for_script, page, part, site_of, texts_of
from web.texts import Texts
from workorders.keeping.calendar_effect import stretches
from workorders.keeping.rules import calendar_from
from workorders.life.calendar import SATURDAY, Calendar
from workorders.life.calendar_change import Change, change

router = APIRouter(prefix="/calendar", dependencies=[needs("calendar.read")])
WINDOWS: Final = 4  # stretches of business hours a day that the form has room for


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the grid. `mark`: ``off`` (休) or ``worked`` (班) where the notice says so, "" by weekday."""

    day: date
    mark: str
    works: bool


class Drawn(Strict):
    """A calendar that is being edited, and the year of it to draw."""

    calendar: CalendarBody
    year: Annotated[int, Field(ge=2000, le=2199)]


def days_of(calendar: Calendar, year: int) -> list[list[list[Day | None]]]:
    """Return the year as months of weeks from Monday to Sunday; None: a day of another month."""
    known = next((one for one in calendar.years if one.year == year), None)

    def one(day: date, month: int) -> Day | None:
        if day.month != month:
            return None
        mark = "" if known is None else "off" if day in known.off else "worked" if day in known.worked else ""
        return Day(day, mark if mark != "worked" or day.weekday() >= SATURDAY else "", calendar.works(day))

    weeks = months.Calendar().monthdatescalendar
    return [[[one(day, month) for day in week] for week in weeks(year, month)] for month in range(1, 13)]


@router.get("")
async def shown(request: Request, year: Annotated[int | None, Query(ge=2000, le=2199)] = None) -> HTMLResponse:
    """The newest calendar, to be read or edited, and its versions."""
    async with database(request).one_reading():
        newest = await rules.calendar(request, Response())
        versions = (await rules.calendars(request))["versions"]
        names = await names_of_people(request, {one["by"] for one in versions})
    wanted = year or datetime.fromtimestamp(now_of(request), site_of(request).zone).year
    document, writes = for_script(newest["calendar"]), who(request).may("calendar.write")

    def grid() -> dict[str, Any]:
        return {"writes": writes, **_year(calendar_from(newest["calendar"]), wanted)}

    return page(request, "calendar.html", newest=newest, versions=versions, writes=writes, year=wanted,
                names=names, room=WINDOWS, for_script=document,
                grid=part(request, "parts/calendar_year.html", (document, wanted, writes), grid))


@router.post("/year", dependencies=[needs("calendar.write")])
async def drawn(request: Request, wish: Drawn) -> HTMLResponse:
    """Draw a year of a calendar that is being edited."""
    return page(request, "parts/calendar_year.html", writes=True,
                **_year(calendar_from(wish.calendar.model_dump()), wish.year))


@router.post("/difference", dependencies=[needs("calendar.write")])
async def would_change(request: Request, wish: dry.WantedCalendar) -> dict[str, Any]:
    """Tell in words what a calendar would change and what would become of open orders; nothing is set."""
    found = await dry.would_do(request, wish)
    texts = texts_of(request)
    days = {date.fromisoformat(one["day"]): one["worked"] for one in found["days"]}
    what = Change(days, tuple(found["learned"]), tuple(found["forgotten"]), found["windows"], found["zone"])
    return {"version": found["version"], "changes": list(in_words(texts, what)),
            "orders": list(_orders_in_words(texts, found["orders"]))}


@router.get("/versions/{version}")
async def version(request: Request, version: Annotated[int, Path(ge=1, le=999_999)]) -> HTMLResponse:
    """What one version changed in the one before it."""
    now, before = await dry.calendar_version(request, version), await dry.calendar_version(request, version - 1)
    what = change(*(calendar_from(one["calendar"]) for one in (before, now)))
    return page(request, "calendar_version.html", one=now, changes=list(in_words(texts_of(request), what)),
                names=await names_of_people(request, {now["by"]}))


def in_words(texts: Texts, what: Change) -> Iterator[str]:
    """Yield what changes, a line each: years, then days in stretches, then hours."""
    for name, years in (("learned", what.learned), ("forgotten", what.forgotten)):
        yield from (texts(f"calendar.change.{name}", year=year) for year in years)
    for worked in (False, True):
        for first, last in stretches([day for day, works in sorted(what.days.items()) if works is worked]):
            said = _said(texts, first) if first == last else texts(
                "calendar.stretch", first=_said(texts, first), last=_said(texts, last))
            yield texts("calendar.change.worked" if worked else "calendar.change.off", days=said)
    yield from (texts(f"calendar.change.{name}") for name in ("windows", "zone") if getattr(what, name))


def _said(texts: Texts, day: date) -> str:
    return texts("calendar.day", year=day.year, month=day.month, day=day.day, name=texts(f"calendar.month.{day.month}"),
                 weekday=texts(f"calendar.weekday.{day.weekday()}"))


def _orders_in_words(texts: Texts, orders: Mapping[str, Any]) -> Iterator[str]:
    yield texts("calendar.orders.open", n=orders["open"])
    for way in ("later", "sooner"):
        if orders[way]:
            yield texts(f"calendar.orders.{way}", n=orders[way])
    if not orders["later"] and not orders["sooner"]:
        yield texts("calendar.orders.none")
    if orders["later"] or orders["sooner"]:
        yield texts("calendar.orders.farthest", hours=round(abs(orders["farthest"]) / 3600))
    if orders["kept"]:
        yield texts("calendar.orders.kept", n=orders["kept"])
    if orders["looked"] < orders["guessed"]:
        yield texts("calendar.orders.not_all", looked=orders["looked"], guessed=orders["guessed"])


def _year(calendar: Calendar, year: int) -> dict[str, Any]:
    known = next((one for one in calendar.years if one.year == year), None)
    grid = days_of(calendar, year)
    worked = sum(day.works for month in grid for week in month for day in week if day)
    return {"year": year, "known": known, "grid": grid, "worked": worked,
            "years": sorted({one.year for one in calendar.years} | {year})}
