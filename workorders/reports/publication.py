"""The file for publication: aggregated, small counts hidden, nothing about a person or a report.

Tables that share a total could betray each other; here they share only the total of all, and where even that is
hidden only the first table is published. Rates are published in whole per cent where at least k answered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from workorders.life.assessment import FORMULAS, Period
from workorders.life.words import CHINESE_KIND, Confidentiality, Kind
from workorders.models import WorkOrder
from workorders.reports.figures import THREE_RATES, Cases, named, together
from workorders.reports.reading import cases, received_by
from workorders.reports.suppression import Table, shown

HIDDEN = "*"  # how a hidden number is written
TABLES = (("field", "诉求领域"), ("district", "区县"))
TOTAL, OTHERS = "合计", "其他各项合并"
MOST_ROWS = 40  # of a table; the smallest beyond them are added up: hiding costs the square of the rows
_KINDS = (Kind.INQUIRY, Kind.HELP, Kind.COMPLAINT, Kind.SUGGESTION, Kind.PRAISE, Kind.UNTOLD)
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table ready for a file. None: hidden."""

    title: str
    head: Sequence[str]
    lines: Sequence[tuple[str, Sequence[int | None]]]


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published. `rates`: name and whole per cent; None where fewer than k were measured."""

    sheets: Sequence[Sheet]
    rates: Sequence[tuple[str, int | None]]
    k: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """Counts as they are. `received`: for each of TABLES, how many by its value and the kind."""

    received: Mapping[str, Mapping[tuple[str, str], int]]
    measured: Sequence[Cases]


def published(gathered: Gathered, k: int) -> Publication:
    """Return the publication: counts below `k` hidden. May take a second; call it in a thread."""
    found = together(gathered.measured)
    rates = [(FORMULAS[measure].chinese, _percent(found[measure].whole.value, found[measure].whole.denominator, k)
              if measure in found else None) for measure in THREE_RATES]
    return Publication(_sheets(gathered.received, k), rates, k)


async def read(session: AsyncSession, period: Period) -> Gathered:
    """Return what the publication of a period is made of. 举报 is not in it at all, not even as a number."""
    visible = and_(col(WorkOrder.secrecy) < int(Confidentiality.REPORT), col(WorkOrder.kind) != Kind.REPORT.value)
    columns = {"field": col(WorkOrder.first), "district": col(WorkOrder.district)}
    received = {name: await received_by(session, period, columns[name], visible) for name, _ in TABLES}
    return Gathered(received, await cases(session, period, visible))


def _percent(value: float | None, of: int, k: int) -> int | None:
    return None if value is None or of < k else round(100 * value)


def _sheets(received: Mapping[str, Mapping[tuple[str, str], int]], k: int) -> list[Sheet]:
    sheets = [_sheet(name, title, received[name], k) for name, title in TABLES]
    apart = all(sheet.lines[-1][1][-1] is not None for sheet in sheets)
    return sheets if apart else sheets[:1]


def _sheet(name: str, title: str, counts: Mapping[tuple[str, str], int], k: int) -> Sheet:
    found = {row: [counts.get((row, kind.value), 0) for kind in _KINDS] for row in sorted({row for row, _ in counts})}
    most = sorted(found, key=lambda row: -sum(found[row]))[:MOST_ROWS]
    lines = {named(name, row): numbers for row, numbers in found.items() if row in most}
    if rest := [numbers for row, numbers in found.items() if row not in most]:
        lines[OTHERS] = [sum(column) for column in zip(*rest, strict=True)]
    table = Table(list(lines), [kind.value for kind in _KINDS], list(lines.values()))
    told = zip((*lines, TOTAL), shown(table, k), strict=True)
    return Sheet(title, (title, *(CHINESE_KIND[kind] for kind in _KINDS), TOTAL), list(told))


def rows_of(publication: Publication) -> list[list[str]]:
    """Return the rows of a spreadsheet: every sheet under its head, then the rates, then what the star means."""
    rows: list[list[str]] = []
    for sheet in publication.sheets:
        rows += [[safe(word) for word in sheet.head], *([safe(name), *map(_cell, numbers)]
                                                        for name, numbers in sheet.lines), []]
    rows += [[name, HIDDEN if value is None else f"{value}%"] for name, value in publication.rates]
    return [*rows, [], [f"{HIDDEN} 为保护个人隐私，小于 {publication.k} 的数字及可据以推算的数字不公布"]]


def _cell(number: int | None) -> str:
    return HIDDEN if number is None else str(number)


def safe(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def csv_of(publication: Publication) -> str:
    """Return the file as CSV, with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows_of(publication))
    return "\ufeff" + out.getvalue()


def json_of(publication: Publication) -> dict[str, Any]:
    """Return the publication as JSON; null is a hidden number."""
    return {"hidden_below": publication.k,
            "tables": [{"title": sheet.title, "columns": list(sheet.head[1:]),
                        "rows": [{"name": name, "numbers": list(numbers)} for name, numbers in sheet.lines]}
                       for sheet in publication.sheets],
            "rates": [{"name": name, "percent": value} for name, value in publication.rates]}
