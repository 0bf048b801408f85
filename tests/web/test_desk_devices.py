"""Microphone, earphone and network at the desk: tried before work, lost and found again in the middle of a talk."""

from __future__ import annotations

from typing import Any

import pytest

from hotline.demo.behaviours import TONES
from tests.web.axe import faults
from tests.web.desk import Browsers, Desk, House, talk

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]

# what a browser without a person cannot do: pull a plug, lose packets. The page sees what it would see then
_HANDS = """
  window.held = [];
  const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (open) navigator.mediaDevices.getUserMedia = async wish => {
    if (window.unplugged) throw new DOMException('no device', 'NotFoundError');
    const stream = await open(wish); window.held.push(stream.getAudioTracks()[0]); return stream;
  };
  const stats = RTCPeerConnection.prototype.getStats;
  RTCPeerConnection.prototype.getStats = async function () {
    const real = [...(await stats.call(this)).values()];
    const told = real.filter(one => !window.frozen || one.type !== 'inbound-rtp').concat(window.figures ?? []);
    return new Map(told.map((one, n) => [n, one]));
  };
"""


async def desk_with_hands(browsers: Browsers) -> Desk:
    """An agent at a desk whose plugs a test can pull."""
    context = await browsers.context()
    await context.add_init_script(_HANDS)
    return await browsers.desk(context=context)


async def pull_the_plug(desk: Desk) -> None:
    """The microphone in use is gone, for the page and for the talk."""
    await desk.page.evaluate("""() => {
        const track = window.held.at(-1); track.stop(); track.dispatchEvent(new Event('ended')); }""")


async def network_is(desk: Desk, figures: list[dict[str, Any]] | None) -> None:
    """Have the browser tell these figures of the network."""
    await desk.page.evaluate("figures => { window.figures = figures }", figures)


async def test_an_agent_hears_themselves_before_work_and_the_page_measures_it_too(
    house: House, browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    await desk.page.focus("#echo-begin")
    await desk.press("Enter")
    await desk.page.wait_for_selector("#echo-ask:visible")
    await desk.hears_among(660)
    await desk.page.wait_for_selector("#check-echo[data-came=yes]")
    assert "秒" in await desk.page.inner_text("#check-echo .check-said")
    assert await faults(desk.page) == []
    await desk.press("Enter")  # the question has the focus
    await desk.page.wait_for_selector("#check-echo[data-state=good]")
    await desk.page.wait_for_selector("#echo-begin:visible")
    assert [fact for fact in house.town.facts() if fact.kind.startswith(("call.", "queue."))] == []
    await desk.ready()  # and the telephone is free again
    assert desk.faults == []


async def test_whoever_hears_nothing_is_told_where_it_fails_and_ready_ends_the_trial(
    house: House, browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    await desk.page.click("#echo-begin")
    await desk.page.wait_for_selector("#check-echo[data-came=yes]")
    await desk.page.click("#echo-unheard")
    await desk.page.wait_for_selector("#notice-echo:has-text('选择设备')")
    await desk.page.click("#echo-begin")
    await desk.page.wait_for_selector("#echo-ask:visible")
    await desk.ready()
    await desk.page.wait_for_selector("#echo-begin:visible")
    await house.citizen()
    await desk.state("ringing")


async def test_a_microphone_that_is_pulled_out_in_a_talk_is_replaced_and_the_talk_goes_on(
    house: House, browsers: Browsers,
) -> None:
    desk = await desk_with_hands(browsers)
    citizen, call = await talk(house, desk)
    await pull_the_plug(desk)
    await desk.page.wait_for_selector("#notice-device:has-text('通话没有断')")
    await citizen.until_heard("agent", 25, citizen.heard()["agent"] + 1.5)
    await desk.page.evaluate("window.unplugged = true")
    await pull_the_plug(desk)
    await desk.page.wait_for_selector("#notice-microphone:has-text('市民听不到您')")
    await desk.page.evaluate("""() => { window.unplugged = false;
        navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }""")
    await desk.page.wait_for_selector("#notice-microphone", state="detached")
    await citizen.until_heard("agent", 25, citizen.heard()["agent"] + 1.5)
    assert await desk.call() == call
    assert desk.faults == []


async def test_a_microphone_muted_by_the_system_is_said_until_it_is_not(house: House, browsers: Browsers) -> None:
    desk = await desk_with_hands(browsers)
    await desk.page.evaluate("window.held.at(-1).dispatchEvent(new Event('mute'))")
    await desk.page.wait_for_selector("#notice-microphone:has-text('静音键')")
    await desk.page.evaluate("window.held.at(-1).dispatchEvent(new Event('unmute'))")
    await desk.page.wait_for_selector("#notice-microphone", state="detached")
    await desk.page.wait_for_selector("#check-microphone[data-state=good]")


async def test_a_chosen_device_is_remembered_and_another_is_used_while_it_is_away(
    house: House, browsers: Browsers,
) -> None:
    desk = await browsers.desk()
    name = await desk.page.eval_on_selector(
        "#device-in", "all => { all.selectedIndex = 1; all.dispatchEvent(new Event('change')); return all[1].text }")
    await desk.page.locator("#check-microphone .check-said").filter(has_text=name).wait_for()
    await desk.page.evaluate("""() => { localStorage.setItem('desk.device.out', 'f'.repeat(64));
        localStorage.setItem('desk.device.out.name', '蓝牙耳机'); }""")
    await desk.page.reload()
    await desk.line_is_up()
    shown = "id => document.getElementById(id).selectedOptions[0].text"
    assert await desk.page.evaluate(shown, "device-in") == name
    assert await desk.page.evaluate(shown, "device-out") == "蓝牙耳机（没有插上）"
    await desk.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    await desk.page.wait_for_selector("#notice-earphone:has-text('蓝牙耳机')")
    await talk(house, desk)
    await desk.hears(TONES["citizen"])


async def test_the_network_of_a_talk_is_told_in_words_with_what_to_do(house: House, browsers: Browsers) -> None:
    desk = await desk_with_hands(browsers)
    await talk(house, desk)
    await desk.page.wait_for_selector("#check-network[data-word=good]")
    report = {"type": "remote-inbound-rtp", "roundTripTime": 0.42, "fractionLost": 0.0}
    await network_is(desk, [report])
    await desk.page.wait_for_selector("#check-network[data-word=poor]")
    await network_is(desk, [{**report, "fractionLost": 0.2}])
    await desk.page.wait_for_selector("#notice-network:has-text('插网线')")
    assert "20%" in await desk.page.inner_text("#check-network")
    await network_is(desk, None)
    await desk.page.wait_for_selector("#notice-network", state="detached")
    await desk.press("F9")
    await desk.state("wrap_up")
    assert "通话时测量" in await desk.page.inner_text("#check-network")


async def test_no_sound_for_three_seconds_is_said_with_what_to_do_and_taken_back(
    house: House, browsers: Browsers,
) -> None:
    desk = await desk_with_hands(browsers)
    await talk(house, desk)
    await desk.page.evaluate("window.frozen = true")
    await desk.page.wait_for_selector("#notice-silence:has-text('没有收到对方声音')")
    await desk.page.evaluate("window.frozen = false")
    await desk.page.wait_for_selector("#notice-silence", state="detached")


async def test_a_desk_at_a_plain_http_address_says_so_before_anybody_clicks(house: House, browsers: Browsers) -> None:
    browser = await browsers.launch(f"--host-resolver-rules=MAP hotline.test 127.0.0.1:{house.town.settings.web_port}")
    context = await browsers.context(browser, base_url="http://hotline.test")
    for language, words in (("zh-CN", "请改用 https"), ("en", "Sign on at the https")):
        await context.add_cookies([{"name": "hotline_language", "value": language, "url": "http://hotline.test"}])
        page = await context.new_page()
        await page.goto("/sign-on")
        await page.wait_for_selector(f"#notice-insecure:has-text('{words}')")
    assert await page.evaluate("window.isSecureContext") is False
