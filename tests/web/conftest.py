"""A town with its web process, and real browsers whose microphone plays a tone. One town a module."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from core.db import Database
from core.secrets import Secrets, load_secrets
from core.settings import Settings
from hotline.database import migrated
from hotline.switch import Installation
from routing.directory import Directory, InForce, load_directory
from tests.api.house import built
from tests.conftest import settings_for
from tests.people.staff import Staff
from tests.support.town import Town
from tests.web.desk import Browsers, House
from web.install import install

# a page on a busy machine is slow to load and to ring; what is tested is what happens, not how fast
PATIENT = {"agent_ring_seconds": 60, "unit_ring_seconds": 20, "return_ring_seconds": 40,
           "gateway_silence_seconds": 20.0}
MICROPHONE = 660  # Hz: the agent's tone (hotline.demo.behaviours.TONES)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Debian's Chromium is; tests that need it fail where there is none."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("no Chromium here; get it with: make var/stamps/tests")
    return found


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound file that browsers take for their microphone: the agent's tone, without an end."""
    return speak_into(tmp_path_factory.mktemp("voice") / "agent.wav", MICROPHONE)


def speak_into(path: Path, hz: float, rate: int = 48000, seconds: int = 10) -> Path:
    """Write a sound file that is one tone."""
    samples = 0.5 * np.sin(2 * np.pi * hz * np.arange(rate * seconds) / rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@asynccontextmanager
async def housed(home: Path, known: InForce | None = None, **changes: Any) -> AsyncIterator[House]:
    """Build a house and take it down again; `known`: another directory, `changes`: other settings."""
    settings = settings_for(home).model_copy(update=PATIENT | changes)
    if not Installation(settings.asterisk).present:
        pytest.fail("no Asterisk here; get it with: hotline switch fetch")
    house = House(Town(settings, load_secrets(settings), known or load_directory(settings.directory)))
    try:
        await house.town.start()
        await house.town.start_controller()
        await house.start()
        yield house
    finally:
        await house.stop()
        await house.town.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Switch, telephone network, controller and web process of one installation, with people who can sign on."""
    async with housed(tmp_path_factory.mktemp("desk") / "home") as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker(house: House) -> AsyncIterator[None]:
    """The worker of the house: call records, so that a desk knows earlier calls."""
    env = {**os.environ, **house.town.environment()}
    with (house.town.settings.home / "worker.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hotline.worker", env=env, stdout=log, stderr=log)
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest_asyncio.fixture(loop_scope="module")
async def browsers(house: House, chromium: str, voice: Path) -> AsyncIterator[Browsers]:
    """Browsers for one test; afterwards nobody talks and every agent is off duty."""
    opened = Browsers(house, chromium, voice)
    try:
        yield opened
    finally:
        await opened.close()
        await house.town.city.hang_up_all()
        await house.town.nothing_left(10)
        for agent in house.town.directory.agents:
            await house.everybody_off(agent.id)


@pytest.fixture
async def staff(home: Settings, secrets: Secrets, directory: Directory) -> AsyncIterator[Staff]:
    """A house with pages, and people who sign on to it."""
    async with staffed(home, secrets, directory) as made:
        yield made


@asynccontextmanager
async def staffed(settings: Settings, secrets: Secrets, directory: Directory) -> AsyncIterator[Staff]:
    """The same with other settings."""
    await migrated(settings)
    db = Database(settings.database)
    async with built(settings, secrets, db, lambda app: install(app, settings, directory)) as house:
        made = Staff(house, db)
        house.app.state.clock = lambda: made.now
        try:
            yield made
        finally:
            await made.close()
            await db.close()
