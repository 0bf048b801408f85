"""An agent at a real desk in a real browser, a citizen on a real telephone: the whole talk, by keys alone."""

from __future__ import annotations

import pytest

from hotline.demo.behaviours import TONES
from tests.web.desk import Browsers, House

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


async def test_a_whole_talk_by_keys_alone_with_sound_in_both_directions(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    await desk.ready()
    citizen = await house.citizen()
    await desk.state("ringing")
    assert "已等" in await desk.page.inner_text("#bar")
    await desk.press("F2")
    await desk.state("talking")
    await citizen.until_heard("agent", 10)
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
    await citizen.until_heard("unit", 10)
    await desk.press("F9")
    await desk.state("wrap_up")
    await citizen.press("5")
    await desk.page.wait_for_selector("#rating:has-text('5')")
    await desk.press("Control+Enter")
    await desk.state("ready")
    assert desk.faults == []
