"""Figures: the database's sums are what a person counts in the histories; who may read whose; what may be printed."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlmodel import col, select

from core.db import Database
from hotline.seed.lives import Year
from tests.civic.recount import counted
from tests.people.staff import Staff
from workorders.keeping.keeper import Keeper, Kept
from workorders.life.acts import Actor, Wish
from workorders.life.assessment import FORMULAS, Figure, Measure, Period
from workorders.life.errors import BadContent
from workorders.life.words import Do, Role
from workorders.models import WorkOrder
from workorders.reports import reading
from workorders.reports.course import course
from workorders.reports.figures import COUNTS, Counted, Figures
from workorders.reports.periods import Span, reported
from workorders.reports.publication import Gathered, published

ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = date(2026, 6, 30)
NOW = datetime(2026, 7, 1, tzinfo=UTC).timestamp()


async def _brought(db: Database, count: int) -> list[Kept]:
    """Bring a seed city's lives into a database; return them as the keeper has them."""
    keeper, found = Keeper(ZONE), []
    for life in Year(7, count, UNTIL).lives():
        async with db.writing() as session:
            await keeper.bring_in(session, life.intake, life.acts, NOW)
    async with db.reading() as session:
        for number in (await session.execute(select(WorkOrder.number))).scalars().all():
            found.append(await keeper.load(session, number))
    return found


async def test_the_figures_of_the_database_are_those_counted_by_hand_in_the_histories(db: Database) -> None:
    lives = await _brought(db, 70)
    year = reported("year", date(2026, 3, 1), ZONE)
    for asked in (year, reported("quarter", UNTIL, ZONE)):
        async with db.reading() as session:
            found = await reading.read(session, asked.period, asked.before.period)
        numbers, measured = counted(lives, asked.period, NOW)
        told = {(dimension, value, count): getattr(line, count)
                for dimension, lines in ({"": {"": found.total}} | dict(found.by)).items()
                for value, line in lines.items() for count in COUNTS if getattr(line, count)}
        assert told == dict(numbers)
        sums = {(dimension, value, measure.value): (figure.whole, figure.kept)
                for dimension, lines in ({"": {"": found.total}} | dict(found.by)).items()
                for value, line in lines.items() for measure, figure in line.rates.items()}
        assert sums.keys() == {mark[:3] for mark in measured}
        for mark, (whole, kept) in sums.items():
            assert whole.numerator == measured[(*mark, "good", "kept")] + measured[(*mark, "good", "struck")]
            assert whole.denominator == sum(n for key, n in measured.items() if key[:3] == mark)
            assert kept.denominator == measured[(*mark, "good", "kept")] + measured[(*mark, "bad", "kept")]
    assert len(lives) == 70
    months = [reported("month", date(2026, month, 1), ZONE).period for month in range(1, 7)]
    units = frozenset(sorted(unit for unit in (await _whole(db, year.period)).by["unit"] if unit)[::2])
    async with db.reading() as session:
        curve = await course(session, months)
        of_units = await course(session, months, col(WorkOrder.kind) != "report", units)
        for month, line, narrowed in zip(months, curve, of_units, strict=True):
            found = (await reading.read(session, month, month)).total
            assert _sums(line) == _sums(found)
            own = await reading.read(session, month, month, col(WorkOrder.kind) != "report", units)
            assert _sums(narrowed) == _sums(own.total)
    assert len({line.received for line in curve}) > 2
    assert any(line.rates for line in of_units)


async def _whole(db: Database, period: Period) -> Figures:
    async with db.reading() as session:
        return await reading.read(session, period, period)


def _sums(line: Counted) -> tuple[tuple[int, ...], dict[Measure, Figure]]:
    """Return what a course has of a line: what counts by the order, and the rates."""
    return tuple(getattr(line, name) for name in ("received", "answered", "closed", "in_time")), line.rates


async def _told(staff: Staff, number: int, **more: object) -> str:
    body = {"kind": "complaint", "summary": "<script>alert(1)</script>", "first": "城市管理", "second": "市政",
            "third": "路灯", "district": "城东区"} | more
    answer = await staff.house.client.post("/api/work-orders", json=body, headers={"Idempotency-Key": f"f{number}"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def test_figures_are_read_as_json_and_printed_as_a_page(staff: Staff) -> None:
    number = await _told(staff, 1)
    await _told(staff, 2, kind="inquiry", district="<b>西区</b>")
    async with staff.db.writing() as session:
        await staff.house.app.state.keeper.act(session, number, Wish(
            Do.DISPATCH, Actor("d", Role.BACK_OFFICE), staff.now, data={"unit": "lamps"}))
    leader = await staff.signed_on("leader", Role.DUTY_LEADER)
    day = datetime.fromtimestamp(staff.now, ZONE).date().isoformat()
    found = (await leader.get("/api/figures", params={"span": "day", "day": day})).json()
    assert (found["total"]["received"], found["total"]["dispatched"]) == (2, 1)
    assert found["by"]["unit"]["lamps"]["received"] == 1
    assert found["topics"][0] == {"path": ["城市管理", "市政", "路灯"], "now": 2, "before": 0, "growth": None}
    assert {one["name"] for one in found["formulas"]} >= {"响应率", "解决率", "满意率"}
    page = await leader.get("/api/figures/page", params={"span": "day", "day": day})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for words in ("示范市12345热线日报", "受理 2 件", "路灯", "&lt;b&gt;西区&lt;/b&gt;",
                  f"响应率 = {FORMULAS[Measure.RESPONSE].numerator}"):
        assert words in page.text
    assert "<script" not in page.text
    assert "http" not in page.text
    for query in ({"span": "decade"}, {"span": "day", "day": "1970-01-01"}, {"span": "day", "day": "2026-02-30"}):
        assert (await leader.get("/api/figures", params=query)).status_code == 422


async def test_a_unit_reads_its_own_figures_and_learns_nothing_of_a_report_against_it(staff: Staff) -> None:
    mine, other = await _told(staff, 1), await _told(staff, 2)
    hidden = await _told(staff, 3, kind="report", complained_of=["lamps"])
    for number, unit in ((mine, "lamps"), (other, "water"), (hidden, "water")):
        async with staff.db.writing() as session:
            keeper, desk = staff.house.app.state.keeper, Actor("d", Role.BACK_OFFICE)
            if number == hidden:
                await keeper.acts(session, number, [
                    Wish(Do.SUBMIT, desk, staff.now), Wish(Do.ENDORSE, Actor("q", Role.DUTY_LEADER), staff.now)])
            await keeper.act(session, number, Wish(Do.DISPATCH, desk, staff.now, data={"unit": unit}))
    lamps = await staff.signed_on("lamps", Role.UNIT_LEAD, unit="lamps")
    day = datetime.fromtimestamp(staff.now, ZONE).date().isoformat()
    found = (await lamps.get("/api/figures", params={"span": "day", "day": day})).json()
    assert found["total"]["received"] == 1
    assert set(found["by"]["unit"]) == {"lamps"}
    assert "举报" not in found["by"]["kind"]
    desk = await staff.signed_on("desk", Role.BACK_OFFICE)
    assert (await desk.get("/api/figures", params={"span": "day", "day": day})).json()["total"]["received"] == 3
    published = (await desk.get("/api/publication", params={"span": "day", "day": day})).json()
    assert "3" not in str(published["tables"])  # the report is not in it, the two are too few to be shown


async def test_what_is_published_hides_small_numbers_in_every_form_of_the_file(staff: Staff) -> None:
    for place in range(9):
        await _told(staff, place, kind="complaint" if place < 7 else "help", district="=cmd()" if place < 6 else "西区")
    desk = await staff.signed_on("desk", Role.BACK_OFFICE)
    day = datetime.fromtimestamp(staff.now, ZONE).date().isoformat()
    asked = {"span": "day", "day": day}
    found = (await desk.get("/api/publication", params=asked)).json()
    assert found["hidden_below"] == 5
    for table in found["tables"]:
        for row in table["rows"]:
            assert all(number is None or number == 0 or number >= 5 for number in row["numbers"])
    text = (await desk.get("/api/publication", params=asked | {"format": "csv"})).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    sheet = await desk.get("/api/publication", params=asked | {"format": "xlsx"})
    cells = [cell for line in openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows() for cell in line]
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
    assert all(cell.data_type != "f" for cell in cells)
    assert {"*"} < {cell for row in rows for cell in row}
    assert (await desk.get("/api/publication", params=asked | {"k": 1})).status_code == 422


def test_a_table_has_no_more_rows_than_people_read_and_loses_no_count() -> None:
    received = {(f"区{place}", "help"): place for place in range(1, 61)}
    found = published(Gathered({"field": {}, "district": received}, []), 5)
    lines = dict(found.sheets[1].lines)
    assert len(lines) == 42
    assert lines["合计"][-1] == sum(received.values())
    assert lines["其他各项合并"][-1] == sum(range(1, 21))


@pytest.mark.parametrize(("span", "first", "after"), [
    ("day", "2026-03-31", "2026-04-01"), ("week", "2026-03-30", "2026-04-06"), ("month", "2026-03-01", "2026-04-01"),
    ("quarter", "2026-01-01", "2026-04-01"), ("year", "2026-01-01", "2027-01-01")])
def test_a_period_is_the_citys_own_and_the_one_before_ends_where_it_begins(span: Span, first: str, after: str) -> None:
    found = reported(span, date(2026, 3, 31), ZONE)
    assert (found.first.isoformat(), found.after.isoformat()) == (first, after)
    assert found.before.after == found.first
    assert found.period.until - found.period.since == timedelta(days=(found.after - found.first).days).total_seconds()
    with pytest.raises(BadContent):
        reported(span, date(1999, 12, 31), ZONE)
