"""A network that pauses for a tenth of a second costs a tenth of a second, not the talk."""

from __future__ import annotations

import asyncio

import pytest

from core.settings import Settings
from tests.support.city import City, heard

pytestmark = pytest.mark.switch

PAUSE = 0.1  # seconds: a busy machine, a router that thinks
CALLS = 6


async def test_after_a_pause_of_the_network_every_citizen_is_still_heard(city: City, home: Settings) -> None:
    for agent in city.directory.agents:
        await city.set_behaviour(agent.phone, "silent")
    for i in range(CALLS):
        await city.citizen(number=f"138{i:08d}")
    await asyncio.sleep(2.0)  # they talk
    city.freeze()
    await asyncio.sleep(PAUSE)
    city.thaw()
    await asyncio.sleep(3.0)  # and talk on
    await city.hang_up_all()
    recorded = sorted(home.recordings_dir.glob("*-citizen.alaw"))
    assert len(recorded) == CALLS
    late = [path.stat().st_size / 8000 - heard(path, {"citizen": 520})["citizen"].last for path in recorded]
    assert max(late) < 1.0
