"""An agent at a real desk in a real browser, a citizen on a real telephone: the whole talk, by keys alone."""

from __future__ import annotations

import pytest

from hotline.demo.behaviours import TONES
from tests.web.axe import faults
from tests.web.desk import PASSWORD, Browsers, House, same_talk, talk

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


async def test_a_whole_talk_by_keys_alone_with_sound_in_both_directions(house: House, browsers: Browsers) -> None:
    await house.town.city.set_behaviour("66010001", "answers", after=4.0)  # long enough to be seen ringing
    desk = await browsers.desk()
    await desk.ready()
    citizen = await house.citizen()
    await desk.state("ringing")
    assert "已等" in await desk.page.inner_text("#bar")
    await desk.press("F2")
    await desk.state("talking")
    await citizen.until_heard("agent", 25)
    await desk.hears(TONES["citizen"])
    await desk.press("F4")
    await desk.state("hold")
    await desk.press("F4")
    await desk.state("talking")
    await desk.press("F8")
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.page.wait_for_selector("[data-invited=housing][data-invitation-state=ringing]")
    await desk.state("three")
    await citizen.until_heard("unit", 25)
    await desk.press("F9")
    await desk.state("wrap_up")
    await citizen.press("5")
    await desk.page.wait_for_selector("#rating:has-text('5')")
    await desk.press("Control+Enter")
    await desk.state("ready")
    assert desk.faults == []


async def test_a_reload_in_mid_talk_brings_the_same_talk_back_with_what_was_written(
    house: House, browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    citizen, call = await talk(house, desk)
    await desk.page.fill("[name=summary]", "水管漏水")
    await desk.page.wait_for_selector("#saved:has-text('已保存')")
    await desk.page.fill("[name=summary]", "水管漏水两天")  # and reloaded before it is saved
    await desk.page.reload()
    await same_talk(house, desk, call)
    assert await desk.page.input_value("[name=summary]") == "水管漏水两天"
    lost = await house.town.fact("party.left", 15, why="lost")
    back = await house.town.fact("party.joined", 25, lost.seq, who="a1004")
    assert back.call == call
    assert citizen.is_up


@pytest.mark.slow
async def test_a_session_that_is_over_in_mid_talk_is_renewed_in_place(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, call = await talk(house, desk)
    await desk.page.context.clear_cookies()
    await desk.press("F4")
    await desk.page.fill("#again [name=password]", PASSWORD)
    await desk.press("Enter")
    await desk.page.wait_for_selector("#again", state="detached")
    await desk.press("F4")
    await desk.state("hold")
    assert await desk.call() == call
    assert citizen.is_up


@pytest.mark.slow
async def test_who_writes_when_their_session_is_over_is_asked_to_sign_on_and_writes_on(
        house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    await talk(house, desk)
    await desk.page.context.clear_cookies()
    await desk.page.click("[name=summary]")
    await desk.page.keyboard.type("水管漏水")
    await desk.page.wait_for_selector("#again")
    await desk.page.keyboard.type("两天")
    assert await desk.page.input_value("[name=summary]") == "水管漏水两天"
    await desk.page.fill("#again [name=password]", PASSWORD)
    await desk.press("Enter")
    await desk.page.wait_for_selector("#again", state="detached")
    await desk.page.wait_for_selector("#saved:has-text('已保存')")


async def test_sign_on_and_desk_are_accessible_in_light_dark_and_large(house: House, browsers: Browsers) -> None:
    context = await browsers.context(reduced_motion="reduce")
    page = await context.new_page()
    await page.goto("/sign-on")
    assert await faults(page) == []
    desk = await browsers.desk(context=context)
    for theme, size in (("light", "normal"), ("dark", "large")):
        await desk.page.evaluate("([t, s]) => Object.assign(document.documentElement.dataset, {theme: t, size: s})",
                                 [theme, size])
        assert await faults(desk.page) == []
    assert await desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
