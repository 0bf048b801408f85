"""The wallboard's shares and alarms: from real records, for whoever sees every live call, and honest without them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from core.settings import PROJECT
from tests.api.house import ANSWERS
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from tests.web.test_wall import AGENT
from tests.workorders.story import BEGIN, whole_call
from web.routes_wall_day import KEPT, alarms_of
from workorders.answering import Answering
from workorders.life.words import Role
from workorders.records import keep

FINE: dict[str, Any] = {"ok": True, "shed": {"menu.step": 0}}
OUT = PROJECT / "var" / "screenshots"
COUNTS = {"outbox": 3, "dead": 0, "unsettled": 2}


async def test_the_shares_of_the_day_are_told_with_what_they_were_counted_from(staff: Staff) -> None:
    client = await signed_on(staff, "leader", Role.TEAM_LEADER)
    staff.now = BEGIN + 600
    assert "—" in (await client.get("/wall/day")).text  # nobody rang yet
    async with staff.db.writing() as session:
        await keep(session, whole_call(), "controller", staff.now)
    staff.now += KEPT
    shown = (await client.get("/wall/day")).text
    assert shown.count("100.0%") == 2
    assert "1 个来电要找人工" in shown
    assert "没有告警" in shown


@pytest.mark.parametrize(("role", "agent"), [(Role.AGENT, "a1004"), (Role.ADMIN, "")])
async def test_who_does_not_see_every_live_call_does_not_see_the_shares(staff: Staff, role: Role, agent: str) -> None:
    client = await signed_on(staff, "somebody", role, agent=agent)
    assert (await client.get("/wall/day")).status_code == 403


async def test_without_its_database_the_screen_says_so_and_shows_no_share(staff: Staff) -> None:
    client = await signed_on(staff, "leader", Role.DUTY_LEADER)
    async with staff.db.writing() as session:
        await session.execute(text("ALTER TABLE call_record RENAME TO gone"))
    shown = (await client.get("/wall/day")).text
    assert "数据库连接不上" in shown
    assert "%</span>" not in shown


async def test_a_controller_that_does_not_answer_is_an_alarm_that_says_what_to_do(staff: Staff) -> None:
    client = await signed_on(staff, "leader", Role.DUTY_LEADER)
    await staff.house.controller.server.stop()
    shown = (await client.get("/wall/day")).text
    assert "通话控制程序没有回应" in shown
    assert "没有告警" not in shown


@pytest.mark.parametrize(("journal", "counts", "day", "expected"), [
    (FINE, COUNTS, Answering(0, 100, 95, 90), ()),
    (FINE, COUNTS, Answering(0, 100, 94, 90), ("connect",)),
    (FINE, COUNTS, Answering(0, 19, 1, 1), ()),  # too few to say anything
    (None, None, None, ("controller", "database")),
    ({"ok": False, "shed": {"menu.step": 4}}, {**COUNTS, "dead": 1}, None, ("journal", "shed", "undelivered")),
])
def test_what_is_out_of_order_is_named_the_worst_first(journal: Any, counts: Any, day: Answering | None,
                                                       expected: tuple[str, ...]) -> None:
    assert alarms_of(journal, counts, day) == expected


def test_what_the_controller_raised_is_told_once_and_last() -> None:
    raised = [{"what": "journal_failing"}, {"what": "prompt_lost"}]
    assert alarms_of({"ok": False, "shed": {}}, COUNTS, None, raised) == ("journal", "prompt_lost")


@pytest.mark.slow
async def test_the_screen_gets_shares_and_alarms_by_itself_and_above_the_agents(staff: Staff, chromium: str) -> None:
    staff.now = BEGIN + 600
    async with staff.db.writing() as session:
        await keep(session, whole_call(), "controller", staff.now)
    OUT.mkdir(parents=True, exist_ok=True)
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("boss", Role.DUTY_LEADER)
        await page.goto("/wall")
        await page.wait_for_selector("#wall-connected:has-text('100.0%')")
        assert await page.evaluate("""() => { const top = one => document.querySelector(one).getBoundingClientRect().top
            return top('.figures') < top('#wall-day') && top('#wall-day') < top('.wall-agents') }""")
        for theme in ("light", "dark"):
            await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            for wide in (1366, 390):
                await page.set_viewport_size({"width": wide, "height": 844})
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), wide
                await page.screenshot(path=OUT / f"zh-CN-wall-day-{theme}-{wide}.png", full_page=True)
            assert await faults(page) == [], theme
        await staff.house.controller.server.stop()
        await page.evaluate("location.reload()")
        await page.wait_for_selector("#wall-alarms .is-fault:has-text('控制程序')")
        await page.screenshot(path=OUT / "zh-CN-wall-day-alarm.png", full_page=True)
        assert pages.loud == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_longest_wait_is_never_cut_however_long_and_on_whatever_screen(
        staff: Staff, chromium: str, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("boss", Role.DUTY_LEADER)
        await page.context.add_cookies([
            {"name": "hotline_language", "value": language, "url": str(staff.house.client.base_url)}])
        for waited in (3599.0, 12 * 3600.0 + 59 * 60):
            monkeypatch.setitem(ANSWERS, "calls.list", [{"state": "waiting", "queued": staff.now - waited}])
            await page.goto("/wall")
            for wide in (1920, 1366, 1280, 1024, 683, 390):
                await page.set_viewport_size({"width": wide, "height": 800})
                cut = await page.evaluate("""() => [...document.querySelectorAll('.wall-now .figure')]
                    .filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)""")
                assert cut == [], f"{wide}: {cut}"
        assert pages.loud == []


@pytest.mark.slow
async def test_a_screen_cut_off_from_the_server_says_so_at_its_top_and_counts_no_further(
        staff: Staff, chromium: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ANSWERS, "agents.list", [AGENT | {"since": staff.now - 5}])
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("boss", Role.DUTY_LEADER)
        await page.clock.install()
        await page.goto("/wall")
        assert not await page.is_visible("#wall-lost")
        await page.context.set_offline(True)
        await page.clock.run_for(10_000)
        await page.wait_for_selector(".wall-page.is-stale")
        stood = await page.inner_text(".wall-since")
        await page.clock.run_for(60_000)
        await page.wait_for_selector("#wall-lost:has-text('看板与服务器断开')")
        assert await page.inner_text(".wall-since") == stood
        assert await page.evaluate("""() => { const top = one => document.querySelector(one).getBoundingClientRect().top
            return top('#wall-lost') < top('.figures') }""")
        assert await faults(page) == []
        await page.context.set_offline(False)
        await page.clock.run_for(4_000)
        await page.wait_for_selector("#wall-lost", state="hidden")
        await page.wait_for_selector(".wall-page:not(.is-stale)")
        assert pages.loud == []
