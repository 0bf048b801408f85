"""A whole house for a browser: our switch, the controller and the web process, each as it is in the product.

People sign on without a password: the cookie is made beside the database, and what is measured begins behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, async_playwright

from api.access import COOKIE, CSRF_COOKIE
from api.people import register, sessions
from api.people.caller import Caller
from bench.figures import BenchError
from bench.house import controller, end, free_port, lay_prompts, start_python
from core.control import ControlClient
from core.db import Database
from core.secrets import Secrets, load_secrets
from core.settings import Settings
from hotline.database import migrated
from hotline.switch import EmbeddedSwitch
from routing.directory import Agent, load_directory
from workorders.life.words import Role

AGENT, LEADER = "a1004", "a1005"  # of the demo city's directory; their telephones are in the page
AGENT_NAME, PLAIN, PLAIN_NAME = "赵倩", "a1001", "王敏"  # the last has a telephone of the ordinary kind
_PEOPLE = (("agent", AGENT_NAME, Role.AGENT, AGENT), ("leader", "孙磊", Role.TEAM_LEADER, LEADER))
_UP = 30.0  # s
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream", "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required")


@dataclass(frozen=True, slots=True)
class Rooms:
    """A house that is up; `cookies`: login → what a browser needs to be signed on."""

    settings: Settings
    secrets: Secrets
    switch: EmbeddedSwitch
    control: ControlClient
    agents: tuple[Agent, ...]
    cookies: dict[str, list[dict[str, Any]]]

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://{self.settings.web_address}:{self.settings.web_port}"


@contextlib.asynccontextmanager
async def rooms() -> AsyncIterator[Rooms]:
    """Bring it up in a home of its own and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        settings = _settings(Path(folder))
        await asyncio.to_thread(lay_prompts, settings)
        secrets, cookies = load_secrets(settings), await _people(settings)
        directory = load_directory(settings.directory)
        switch = EmbeddedSwitch(settings, secrets, directory)
        try:
            await switch.start()
            async with controller(settings):
                web = await start_python("hotline.web", log=settings.home / "web.log", settings=settings)
                try:
                    await answers(f"http://{settings.web_address}:{settings.web_port}/sign-on")
                    control = ControlClient(settings.control_socket)
                    yield Rooms(settings, secrets, switch, control, tuple(directory.agents), cookies)
                finally:
                    await end(web)
        finally:
            await switch.stop()


def _settings(home: Path) -> Settings:
    first = free_port() & ~1
    return Settings(home=home, sip_port=free_port(), network_port=free_port(), rtp_first=first, rtp_last=first + 200,
                    ami_port=free_port(), agi_port=free_port(), ws_port=free_port(), web_port=free_port(),
                    agent_ring_seconds=60)


async def _people(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    await migrated(settings)
    db, by, now = Database(settings.database), Caller("console", "bench", "bench", frozenset()), time.time()
    url = f"http://{settings.web_address}:{settings.web_port}"
    cookies = {}
    try:
        for login, name, role, agent in _PEOPLE:
            async with db.writing() as session:
                person = await register.add(session, by, login, name, (role,), "", agent, "", now)
                person.must_change = False
                token, _ = await sessions.begin(session, person, "127.0.0.1", "bench", now)
            cookies[login] = [{"name": COOKIE, "value": token, "url": url},
                              {"name": CSRF_COOKIE, "value": sessions.csrf_of(token), "url": url}]
    finally:
        await db.close()
    return cookies


async def answers(url: str) -> None:
    """Wait until a server answers there."""
    async with asyncio.timeout(_UP), httpx.AsyncClient(trust_env=False) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                await client.get(url)
                return
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """Start Debian's Chromium. Raises BenchError where there is none."""
    path = shutil.which("chromium")
    if path is None:
        raise BenchError("no Chromium here; get it with: make var/stamps/tests")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*_FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def signed_on(browser: Browser, house: Rooms, login: str) -> AsyncIterator[BrowserContext]:
    """Give a context of its own, with nothing cached, in which somebody is signed on."""
    context = await browser.new_context(base_url=house.url, locale="zh-CN", viewport={"width": 1366, "height": 768})
    try:
        await context.add_cookies(house.cookies[login])  # type: ignore[arg-type]
        yield context
    finally:
        await context.close()
