"""Old hotlines' numbers out of a spreadsheet (xlsx or csv): a report line by line, and the numbers that are good.

Columns, by their headings in any order: 号码, 名称, 领域, 问候语, 起点, 承办单位; only the first two are needed. A line
with a fault is passed over and told, with what to do; the others are taken. Pure but for reading the bytes it is given.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ivr.errors import IvrError
from ivr.schema import FIELDS, MAX_NUMBERS

_HEADINGS = {"号码": "number", "名称": "name", "领域": "field", "问候语": "greeting", "起点": "entry",
             "承办单位": "unit", "number": "number", "name": "name", "field": "field", "greeting": "greeting",
             "entry": "entry", "unit": "unit"}
_OF_WORD = {word: code for code, word in FIELDS.items()} | {code: code for code in FIELDS}
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
MAX_BYTES, _MAX_LINES, _MAX_COLUMNS = 2_000_000, 5000, 30
_LONGEST_GREETING = 120  # characters


class SheetError(IvrError):
    """A file is no spreadsheet that can be read."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line: ``taken``, ``changed`` (was there already) or ``refused`` with the problem and fix."""

    line: int
    number: str
    result: str
    problem: str = ""
    fix: str = ""


@dataclass(slots=True)
class Sheet:
    """The report, and what to put into a flow: numbers by number, greetings (Chinese texts) by prompt name."""

    lines: list[Line] = field(default_factory=list)
    numbers: dict[str, dict[str, str]] = field(default_factory=dict)
    greetings: dict[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """Say the result in a sentence."""
        counts = {result: sum(line.result == result for line in self.lines)
                  for result in ("taken", "changed", "refused")}
        return f"共 {len(self.lines)} 行：新增 {counts['taken']}，更新 {counts['changed']}，拒绝 {counts['refused']}"


def read_sheet(
    raw: bytes, steps: Container[str], known: Container[str], units: Container[str] | None = None,
) -> Sheet:
    """Read a spreadsheet. `steps` and `known` numbers are those of the flow; `units` None: not checked.

    Raises SheetError if it is none.
    """
    if len(raw) > MAX_BYTES:
        raise SheetError(f"表格超过 {MAX_BYTES // 1_000_000} MB。请删去无关的内容")
    rows = _rows(raw)
    columns = [_HEADINGS.get(str(cell or "").strip().lower(), "") for cell in next(rows, ())]
    if "number" not in columns or "name" not in columns:
        raise SheetError("第一行要有列名“号码”和“名称”。请按模板填写")
    sheet = Sheet()
    for number, row in enumerate(rows, start=2):
        cells = {name: _text(cell) for name, cell in zip(columns, row, strict=False) if name}
        if any(cells.values()):
            sheet.lines.append(_take(sheet, number, cells, steps, known, units))
    return sheet


def _take(
    sheet: Sheet, at: int, cells: dict[str, str], steps: Container[str], known: Container[str],
    units: Container[str] | None,
) -> Line:
    number = re.sub(r"[\s()（）-]", "", cells.get("number", ""))
    fault = next(_faults(sheet, number, cells, steps, units), None)
    if fault is not None:
        return Line(at, number, "refused", *fault)
    greeting = cells.get("greeting", "")
    found = {"name": cells["name"], "field": _OF_WORD.get(cells.get("field", "") or "other", "other"),
             **{name: cells[name] for name in ("entry", "unit") if cells.get(name)}}
    if greeting:
        found["greeting"] = f"greeting-{number.lstrip('+')}"
        sheet.greetings[found["greeting"]] = greeting
    sheet.numbers[number] = found
    return Line(at, number, "changed" if number in known else "taken")


def _faults(
    sheet: Sheet, number: str, cells: dict[str, str], steps: Container[str], units: Container[str] | None,
) -> Iterator[tuple[str, str]]:
    if not _NUMBER.fullmatch(number):
        yield f"号码 {cells.get('number', '')!r} 不是电话号码", "请只写数字，最多 20 位"
    if number in sheet.numbers:
        yield f"号码 {number} 在表中出现了两次", "请只保留一行"
    if len(sheet.numbers) >= MAX_NUMBERS:
        yield f"号码超过 {MAX_NUMBERS} 个", "请分成几个流程"
    if not 1 <= len(cells.get("name", "")) <= 60:
        yield "名称是空的，或超过 60 个字", "请填写名称"
    if cells.get("field") and cells["field"] not in _OF_WORD:
        yield f"不认识的领域 {cells['field']!r}", f"请用其中之一：{'、'.join(FIELDS.values())}"
    if cells.get("entry") and cells["entry"] not in steps:
        yield f"流程中没有步骤 {cells['entry']!r}", "请改成已有的步骤，或留空"
    if cells.get("unit") and units is not None and cells["unit"] not in units:
        yield f"通讯录中没有承办单位 {cells['unit']!r}", "请改用通讯录中的编号，或留空"
    if len(cells.get("greeting", "")) > _LONGEST_GREETING:
        yield f"问候语超过 {_LONGEST_GREETING} 个字", "请缩短：问候语不超过 6 秒"


def _text(cell: Any) -> str:
    """What a person sees in a cell: a number is no float, a formula is no formula."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "".join(char for char in str("" if cell is None else cell) if char.isprintable()).strip()


def _rows(raw: bytes) -> Iterator[Iterable[Any]]:
    rows = _of_workbook(raw) if raw[:4] == b"PK\x03\x04" else _of_csv(raw)
    for number, row in enumerate(rows):
        if number > _MAX_LINES:
            raise SheetError(f"表格超过 {_MAX_LINES} 行。请分开导入")
        yield row


def _of_workbook(raw: bytes) -> Iterator[Iterable[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(info.file_size for info in archive.infolist()) > 25 * MAX_BYTES:
                raise SheetError("表格解开后太大。请删去无关的内容")
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        try:
            yield from book.worksheets[0].iter_rows(values_only=True, max_col=_MAX_COLUMNS)
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise SheetError("表格读不出来，可能已损坏。请另存为 .xlsx 或 .csv 再上传") from error


def _of_csv(raw: bytes) -> Iterator[Iterable[Any]]:
    for coding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(coding)
        except UnicodeDecodeError:
            continue
        try:
            yield from csv.reader(io.StringIO(text), strict=True)
        except csv.Error as error:
            raise SheetError(f"CSV 读不懂：{error}。请另存为 .xlsx 再上传") from error
        return
    raise SheetError("文件既不是 .xlsx 也不是 UTF-8 或 GB18030 的 CSV。请另存后再上传")
