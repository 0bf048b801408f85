"""One town for all tests of a module: a real switch, a real network, a controller. Each test finds it empty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.secrets import load_secrets
from hotline.switch import Installation
from routing.directory import load_directory
from tests.conftest import settings_for
from tests.support.town import Town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A town whose controller runs inside the test."""
    home: Path = tmp_path_factory.mktemp("town") / "home"
    quick = {"agent_ring_seconds": 4, "unit_ring_seconds": 5, "return_ring_seconds": 3, "menu_seconds": 8}
    settings = settings_for(home).model_copy(update=quick)
    if not Installation(settings.asterisk).present:
        pytest.fail("no Asterisk here; get it with: hotline switch fetch")
    town = Town(settings, load_secrets(settings), load_directory(settings.directory))
    try:
        await town.start()
        await town.start_controller()
        yield town
    finally:
        await town.stop()


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def empty_town(town: Town) -> AsyncIterator[None]:
    """Before each test nobody talks, every phone behaves as at the start, every agent is off duty."""
    await town.city.reset_behaviours()
    yield
    await town.city.hang_up_all()
    await town.nothing_left()
    for agent in town.directory.agents:
        await town.control.do("agent.state", agent=agent.id, state="offline")
