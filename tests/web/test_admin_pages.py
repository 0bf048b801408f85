"""People, units and policy as pages: who sees them, what a change would change, each change with its history."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page

from routing.directory import Directory, Party, Phone
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from web.admin.difference import difference, place_in_words, value_in_words
from web.admin.units import lines_of
from web.texts import every_language
from workorders.life.policy import Policy
from workorders.life.words import Role


def changed(**wish: Any) -> list[tuple[tuple[str, ...], Any, Any]]:
    before = Policy().model_dump(mode="json")
    return [(one.path, one.before, one.after) for one in difference(before, before | wish)]


def test_the_difference_names_each_place_once_with_before_and_after() -> None:
    assert changed() == []
    assert changed(most_pauses=1) == [(("most_pauses",), 2, 1)]
    assert changed(longest_pause={"amount": 20, "unit": "hours"}) == [
        (("longest_pause",), {"amount": 30, "unit": "working_days"}, {"amount": 20, "unit": "hours"})]


def test_a_rule_that_moved_is_told_as_another_order_and_one_that_went_as_gone() -> None:
    terms = Policy().model_dump(mode="json")["terms"]
    moved = changed(terms=[terms[1], terms[0], *terms[2:]])
    assert [path for path, _, _ in moved] == [("terms", "order")]
    gone = changed(terms=terms[:-1])
    assert (("terms", "一般", "terms", "reply"), {"amount": 5, "unit": "working_days"}, None) in gone


def test_the_difference_is_told_in_words() -> None:
    texts = every_language()["zh-CN"]
    assert place_in_words(texts, ("terms", "一般", "terms", "reply")) == "办理时限 · 一般 · 答复"
    assert value_in_words(texts, ("reply",), {"amount": 5, "unit": "working_days"}) == "5 个工作日"
    assert value_in_words(texts, ("follow_up_share",), 0.25) == "25 %"
    assert value_in_words(texts, ("reply",), None) == "无"


def test_units_stand_below_the_one_above_them_and_a_circle_hides_none() -> None:
    party = Party(id="housing", name="住建局", phones=(Phone(number="6601"),))
    places = [{"unit": "street", "name": "人民路街道", "upper": "district"},
              {"unit": "district", "name": "", "upper": ""},
              {"unit": "x", "name": "甲", "upper": "y"}, {"unit": "y", "name": "乙", "upper": "x"}]
    lines = lines_of(places, Directory(units=(party,)))
    assert [(one.id, one.depth) for one in lines] == [
        ("district", 0), ("street", 1), ("housing", 0), ("x", 0), ("y", 1)]
    assert [one.name for one in lines if one.party] == ["住建局"]


@pytest.mark.parametrize(("role", "unit", "seen"), [
    (Role.ADMIN, "", {"/people": 200, "/units": 200, "/policy": 200}),
    (Role.AUDITOR, "", {"/people": 200, "/units": 200, "/policy": 200}),
    (Role.UNIT_LEAD, "housing", {"/people": 200, "/units": 200, "/policy": 403}),
    (Role.UNIT_HANDLER, "housing", {"/people": 403, "/units": 200, "/policy": 403})])
async def test_who_sees_which_page_and_only_admins_may_change(
        staff: Staff, role: Role, unit: str, seen: dict[str, int]) -> None:
    client = await signed_on(staff, "somebody", role, unit=unit)
    for path, status in seen.items():
        answer = await client.get(path)
        assert answer.status_code == status, path
        may_change = "data-send" in answer.text or "policy-set" in answer.text
        assert may_change == (role is Role.ADMIN), path


async def test_a_person_s_page_tells_what_was_changed_by_whom(staff: Staff) -> None:
    admin = await signed_on(staff, "chief", Role.ADMIN)
    made = (await admin.post("/api/people", json={"login": "wangmin", "name": "王敏", "roles": ["unit_handler"],
                                                  "unit": "housing"})).json()
    await admin.patch(f"/api/people/{made['id']}", json={"roles": ["unit_handler", "unit_lead"]})
    shown = (await admin.get(f"/people/{made['id']}")).text
    assert re.search(r"承办人员\s+→\s+承办人员\s+承办负责人", shown)
    assert "chief" in shown
    assert made["password"] not in shown
    auditor = await signed_on(staff, "watcher", Role.AUDITOR)
    assert (await auditor.get(f"/people/{made['id']}")).status_code == 200
    other = await signed_on(staff, "elsewhere", Role.UNIT_LEAD, unit="water")
    assert (await other.get(f"/people/{made['id']}")).status_code == 404
    assert (await other.get(f"/api/people/{made['id']}/changes")).status_code == 404


async def test_a_policy_is_checked_told_and_kept_as_a_version(staff: Staff) -> None:
    admin = await signed_on(staff, "chief", Role.ADMIN)
    policy = Policy().model_dump(mode="json")
    bad = await admin.post("/policy/difference", json={"policy": policy | {"most_pauses": 11}},
                           headers={"Accept": "application/json"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "policy.most_pauses")
    told = (await admin.post("/policy/difference", json={"policy": policy | {"most_pauses": 1}})).json()
    assert told["changes"] == [{"place": "最多暂停次数", "before": "2", "after": "1"}]
    answer = await admin.put("/api/policy", json={"policy": told["policy"], "why": "市府办〔2026〕3号"},
                             headers={"If-Match": '"0"'})
    assert answer.status_code == 200
    shown = (await admin.get("/policy/versions/1")).text
    assert "最多暂停次数" in shown
    assert "市府办〔2026〕3号" in (await admin.get("/policy")).text
    assert (await admin.get("/policy/versions/2")).status_code == 404


async def test_an_admin_adds_locks_and_resets_with_the_keyboard_and_sets_a_policy(staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("chief", Role.ADMIN)
        await page.goto("/people")
        assert await faults(page) == []
        await page.fill("[name=login]", "wangmin")
        await page.fill("[name=name]", "王敏")
        await page.focus("[name=roles][value=quality]")
        await page.keyboard.press("Space")
        await page.press("[name=name]", "Enter")
        await page.wait_for_selector("#shown-once[open]")
        assert len(await page.inner_text("#shown-once-value")) >= 12
        await page.keyboard.press("Enter")
        await page.wait_for_selector("h1:has-text('王敏')")
        assert await faults(page) == []
        await page.press("button:has-text('停用')", "Enter")
        await page.wait_for_selector(".panel-head .badge.warn")
        await page.fill("[name=name]", "")
        await page.press("[name=name]", "Enter")
        await page.wait_for_selector(".act-fault:has-text('姓名')")
        await page.goto("/units")
        assert await faults(page) == []
        assert await _choices_of_the_first_unit(page) > 1  # each above which it could stand, once its form is opened
        await page.goto("/policy")
        assert await faults(page) == []
        await page.press("details:has(> #bring-new) > summary", "Enter")
        await page.fill("[data-bring=name]", "整改后的照片")
        await page.select_option("[data-bring=class]", "城市管理/物业")
        await page.focus("[data-bring=media][value=picture]")
        await page.keyboard.press("Space")
        assert await faults(page) == []
        await page.fill("[data-at='most_extensions']", "1")
        await page.press("[data-at='most_extensions']", "Enter")
        await page.wait_for_selector("#policy-rows td:has-text('1')")
        await page.fill("#policy-set [name=why]", "市府办〔2026〕3号")
        await page.press("#policy-set [name=why]", "Enter")
        await page.wait_for_selector("a[href='/policy/versions/1']")
        assert "整改后的照片" in await page.inner_text("section[aria-labelledby=bring-title]")
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        assert pages.loud == []


async def _choices_of_the_first_unit(page: Page) -> int:
    await page.press(".unit-row details.act summary", "Enter")
    await page.wait_for_selector(".unit-row details[open] [name=upper] option:not([selected])", state="attached")
    return await page.locator(".unit-row details[open] [name=upper] option").count()
