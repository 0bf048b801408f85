"""The calendar page: a year as a grid, a notice pasted, what it changes and moves; set with a reason, as a version."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from tests.workorders.test_holidays import OF_2026
from workorders.life.words import Role

OF_2027 = OF_2026.replace("2026年", "2027年")  # weekdays of another year: every one of them is wrong
NEXT = "2027年元旦:1月1日(周五)至3日(周日)放假,共3天。2027年1月9日(周六)上班。"


async def calendar_of(client: Any) -> tuple[dict[str, Any], dict[str, str]]:
    read = await client.get("/api/calendar")
    return read.json()["calendar"], {"If-Match": read.headers["etag"], "Accept": "application/json"}


async def test_everybody_reads_the_calendar_and_only_an_admin_edits_it(staff: Staff) -> None:
    admin = await signed_on(staff, "chief", Role.ADMIN)
    agent = await signed_on(staff, "reader", Role.AGENT, agent="a1002")
    both = (("admin", admin), ("agent", agent))
    shown = {who: (await client.get("/calendar?year=2026")).text for who, client in both}
    assert 'data-day="2026-10-01" data-mark="off"' in shown["admin"]
    assert ("calendar-set" in shown["admin"], "calendar-set" in shown["agent"]) == (True, False)
    assert "10月1日 周四 放假" in shown["agent"]
    assert re.search(r"2027 年的放假安排还没有录入", (await admin.get("/calendar?year=2027")).text)
    assert (await agent.post("/calendar/difference", json={})).status_code == 403
    assert (await admin.get("/calendar/versions/1")).status_code == 404


async def test_a_notice_is_read_into_the_calendar_told_and_set_as_a_version(staff: Staff) -> None:
    admin = await signed_on(staff, "chief", Role.ADMIN)
    calendar, headers = await calendar_of(admin)
    wrong = (await admin.post("/api/calendar/notice", json={"text": OF_2027, "calendar": calendar})).json()
    assert wrong["year"] == 2027
    assert len(wrong["faults"]) > 10
    for text, code in (("没有日期的一句话,2027年的", "no_days"), ("1月1日放假", "no_year")):
        refused = await admin.post("/api/calendar/notice", json={"text": text, "calendar": calendar}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    read = (await admin.post("/api/calendar/notice", json={
        "text": NEXT, "source": "国办发明电〔2026〕9号", "calendar": calendar})).json()
    assert (read["year"], read["faults"], read["calendar"]["years"][-1]["worked"]) == (2027, [], ["2027-01-09"])
    told = (await admin.post("/calendar/difference", json={"calendar": read["calendar"]})).json()
    assert told["changes"] == ["录入 2027 年", "改为休息：2027年1月1日（周五）", "改为上班：2027年1月9日（周六）"]
    assert told["orders"] == ["未答复的工单 0 件。", "没有工单的时限会移动。"]
    done = await admin.put("/api/calendar", json={"calendar": read["calendar"], "why": "国办发明电〔2026〕9号"},
                           headers=headers)
    assert done.status_code == 200
    late = await admin.put("/api/calendar", json={"calendar": calendar, "why": "又一次"}, headers=headers)
    assert (late.status_code, late.json()["current_version"]) == (412, 1)
    assert "改为上班：2027年1月9日" in (await admin.get("/calendar/versions/1")).text
    assert "国办发明电〔2026〕9号" in (await admin.get("/calendar")).text
    assert (await admin.get("/api/calendar/versions/0")).json()["calendar"]["years"][-1]["year"] == 2026


@pytest.mark.parametrize("width", [390])
async def test_a_day_is_changed_and_a_notice_is_pasted_by_keyboard(staff: Staff, chromium: str, width: int) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("chief", Role.ADMIN, viewport={"width": width, "height": 844})
        await page.goto("/calendar?year=2026")
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await page.focus("[data-day='2026-01-01']")
        for key in ("ArrowDown", "ArrowRight", "Space"):
            await page.keyboard.press(key)
        await page.wait_for_selector("[data-day='2026-01-09'][data-mark='off'].is-new:focus")
        await page.press("[data-window]", "Enter")
        await page.wait_for_selector("#calendar-changes li:has-text('2026年1月9日（周五）')")
        await page.click(".act > summary")
        await page.fill("[name=text]", NEXT)
        await page.press("[name=source]", "Enter")
        await page.wait_for_selector("[data-day='2027-01-09'][data-mark='worked']")
        await page.wait_for_selector("#calendar-changes li:has-text('2027')")
        await page.fill("#calendar-set [name=why]", "国办发明电〔2026〕9号")
        await page.press("#calendar-set [name=why]", "Enter")
        await page.wait_for_selector("a[href='/calendar/versions/1']")
        assert await faults(page) == []
        assert pages.loud == []
