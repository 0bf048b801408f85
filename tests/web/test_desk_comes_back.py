"""Whatever happens to the page, the citizen stays, and the desk comes back to the same talk by itself."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, WebSocket

from hotline.demo.behaviours import TONES
from tests.web.desk import Browsers, Desk, House, same_talk, talk

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]


async def test_a_reload_while_it_rings_rings_again(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    await desk.ready()
    citizen = await house.citizen()
    await desk.state("ringing")
    await desk.page.reload()
    await desk.line_is_up()
    await desk.state("ringing")
    await desk.press("F2")
    await desk.state("talking")
    await citizen.until_heard("agent", 25)


async def test_a_reload_while_three_talk_rings_the_desk_back_into_the_talk(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, call = await talk(house, desk)
    await desk.press("F8")
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.state("three")
    await citizen.until_heard("unit", 25)
    await desk.page.reload()
    await desk.line_is_up()
    await desk.state("three")
    assert await desk.call() == call
    await desk.hears_among(TONES["unit"])
    entered = [fact for fact in house.town.facts("queue.entered") if fact.call == call]
    assert len(entered) == 1  # the citizen was with the unit all along
    assert citizen.is_up


async def test_who_opens_a_second_desk_can_only_watch_until_they_take_over(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    _, call = await talk(house, desk)
    second = Desk(house, await desk.page.context.new_page())
    await second.page.goto("/desk")
    await second.state("talking")
    await second.page.click("#notice-line button:has-text('改在这里接听')")
    await same_talk(house, second, call)
    await desk.page.wait_for_selector("#notice-line:has-text('另一个页面')")


async def test_the_web_process_restarts_and_neither_talk_nor_desk_is_lost(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, call = await talk(house, desk)
    await house.stop_serving()
    await desk.page.wait_for_selector("#notice-line:has-text('当前通话不受影响')")
    await desk.hears(TONES["citizen"])
    await house.serve()
    await desk.page.wait_for_selector("#notice-line", state="detached")
    await desk.line_is_up()
    await desk.press("F4")
    await desk.state("hold")
    assert citizen.is_up
    assert await desk.call() == call


async def test_a_browser_that_is_killed_comes_back_in_a_new_one(house: House, browsers: Browsers) -> None:
    first = await browsers.launch()
    desk = await browsers.desk(context=await browsers.context(first))
    citizen, call = await talk(house, desk)
    slow, closed = await browsers.context(), asyncio.Event()

    async def once_closed(route: Route) -> None:
        await closed.wait()
        await route.continue_()

    await slow.route("**/desk/phone", once_closed)
    again = await browsers.desk(context=slow, line=False)
    await again.state("talking")  # it sees the talk, and has no sound of it
    await first.close()
    closed.set()
    await again.state("ringing")
    # by which a page would answer by itself
    assert await again.page.evaluate("localStorage.getItem('desk.talk')") is None
    await again.press("F2")  # a new browser was not in this talk: its microphone is opened by its agent
    await same_talk(house, again, call)
    assert citizen.is_up


async def test_a_second_browser_leaves_the_talk_where_it_is_until_it_is_taken_over_there(
    house: House, browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    citizen, call = await talk(house, desk)
    other = await browsers.desk(context=await browsers.context(await browsers.launch()), line=False)
    await other.state("talking")
    await other.page.wait_for_selector("#notice-line:has-text('另一个页面')")
    await desk.hears(TONES["citizen"])
    assert [fact.call for fact in house.town.facts("queue.entered")].count(call) == 1  # nobody was lost
    await other.page.click("#notice-line button:has-text('改在这里接听')")
    await other.state("ringing")
    await other.press("F2")
    await same_talk(house, other, call)
    await desk.page.wait_for_selector("#notice-line:has-text('另一个页面')")  # the first has learnt it
    assert citizen.is_up


async def test_a_ring_nobody_answers_is_said_and_no_more_are_sent(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    await desk.ready()
    citizen = await house.citizen()
    await desk.state("ringing")
    await desk.press("Shift+F2")
    await desk.state("break")
    await desk.page.wait_for_selector("#notice-missed")
    await citizen.hang_up()


async def test_an_earlier_caller_is_called_back_from_the_desk(
    house: House, browsers: Browsers, worker: None,
) -> None:
    desk = await browsers.desk()
    citizen, call = await talk(house, desk)
    await citizen.hang_up()
    await desk.state("wrap_up")
    await desk.press("Control+Enter")
    await desk.state("ready")
    await house.town.city.set_behaviour("13800001234", "answers", tone=TONES["citizen"])
    await desk.page.click(f"[data-body*='{call}']")
    await desk.state("dialling")  # the desk's own leg is answered by itself
    await desk.state("talking")
    await desk.hears(TONES["citizen"])
    await desk.press("F9")
    await desk.state("wrap_up")


async def test_the_controller_restarts_in_mid_talk_and_the_desk_goes_on(house: House, browsers: Browsers) -> None:
    desk = await browsers.desk()
    citizen, call = await talk(house, desk)
    await house.town.stop_controller()
    await desk.page.wait_for_selector("#notice-house:has-text('正在进行的通话不受影响')")
    await desk.hears(TONES["citizen"])
    await desk.press("F4")
    await desk.page.wait_for_selector("#notice-house:has-text('几秒后重试')")  # one line tells of it, and goes with it
    await house.town.start_controller()
    await desk.page.wait_for_selector("#notices > *", state="detached")
    await desk.state("talking")
    assert await desk.call() == call
    await desk.press("F4")
    await desk.state("hold")
    await desk.press("F9")
    await desk.state("wrap_up")
    await citizen.hang_up()
    await desk.press("Control+Enter")
    await desk.state("ready")
    await house.citizen()  # the page has told the new controller that it can be rung
    await desk.state("ringing")


async def test_when_the_whole_house_was_away_the_desk_says_so_no_longer_than_it_is_true(
    house: House, browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    await house.town.stop_controller()
    await desk.page.wait_for_selector("#notice-house:has-text('话务控制器正在重启')")
    await house.stop_serving()
    await desk.page.wait_for_selector("#check-line[data-state=bad]")
    await house.town.start_controller()
    await house.serve()
    await desk.page.wait_for_selector("#notice-house", state="detached")
    await desk.line_is_up()


async def test_a_microphone_that_the_browser_keeps_closed_is_said_with_what_to_do(
    house: House, browsers: Browsers,
) -> None:
    browser = await browsers.launch(refuse_microphone=True)
    desk = await browsers.desk(context=await browsers.context(browser))
    await desk.page.wait_for_selector("#notice-microphone:has-text('麦克风')")
    await desk.page.wait_for_selector("#check-microphone[data-state=bad]")
    await desk.page.wait_for_selector("#notice-microphone button:has-text('重试')")


def _registrations(sent: list[str]) -> list[str] | None:
    whole = "".join(one for one in sent if one.startswith("REGISTER"))
    found = list(dict.fromkeys(re.findall(r"Call-ID: (\S+)", whole)))
    return found[:2] if len(found) > 1 else None


async def test_the_line_is_up_before_the_library_has_spoken_and_the_library_keeps_it_up(
    house: House, browsers: Browsers,
) -> None:
    sent: list[str] = []
    sockets: list[str] = []
    context = await browsers.context()

    def opened(socket: WebSocket) -> None:
        sockets.append(socket.url)
        socket.on("framesent", lambda frame: sent.append(frame if isinstance(frame, str) else frame.decode()))

    context.on("page", lambda page: page.on("websocket", opened))
    desk = await browsers.desk(context=context)
    calls = await house.town.until(lambda: _registrations(sent), 40, "the library does not sign on")
    assert len(sockets) == 1
    first, second = ("".join(one for one in sent if call in one) for call in calls)
    assert first.count("Authorization: Digest") == 1
    assert len(set(re.findall(r"Contact: <([^>]+)>", first + second))) == 1
    assert await desk.page.get_attribute("#check-line", "data-state") == "good"


async def test_a_desk_whose_first_script_is_lost_signs_on_by_itself(house: House, browsers: Browsers) -> None:
    context = await browsers.context()
    await context.route("**/desk_first.js*", lambda route: route.abort())
    desk = await browsers.desk(context=context)
    await talk(house, desk)


_SOCKETS = """window.sockets = []; const Real = WebSocket;
window.WebSocket = class extends Real { constructor(...how) { super(...how); window.sockets.push(this); } };"""


async def test_a_desk_whose_telephone_library_is_lost_leaves_the_line_and_is_there_when_it_comes(
    house: House, browsers: Browsers,
) -> None:
    context = await browsers.context()
    await context.add_init_script(_SOCKETS)
    await context.route("**/sip.js*", lambda route: route.abort())
    page = (await browsers.desk(context=context, line=False)).page
    await page.wait_for_selector("#check-line[data-state=bad]")
    closing = "new Promise((is) => setInterval(() => { if (sockets.every((one) => one.readyState >= 2)) is(); }, 50))"
    async with asyncio.timeout(20):  # the switch takes its time to close its side
        await page.evaluate(closing)
    await context.unroute("**/sip.js*")
    await page.wait_for_selector("#check-line[data-state=good]", timeout=60_000)


async def test_who_was_cut_off_for_long_and_signs_in_again_comes_back_by_one_key(
    house: House, browsers: Browsers,
) -> None:
    first = await browsers.launch()
    desk = await browsers.desk(context=await browsers.context(first))
    citizen, call = await talk(house, desk)
    await desk.press("F8")
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.state("three")
    await citizen.until_heard("unit", 25)
    await first.close()
    await house.town.fact("agent.state", 90, agent="a1004", state="break", why="lost")
    again = await browsers.desk()
    await again.page.wait_for_selector("#bar-rejoin:has-text('还在进行')")
    await again.line_is_up()
    await again.press("F2")
    await again.state("three")  # its ring is answered by itself
    assert await again.call() == call
    await again.hears_among(TONES["unit"])
    assert await again.page.locator("#bar-rejoin").count() == 0
    entered = [fact for fact in house.town.facts("queue.entered") if fact.call == call]
    assert len(entered) == 1
