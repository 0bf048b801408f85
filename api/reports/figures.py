"""Figures of a day, week, month, quarter or year, as JSON and as a page to print; and the file for publication."""

from __future__ import annotations

import asyncio
import io
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.people.caller import Caller
from api.people.models import UnitPlace
from api.people.scope import scope_of
from api.reports.workbook import book_of
from workorders.life.words import UNIT_ROLES
from workorders.reports import publication, reading
from workorders.reports.course import course as sums_of
from workorders.reports.figures import CHINESE_DIMENSION, Figures, formulas, plain
from workorders.reports.page import html
from workorders.reports.periods import Reported, Span, reported

router = APIRouter(prefix="/api", tags=["figures"])
SpanAsked = Annotated[Span, Query(description="which kind of period")]
DayAsked = Annotated[date | None, Query(description="a day in it, YYYY-MM-DD; left out: the last one that is over")]
K = 5  # counts below it are hidden in what is published
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/figures", dependencies=[needs("figures.read")])
async def figures(request: Request, span: SpanAsked = "month", day: DayAsked = None) -> dict[str, Any]:
    """Give the figures of a period. Whoever belongs to a unit gets those of their unit and the units below it."""
    asked = period_of(request, span, day)
    found, names = await _read(request, asked)
    return {"span": span, "first": asked.first.isoformat(), "after": asked.after.isoformat(), "title": asked.title,
            "total": plain(found.total), "names": names, "formulas": list(formulas()),
            "by": {name: {value: plain(line) for value, line in lines.items()} for name, lines in found.by.items()},
            "dimensions": CHINESE_DIMENSION,
            "topics": [{"path": list(topic.path), "now": topic.now, "before": topic.before, "growth": topic.growth}
                       for topic in found.topics]}


@router.get("/figures/course", dependencies=[needs("figures.read")])
async def course(request: Request, span: SpanAsked = "month", day: DayAsked = None,
                 back: Annotated[int, Query(ge=1, le=24, description="how many periods, with the one asked for")] = 6,
                 ) -> dict[str, Any]:
    """Give the sums of a period and of those before it, the oldest first, to be drawn as a course."""
    periods = [period_of(request, span, day)]
    while len(periods) < back:
        periods.insert(0, periods[0].before)
    caller = who(request)
    async with database(request).reading() as session:
        units = await _units_of(session, caller)
        visible = reading.EVERYTHING if units is None else scope_of(caller).orders()
        lines = await sums_of(session, [one.period for one in periods], visible, units)
    return {"periods": [{"title": one.title, "first": one.first.isoformat(), "after": one.after.isoformat(),
                         **plain(line)} for one, line in zip(periods, lines, strict=True)]}


@router.get("/figures/file", responses={200: {"content": {_XLSX: {"schema": {"type": "string"}}}}},
            dependencies=[needs("figures.read")])
async def file(request: Request, span: SpanAsked = "month", day: DayAsked = None) -> Response:
    """Give the figures as a workbook: a sheet a dimension, each rate with what it was made of."""
    asked = period_of(request, span, day)
    found, names = await _read(request, asked)
    made = await asyncio.to_thread(book_of, found, asked.title, names)
    name = f"12345-figures-{asked.span}-{asked.first}.xlsx"
    return Response(made, media_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"',
                                                     "Cache-Control": "private, no-store"})


@router.get("/figures/page", dependencies=[needs("figures.read")])
async def page(request: Request, span: SpanAsked = "month", day: DayAsked = None) -> Response:
    """Give the same as a page to print."""
    asked = period_of(request, span, day)
    found, names = await _read(request, asked)
    made = await asyncio.to_thread(html, found, asked, request.app.state.settings.city, names, now_of(request))
    return Response(made, media_type="text/html; charset=utf-8", headers={
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "Cache-Control": "private, no-store"})


@router.get("/publication", responses={200: {"content": {
    "text/csv": {"schema": {"type": "string"}}, _XLSX: {"schema": {"type": "string"}}}}},
    dependencies=[needs("figures.publish")])
async def published(request: Request, span: SpanAsked = "month", day: DayAsked = None,
                    form: Annotated[Literal["json", "csv", "xlsx"], Query(alias="format")] = "json",
                    k: Annotated[int, Query(ge=2, le=100, description="counts below it are hidden")] = K) -> Response:
    """Give the file for publication: aggregated, small counts hidden so that none can be computed from the rest."""
    asked = period_of(request, span, day)
    async with database(request).reading() as session:
        gathered = await publication.read(session, asked.period)
    return await asyncio.to_thread(lambda: _file(publication.published(gathered, k), asked, form))


def period_of(request: Request, span: Span, day: date | None) -> Reported:
    """Return the period that is asked for. Raises BadPeriod."""
    zone = ZoneInfo(request.app.state.settings.timezone)
    if day is not None:
        return reported(span, day, zone)
    today = datetime.fromtimestamp(now_of(request), zone).date()
    return reported(span, reported(span, today, zone).first - timedelta(days=1), zone)


async def _read(request: Request, asked: Reported) -> tuple[Figures, dict[str, str]]:
    caller = who(request)
    async with database(request).reading() as session:
        units = await _units_of(session, caller)
        visible = reading.EVERYTHING if units is None else scope_of(caller).orders()
        found = await reading.read(session, asked.period, asked.before.period, visible, units)
        rows = (await session.execute(select(UnitPlace))).scalars().all()
    return found, {row.unit: row.name for row in rows if row.name and row.unit in found.by["unit"]}


async def _units_of(session: AsyncSession, caller: Caller) -> frozenset[str] | None:
    """Return the units whose figures somebody may read; None: every unit's."""
    narrow = bool(caller.roles & UNIT_ROLES) or (caller.kind == "client" and bool(caller.unit))
    if not narrow:
        return None
    query = select(UnitPlace.unit).where(scope_of(caller).of_units(col(UnitPlace.unit)))
    return frozenset({caller.unit, *(await session.execute(query)).scalars()})


def _file(found: publication.Publication, asked: Reported, form: str) -> Response:
    name = f"12345-{asked.span}-{asked.first}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "csv":
        return Response(publication.csv_of(found), media_type="text/csv; charset=utf-8", headers=headers)
    if form == "xlsx":
        return Response(_workbook(publication.rows_of(found), asked.title), media_type=_XLSX, headers=headers)
    return JSONResponse({"title": asked.title, "first": asked.first.isoformat(), "after": asked.after.isoformat(),
                         **publication.json_of(found)})


def _workbook(rows: list[list[str]], title: str) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("公布")
    sheet.write_string(0, 0, title)
    for line, row in enumerate(rows, start=2):
        for place, cell in enumerate(row):
            if cell.isdigit():
                sheet.write_number(line, place, int(cell))
            else:
                sheet.write_string(line, place, cell)
    book.close()
    return file.getvalue()
