"""What else an agent does at the desk: consults in private, mutes, is told why a unit could not be had, steps aside."""

from __future__ import annotations

import pytest

from hotline.demo.behaviours import TONES
from tests.web.desk import Browsers, Desk, House, talk

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


async def bring_in(desk: Desk, words: str, key: str) -> None:
    """Open the list, type, choose."""
    await desk.press("F8")
    await desk.page.keyboard.type(words)
    await desk.press(key)


async def test_a_consult_is_private_until_the_citizen_is_brought_back(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await bring_in(desk, "消防车", "Enter")  # nobody here is called that
    await desk.page.wait_for_selector("#invite-none:has-text('没有找到「消防车」')")
    await desk.page.wait_for_selector("[data-invite=in][aria-disabled=true]")
    await desk.press("Escape")
    await bring_in(desk, "住城局", "Shift+Enter")  # some characters of the name in their order
    await desk.state("consult")
    await desk.hears(TONES["unit"])
    assert "unit" not in citizen.heard()
    await desk.press("F4")
    await desk.state("three")
    await citizen.until_heard("unit", 25)
    await desk.page.click("#place-6")  # 我先退出: citizen and unit talk on
    await desk.state("wrap_up")
    assert citizen.is_up


async def test_a_unit_that_cannot_be_had_is_told_in_words_and_the_citizen_is_still_there(
    house: House, browsers: Browsers,
) -> None:
    for phone in ("66010001", "66010002"):
        await house.town.city.set_behaviour(phone, "busy")
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await bring_in(desk, "zf", "Enter")
    line = desk.page.locator("[data-invited=housing][data-invitation-state=failed]")
    await line.wait_for()
    said = await line.inner_text()
    await house.town.city.reset_behaviours()
    assert "占线" in said
    assert "市民仍在线" in said
    await desk.state("talking")
    assert citizen.is_up
    await line.locator("button:has-text('再拨')").click()
    await desk.state("three")


async def test_a_muted_agent_is_not_heard_and_sees_it(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await desk.press("Shift+F4")
    await desk.page.wait_for_selector("#bar .badge.muted")
    before = citizen.heard()["agent"]
    for _ in range(8):  # each listens for 0.7 s: more than five seconds in which an agent who is heard is heard
        await desk.hears(TONES["citizen"])
    after_mute = citizen.heard()["agent"]
    assert after_mute - before < 2.5  # what was on its way, and what the recording had not written yet
    await desk.press("Shift+F4")
    await desk.page.wait_for_selector("#bar .badge.muted", state="detached")
    await citizen.until_heard("agent", 25, after_mute + 1.0)


async def test_keys_work_while_an_input_method_composes_and_letters_never_act(
    house: House, browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    await talk(house, desk)
    await desk.page.focus("[name=summary]")
    await desk.page.evaluate("document.activeElement.dispatchEvent(new CompositionEvent('compositionstart'))")
    await desk.page.keyboard.type("f4 f9 hold")
    await desk.press("Escape")
    await desk.state("talking")
    await desk.press("F4")
    await desk.state("hold")
    assert await desk.page.input_value("[name=summary]") == "f4 f9 hold"


async def test_a_rating_that_comes_after_wrap_up_says_whose_it_is_and_stands_by_that_call(
    house: House, browsers: Browsers, worker: None,
) -> None:
    desk = await browsers.desk()
    citizen, _ = await talk(house, desk)
    await desk.press("F9")
    await desk.state("wrap_up")
    await desk.press("Control+Enter")
    await desk.state("ready")
    await citizen.press("4")
    await desk.page.wait_for_selector("#notice-rating:has-text('1234')")
    assert "4 分" in await desk.page.inner_text("#notice-rating")
    await desk.page.wait_for_selector("#recent li:first-child .badge:has-text('4 分')")
    await desk.page.wait_for_selector("#recent li:first-child [data-act=call_back]")  # once the citizen has gone
