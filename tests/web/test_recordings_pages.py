"""Recordings on pages: on the order's time line and in the search, voices apart; each listening is audited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.facts import RECORDING_FAILING, Fact
from tests.api.town_hall import APPEAL, CALL
from tests.people.staff import Staff
from tests.support.heard import heard
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from tests.web.pictures import look
from tests.web.test_orders_pages import order
from tests.workorders.story import BEGIN as STORY
from web.recordings.drawn import voices
from web.recordings.life import woven
from web.texts import every_language
from workorders.life.words import Role
from workorders.records import keep


async def recorded(staff: Staff) -> str:
    """An order whose call was recorded; return its number."""
    await heard(staff.db, staff.house.settings.recordings_dir, CALL)
    return await order(staff)


def test_acts_and_calls_stand_on_one_line_by_time() -> None:
    history = [{"at": 5.0, "line": "受理"}, {"at": 9.0, "line": "派单"}]
    calls: list[dict[str, Any]] = [{"key": "b", "answered_at": 7.0}, {"key": "a", "answered_at": 1.0},
                                   {"key": "sealed"}]
    assert [one["line"] or one["call"]["key"] for one in woven(history, calls)] == ["sealed", "a", "受理", "b", "派单"]


async def test_the_time_line_of_an_order_has_its_call_and_who_may_not_hear_it_reads_why(staff: Staff) -> None:
    number = await recorded(staff)
    quality = await signed_on(staff, "quality", Role.QUALITY)
    text = (await quality.get(f"/orders/{number}")).text
    assert f'data-key="{CALL}"' in text
    assert text.index("data-player") < text.index("受理", text.index("data-player"))
    assert "市民在保持中，6 秒" in text
    assert "录音有缺失" in text
    assert "没有录上" not in text
    async with staff.db.writing() as session:  # seen by the controller while the call was up
        data = {"party": "", "role": "citizen", "who": "", "why": "still"}
        await keep(session, [Fact(0, STORY + 20, RECORDING_FAILING, CALL, "", data)], "controller", staff.now)
    told = (await quality.get(f"/orders/{number}")).text
    assert "通话中发现 市民 的声音没有录上" in told
    other = await signed_on(staff, "other", Role.AGENT, agent="a2")
    sealed = (await other.get(f"/orders/{number}")).text
    assert "data-player" not in sealed
    assert "坐席只能收听本人参加的通话" in sealed


async def test_recordings_are_found_by_number_by_those_who_may_look_for_numbers(staff: Staff) -> None:
    number = await recorded(staff)
    boss = await signed_on(staff, "boss", Role.SUPERVISION)
    found = (await boss.get("/recordings", params={"number": "138 0000 1234"})).text
    assert number in found
    assert "138 **** 1234" in found
    assert APPEAL["caller"] not in found.replace('value="138 0000 1234"', "")
    assert len(await staff.audit("number.searched")) == 1
    for wrong, said in (({"number": "abc"}, "3 到 20 位"), ({"order": "2020-0101-0001"}, "核对工单编号"),
                        ({"since": "2026-02-31"}, "没有 2026-02-31 这一天")):
        answer = await boss.get("/recordings", params=wrong)
        assert answer.status_code == 200, answer.text
        assert said in answer.text
    quality = await signed_on(staff, "quality", Role.QUALITY)
    assert 'name="number"' not in (await quality.get("/recordings")).text
    unit = await signed_on(staff, "unit", Role.UNIT_LEAD, unit="housing")
    assert (await unit.get("/recordings")).status_code == 403


def test_who_came_back_to_a_talk_has_voices_that_are_told_apart() -> None:
    lanes = [{"part": "citizen", "who": ""}, {"part": "p1", "who": "a1"}, {"part": "p2", "who": "housing"},
             {"part": "p3", "who": "a1"}]
    assert voices(every_language()["zh-CN"], {"lanes": lanes}, {"a1": "赵倩"}) == {
        "citizen": "", "p1": "赵倩 第 1 段", "p2": "housing", "p3": "赵倩 第 2 段"}


@pytest.mark.slow
async def test_a_recording_is_heard_by_the_keyboard_alone_on_the_page_of_its_order(
        staff: Staff, chromium: str, tmp_path: Path) -> None:
    number = await recorded(staff)
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("quality", Role.QUALITY)
        await page.goto(f"/orders/{number}")
        assert await staff.audit("recording.drawn") == []
        await page.focus(".call-card > summary")
        await page.keyboard.press("Enter")
        await page.focus("[data-slider]")
        await page.keyboard.press("PageUp")
        await page.keyboard.press("ArrowRight")
        assert await page.get_attribute("[data-slider]", "aria-valuenow") == "35"
        await page.keyboard.press("Home")
        await page.select_option("[data-speed]", "2")
        await page.focus("[data-slider]")
        await page.keyboard.press(" ")
        await page.wait_for_function("() => Number(document.querySelector('[data-slider]').ariaValueNow) >= 2")
        await page.keyboard.press(" ")
        await page.wait_for_selector(".player:not(.is-playing)")
        await look(page, "zh-CN-order-recording")
        await page.select_option("[data-voice]", "p1")
        await page.click(".mark-join")
        await page.click("[data-play]")
        await page.wait_for_function("() => Number(document.querySelector('[data-slider]').ariaValueNow) >= 16")
        assert await page.text_content("[data-fault]") == ""
        assert {row.data["part"] for row in await staff.audit("recording.played")} == {"mixed", "p1"}
        assert {row.data["part"] for row in await staff.audit("recording.drawn")} == {"citizen", "p1", "p2"}
        await page.goto("/recordings")
        await page.click(".call-card > summary")
        await page.wait_for_function("() => document.querySelector('canvas').width > 300")
        await look(page, "zh-CN-recordings")
        assert pages.loud == []
