"""Lines to a file: JSON lines for programs, a workbook for people. Neither holds more than a page in memory."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from api.export.columns import COLUMNS, Reading, Value

SHEET_ROWS = 1_000_000  # a sheet holds 1,048,576
_CELL = 32_000  # characters; a cell holds 32,767
# what a spreadsheet takes for a formula; a Chinese one also by the full-width signs (OWASP: CSV injection)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
Progress = Callable[[int], None]


async def json_lines(lines: AsyncIterator[dict[str, Value]]) -> AsyncIterator[bytes]:
    """Yield one JSON object a line, values as the API names them, moments in epoch seconds."""
    async for line in lines:
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


async def workbook(lines: AsyncIterator[dict[str, Value]], to: Path, reading: Reading,
                   progress: Progress = lambda _: None) -> int:
    """Write a workbook with Chinese headings; return how many orders are in it.

    Written row by row (XlsxWriter's constant memory, its scratch files beside `to`).
    """
    options = {"constant_memory": True, "tmpdir": str(to.parent), "strings_to_formulas": False,
               "strings_to_urls": False, "strings_to_numbers": False}
    count = 0
    with xlsxwriter.Workbook(str(to), options) as book:
        bold = book.add_format({"bold": True})
        sheet: Any = None
        async for line in lines:
            place = count % SHEET_ROWS
            if place == 0:
                sheet = _new_sheet(book, bold)
            _write(sheet, place + 1, line, reading)
            count += 1
            progress(count)
        if sheet is None:
            _new_sheet(book, bold)
    return count


def _new_sheet(book: Any, bold: Any) -> Any:
    sheet = book.add_worksheet(f"工单{len(book.worksheets()) + 1}")
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.heading, bold)
    return sheet


def _write(sheet: Any, row: int, line: dict[str, Value], reading: Reading) -> None:
    for place, column in enumerate(COLUMNS):
        value: Any = line[column.name]
        shown = column.read(reading, value) if column.read else value
        if isinstance(shown, int | float) and not isinstance(shown, bool):
            sheet.write_number(row, place, shown)
        elif shown:
            sheet.write_string(row, place, harmless(str(shown)))


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, also after it was saved as CSV and opened again."""
    cut = text[:_CELL]
    return f"'{cut}" if cut.startswith(_DANGEROUS) else cut
