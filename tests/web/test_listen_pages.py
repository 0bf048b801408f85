"""A team leader at wallboard and desk, in a real browser: listens to a talk, whispers, joins it."""

from __future__ import annotations

import pytest

from hotline.demo.behaviours import TONES
from tests.web.axe import faults
from tests.web.desk import Browsers, House

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


async def test_a_leader_listens_from_the_wall_whispers_joins_and_the_agent_is_never_told(
        house: House, browsers: Browsers) -> None:
    await house.town.ready("a1001")
    citizen = await house.citizen()
    await citizen.until_heard("agent", 40)
    call = (await house.town.control.do("calls.list"))[0]["call"]
    desk = await browsers.desk("sunlei")
    wall = await desk.page.context.new_page()
    await wall.goto("/wall")
    await wall.click("#listen-to-a1001")
    await desk.page.wait_for_selector("text=话机正在旁听一通电话")
    await desk.hears_among(TONES["citizen"])
    await desk.hears_among(TONES["agent"])
    await wall.wait_for_selector("[data-listener]:has-text('谁也听不到您')")
    assert await faults(wall) == []
    await wall.click("#listen-whisper")
    await wall.wait_for_selector("[data-listener]:has-text('只有坐席听得到您')")
    await wall.click("#listen-join")
    await desk.state("three")
    await wall.wait_for_selector("[data-listener]", state="detached")
    view = await house.town.call(call)
    assert {leg["who"] for leg in view["parties"]} == {"a1001", "a1005"}
    assert citizen.is_up
    assert desk.faults == []
