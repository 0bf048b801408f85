"""How soon a desk can be worked at that nobody has opened before in this browser, its CPU slowed down fourfold.

ours       a new context with nothing cached, signed in, from the start of the navigation until the page itself says
           that its script has run (what the server drew is there, and every key and button lives), and until it says
           that its line is up (the telephone in the page has signed on), and until the server has taken the page's word
           that it is there, upon which the agent is rung.
baseline   until a page is loaded that does nothing: the same HTML, style and script, as many bytes, the script parsed
           and never run; served by the same kind of server.

By turns; medians. JavaScript on both pages is what there is; nothing is compressed, as the web process serves it.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page

from bench.desk.house import Rooms, answers, chromium, rooms, signed_on
from bench.desk.static_page import lay_down
from bench.figures import BenchError, median
from bench.house import end, free_port, start_python
from bench.table import Row

SLOWER = 4
WARM, TIMES = 2, 20
_MUST = 2.0
_DEADLINE = 30.0  # s for one page
_LOOK = 0.2  # s between two looks whether it is there: looking costs the page time

# notes when the page's script has run, when it was read (htmx begins with that), when it says that its line is up, and
# when the server has been told that it can be rung: ms since the navigation began
_WATCH = """window.cold = {};
new MutationObserver(() => {
  const line = document.getElementById('check-line')?.dataset;
  if (line?.state && line.state !== 'unknown') window.cold.ran ??= performance.now();
  if (line?.state === 'good') window.cold.up ??= performance.now();
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['data-state']});
addEventListener('DOMContentLoaded', () => { window.cold.read = performance.now(); });
addEventListener('load', () => { window.cold.loaded = performance.now(); });
new PerformanceObserver((seen) => { for (const one of seen.getEntries())
  if (one.name.endsWith('/desk/phone/here')) window.cold.rung ??= one.responseEnd; }).observe({type: 'resource'});"""


async def measure() -> list[Row]:
    """Run it. Raises BenchError."""
    up, keys, rung, bare = list[float](), list[float](), list[float](), list[float]()
    async with rooms() as house, chromium() as browser, _static(await _html_of(house)) as static:
        for turn in range(WARM + TIMES):
            desk = await _opened(browser, house, house.url + "/desk", "rung")
            page = await _opened(browser, house, static + "/", "loaded")
            if turn >= WARM:
                up.append(desk["up"])
                keys.append(max(desk["ran"], desk["read"]))
                rung.append(max(desk["up"], desk["rung"]))
                bare.append(page["loaded"])
    note = f"{TIMES} times each, the CPU slowed down to a quarter"
    return [Row("desk cold: keys live", median(keys), median(bare), "ms", must=_MUST, note=note),
            Row("desk cold: line up", median(up), median(bare), "ms", must=_MUST, note=note),
            Row("desk cold: known to be there, is rung", median(rung), median(bare), "ms", must=_MUST, note=note)]


async def _html_of(house: Rooms) -> str:
    cookies = {one["name"]: one["value"] for one in house.cookies["agent"]}
    async with httpx.AsyncClient(trust_env=False, cookies=cookies) as client:
        return (await client.get(house.url + "/desk")).raise_for_status().text


async def _opened(browser: Browser, house: Rooms, url: str, sign: str) -> dict[str, float]:
    """Open a page in a context of its own; return what it noted, once `sign` is there. Raises BenchError."""
    async with signed_on(browser, house, "agent") as context:
        page = await context.new_page()
        await page.add_init_script(_WATCH)
        throttle = await context.new_cdp_session(page)
        await throttle.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await page.goto(url, wait_until="commit")
        try:
            async with asyncio.timeout(_DEADLINE):
                return await _noted(page, sign)
        except TimeoutError:
            raise BenchError(f"{url} was not {sign} within {_DEADLINE:.0f} s") from None


async def _noted(page: Page, sign: str) -> dict[str, float]:
    while True:
        noted: dict[str, float] = await page.evaluate("window.cold")
        if sign in noted:
            return noted
        await asyncio.sleep(_LOOK)


@contextlib.asynccontextmanager
async def _static(html: str) -> AsyncIterator[str]:
    """Serve the page that does nothing."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        lay_down(Path(folder), html)
        port = free_port()
        process = await start_python("bench.desk.static_page", folder, str(port))
        try:
            await answers(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        finally:
            await end(process)
