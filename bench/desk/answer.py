"""From the answer to a talk in which both hear each other, against JsSIP and a bare Echo on the same switch.

ours       a citizen rang, went through the menu and waits; the desk rings; F2 is pressed. Until the agent's browser has
           the citizen's voice and the citizen has the agent's, whichever is later: our leg's dialplan, the lock, the
           citizen fetched from the music, the room, both recordings begun.
baseline   the switch rings a page that is nothing but JsSIP, on its own WebSocket; answered at once, the leg is put
           into Echo. Until the page hears its own microphone come back: sound has gone both ways.

One browser, one microphone (a tone from a file), by turns; 95th percentiles.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import tempfile
import time
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, Page

from bench.desk.house import AGENT, LEADER, Rooms, answers, chromium, rooms, signed_on
from bench.figures import BenchError, median, percentile
from bench.house import end, free_port, start_python
from bench.phone import Call, Endpoint
from bench.rtp import PACKET, Speakers
from bench.table import Row
from core.settings import PROJECT
from ivr.sound import NARROW

WARM, TIMES = 1, 60
VOICE = 650  # Hz of the microphone; a whole number of periods in a packet
_MUST = 1.5
_DEADLINE, _LOOK = 20.0, 0.05  # s
_MENU = 1.5  # s of the greeting that the citizen listens to
_PAUSE = (0.4, 0.9)  # s from the ring to the answer
_HTML = ('<!doctype html><html lang="en"><title>bare</title><audio id="far" autoplay></audio>'
         '<script type="module" src="bare.js"></script>')
_PLAIN = "localStorage.setItem('desk.plain_sound', '1');"  # no echo cancelling: it takes a tone for noise
# what the browser hears first, and when F2 was pressed, by the clock of the machine, in ms
_EAR = """window.ear = {heard: 0, pressed: 0};
const context = new AudioContext(), Base = window.RTCPeerConnection;
const now = () => performance.timeOrigin + performance.now();
window.RTCPeerConnection = class extends Base {
  constructor(...given) {
    super(...given);
    this.addEventListener('track', (event) => {
      const ear = context.createAnalyser(), wave = new Float32Array(ear.fftSize = 256);
      context.createMediaStreamSource(event.streams[0] ?? new MediaStream([event.track])).connect(ear);
      const timer = setInterval(() => {
        ear.getFloatTimeDomainData(wave);
        if (wave.some((level) => Math.abs(level) > 0.02)) { window.ear.heard ||= now(); clearInterval(timer); }
      }, 5);
    });
  }
};
addEventListener('keydown', (event) => { if (event.key === 'F2') window.ear.pressed = now(); }, true);"""


async def measure() -> list[Row]:
    """Run it. Raises BenchError."""
    ours, bare = list[float](), list[float]()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        microphone = f"--use-file-for-fake-audio-capture={_microphone(Path(folder) / 'voice.wav')}"
        async with (rooms() as house, _network(house) as network, chromium(microphone) as browser,
                    _desk(browser, house) as desk, _bare(browser, house, Path(folder)) as echo):
            for turn in range(WARM + TIMES):
                found = await _answered(house, network, desk), await _echoed(house, echo)
                if turn >= WARM:
                    ours.append(found[0])
                    bare.append(found[1])
    note = (f"{TIMES} times each; medians {median(ours):.0f} and {median(bare):.0f} ms; ours: both hear each other "
            "in the recorded room")
    return [Row("answered → sound both ways, p95", percentile(ours, 0.95), percentile(bare, 0.95), "ms", must=_MUST,
                note=note)]


def _microphone(path: Path) -> Path:
    rate, seconds = 48000, 10
    samples = 0.5 * np.sin(2 * np.pi * VOICE * np.arange(rate * seconds) / rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


# -- ours ----------------------------------------------------------------------------------------------------
@contextlib.asynccontextmanager
async def _network(house: Rooms) -> AsyncIterator[Endpoint]:
    """The telephone network, from which citizens ring."""
    speakers = Speakers()
    endpoint = Endpoint((house.settings.network_address, house.settings.network_port), speakers, lambda *_: 486)
    await endpoint.open()
    speaking = asyncio.create_task(speakers.run(), name="citizens speak")
    try:
        yield endpoint
    finally:
        endpoint.close()
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)


@contextlib.asynccontextmanager
async def _desk(browser: Browser, house: Rooms) -> AsyncIterator[Page]:
    async with signed_on(browser, house, "agent") as context:
        page = await context.new_page()
        await page.add_init_script(_PLAIN + _EAR)
        await page.goto("/desk")
        await page.wait_for_selector("#check-line[data-state=good]")
        yield page


async def _answered(house: Rooms, network: Endpoint, desk: Page) -> float:
    """Let a citizen ring and the agent answer; return the ms until both hear each other."""
    await house.control.do("agent.state", agent=AGENT, state="ready")
    await desk.evaluate("window.ear.heard = 0")
    settings, heard = house.settings, list[float]()
    call = await network.ring((settings.sip_address, settings.sip_port), "12345", "13900000001")
    await asyncio.sleep(_MENU)
    call.media.press("0")
    await desk.wait_for_selector("#bar[data-state=ringing]")
    call.media.listen(lambda payload, _: heard.append(time.time() * 1000) if not heard and is_voice(payload) else None)
    await asyncio.sleep(random.uniform(*_PAUSE))
    await desk.keyboard.press("F2")
    await _until("the citizen hears the agent", _has(heard))
    await _until("the agent hears the citizen", lambda: desk.evaluate("window.ear.heard"))
    noted = await desk.evaluate("window.ear")
    await _over(house, network, call, desk)
    return float(max(heard[0], noted["heard"]) - noted["pressed"])


async def _over(house: Rooms, network: Endpoint, call: Call, desk: Page) -> None:
    network.forget(call)
    await desk.wait_for_selector("#bar[data-state=wrap_up]")
    await house.control.do("agent.wrap_up_done", agent=AGENT)


def is_voice(payload: bytes) -> bool:
    """Tell whether a packet of A-law is the microphone's tone and little else."""
    if len(payload) != PACKET:
        return False
    wave_ = _ALAW[np.frombuffer(payload, np.uint8)]
    power = float(np.sum(wave_ ** 2))
    part = abs(np.sum(wave_ * np.exp(-2j * np.pi * VOICE * np.arange(PACKET) / NARROW))) ** 2
    return power / PACKET > 1e-5 and 2 * part / (PACKET * power) > 0.6


def _expanded() -> Any:
    """Return the value of each A-law code, 1 being full scale (ITU-T G.711)."""
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, size, -size) / 32768.0


_ALAW = _expanded()


# -- the baseline --------------------------------------------------------------------------------------------
@contextlib.asynccontextmanager
async def _bare(browser: Browser, house: Rooms, folder: Path) -> AsyncIterator[Page]:
    """A page that is nothing but JsSIP, signed on at the switch."""
    _build(folder / "bare")
    port = free_port()
    process = await start_python("bench.desk.static_page", str(folder / "bare"), str(port))
    try:
        await answers(f"http://127.0.0.1:{port}/")
        await house.switch.rx("module load res_clioriginate.so")  # the house rings by its manager interface alone
        page = await browser.new_page()
        await page.add_init_script(_EAR)
        await page.goto(f"http://127.0.0.1:{port}/")
        given = await house.control.do("phone.open", agent=LEADER)
        socket = f"ws://127.0.0.1:{house.settings.ws_port}/ws"
        await page.evaluate("given => window.signOn(...given)", [socket, given["phone"], given["secret"]])
        await _state(page, "up")
        yield page
    finally:
        await end(process)


def _build(folder: Path) -> None:
    folder.mkdir()
    (folder / "index.html").write_text(_HTML, encoding="utf-8")
    done = subprocess.run([PROJECT / "node_modules" / ".bin" / "esbuild", PROJECT / "bench" / "desk" / "bare_phone.js",
                           "--bundle", "--minify", "--format=esm", f"--outfile={folder / 'bare.js'}"],
                          check=False, capture_output=True, timeout=60)
    if done.returncode:
        raise BenchError(f"JsSIP was not built: {done.stderr.decode(errors='replace')[:200]}")


async def _echoed(house: Rooms, page: Page) -> float:
    """Let the switch ring the page; return the ms from its answer until it hears itself."""
    await page.evaluate("window.ear.heard = 0")
    phone = next(agent.phone for agent in house.agents if agent.id == LEADER)
    await house.switch.rx(f"channel originate PJSIP/{phone} application Echo")
    await _state(page, "ringing")
    await asyncio.sleep(random.uniform(*_PAUSE))
    await page.evaluate("window.answer()")
    await _until("the page hears itself", lambda: page.evaluate("window.ear.heard"))
    took = await page.evaluate("window.ear.heard - window.bare.pressed")
    await page.evaluate("window.hangUp()")
    await _state(page, "up")
    return float(took)


async def _state(page: Page, name: str) -> None:
    async def there() -> bool:
        return bool(await page.evaluate("window.bare.state") == name)

    await _until(f"the bare page is {name}", there)


def _has(heard: list[float]) -> Callable[[], Awaitable[bool]]:
    async def has() -> bool:
        return bool(heard)
    return has


async def _until(what: str, holds: Callable[[], Awaitable[Any]]) -> None:
    """Wait until `holds()`; looks rarely, for looking costs the browser time. Raises BenchError."""
    until = time.monotonic() + _DEADLINE
    while not await holds():
        if time.monotonic() > until:
            raise BenchError(f"not within {_DEADLINE:.0f} s: {what}")
        await asyncio.sleep(_LOOK)
