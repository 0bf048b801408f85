"""The figures of a period as a page: for whom, with formula and denominator, drawn without a library, as a workbook."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl

from hotline.seed.lives import Year
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from web.reports import drawing
from workorders.keeping.keeper import Keeper
from workorders.life.words import Role

UNTIL = date(2026, 11, 19)
QUARTER = "span=quarter&day=2026-08-01"


async def lived(staff: Staff, count: int = 40) -> None:
    """Bring a seed city's lives into the house."""
    keeper, now = Keeper(ZoneInfo("Asia/Shanghai")), datetime(2026, 11, 20, tzinfo=UTC).timestamp()
    async with staff.db.writing() as session:
        for life in Year(7, count, UNTIL).lives():
            await keeper.bring_in(session, life.intake, life.acts, now)


def test_bars_fill_the_drawing_and_a_line_stops_where_nothing_was_measured() -> None:
    found = drawing.bars([[0, 5, 10], [1, 2, 3]])
    assert len(found) == 6
    assert max(bar.height for bar in found) == drawing.HIGH - drawing.TOP
    assert all(bar.x >= 0 and bar.x + bar.width <= drawing.WIDE for bar in found)
    assert drawing.bars([[], []]) == []
    assert all(bar.height == 0 for bar in drawing.bars([[0, 0]]))
    assert len(list(drawing.strokes([0.5, 0.6, None, 0.7, None, 0.8, 0.9]))) == 2
    assert [dot.value for dot in drawing.dots([None, 1.0])] == [1.0]


async def test_the_page_the_course_and_the_workbook_tell_what_the_figures_tell(staff: Staff) -> None:
    await lived(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    told = (await office.get(f"/api/figures?{QUARTER}")).json()
    course = (await office.get(f"/api/figures/course?{QUARTER}&back=3")).json()["periods"]
    assert [one["first"] for one in course] == ["2026-01-01", "2026-04-01", "2026-07-01"]
    assert course[-1]["received"] == told["total"]["received"] > 0
    assert course[-1]["rates"] == told["total"]["rates"]
    shown = (await office.get(f"/reports?{QUARTER}&struck=both")).text
    rate = told["total"]["rates"]["satisfaction"]["whole"]
    assert f"{rate['numerator']}/{rate['denominator']}" in shown
    assert "评 3 分及以上的件次 ÷ 诉求人评了分的件次" in shown
    assert shown.count("<svg class=\"drawing\"") == 2
    assert "/api/publication" in shown
    book = openpyxl.load_workbook(io.BytesIO((await office.get(f"/api/figures/file?{QUARTER}")).content))
    assert book.sheetnames[:2] == ["总体", "承办单位"]
    assert book["总体"]["B3"].value == told["total"]["received"]


async def test_a_unit_reads_its_own_figures_and_whoever_handles_none(staff: Staff) -> None:
    await lived(staff)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="police")
    shown = (await lead.get(f"/reports?{QUARTER}")).text
    assert "/api/publication" not in shown
    assert ">works<" not in shown
    whole = (await (await signed_on(staff, "office", Role.BACK_OFFICE)).get(f"/api/figures/course?{QUARTER}")).json()
    own = (await lead.get(f"/api/figures/course?{QUARTER}")).json()
    assert own["periods"][-1]["received"] < whole["periods"][-1]["received"]
    handler = await signed_on(staff, "handler", Role.UNIT_HANDLER, unit="police")
    assert (await handler.get("/reports")).status_code == 403
    assert (await lead.get("/reports?span=week&day=nonsense")).status_code == 200


async def test_the_figures_are_read_on_a_telephone_and_by_keyboard(staff: Staff, chromium: str) -> None:
    await lived(staff)
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("office", Role.BACK_OFFICE, viewport={"width": 390, "height": 844})
        await page.goto(f"/reports?{QUARTER}")
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.press(".rate-one > summary", "Enter")
        await page.wait_for_selector(".rate-one[open] p")
        await page.press("[rel=prev]", "Enter")
        await page.wait_for_selector("time[datetime='2026-04-01']")
        assert pages.loud == []
