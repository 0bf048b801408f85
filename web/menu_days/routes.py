"""Emergency notices, special days beside the city's calendar, and information lines with who answers for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import needs, now_of
from api.menu import routes_sounds as sounds
from api.menu.city import city_days
from ivr.city_days import CityDays, missing
from ivr.errors import IvrError
from ivr.policy import load_policy
from ivr.schema import CalendarDoc
from web.menu_in_force import InForce, in_force
from web.site import for_script, page, site_of

router = APIRouter(prefix="/notices")
_SHOWN: Final = 40  # days of a calendar
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is not like its week day: ``off``, ``worked`` or ``special`` with its hours."""

    day: date
    kind: str
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar as the page tells it. `lacks`: edits that put in the city's days, [] when it knows them all."""

    name: str
    weekly: list[tuple[list[str], str]]
    days: list[Day]
    lacks: list[dict[str, Any]]
    lacking: list[Day]


@dataclass(frozen=True, slots=True)
class Line:
    """An information line. `state`: "" , ``soon``, ``late`` (its review) or ``none`` (no date)."""

    step: str
    title: str
    prompts: Mapping[str, Mapping[str, str]]
    owner: str
    review: str
    state: str


@router.get("", dependencies=[needs("flows.read")])
async def board(request: Request) -> HTMLResponse:
    """What callers are told now and on which days other hours hold; whoever may publish changes it here."""
    flow, now = await in_force(request), now_of(request)
    today = datetime.fromtimestamp(now, site_of(request).zone).date()
    notices = [one for one in (await sounds.notices(request))["notices"] if one["ends"] > now]
    calendars = list(_calendars(flow, await city_days(request), today))
    return page(request, "menu_days.html", flow=flow, notices=notices, calendars=calendars, today=today,
                units={unit.id: unit.name for unit in site_of(request).directory.units},
                lines=list(_lines(request, flow, today)),
                data=for_script({one.name: one.lacks for one in calendars}))


def _calendars(flow: InForce, city: CityDays, today: date) -> Iterator[Hours]:
    for name, written in (flow.document.get("calendars") or {}).items():
        calendar = CalendarDoc.model_validate(written)
        weekly = [([_DAYS[day - 1] for day in one.days], _span(one.start, one.end)) for one in calendar.weekly]
        lack = missing([one.days for one in calendar.weekly], calendar.holidays, calendar.working, calendar.special,
                       city, today)
        off = sorted({*calendar.holidays, *lack.off})
        working = {day.isoformat(): _DAYS[days[0] - 1] for day, days in calendar.working.items() if days}
        working |= {day.isoformat(): "fri" for day in lack.worked}
        edits = [_edit(name, "holidays", [day.isoformat() for day in off])] if lack.off else []
        edits += [_edit(name, "working", working)] if lack.worked else []
        lacking = sorted([*(Day(day, "off") for day in lack.off), *(Day(day, "worked") for day in lack.worked)],
                         key=lambda one: one.day)
        yield Hours(name, weekly, [*_days(calendar, today)][:_SHOWN], edits, lacking)


def _edit(calendar: str, field: str, value: Any) -> dict[str, Any]:
    return {"path": ["calendars", calendar, field], "value": value}


def _days(calendar: CalendarDoc, today: date) -> list[Day]:
    """The days ahead that are not like others; hours of their own win, as they do for callers."""
    days = {day: Day(day, "off") for day in calendar.holidays}
    days |= {day: Day(day, "worked") for day in calendar.working}
    days |= {day: Day(day, "special", "、".join(_span(one.start, one.end) for one in spans))
             for day, spans in calendar.special.items()}
    return [days[day] for day in sorted(days) if day >= today]


def _span(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}–{end // 60:02}:{end % 60:02}"


def _lines(request: Request, flow: InForce, today: date) -> Iterator[Line]:
    try:
        soon = load_policy(site_of(request).settings.home / "menu-policy.yaml").review_days
    except IvrError:
        soon = 0  # the check says what is wrong with the policy; the lines are shown all the same
    for name, step in (flow.document.get("steps") or {}).items():
        if step.get("verb") != "information":
            continue
        prompts = step.get("prompts") or []
        named = [prompts] if isinstance(prompts, str) else prompts
        review = str(step.get("review") or "")
        yield Line(name, flow.step(name), {prompt: flow.texts(prompt) for prompt in named}, str(step.get("owner", "")),
                   review, _state(review, today, soon))


def _state(review: str, today: date, soon: int) -> str:
    if not review:
        return "none"
    due = date.fromisoformat(review)
    return "late" if due < today else "soon" if due <= today + timedelta(days=soon) else ""
