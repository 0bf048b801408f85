"""Before a calendar is set: a notice read into it, what it would change, how many promises would move. Sets nothing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from api.access import database, needs, now_of
from api.orders.keeping import keeper_of
from api.problems import Problem
from api.rules.routes import AS_IT_CAME, CalendarBody, CalendarOut, version_out
from api.schemas import Strict
from workorders.keeping import rules
from workorders.keeping.calendar_effect import effect
from workorders.life.calendar import Calendar
from workorders.life.calendar_change import announced, change
from workorders.life.holidays import KNOWN_YEARS
from workorders.life.notice import read, year_named

router = APIRouter(prefix="/api/calendar", tags=["rules"])


class NoticeIn(Strict):
    """A notice as it was pasted, and the calendar that it is read into."""

    text: Annotated[str, Field(min_length=4, max_length=4000, description="as the State Council's notice gives it")]
    year: Annotated[int | None, Field(ge=2000, le=2199, description="null: the year that the notice names")] = None
    source: Annotated[str, Field(max_length=200, description="number of the document")] = ""
    calendar: CalendarBody


class NoticeOut(BaseModel):
    """The calendar with that year in it, and what of the notice could not be taken as it stands."""

    year: int
    calendar: dict[str, Any]
    faults: list[str]


class WantedCalendar(Strict):
    """A calendar that somebody thinks of setting."""

    calendar: CalendarBody


class DayOut(BaseModel):
    """A day that changes: whether it is worked afterwards."""

    day: str
    worked: bool


class OrdersOut(BaseModel):
    """Counts of orders that are not answered yet. `looked` of the `guessed` were looked at; `kept` stay as promised."""

    open: int
    guessed: int
    looked: int
    later: int
    sooner: int
    farthest: float
    kept: int


class EffectOut(BaseModel):
    """What a calendar would change in the newest one, which is version `version`."""

    version: int
    days: list[DayOut]
    learned: list[int]
    forgotten: list[int]
    windows: bool
    zone: bool
    orders: OrdersOut


@router.get("/versions/{version}", responses={200: {"model": CalendarOut}}, dependencies=[needs("calendar.read")])
async def calendar_version(request: Request, version: Annotated[int, Path(ge=0, le=999_999)]) -> dict[str, Any]:
    """Show one version of the calendar as it was set; version 0 is what the software came with."""
    if version == 0:
        return AS_IT_CAME | {rules.CALENDAR: rules.calendar_json(_came(request))}
    async with database(request).reading() as session:
        there = await rules.versions(session, rules.CALENDAR)
    row = next((one for one in there if one.version == version), None)
    if row is None:
        raise Problem(404, "not_found", f"没有第 {version} 版日历", "从版本列表中选择")
    return version_out(row) | {rules.CALENDAR: row.body}


@router.post("/notice", responses={200: {"model": NoticeOut}}, dependencies=[needs("calendar.write")])
async def read_notice(wish: NoticeIn) -> dict[str, Any]:
    """Read the yearly notice of holidays into a calendar."""
    year = wish.year or year_named(wish.text)
    if year is None:
        raise Problem(422, "no_year", "没有写明是哪一年的安排", "填写年份，或把通知的标题一起粘贴进来")
    notice = read(wish.text, year)
    if not notice.off and not notice.worked:
        raise Problem(422, "no_days", "没有读出放假或上班的日期", "粘贴通知正文，例如「1月1日至3日放假，1月4日上班」")
    found, faults = announced(rules.calendar_from(wish.calendar.model_dump()), notice, wish.source)
    return {"year": year, "calendar": rules.calendar_json(found), "faults": list(faults)}


@router.post("/effect", responses={200: {"model": EffectOut}}, dependencies=[needs("calendar.write")])
async def would_do(request: Request, wish: WantedCalendar) -> dict[str, Any]:
    """Tell what a calendar would change, and how many promises would move if it held from now."""
    wanted, now = rules.calendar_from(wish.calendar.model_dump()), now_of(request)
    async with database(request).reading() as session:
        there = await rules.versions(session, rules.CALENDAR)
        newest = rules.calendar_from(there[0].body) if there else _came(request)
        what = change(newest, wanted)
        orders = await effect(session, keeper_of(request), wanted, what, now)
    return {"version": there[0].version if there else 0,
            "days": [{"day": str(day), "worked": worked} for day, worked in sorted(what.days.items())],
            "learned": list(what.learned), "forgotten": list(what.forgotten), "windows": what.windows,
            "zone": what.zone,
            "orders": {name: getattr(orders, name) for name in OrdersOut.model_fields}}


def _came(request: Request) -> Calendar:
    """Return the calendar that the software came with, in the city's zone."""
    return Calendar(KNOWN_YEARS, zone=keeper_of(request).zone)
