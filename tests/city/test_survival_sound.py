"""Nobody commands the switch, and yet citizen and agent hear each other, not the music of the waiting."""

from __future__ import annotations

import pytest

from tests.support.city import City

pytestmark = pytest.mark.switch


@pytest.mark.parametrize("turn", range(3))  # the music went on in two calls of three
async def test_without_a_controller_citizen_and_agent_hear_each_other(city: City, turn: int) -> None:
    for number in ("6002", "6003"):
        await city.set_behaviour(number, "rings_out")
    call = await city.citizen()
    agent = await city.phone("6001").answered(15)
    await call.until_heard("agent", 8)
    await agent.until_heard("citizen", 8)
    assert call.is_up
