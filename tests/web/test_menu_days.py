"""Notices, special days, information lines and old numbers on pages: shown to whom, and a browser for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, async_playwright, expect

from ivr.city_days import CityDays, missing
from ivr.notices import load_notices
from ivr.releases import FlowStore
from tests.people.staff import BEGIN, Staff
from tests.web.axe import faults
from tests.web.desk import FLAGS
from tests.web.http import signed_on
from workorders.life.words import Role
from workorders.models import CallRecord

TODAY = date(2026, 11, 23)
LONG = 30_000  # ms: rendering speech on a busy machine


async def published(admin: httpx.AsyncClient, *edits: tuple[list[str], Any]) -> None:
    made = (await admin.post("/api/menu/drafts", json={"title": "白天", "ready": "hours"})).json()
    for path, value in edits:
        answer = await admin.post(f"/api/menu/drafts/{made['id']}/operations",
                                  json={"edits": [{"path": path, "value": value}]})
        assert answer.status_code == 200, answer.text
    answer = await admin.post(f"/api/menu/drafts/{made['id']}/publish", json={"why": "开通"})
    assert answer.status_code == 201, answer.text


@asynccontextmanager
async def opened(staff: Staff, chromium: str, who: httpx.AsyncClient, width: int = 1280) -> AsyncIterator[Page]:
    """A page of a real browser in which somebody is signed on; it must not complain."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            address = str(staff.house.client.base_url)
            context = await browser.new_context(base_url=address, viewport={"width": width, "height": 900})
            await context.add_cookies([{"name": cookie.name, "value": str(cookie.value), "url": address}
                                       for cookie in who.cookies.jar])
            page = await context.new_page()
            complaints: list[str] = []
            page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
            yield page
            complaints = [said for said in complaints if "409 (Conflict)" not in said]  # what the API refuses is told
            assert complaints == []
        finally:
            await browser.close()


def test_a_calendar_of_office_hours_lacks_the_citys_days_that_it_does_not_name() -> None:
    city = CityDays(frozenset({date(2027, 1, 1), date(2027, 1, 2), date(2026, 1, 1)}), frozenset({date(2027, 1, 9)}))
    office = [(1, 2, 3, 4, 5)]
    found = missing(office, (), {}, {}, city, TODAY)
    assert (found.off, found.worked) == ((date(2027, 1, 1),), (date(2027, 1, 9),))
    assert not missing(office, [date(2027, 1, 1)], {date(2027, 1, 9): (5,)}, {}, city, TODAY)
    assert not missing(office, (), {}, dict.fromkeys([date(2027, 1, 1), date(2027, 1, 9)]), city, TODAY)
    assert not missing([(1, 2, 3, 4, 5, 6, 7)], (), {}, {}, city, TODAY)


async def test_notices_days_and_lines_are_shown_to_whoever_may_and_changed_by_whoever_may_publish(staff: Staff) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    assert "还没有发布过菜单" in (await admin.get("/notices")).text
    soon = TODAY + timedelta(days=2)
    await published(admin, (["steps", "guide", "review"], soon.isoformat()), (["steps", "guide", "owner"], "housing"),
                    (["calendars", "office", "special"], {"2026-12-31": [{"from": "08:30", "to": "12:00"}]}))
    up = await admin.post("/api/menu/notices", json={
        "texts": {"zh-CN": "台风红色预警。"}, "ends": BEGIN + 3600, "closes": ["office"], "why": "防汛通知"})
    assert up.status_code == 201, up.text
    text = (await admin.get("/notices")).text
    for said in ("台风红色预警。", "播出中", "2026-12-31", "08:30–12:00", "快到期", "办事指南", 'id="put-up"'):
        assert said in text
    leader = await signed_on(staff, "banzhang", Role.TEAM_LEADER)
    text = (await leader.get("/notices")).text
    assert "台风红色预警。" in text
    assert "data-down" not in text
    assert 'id="put-up"' not in text
    staff.now += 3601
    assert "台风红色预警。" not in (await admin.get("/notices")).text
    unit = await signed_on(staff, "unit", Role.UNIT_LEAD, unit="housing")
    assert (await unit.get("/notices")).status_code == 403
    assert (await unit.get("/numbers")).status_code == 403


async def test_days_that_the_city_announces_are_missed_until_the_menu_has_them(staff: Staff) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    await published(admin)
    there = await admin.get("/api/calendar")
    calendar = there.json()["calendar"]
    calendar["years"].append({"year": 2027, "source": "国办通知", "off": ["2027-01-01"], "worked": ["2027-01-09"]})
    put = await admin.put("/api/calendar", json={"calendar": calendar, "why": "国办通知"},
                          headers={"If-Match": there.headers["ETag"]})
    assert put.status_code == 200, put.text
    assert "还有 2 天没有放进来" in (await admin.get("/notices")).text
    made = (await admin.post("/api/menu/drafts", json={"title": "白天", "release": 0})).json()
    checked = (await admin.get(f"/api/menu/drafts/{made['id']}/check")).json()
    assert checked["ok"]
    assert {"city-day-off", "city-day-worked"} <= {finding["code"] for finding in checked["findings"]}


async def test_the_directory_says_what_became_of_each_number_and_counts_its_calls(staff: Staff) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    await published(admin, (["numbers"], {"12319": {"name": "城管热线", "field": "city", "entry": "welcome",
                                                    "unit": "housing"}}))
    async with staff.db.writing() as session:
        session.add_all(CallRecord(key=f"{n:032x}", called=called, answered_at=BEGIN - 3600, path=[], parties=[],
                                   last_fact_at=BEGIN) for n, called in enumerate(("12319", "12319", "96123")))
    text = (await admin.get("/numbers")).text
    for said in ('data-number="12319"', "城管热线", "城市管理", "从「主菜单」开始", "<td>2</td>", "96123"):
        assert said in text
    assert "号码,名称,领域" in (await admin.get("/numbers/template.csv")).text


async def test_an_admin_puts_a_notice_up_and_takes_it_down_in_a_browser(staff: Staff, chromium: str) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    await published(admin)
    async with opened(staff, chromium, admin, 390) as page:
        await page.clock.set_fixed_time(datetime.fromtimestamp(BEGIN, UTC))
        await page.goto("/notices")
        await page.get_by_label("通知文字（普通话）").fill("城南停水，正在抢修。")
        await page.get_by_label("原因或依据").first.fill("供水公司来函")
        await page.get_by_role("button", name="播出通知").press("Enter")
        await expect(page.locator(".bulletin li.is-on")).to_contain_text("城南停水", timeout=LONG)
        found = load_notices(staff.house.settings.release_dir)
        assert [(one.texts["zh-CN"], one.closes) for one in found] == [("城南停水，正在抢修。", ())]
        assert abs(found[0].ends - (BEGIN + 4 * 3600)) <= 60
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        fits = "[...document.querySelectorAll('.panel')].every(one => one.scrollWidth <= one.clientWidth)"
        assert await page.evaluate(fits)
        await page.get_by_role("button", name="撤下通知").press("Enter")
        await expect(page.locator(".bulletin")).to_have_count(0, timeout=LONG)
        assert load_notices(staff.house.settings.release_dir) == ()


async def test_an_admin_takes_in_days_and_numbers_in_a_browser(staff: Staff, chromium: str, tmp_path: Path) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    await published(admin)
    sheet = tmp_path / "numbers.csv"
    sheet.write_text("号码,名称,领域\n12319,城管热线,城市管理\n不是号码,某热线,城市管理\n", "utf-8")
    async with opened(staff, chromium, admin) as page:
        await page.goto("/notices")
        await page.get_by_text("给「office」加一个特殊日").press("Enter")
        form = page.locator("form[data-change=special]")
        await form.get_by_label("日期").fill("2026-12-31")
        await form.get_by_label("原因或依据").fill("市政府通知")
        await form.get_by_role("button", name="检查并发布").press("Enter")
        await expect(page.locator(".day-list")).to_contain_text("08:30–12:00", timeout=LONG)
        assert FlowStore(staff.house.settings.release_dir).current().calendars["office"].special == {
            "2026-12-31": ((510, 720),)}
        await page.goto("/numbers")
        await page.get_by_text("填写号码").press("Enter")
        one = page.locator("#one")
        await one.get_by_label("号码").fill("96123")
        await one.get_by_label("名称").fill("供水热线")
        await one.get_by_label("问候语").fill("您好，供水热线已并入12345。")
        await one.get_by_label("原因或依据").fill("整合方案")
        await one.get_by_role("button", name="检查并发布").press("Enter")
        await expect(page.locator('[data-number="96123"]')).to_contain_text("供水热线已并入", timeout=LONG)
        await page.get_by_label("表格文件").set_input_files(sheet)
        await page.get_by_role("button", name="导入并看报告").press("Enter")
        await expect(page.locator("#report")).to_contain_text("新增 1，更新 0，拒绝 1", timeout=LONG)
        await expect(page.locator("#report tbody tr")).to_have_count(2)
        assert await faults(page) == []
        draft = str(await page.get_by_role("link", name="打开草稿").get_attribute("href")).rsplit("/", 1)[1]
    document = (await admin.get(f"/api/menu/drafts/{draft}")).json()["document"]
    assert document["numbers"]["12319"]["name"] == "城管热线"
