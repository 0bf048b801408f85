"""The house that serves the pages, and an agent at a desk in a real browser, as a test drives them."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from api.people import register
from api.people.caller import Caller
from api.people.passwords import Passwords
from core.control import ControlRefused
from core.db import Database
from hotline.database import migrated
from hotline.demo.behaviours import TONES
from hotline.demo.legs import CityCall
from hotline.demo.tones import level_db
from hotline.web import build
from tests.support.town import Town
from workorders.life.words import Role

PASSWORD = "一句很长的话 correct horse"
TESTER = Caller("console", "tester", "tester", frozenset())
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--allow-loopback-in-peer-connection",
    "--autoplay-policy=user-gesture-required", "--disable-dev-shm-usage")
WAIT = 40_000  # ms; on a busy machine slow is no fault
_PLAIN = "localStorage.setItem('desk.plain_sound', '1')"  # no echo cancelling: it takes a tone for noise

_LOADED = "path => location.pathname === path && document.readyState === 'complete'"  # its script runs by then

_TRIED = """() => { const tried = document.getElementById('check-microphone');
  return !tried || tried.dataset.state === 'bad' || document.getElementById('device-in').options.length > 0; }"""

# frequencies of what the page's earphone gets, over half a second: peaks within 20 dB of the strongest, that one first
_HEARS = """async () => {
  const far = document.getElementById('far'); if (!far.srcObject) return [];
  const context = new AudioContext({sampleRate: 16000}); await context.resume();
  const ear = context.createAnalyser(); ear.fftSize = 8192;
  context.createMediaStreamSource(far.srcObject).connect(ear);
  await new Promise(done => setTimeout(done, 700));
  const loud = new Float32Array(ear.frequencyBinCount); ear.getFloatFrequencyData(loud);
  await context.close();
  const floor = Math.max(-60, Math.max(...loud) - 20), peaks = [];
  loud.forEach((level, n) => { if (level > floor && level >= loud[n - 1] && level > loud[n + 1]) peaks.push(n); });
  return peaks.sort((a, b) => loud[b] - loud[a]).map(n => n * 16000 / 8192);
}"""


class House:
    """A town and its web process, in the test's own event loop."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.db = Database(town.settings.database)
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.town.settings.web_port}"

    async def start(self) -> None:
        """Make the tables, add people, serve."""
        await migrated(self.town.settings)
        await self.person("zhaoqian", "赵倩", Role.AGENT, agent="a1004")
        await self.person("sunlei", "孙磊", Role.TEAM_LEADER, agent="a1005")
        await self.person("zhou", "周岚", Role.DUTY_LEADER)
        await self.serve()

    async def serve(self) -> None:
        """Start the web process's server."""
        _, config = build(self.town.settings, self.town.secrets, self.town.known, self.db)
        config.timeout_graceful_shutdown = 1
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self._task = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(60):
            while not self._server.started:  # noqa: ASYNC110  uvicorn has no event for it
                await asyncio.sleep(0.02)

    async def stop_serving(self) -> None:
        """Stop the server, as a restart would."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(self._task, 60)
            self._server = None

    async def stop(self) -> None:
        """Stop everything of ours."""
        await self.stop_serving()
        await self.db.close()

    async def person(self, login: str, name: str, *roles: Role, agent: str = "", fresh: bool = False) -> None:
        """Add a person with PASSWORD; `fresh`: who must still change it."""
        hashed = Passwords().hash(PASSWORD)
        async with self.db.writing() as session:
            made = await register.add(session, TESTER, login, name, roles, "", agent, hashed, time.time())
            made.must_change = fresh

    async def everybody_off(self, agent: str) -> None:
        """Send an agent off duty, whatever the last call left them in."""
        with suppress(ControlRefused):
            await self.town.control.do("agent.state", agent=agent, state="offline")

    async def citizen(self, key: str = "0", **who: Any) -> CityCall:
        """A citizen rings and presses a key once the menu can hear it. `who`: number, tone … (City.citizen)."""
        mark = self.town.journal.seq if self.town.journal else 0
        citizen = await self.town.city.citizen(**who)
        await self.town.fact("call.answered", 20, mark)
        await self.town.until(lambda: _hears_something(citizen), 20, "the menu says nothing")
        await citizen.press(key)
        return citizen


def _hears_something(citizen: CityCall) -> bool | None:
    return (citizen.heard_file.exists() and level_db(citizen.heard_file) > -50) or None


class Browsers:
    """Browsers of one test, each a process and a profile of its own."""

    def __init__(self, house: House, chromium: str, voice: Path) -> None:
        self.house, self._chromium, self._voice = house, chromium, voice
        self._playwright: Playwright | None = None
        self._open: list[Browser] = []

    async def launch(self, *more: str, refuse_microphone: bool = False, voice: Path | None = None) -> Browser:
        """Start a browser with `more` flags; `refuse_microphone`: no page gets one; `voice`: the sound it is."""
        if self._playwright is None:
            self._playwright = await async_playwright().start()
        let = () if refuse_microphone else ("--use-fake-ui-for-media-stream",)
        flags = [*FLAGS, *more, *let, f"--use-file-for-fake-audio-capture={voice or self._voice}"]
        browser = await self._playwright.chromium.launch(executable_path=self._chromium, args=flags)
        self._open.append(browser)
        return browser

    async def context(self, browser: Browser | None = None, **options: Any) -> BrowserContext:
        """Open a context that speaks Chinese."""
        browser = browser or await self.launch()
        options = {"locale": "zh-CN", "viewport": {"width": 1366, "height": 768}, "base_url": self.house.url} | options
        context = await browser.new_context(**options)
        context.set_default_timeout(WAIT)
        await context.add_init_script(_PLAIN)
        return context

    async def signed_on(self, login: str, path: str, **options: Any) -> Page:
        """Sign somebody on and bring them to a page."""
        page = await (await self.context(**options)).new_page()
        await page.goto(path)
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_function(_LOADED, arg=path)
        return page

    async def desk(self, login: str = "zhaoqian", context: BrowserContext | None = None, *, line: bool = True,
                   **options: Any) -> Desk:
        """Sign an agent on and bring them to their desk, their line up if `line`."""
        page = await (context or await self.context(**options)).new_page()
        desk = Desk(self.house, page)
        await page.goto("/desk")
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/desk")
        if line:
            await desk.line_is_up()
        return desk

    async def close(self) -> None:
        """Close every browser."""
        for browser in self._open:
            await browser.close()
        if self._playwright is not None:
            await self._playwright.stop()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        await self.close()


class Desk:
    """An agent's page."""

    def __init__(self, house: House, page: Page) -> None:
        self.house, self.page = house, page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._console)

    def _console(self, said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            self.faults.append(said.text)

    async def line_is_up(self) -> None:
        """Wait until the telephone in the page can be rung, and the microphone has been tried after that."""
        await self.page.wait_for_selector("#check-line[data-state=good]")
        await self.page.wait_for_function(_TRIED)

    async def state(self, name: str) -> None:
        """Wait until the bar shows a state."""
        try:
            await self.page.wait_for_selector(f"#bar[data-state={name}]")
        except PlaywrightTimeout as error:
            shown, told = await self.page.inner_text("#bar"), await self.page.inner_text("#notices")
            raise AssertionError(f"not {name} but {shown!r}; notices: {told!r}; {self.faults}") from error

    async def ready(self) -> None:
        """Become ready."""
        await self.page.click("#act-ready")
        await self.state("ready")

    async def press(self, key: str) -> None:
        """Press a key."""
        await self.page.keyboard.press(key)

    async def call(self) -> str:
        """Return the key of the call in the bar."""
        return str(await self.page.get_attribute("#bar", "data-call"))

    async def hears(self, hz: float, deadline: float = 60.0) -> None:
        """Wait until the strongest sound in the earphone is this tone."""
        end, got = time.monotonic() + deadline, 0.0
        while abs(got - hz) > 12:
            assert time.monotonic() < end, f"the desk hears {got:.0f} Hz, not {hz}"
            got = float(next(iter(await self.page.evaluate(_HEARS)), 0.0))

    async def hears_among(self, hz: float, deadline: float = 60.0) -> None:
        """Wait until this tone is among the sounds in the earphone: of several who speak any may be the strongest."""
        end, got = time.monotonic() + deadline, [0.0]
        while all(abs(one - hz) > 12 for one in got):
            assert time.monotonic() < end, f"the desk hears {got} Hz, and {hz} is not among them"
            got = await self.page.evaluate(_HEARS)

    async def never_hears(self, *tones: float, looks: int = 3) -> None:
        """Listen for `looks` times 0.7 s and find none of these tones among the sounds in the earphone."""
        for _ in range(looks):
            got = await self.page.evaluate(_HEARS)
            found = [hz for hz in tones if any(abs(one - hz) <= 12 for one in got)]
            assert not found, f"the desk hears {found} among {got} Hz"


async def talk(house: House, desk: Desk, agent: str = "agent", **who: Any) -> tuple[CityCall, str]:
    """Bring a citizen and the desk, whose tone is `agent`'s, together; return the citizen and the call's key."""
    await desk.ready()
    citizen = await house.citizen(**who)
    await desk.state("ringing")
    await desk.press("F2")
    await desk.state("talking")
    await citizen.until_heard(agent, 25)
    return citizen, await desk.call()


async def same_talk(house: House, desk: Desk, call: str) -> None:
    """Wait until the desk is in the talk again, hears the citizen, and the citizen never rang anew."""
    await desk.state("talking")
    assert await desk.call() == call
    await desk.hears(TONES["citizen"])
    assert [f.data["rating"] for f in house.town.facts("call.rated") if f.call == call] == []
