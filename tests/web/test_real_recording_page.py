"""A real call with a hold and a department, recorded by the switch, heard on the page of its order by its agent."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.axe import faults
from tests.web.desk import Browsers, House

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module"),
              pytest.mark.usefixtures("worker")]
LOUD = "() => { const player = document.querySelector('[data-slider]'); return Number(player.ariaValueNow) >= 1 }"


async def test_a_real_call_has_its_voices_joins_and_hold_on_the_time_line_and_sounds(
    house: House, browsers: Browsers,
) -> None:
    await house.town.city.set_behaviour("66010001", "answers", after=1.0)
    desk = await browsers.desk()
    await desk.ready()
    citizen = await house.citizen()
    await desk.state("ringing")
    await desk.press("F2")
    await desk.state("talking")
    await citizen.until_heard("agent", 25)
    await desk.press("F4")
    await desk.state("hold")
    await desk.press("F4")
    await desk.state("talking")
    await desk.press("F8")
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.state("three")
    await citizen.until_heard("unit", 25)
    await desk.page.fill("[name=summary]", "小区三号楼水管漏水已两天")
    await desk.page.wait_for_selector("#saved:has-text('已保存')")
    await desk.press("F9")
    await desk.state("wrap_up")
    await citizen.press("5")
    await house.town.until(lambda: None if citizen.is_up else True, 20, "the citizen is still there")
    await desk.press("Control+Enter")
    await desk.state("ready")
    page = desk.page
    async with asyncio.timeout(60):  # until the worker has made the order
        while not await page.locator(".order-link").count():
            await page.goto("/orders")
    await page.click(".order-link >> nth=0")
    await page.click(".call-card > summary")
    marks = await page.locator(".player-marks li").all_inner_texts()
    assert any("保持" in mark for mark in marks), marks
    assert sum("加入" in mark for mark in marks) == 2, marks
    assert not any("缺" in mark for mark in marks), marks
    assert await page.locator(".player-names li").count() == 3
    await page.click("[data-play]")
    await page.wait_for_function(LOUD)
    assert await page.text_content("[data-fault]") == ""
    assert await faults(page) == []
