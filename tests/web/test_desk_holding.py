"""One person on hold at the desk: a row each, by one key, true after a reload; what happens to them is said."""

from __future__ import annotations

import pytest

from hotline.demo.behaviours import TONES
from tests.web.axe import faults
from tests.web.desk import Browsers, Desk, House, talk

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
HELD = ".person.role-unit[data-held]"


async def three(house: House, desk: Desk) -> None:
    """Bring the housing department in by keys."""
    await desk.press("F8")
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.state("three")
    await desk.hears_among(TONES["unit"])


async def test_a_unit_is_put_on_hold_and_brought_back_by_one_key_and_a_reload_changes_nothing(
        house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await three(house, desk)
    await desk.press("Shift+F8")
    await desk.page.wait_for_selector(f"{HELD}:has-text('已暂离，自 今天')")
    await desk.never_hears(TONES["unit"])
    assert await faults(desk.page) == []
    await desk.page.reload()
    await desk.line_is_up()
    await desk.state("three")
    await desk.page.wait_for_selector(HELD)
    assert citizen.is_up
    await desk.press("Shift+F8")
    await desk.page.wait_for_selector(HELD, state="detached")
    await desk.hears_among(TONES["unit"])


async def test_a_unit_that_hangs_up_on_hold_is_said(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await three(house, desk)
    await desk.page.click(".person.role-unit button[data-act=hold_one]")
    await desk.page.wait_for_selector(HELD)
    await house.town.city.phone("66010001").hang_up()
    await desk.page.wait_for_selector("#notices:has-text('住房和城乡建设局 在暂离等候中挂机了')")
    await desk.state("talking")
    assert citizen.is_up


async def test_an_agent_steps_out_and_comes_back_by_f4(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await three(house, desk)
    await desk.page.click("li:has-text('（我）') button[data-act=hold_one]")
    await desk.state("away")
    await desk.never_hears(TONES["citizen"], TONES["unit"])
    await desk.press("F4")
    await desk.state("three")
    await desk.hears_among(TONES["citizen"])
    assert citizen.is_up
