"""The controller is killed with -9 under live calls, and comes back after a while, or after a long while."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

from hotline.demo.legs import CityCall
from hotline.demo.tones import largest_gap, level_db
from tests.support.house import Processes
from tests.support.town import Town

pytestmark = pytest.mark.switch


async def ring(town: Town, number: str, key: str = "") -> CityCall:
    """A citizen rings; presses a key once the menu speaks."""
    citizen = await town.city.citizen(number=number)
    await town.until(lambda: hears(citizen) or None, 6, "the menu says nothing")
    if key:
        await citizen.press(key)
    return citizen


def hears(citizen: CityCall) -> bool:
    """Whether any sound has reached the citizen."""
    return citizen.heard_file.exists() and level_db(citizen.heard_file) > -50


def key_of(town: Town, number: str) -> str:
    """Return the call key of a caller."""
    return next(f.call for f in town.facts("call.answered") if f.data["caller"] == number)


async def three_talk(town: Town) -> tuple[CityCall, str]:
    """A citizen, agent a1001 and the housing department talk."""
    await town.ready("a1001")
    for agent in ("a1002", "a1003"):
        await town.control.do("agent.state", agent=agent, state="break")
    citizen = await ring(town, "13800000001", "0")
    joined = await town.fact("party.joined", 15, role="agent")
    await town.control.do("call.invite", call=joined.call, role="unit", id="housing", by="a1001")
    await town.fact("party.joined", 15, role="unit")
    await asyncio.gather(citizen.until_heard("unit", 8), citizen.until_heard("agent", 8))
    return citizen, joined.call


@pytest.mark.parametrize("away", [5.0, 60.0])
async def test_nobody_is_dropped_while_the_controller_is_away(town: Town, away: float) -> None:
    async with Processes(town) as house:
        talker, key = await three_talk(town)
        waiting = [await ring(town, f"1390000000{n}", "0") for n in range(10)]
        in_menu = await ring(town, "13700000001")
        await town.until(lambda: len(town.facts("queue.entered")) >= 11 or None, 8, "not all are in line")
        before = talker.heard()

        await town.kill_process()
        back_at = time.monotonic() + away
        if away > 30:
            await phones_reached(town, back_at)
            await town.city.phone("66010001").hang_up()
            await town.city.phone("66010002").hang_up()
            await town.city.phone("6001").legs[0].hang_up()
            await rated(talker, back_at)
        await until_time(back_at)
        await town.start_process()

        dropped = [c.number for c in (*waiting, in_menu) if not c.is_up]
        assert dropped == []
        await nobody_is_blamed(town)
        if away < 30:
            await still_talking(town, talker, key, before)
        await everybody_hangs_up(town)
        await house.one_record_each(12)


async def nobody_is_blamed(town: Town) -> None:
    """A phone that rang for the switch alone was rung with all others: its agent has missed nothing."""
    states = {a["agent"]: a for a in await town.control.do("agents.list")}
    assert {name: (a["state"], a["missed"]) for name, a in states.items() if a["missed"]} == {}


async def phones_reached(town: Town, deadline: float) -> None:
    """Wait until the switch by itself has brought a waiting citizen together with an agent."""
    phones = [town.city.phone("6002"), town.city.phone("6003")]
    while not any(p.is_up for p in phones):
        assert time.monotonic() < deadline, "no agent's phone was reached while nobody commanded the queue"
        await asyncio.sleep(0.1)


async def rated(citizen: CityCall, deadline: float) -> None:
    """The finished talk is rated although nobody commands the switch."""
    heard_before = citizen.heard_file.stat().st_size
    while citizen.heard_file.stat().st_size < heard_before + 3 * 16000:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    await citizen.press("5")
    await citizen.until_ended(15)


async def until_time(when: float) -> None:
    """The controller's absence is what the test is about: it lasts as long as the rule says."""
    await asyncio.sleep(max(0.0, when - time.monotonic()))


async def still_talking(town: Town, talker: CityCall, key: str, before: dict[str, float]) -> None:
    """The three hear each other without a gap, and the board knows them again.

    A busy machine loses frames by itself (0.14 s was seen); whoever is moved or rung anew is not heard for longer.
    """
    await talker.until_heard("unit", 6, before["unit"] + 3)
    assert largest_gap(talker.heard_file, talker.wire.tones["agent"]) <= 0.3
    view = await town.call(key)
    assert {p["role"] for p in view["parties"] if p["state"] == "room"} == {"agent", "unit"}
    assert view["first_responder"] == "housing"


async def everybody_hangs_up(town: Town) -> None:
    """Every leg of the city ends; nothing is left on the switch."""
    with contextlib.suppress(Exception):
        await town.city.hang_up_all(10)
    await town.nothing_left(10)
