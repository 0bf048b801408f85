"""How soon an event is on the screen: one Chromium, and 199 other readers of the same web process's live events.

ours       the controller's fact (an agent becomes ready, then takes a break) → its change in the document: on the desk
           of that agent, and on the wallboard of a team leader. From the journal's own time of the fact to a
           MutationObserver in the page, on one machine's clock.
baseline   what was promised: 100 ms at the 95th percentile. The note has the least that any server can do, by turns in
           the same run: as many readers of a bare stream of events, and a page that writes what it gets into itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx
from playwright.async_api import Browser, Page

from bench.desk import readers
from bench.desk.house import AGENT, AGENT_NAME, PLAIN, PLAIN_NAME, Rooms, answers, chromium, rooms, signed_on
from bench.figures import BenchError, median, percentile
from bench.house import end, free_port, start_python
from bench.table import Row
from core.facts import AGENT_STATE, Fact
from core.journal import read_journal

OTHERS, WARM, TIMES = 199, 5, 120
PROMISED = 100.0  # ms
_SEEN = 5.0  # s for one event
_GAP = (0.10, 0.30)  # s between two events
_LOOK = 0.1  # s between two looks at what the page has seen
_STATES = ("break", "ready")

# notes each change of the agent's state as the page shows it, by the clock of the machine, in ms
_OBSERVE = """([place, name]) => {
  const tile = () => [...document.querySelectorAll('.wall-agent')].find(
    (one) => one.querySelector('.wall-name').textContent === name)?.className.match(/state-(\\w+)/)?.[1];
  const read = place === '#wall' ? tile : () => document.getElementById('bar')?.dataset.state;
  window.seen = [];
  let last = read();
  new MutationObserver(() => {
    const now = read();
    if (now !== last) { last = now; window.seen.push([now, performance.timeOrigin + performance.now()]); }
  }).observe(document.querySelector(place), {subtree: true, childList: true, attributes: true});
}"""


@dataclass(slots=True)
class Shown:
    """A page of ours that is watched: where it shows which agent, and how long each event took, in ms."""

    name: str
    page: Page
    place: str
    agent: str
    called: str
    took: list[float] = field(default_factory=list)

    async def watch(self) -> None:
        """Begin to note what it shows."""
        await self.page.evaluate(_OBSERVE, [self.place, self.called])

    async def until(self, count: int) -> None:
        """Wait until so many changes were seen. Raises BenchError."""
        end = time.monotonic() + _SEEN
        while await self.page.evaluate("window.seen.length") < count:
            if time.monotonic() > end:
                raise BenchError(f"{self.name} did not show event {count} within {_SEEN:.0f} s")
            await asyncio.sleep(_LOOK)  # rarely: looking costs the browser time


async def measure() -> list[Row]:
    """Run it. Raises BenchError."""
    async with rooms() as house, chromium() as browser, _bare() as bare_url:
        async with signed_on(browser, house, "agent") as context:
            page = await context.new_page()
            await page.goto("/desk")
            await page.wait_for_selector("#check-line[data-state=good]")
            desk, least = await _measured(house, browser, bare_url,
                                          Shown("desk", page, "#callbar", AGENT, AGENT_NAME))
        async with signed_on(browser, house, "leader") as context:
            page = await context.new_page()
            await page.goto("/wall")
            wall, least_again = await _measured(house, browser, bare_url,
                                                Shown("wallboard", page, "#wall", PLAIN, PLAIN_NAME))
    return [_row(desk, least), _row(wall, least_again)]


def _row(shown: Shown, least: Sequence[float]) -> Row:
    note = (f"{TIMES} events, {OTHERS} other readers; median {median(shown.took):.0f} ms; a bare stream with as many: "
            f"p95 {percentile(least, 0.95):.0f}, median {median(least):.0f} ms")
    return Row(f"event → on the {shown.name}, p95", percentile(shown.took, 0.95), PROMISED, "ms", must=1.0, note=note)


async def _measured(house: Rooms, browser: Browser, bare_url: str, shown: Shown) -> tuple[Shown, list[float]]:
    """Let things happen, by turns at ours and at the bare stream."""
    bare = await browser.new_page()
    async with _readers(house.url + "/api/events", house.secrets.api_token), _readers(bare_url + "/events", "x"):
        await bare.goto(bare_url)
        await shown.watch()
        after = max((fact.seq for fact in read_journal(house.settings.journal_dir, 0)), default=0)
        async with httpx.AsyncClient(trust_env=False) as client:
            for turn in range(WARM + TIMES):
                await house.control.do("agent.state", agent=shown.agent, state=_STATES[turn % 2])
                await shown.until(turn + 1)
                await asyncio.sleep(random.uniform(*_GAP))
                await client.post(bare_url + "/say")
                await asyncio.sleep(random.uniform(*_GAP))
        told = [fact for fact in read_journal(house.settings.journal_dir, after) if _is_of(fact, shown.agent)]
        seen, least = await shown.page.evaluate("window.seen"), await bare.evaluate("window.late")
    await bare.close()
    shown.took = took_of(told, seen)[WARM:]
    return shown, least[WARM:]


def _is_of(fact: Fact, agent: str) -> bool:
    return fact.kind == AGENT_STATE and fact.data["agent"] == agent and fact.data["state"] in _STATES


def took_of(told: Sequence[Fact], seen: Sequence[tuple[str, float]]) -> list[float]:
    """Return how long each fact took to be seen, in ms. Raises BenchError unless each was seen, in order."""
    if [fact.data["state"] for fact in told] != [state for state, _ in seen]:
        raise BenchError(f"{len(told)} events happened, and other {len(seen)} were seen")
    return [at - fact.at * 1000 for fact, (_, at) in zip(told, seen, strict=True)]


@contextlib.asynccontextmanager
async def _readers(url: str, token: str) -> AsyncIterator[None]:
    """Hold the other readers' streams open, in a process of their own."""
    process = await asyncio.create_subprocess_exec(
        *readers.command(url, OTHERS), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{token}\n".encode())
        async with asyncio.timeout(30):
            if (await process.stdout.readline()).strip() != b"up":
                raise BenchError("the other readers were refused")
        yield
    finally:
        await end(process)


@contextlib.asynccontextmanager
async def _bare() -> AsyncIterator[str]:
    port = free_port()
    process = await start_python("bench.desk.bare_events", str(port))
    try:
        await answers(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        await end(process)
