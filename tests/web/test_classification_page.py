"""The classification as a tree: what changes is told before it is set, nothing is lost, who handles what is seen."""

from __future__ import annotations

from copy import deepcopy

from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from tests.web.test_reports_pages import lived
from workorders.life.class_change import Change, changes
from workorders.life.classification import SEED
from workorders.life.words import Role

OLD = {"城市管理": {"市政": ("路灯", "井盖"), "物业": ("漏水",)}, "公安": {"治安": ("噪声",)}}


def test_a_rename_is_told_once_and_a_move_is_no_loss() -> None:
    assert changes(OLD, OLD) == []
    renamed = {"城市建设": OLD["城市管理"], "公安": OLD["公安"]}
    assert changes(OLD, renamed) == [Change("renamed", ("城市管理",), ("城市建设",))]
    moved = {"城市管理": {"市政": ("路灯",), "物业": ("漏水", "井盖")}, "公安": OLD["公安"]}
    assert changes(OLD, moved) == [Change("moved", ("城市管理", "市政", "井盖"), ("城市管理", "物业", "井盖"))]


def test_what_is_new_retired_and_in_another_order_is_told_at_its_level() -> None:
    new = {"公安": {"治安": ("噪声", "打架")}, "城市管理": {"市政": ("路灯", "井盖")}}
    assert changes(OLD, new) == [
        Change("order", ()), Change("new", ("公安", "治安", "打架")), Change("retired", ("城市管理", "物业"))]


async def test_the_use_of_a_class_is_told_and_a_retired_one_that_a_rule_names(staff: Staff) -> None:
    await lived(staff)
    admin = await signed_on(staff, "chief", Role.ADMIN)
    agent = await signed_on(staff, "reader", Role.AGENT, agent="a1002")
    used = (await admin.get("/api/classification/usage")).json()["paths"]
    assert sum(one["orders"] for one in used) > 10
    assert all(0 <= one["open"] <= one["orders"] and 0 <= one["share"] <= 1 for one in used)
    assert (await agent.get("/api/classification/usage")).status_code == 403
    assert "classes-set" not in (await agent.get("/classification")).text
    fields = deepcopy(SEED.model_dump(mode="json")["fields"])
    without = [one for one in fields if one["name"] != "公用事业"]
    told = (await admin.post("/classification/difference", json={"classification": {"fields": without}})).json()
    assert told["changes"] == ["停用：公用事业"]
    assert any("公用事业" in one for one in told["effect"][1:])  # 水电气热 goes by it
    done = await admin.put("/api/classification", json={"classification": {"fields": without}, "why": "机构改革"},
                           headers={"If-Match": '"0"'})
    assert done.status_code == 200
    shown = (await admin.get("/classification")).text
    assert '["公用事业", "供电", "停电"]' in shown  # to be taken up again
    assert "停用：公用事业" in (await admin.get("/classification/versions/1")).text


async def test_a_class_is_added_renamed_and_retired_by_keyboard_on_a_narrow_page(staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("chief", Role.ADMIN, viewport={"width": 390, "height": 844})
        await page.goto("/classification")
        await page.wait_for_selector(".class-row")
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.press("[data-add=detail][data-of='0']", "Enter")
        await page.press("#classes-form button[type=submit]", "Enter")
        await page.wait_for_selector("#classes-fault:has-text('名称')")
        await page.keyboard.type("新事项")
        await page.keyboard.press("Alt+ArrowUp")
        await page.press("[data-place='0.1'] [data-retire]", "Enter")
        await page.press("#classes-form button[type=submit]", "Enter")
        await page.wait_for_selector("#classes-changes li:has-text('新事项')")
        await page.wait_for_selector("#classes-changes li:has-text('停用')")
        await page.fill("#classes-set [name=why]", "市热线办〔2026〕12号")
        await page.press("#classes-set [name=why]", "Enter")
        await page.wait_for_selector("a[href='/classification/versions/1']")
        await page.press("#classes-retired > summary", "Enter")
        await page.press("[data-restore] >> nth=0", "Enter")
        await page.press("#classes-form button[type=submit]", "Enter")
        await page.wait_for_selector("#classes-changes li:has-text('新增')")
        assert await faults(page) == []
        assert pages.loud == []
