"""Who is in haste presses twice: it is one wish, and nothing false is said."""

from __future__ import annotations

import pytest

from tests.web.desk import Browsers, House

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


async def test_answer_and_finish_pressed_twice_are_one_wish_each(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    await desk.ready()
    citizen = await house.citizen()
    await desk.state("ringing")
    await desk.page.evaluate("""() => {
        const answer = document.querySelector("#bar [data-act=answer]"); answer.click(); answer.click() }""")
    await desk.state("talking")
    await citizen.until_heard("agent", 25)
    await desk.page.wait_for_selector("#order-form")
    assert await desk.page.inner_text("#notices") == ""  # not that the microphone is gone
    await desk.page.dblclick("[data-act=finish]")
    await desk.state("wrap_up")
    assert await desk.page.inner_text("#notices") == ""
    assert len(house.town.facts("talk.ended")) == 1
    assert citizen.is_up
    assert desk.faults == []
