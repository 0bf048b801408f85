"""The directory as pages: who sees them, a unit and an agent added by hand alone, every change with its history."""

from __future__ import annotations

import pytest

from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from tests.web.pictures import draw
from web.directory.versions import told
from web.texts import every_language
from workorders.life.words import Role

WATER = {"name": "水务局", "aliases": ["水务"], "duties": "供水", "phones": [
    {"number": "66020001", "label": "值班室", "order": 1, "accept": False}]}


def test_a_version_tells_field_by_field_what_it_changed_in_the_one_before() -> None:
    texts = every_language()["zh-CN"]
    phones = [*WATER["phones"], {"number": "66020002", "label": "", "order": 2, "accept": True}]
    entries = [None, WATER | {"name": "水务集团", "phones": phones}, WATER]
    versions = [{"version": 3 - n, "by": "console", "by_name": "", "why": "", "at": 1.0, "entry": entry}
                for n, entry in enumerate(entries)]
    out, changed, added = told(texts, versions)
    assert (out["what"], out["changes"], out["who"]) == ("out", [], "命令行")
    assert (changed["what"], changed["changes"]) == ("changed", [
        ("名称", "水务局", "水务集团"),
        ("电话", "66020001 值班室 第 1 顺序", "66020001 值班室 第 1 顺序，66020002 第 2 顺序 按 1 加入")])
    assert (added["what"], [field for field, _, _ in added["changes"]]) == ("in", ["名称", "简称", "职责", "电话"])


@pytest.mark.parametrize(("role", "unit", "status"), [
    (Role.ADMIN, "", 200), (Role.AUDITOR, "", 200), (Role.UNIT_LEAD, "housing", 200), (Role.EXPERT, "", 403)])
async def test_who_sees_the_directory_and_that_only_admins_find_a_form(
        staff: Staff, role: Role, unit: str, status: int) -> None:
    client = await signed_on(staff, "somebody", role, unit=unit)
    assert (await client.get("/directory?kind=units")).status_code == status
    entry = await client.get("/directory/units/housing")
    assert entry.status_code == status
    assert ("entry-form" in entry.text) == (role is Role.ADMIN)
    assert (await client.get("/directory/new")).status_code == (200 if role is Role.ADMIN else 403)
    if role is Role.UNIT_LEAD:
        assert (await client.get("/directory/units/water")).status_code == 404
        assert "水务" not in (await client.get("/directory?kind=units")).text


async def test_an_entry_s_page_shows_its_history_with_before_and_after(staff: Staff) -> None:
    admin = await signed_on(staff, "chief", Role.ADMIN)
    for version, name in enumerate(("水务局", "水务集团")):
        answer = await admin.put("/api/directory/units/waterworks", headers={"If-Match": f'"{version}"'},
                                 json={"entry": WATER | {"name": name}, "why": f"机构改革 {version}"})
        assert answer.status_code == 200, answer.text
    shown = (await admin.get("/directory/units/waterworks")).text
    assert "<del>水务局</del> → <ins>水务集团</ins>" in shown
    assert "机构改革 1" in shown
    assert "恢复到第 1 版" in shown
    gone = await admin.delete("/api/directory/units/waterworks?why=撤销", headers={"If-Match": '"2"'})
    assert gone.status_code == 200, gone.text
    shown = (await admin.get("/directory/units/waterworks")).text
    assert ("entry-form" in shown, "恢复到第 2 版" in shown, "已从通讯录撤下" in shown) == (False, True, True)
    assert "水务集团" in (await admin.get("/directory?kind=gone")).text
    anew = await admin.get("/directory/new?kind=units&id=waterworks")  # the page of units leads here
    assert (anew.status_code, anew.headers.get("location")) == (303, "/directory/units/waterworks")


async def test_a_unit_and_an_agent_are_added_changed_taken_out_and_set_back_with_the_keyboard(
        staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("chief", Role.ADMIN)
        await page.goto("/directory")
        assert await faults(page) == []
        await page.press("a[href='/directory/new?kind=units']", "Enter")
        await page.wait_for_selector("#entry-form")
        assert await faults(page) == []
        await page.press("[data-of=id]", "Enter")
        await page.wait_for_selector(".act-fault:has-text('编号')")
        await page.fill("[data-of=id]", "heating")
        await page.fill("[data-of=name]", "供热管理办公室")
        await page.fill("[data-of=aliases]", "供热办、热办")
        await page.fill("[data-of=number]", "66990001")
        await page.fill("[data-of=label]", "值班室")
        await page.press("#add-phone", "Enter")
        await page.keyboard.type("66990001")  # the new row has the focus; the number stands twice
        await page.fill("#entry-form [name=why]", "供暖季")
        await page.press("#entry-form [name=why]", "Enter")
        await page.wait_for_selector(".act-fault:has-text('66990001')")
        assert await page.evaluate("document.activeElement.matches('[data-phone]:last-child [data-of=number]')")
        await page.keyboard.press("Control+A")
        await page.keyboard.type("66990002")
        await page.select_option("[data-phone]:last-child [data-of=order]", "2")
        await page.focus("[data-phone]:last-child [data-of=accept]")
        await page.keyboard.press("Space")
        await draw(page, "directory-new", whole=True)
        await page.press("#entry-form [name=why]", "Enter")
        await page.wait_for_selector("h1:has-text('供热管理办公室')")
        assert await page.locator("[data-phone]").count() == 2
        await page.press("[data-phone]:first-child [data-remove]", "Enter")
        await page.fill("#entry-form [name=why]", "换号")
        await page.press("#entry-form [name=why]", "Enter")
        await page.wait_for_selector(".history del:has-text('66990001')")
        assert await faults(page) == []
        await page.press("section[aria-labelledby=out-title] summary", "Enter")
        await page.fill("#out-form [name=why]", "供暖季结束")
        await page.press("#out-form [name=why]", "Enter")
        await page.wait_for_selector(".warn-line:has-text('已从通讯录撤下')")
        assert await faults(page) == []
        await page.press(".history li:last-child summary", "Enter")
        await page.press(".history li:last-child [name=why]", "Enter")
        await page.wait_for_selector("#entry-form")
        assert await page.locator("[data-phone]").count() == 2
        await page.goto("/directory/new?kind=agents")
        await page.fill("[data-of=id]", "a1077")
        await page.fill("[data-of=name]", "周宁")
        await page.fill("[data-of=phone]", "6001")
        await page.fill("#entry-form [name=why]", "新来的坐席")
        await page.press("#entry-form [name=why]", "Enter")
        await page.wait_for_selector(".act-fault:has-text('6001')")
        assert await page.evaluate("document.activeElement.dataset.of") == "phone"
        await page.keyboard.press("Control+A")
        await page.keyboard.type("6077")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("h1:has-text('周宁')")
        await page.goto("/directory?kind=agents")
        await page.wait_for_selector("#directory-rows:has-text('6077')")
        await page.press("#directory-rows a:has-text('周宁')", "Enter")
        await page.wait_for_selector("#entry-form")
        await page.evaluate("document.getElementById('directory').dataset.version = '9'")  # somebody else was quicker
        await page.fill("#entry-form [name=why]", "改名")
        await page.press("#entry-form [name=why]", "Enter")
        await page.wait_for_selector(".act-fault a[target=_blank][href='/directory/agents/a1077']")
        assert await page.input_value("#entry-form [name=why]") == "改名"
        assert await faults(page) == []
        await page.goto("/directory?kind=agents")
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        assert pages.loud == []
