"""The demonstration's telephone in a page: a newcomer plays the citizen in one tab and the agent in another."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.web.conftest import housed
from tests.web.desk import Browsers, House

_EVERYTHING_SAID = """() => {
  const told = document.getElementById("told");
  window.said = [];
  new MutationObserver(() => window.said.push(told.textContent)).observe(told, {childList: true});
}"""
pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house in which the demonstration's telephone is on."""
    async with housed(tmp_path_factory.mktemp("try") / "home", demo_phone=True) as made:
        yield made


async def test_a_newcomer_rings_from_one_tab_and_answers_in_another(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    await desk.ready()
    citizen = await (await browsers.context()).new_page()
    await citizen.goto("/telephone")
    await citizen.wait_for_selector("#step-ready[data-done='1']")
    await citizen.click("#ring")
    await citizen.wait_for_selector("#step-answered[data-done='1']")
    await citizen.wait_for_selector("#told:has-text('语音导航')")
    await citizen.keyboard.press("0")  # from anywhere on the page
    await citizen.wait_for_selector("#pressed:has-text('0')")
    await desk.state("ringing")
    await desk.press("F2")
    await desk.state("talking")
    await citizen.wait_for_selector("#told:has-text('赵倩')")
    await desk.hears(660)  # both browsers have the same microphone
    await desk.page.fill("[name=summary]", "路灯不亮，晚上看不清路。")
    await citizen.wait_for_selector("#step-saved[data-done='1']")
    await desk.page.goto("about:blank")  # the agent's page is gone, and comes back
    await citizen.wait_for_selector("#told:has-text('正在接回来')")
    await desk.page.go_back()
    await desk.state("talking")
    await citizen.wait_for_selector("#told:has-text('赵倩')")
    assert await desk.page.locator("#recent [data-act=call_back]").count() == 0  # nobody who is in a talk
    await citizen.evaluate(_EVERYTHING_SAID)
    await desk.press("F9")
    await citizen.wait_for_selector("#told:has-text('1 到 5')")
    await citizen.click("[data-digit='5']")
    await desk.page.wait_for_selector("#rating:has-text('5')")
    await citizen.wait_for_selector("#told:has-text('已评 5 分')")
    await citizen.wait_for_selector("#ring:not([hidden])")  # the switch has said goodbye
    await citizen.wait_for_selector("#told:has-text('通话已结束，已评 5 分')")
    for _ in range(3):  # the line is taken down meanwhile, and nothing else is said
        await citizen.wait_for_event("response", lambda answer: answer.url.endswith("/telephone/call"))
    assert await citizen.text_content("#told") == "通话已结束，已评 5 分"
    assert [one for one in await citizen.evaluate("window.said") if "没有评分" in one] == []
    await citizen.reload()  # the ticks are the journal's, not the page's
    await citizen.wait_for_selector("#step-rating[data-done='1']")
    assert await citizen.get_attribute("#step-three", "data-done") == "0"
    await citizen.click("#again")
    await citizen.wait_for_selector("#step-rating[data-done='0']")


async def test_a_demonstration_that_has_stopped_is_no_call_any_more(house: House, browsers: Browsers) -> None:
    citizen = await (await browsers.context()).new_page()
    await citizen.goto("/telephone")
    await citizen.click("#ring")
    await citizen.wait_for_selector("#told:has-text('语音导航')")
    pid = house.town.switch.process.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)  # nothing answers, as when everything is gone
    try:
        await citizen.route("**/telephone/call", lambda route: route.abort())
        await citizen.wait_for_selector("#told:has-text('线路断了，通话已结束')")
        await citizen.wait_for_selector("#ring:not([hidden])")
    finally:
        os.kill(pid, signal.SIGCONT)
