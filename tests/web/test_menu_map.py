"""What callers did, on pages: the map with counts and a table for whoever may, the way of one call, and one browser."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.async_api import expect

from core.facts import MENU_STEP
from tests.people.staff import BEGIN, Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.test_menu_days import LONG, opened
from workorders.life.words import Role
from workorders.models import CallFact, CallRecord


async def published(admin: httpx.AsyncClient, ready: str = "hours") -> dict[str, Any]:
    made = (await admin.post("/api/menu/drafts", json={"title": "白天", "ready": ready})).json()
    answer = await admin.post(f"/api/menu/drafts/{made['id']}/publish", json={"why": "开通"})
    assert answer.status_code == 201, answer.text
    return {"draft": made["id"], **answer.json()}


async def keep_a_call(staff: Staff, release: str) -> str:
    key = f"{7:032x}"
    line = {"step": "welcome", "verb": "menu", "why": "key", "pressed": "3", "to": "guide"}
    async with staff.db.writing() as session:
        session.add(CallRecord(key=key, called="12319", answered_at=BEGIN - 3600, ended_at=BEGIN - 3000, path=[],
                               last_fact_at=BEGIN, parties=[{"joined_at": BEGIN - 3500}]))
        session.add(CallFact(id=f"{key}/1", call=key, at=BEGIN - 3597, kind=MENU_STEP, source="controller",
                             data={**line, "release": release, "heard": ["greeting"]}))
    return key


async def test_figures_and_the_way_of_a_call_are_shown_to_whoever_may(staff: Staff) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    assert "还没有发布过菜单" in (await admin.get("/menu/figures")).text
    made = await published(admin)
    key = await keep_a_call(staff, made["id"])
    text = (await admin.get("/menu/figures?release=1&days=30")).text
    assert 'data-row="welcome"' in text
    assert "按 3" in text or "3：1" in text
    leader = await signed_on(staff, "banzhang", Role.TEAM_LEADER)
    assert "按 3 → 办事指南" in (await leader.get(f"/menu/calls/{key}")).text
    unit = await signed_on(staff, "unit", Role.UNIT_LEAD, unit="housing")
    assert (await unit.get("/menu/figures")).status_code == 403
    assert (await unit.get(f"/menu/calls/{key}")).status_code in (403, 404)


async def test_an_admin_checks_the_map_by_keyboard_in_a_real_browser(staff: Staff, chromium: str) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    made = await published(admin)
    await keep_a_call(staff, made["id"])
    async with opened(staff, chromium, admin) as page:
        await page.goto("/menu/figures?days=30")
        step = page.locator('[data-step="welcome"]')
        await expect(step).to_contain_text("进入 1 · 挂机 0", timeout=LONG)
        await step.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator('[data-step="welcome"]')).to_have_attribute("aria-pressed", "true", timeout=LONG)
        await expect(page.locator('[data-row="welcome"]')).to_have_class("is-chosen", timeout=LONG)
        assert await faults(page) == []


async def test_an_admin_walks_a_draft_on_the_telephone_in_the_page(staff: Staff, chromium: str) -> None:
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    made = (await admin.post("/api/menu/drafts", json={"title": "白天", "ready": "hours"})).json()
    async with opened(staff, chromium, admin) as page:
        await page.goto(f"/menu/drafts/{made['id']}")
        walk = page.locator("#menu-walk")
        await walk.get_by_label("假定的日期和时间").fill("2026-11-25T10:00")
        async with page.expect_response(lambda answer: "/sound" in answer.url, timeout=LONG) as sound:
            await walk.get_by_role("button", name="开始试拨").press("Enter")
        assert (await sound.value).headers["content-type"] == "audio/wav"
        await expect(walk.locator(".is-now")).to_contain_text("咨询请按1", timeout=LONG)
        await page.keyboard.press("1")
        await expect(walk.locator(".walk-state")).to_contain_text("转人工", timeout=LONG)
        await expect(walk.locator(".walk-heard")).to_contain_text("按 1 → 咨询")
        await expect(walk.locator(".walk-known")).to_contain_text("inquiry")
        await walk.get_by_role("button", name="打到我的话机").press("Enter")
        await expect(walk.locator(".walk-state")).to_contain_text("没有登记坐席话机", timeout=LONG)
        assert await faults(page) == []
