"""Figures of a day to a year: what the API counted, with formula and denominator, as tables and small drawings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access import needs, now_of
from api.reports import figures as api
from web.orders.routes import units_of
from web.reports import drawing
from web.site import page, site_of
from workorders.life.assessment import Measure
from workorders.reports.figures import COUNTS, DIMENSIONS, THREE_RATES
from workorders.reports.periods import Span

router = APIRouter(prefix="/reports", dependencies=[needs("figures.read")])
Struck = Literal["both", "whole", "kept"]
SPANS: Final = get_args(Span)
BACK: Final = {"day": 7, "week": 8, "month": 6, "quarter": 6, "year": 3}
_DRAWN: Final = ("received", "closed")


@router.get("")
async def shown(request: Request, span: Span = "month", day: Annotated[str, Query(max_length=10)] = "",
                struck: Struck = "both") -> HTMLResponse:
    """The figures of a period, with its course."""
    asked = _day(day)
    found = await api.figures(request, span, asked)
    course = (await api.course(request, span, asked, BACK[span]))["periods"]
    first, after = (date.fromisoformat(found[name]) for name in ("first", "after"))
    today = datetime.fromtimestamp(now_of(request), site_of(request).zone).date()
    names = {**await units_of(request), **found["names"]}
    return page(request, "reports.html", found=found, span=span, spans=SPANS, day=asked or first, struck=struck,
                first=first, last=after - timedelta(days=1), names=names, counts=COUNTS,
                dimensions=("unit", *DIMENSIONS), three=[one.value for one in THREE_RATES],
                measures=[one.value for one in Measure], drawing=_drawing(span, course), course=course,
                before=_link(span, first - timedelta(days=1), struck), open_end=after > today,
                following=_link(span, after, struck) if after <= today else "",
                asked=urlencode({"span": span, "day": first.isoformat()}))


def _day(day: str) -> date | None:
    """Return the day that is asked for; what is none asks for the last period that is over."""
    try:
        return date.fromisoformat(day) if day else None
    except ValueError:
        return None


def _link(span: str, day: date, struck: str) -> str:
    return "/reports?" + urlencode({"span": span, "day": day.isoformat(), "struck": struck})


def _drawing(span: Span, course: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the drawings: what came in and was closed as bars, the three rates as lines."""
    rates = {one.value: [_rate(line, one.value) for line in course] for one in THREE_RATES}
    return {"wide": drawing.WIDE, "high": drawing.HIGH, "series": _DRAWN,
            "labels": list(zip(drawing.middles(len(course)), (_label(span, one["first"]) for one in course),
                               strict=True)),
            "bars": drawing.bars([[line[name] for line in course] for name in _DRAWN]),
            "lines": {name: {"strokes": list(drawing.strokes(values)), "dots": drawing.dots(values)}
                      for name, values in rates.items()}}


def _rate(line: dict[str, Any], measure: str) -> float | None:
    figure = line["rates"].get(measure)
    return None if figure is None else figure["whole"]["value"]


def _label(span: Span, first: str) -> str:
    """Return how a place of the drawing is named, short enough for a telephone."""
    day = date.fromisoformat(first)
    if span in ("day", "week"):
        return f"{day:%m-%d}"
    if span == "quarter":
        return f"{day:%y}Q{(day.month + 2) // 3}"
    return f"{day:%Y}" if span == "year" else f"{day:%Y-%m}"
