"""Quality checks on pages: drawn, scored beside the recording, seen and appealed against by the agent, decided, cut."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.api.town_hall import CALL
from tests.people.staff import Staff
from tests.support.heard import heard
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from tests.web.pictures import look
from workorders.life.words import Role
from workorders.quality.rules import SEED_CARD

POOR = {one.key: 2 for one in SEED_CARD.items}


async def test_an_agent_meets_the_score_with_the_recording_and_nobody_elses(staff: Staff) -> None:
    await heard(staff.db, staff.house.settings.recordings_dir, CALL, at=staff.now)
    judge = await signed_on(staff, "judge", Role.QUALITY)
    assert "还没有抽取录音" in (await judge.get("/quality")).text
    drawn = await judge.post("/api/quality/draws", json={"week": "2026-W48"}, headers={"Idempotency-Key": "d"})
    check = drawn.json()["checks"][0]["id"]
    assert "随机抽取" in (await judge.get("/quality")).text
    whole = (await judge.get(f"/quality/{check}")).text
    assert "data-player" in whole
    assert all(item.name in whole for item in SEED_CARD.items)
    agent, other = [await signed_on(staff, one, Role.AGENT, agent=one) for one in ("a1", "a2")]
    assert "还没有您的质检结果" in (await agent.get("/quality")).text
    scored = await judge.post(f"/api/quality/checks/{check}/score", json={"marks": POOR, "comment": "<b>没有复述</b>"},
                              headers={"Idempotency-Key": "s"})
    assert scored.status_code == 201, scored.text
    seen = (await agent.get(f"/quality/{check}")).text
    assert "40.0 分" in seen
    assert "&lt;b&gt;没有复述" in seen
    assert 'data-quality="appeal"' in seen
    assert (await other.get(f"/quality/{check}")).status_code == 404
    unit = await signed_on(staff, "unit", Role.UNIT_LEAD, unit="housing")
    assert (await unit.get("/quality")).status_code == 403


async def mark(page: Page, form: str, value: int) -> None:
    for item in SEED_CARD.items:
        await page.check(f"[name='{form}-{item.key}'][value='{value}']", force=True)


@pytest.mark.slow
async def test_a_check_lives_from_the_draw_to_the_decision_by_three_people_in_real_browsers(
        staff: Staff, chromium: str) -> None:
    await heard(staff.db, staff.house.settings.recordings_dir, CALL, at=staff.now)
    async with AtPages(staff, chromium) as pages:
        judge = await pages.person("judge", Role.QUALITY)
        await judge.goto("/quality")
        await judge.click(".quality-draw > summary")
        await judge.fill(".quality-draw [name=week]", "2026-W48")
        await judge.fill("[name=seed]", "s1")
        await judge.click(".quality-draw button")
        await judge.wait_for_selector(".quality-told:has-text('1 通')")
        await look(judge, "zh-CN-quality")
        await judge.click(".order-link")
        await judge.click("[data-quality=score] button[type=submit]")
        await judge.wait_for_selector("[data-quality=score] .act-fault:has-text('还没有打分')")
        await mark(judge, "score", 2)
        await judge.fill("[name=comment]", "没有复述诉求，下次请先确认地点。")
        await look(judge, "zh-CN-quality-score")
        await judge.click("[data-quality=score] button[type=submit]")
        await judge.wait_for_selector("#quality-check[data-state=scored]")
        here = judge.url
        await judge.focus("[data-slider]")
        await judge.keyboard.press("ArrowRight")
        await judge.click("[data-take=begin]")
        await judge.focus("[data-slider]")
        await judge.keyboard.press("ArrowRight")
        await judge.click("[data-take=end]")
        await judge.fill("[name=note]", "先安抚，再复述诉求")
        await judge.click("[data-quality=clip] button[type=submit]")
        await judge.wait_for_selector(".clip:has-text('5 秒')")
        await look(judge, "zh-CN-quality-clips")
        agent = await pages.person("a1", Role.AGENT, agent="a1")
        await agent.goto(here)
        await agent.fill("[name=why]", "第 20 秒已经复述过诉求")
        await agent.click("[data-quality=appeal] button[type=submit]")
        await agent.wait_for_selector("#quality-check[data-state=appealed]")
        other = await pages.person("other", Role.QUALITY)
        await other.goto(here)
        await other.check("[name=granted][value=grant]", force=True)
        await mark(other, "decision", 5)
        await other.fill("[name=why]", "录音中确有复述")
        await look(other, "zh-CN-quality-decide")
        await other.click("[data-quality=decision] button[type=submit]")
        await other.wait_for_selector("#quality-check[data-state=decided]:has-text('40.0 分改为 100.0 分')")
        await agent.reload()
        await look(agent, "zh-CN-quality-decided")
        assert pages.loud == []
