"""The rules of quality checks as forms: tried on last week, told before they are set, each change a version."""

from __future__ import annotations

from tests.api.town_hall import CALL
from tests.people.staff import Staff
from tests.support.heard import heard
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from workorders.life.words import Role
from workorders.quality.rules import SEED_CARD, Sampling

WEEK = 7 * 86400.0


async def test_an_admin_tries_a_rule_on_last_week_without_seeing_a_call(staff: Staff) -> None:
    await heard(staff.db, staff.house.settings.recordings_dir, CALL, at=staff.now)
    staff.now += WEEK
    admin, judge = await signed_on(staff, "chief", Role.ADMIN), await signed_on(staff, "judge", Role.QUALITY)
    rule = Sampling(per_week=0).model_dump(mode="json")
    told = (await admin.post("/quality/rules/difference", json={"sampling": rule})).json()
    assert told["changes"] == [{"place": "每位坐席每周随机抽取", "before": "5", "after": "0"}]
    assert told["effect"][:2] == ["上周（2026-W48）共 1 通可抽，1 位坐席。", "现行规则抽 1 通，改后抽 0 通。"]
    assert CALL not in (await admin.post("/api/quality/preview", json={"sampling": rule})).text
    done = await admin.put("/api/quality/sampling", json={"sampling": rule, "why": "人手不足"},
                           headers={"If-Match": '"0"'})
    assert done.status_code == 200
    assert "每位坐席每周随机抽取" in (await judge.get("/quality/rules/sampling/1")).text
    assert (await judge.get("/quality/rules/sampling/2")).status_code == 404
    shown = (await judge.get("/quality/rules")).text
    assert ("人手不足" in shown, "data-set" in shown) == (True, False)
    assert (await admin.get("/quality")).status_code == 403
    assert (await judge.post("/api/quality/preview", json={"sampling": rule})).status_code == 403
    unit = await signed_on(staff, "unit", Role.UNIT_LEAD, unit="housing")
    assert (await unit.get("/quality/rules")).status_code == 403


async def test_a_scorecard_is_told_by_the_names_of_its_items(staff: Staff) -> None:
    admin = await signed_on(staff, "chief", Role.ADMIN)
    card = SEED_CARD.model_dump(mode="json")
    card["items"][0]["weight"], card["items"][1]["weight"] = 20, 10
    told = (await admin.post("/quality/rules/difference", json={"scorecard": card})).json()
    assert [one["place"] for one in told["changes"]] == ["评分项 · 接听规范 · 分值", "评分项 · 倾听与确认 · 分值"]
    card["items"][0]["weight"] = 21
    bad = await admin.post("/quality/rules/difference", json={"scorecard": card},
                           headers={"Accept": "application/json"})
    assert bad.status_code == 422


async def test_an_item_is_added_moved_and_set_by_keyboard_on_a_narrow_page(staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("chief", Role.ADMIN, viewport={"width": 390, "height": 844})
        await page.goto("/quality/rules")
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.press("[data-add=items]", "Enter")
        await page.keyboard.type("首接连线")
        first, last = "[data-list=items] > li:first-child", "[data-list=items] > li:last-child"
        await page.fill(f"{last} [data-part=weight]", "5")
        await page.press(f"{last} [data-move='-1']", "Enter")
        await page.press("[data-rule=scorecard] [name=appeal_days]", "Enter")
        await page.wait_for_selector("[data-rule=scorecard] .act-fault:has-text('105')")
        await page.fill(f"{first} [data-part=weight]", "5")
        await page.press("[data-rule=scorecard] [name=appeal_days]", "Enter")
        await page.wait_for_selector("[data-change=scorecard] th:has-text('首接连线')")
        await page.fill("[data-set=scorecard] [name=why]", "质检办法附表")
        await page.press("[data-set=scorecard] [name=why]", "Enter")
        await page.wait_for_selector("a[href='/quality/rules/scorecard/1']", state="attached")
        assert await page.input_value("[data-list=items] > li:nth-child(6) [data-part=name]") == "首接连线"
        assert await faults(page) == []
        assert pages.loud == []
