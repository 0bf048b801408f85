"""Export: what one may see and nothing else, harmless to a spreadsheet, in bounded memory."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from api.export import files, stream
from api.export.columns import COLUMNS, Reading, Value
from api.export.stream import Asked
from api.people.caller import Caller
from api.people.rights import OF_ROLE
from core.db import Database
from hotline.seed.lives import Year
from workorders.keeping.tables import OrderBarred, OrderUnit
from workorders.life.words import Role
from workorders.models import WorkOrder

Town = tuple[Database, Year]
READING = Reading(ZoneInfo("Asia/Shanghai"), {"yunting": "云汀区"})


def as_role(role: Role, unit: str = "") -> Asked:
    return Asked(Caller("person", "p-x", "x", OF_ROLE[role], frozenset({role}), unit=unit))


async def all_lines(db: Database, asked: Asked) -> list[dict[str, Value]]:
    return [line async for line in stream.lines(db, asked, page=7)]


async def test_everybody_gets_what_they_may_see_page_after_page(town: Town) -> None:
    db, year = town
    office = await all_lines(db, as_role(Role.BACK_OFFICE))
    assert [line["number"] for line in office] == sorted(str(line["number"]) for line in office)
    assert len(office) == year.count == await stream.counted(db, as_role(Role.BACK_OFFICE))
    async with db.reading() as session:
        theirs = set((await session.execute(select(OrderUnit.number).where(
            col(OrderUnit.unit).in_([u.id for u in year.city.units if "yunting" in (u.id, u.upper)]),
            col(OrderUnit.void).is_(False)))).scalars())
        barred = set((await session.execute(select(OrderBarred.number).where(
            col(OrderBarred.unit) == "yunting"))).scalars())
    unit = {line["number"] for line in await all_lines(db, as_role(Role.UNIT_LEAD, "yunting"))}
    assert unit == theirs - barred
    assert unit


async def test_whom_it_is_from_is_masked_or_gone(town: Town) -> None:
    db, _ = town
    for line in await all_lines(db, as_role(Role.BACK_OFFICE)):
        assert line["caller"] == "" or "****" in str(line["caller"])
        assert line["name"] == "" or str(line["name"]).endswith("*")
        if line["secrecy"] == 2:
            assert (line["caller"], line["name"], line["address"]) == ("", "", "")


async def test_a_line_of_json_is_an_order(town: Town) -> None:
    lines = [json.loads(line) async for line in files.json_lines(stream.lines(town[0], as_role(Role.BACK_OFFICE)))]
    assert list(lines[0]) == [column.name for column in COLUMNS]
    assert "code_hash" not in lines[0]


async def test_a_line_says_what_the_citizen_was_answered_and_nothing_of_a_report(town: Town) -> None:
    lines = await all_lines(town[0], as_role(Role.BACK_OFFICE))
    answered = [line for line in lines if line["outcome"] == "answered" and line["secrecy"] != 2]
    assert answered
    assert all(line["reply"] for line in answered)
    assert {line["reply"] for line in lines if line["secrecy"] == 2} <= {""}


async def some(count: int, **changed: Value) -> AsyncIterator[dict[str, Value]]:
    row = WorkOrder(number="2026-1101-0001", rank=1, created_at=1_795_500_000.0, changed_at=0.0, lead="yunting")
    words = dict.fromkeys(("summary", "address", "name", "caller", "reply"), "")
    plain: dict[str, Value] = {column.name: column.raw(row, words) for column in COLUMNS}
    for _ in range(count):
        yield {**plain, **changed}


@pytest.mark.parametrize("evil", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "\uff0b86",
                                  "\uff0d2", "\uff20SUM(A1)"])
async def test_no_cell_is_a_formula(tmp_path: Path, evil: str) -> None:
    await files.workbook(some(1, summary=evil, address="平常"), tmp_path / "a.xlsx", READING)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    heads = [str(cell.value) for cell in sheet[1]]
    cell = sheet.cell(2, heads.index("诉求内容") + 1)
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
    assert sheet.cell(2, heads.index("主办单位") + 1).value == "云汀区"
    assert sheet.cell(2, heads.index("受理时间") + 1).value == READING.moment(1_795_500_000.0)


async def test_a_full_sheet_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SHEET_ROWS", 10)
    assert await files.workbook(some(25), tmp_path / "b.xlsx", READING) == 25
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert [sheet.max_row for sheet in book.worksheets] == [11, 11, 6]


async def test_nothing_to_export_is_a_sheet_with_its_headings(tmp_path: Path) -> None:
    assert await files.workbook(some(0), tmp_path / "c.xlsx", READING) == 0
    assert openpyxl.load_workbook(tmp_path / "c.xlsx").worksheets[0].max_row == 1


async def test_an_order_that_becomes_a_report_meanwhile_is_in_no_later_page(town: Town) -> None:
    db, year = town
    found: list[Value] = []
    async for line in stream.lines(db, as_role(Role.QUALITY), page=5):
        found.append(line["number"])
        if len(found) == 5:
            async with db.writing() as session:
                await session.execute(update(WorkOrder).values(kind="report", secrecy=2))
    assert len(found) == 5 < year.count
