"""A seeded mix of callers, keys, acts and faults; afterwards the books must balance. A seed repeats its wishes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from core.control import ControlError
from core.facts import Fact
from hotline.demo.errors import CityError
from hotline.demo.legs import CityCall
from tests.support.house import Processes
from tests.support.town import Town
from workorders.witness import fact_of

pytestmark = [pytest.mark.switch, pytest.mark.slow]

SECONDS = float(os.environ.get("MIX_SECONDS", "90"))
MOST_CALLERS = 8
UNITS = {"housing": ("66010001", "66010002"), "water": ("66020001", "66020002")}
BEHAVIOURS = ("answers", "busy", "declines", "rings_out", "no_such_number", "congestion")


class Mix:
    """Whoever does something somewhere, drawn by chance."""

    def __init__(self, town: Town, house: Processes, seed: int) -> None:
        self.town, self.house, self.chance = town, house, random.Random(seed)
        self.callers: list[CityCall] = []
        self.hung_up: set[str] = set()  # numbers of citizens who hung up by their own hand
        self.rung = 0
        self.done: list[str] = []

    async def run(self, seconds: float) -> None:
        """Draw one act after the other until the time is over."""
        acts = (*[self.a_citizen_rings] * 5, *[self.a_key_is_pressed] * 4, *[self.a_citizen_hangs_up] * 2,
                *[self.an_agent_acts] * 8, self.an_agents_phone_is_hung_up, self.a_duty_phone_changes,
                self.a_duty_phone_is_hung_up, self.the_controller_is_killed, self.a_process_is_killed,
                *[self.an_agent_is_ready] * 3)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            act = self.chance.choice(acts)
            self.done.append(act.__name__)
            with contextlib.suppress(ControlError, CityError, OSError):  # refused, too late, nobody there: part of it
                await act()
            await asyncio.sleep(self.chance.uniform(0.05, 0.6))  # the pace of the mix, no wait for anything

    async def a_citizen_rings(self) -> None:
        self.callers = [one for one in self.callers if one.is_up]
        if len(self.callers) < MOST_CALLERS:
            self.rung += 1
            number = f"139{self.rung:08d}"
            call = await self.town.city.citizen(number=number)
            self.callers.append(call)

    async def a_key_is_pressed(self) -> None:
        if self.callers:
            await self.chance.choice(self.callers).press(self.chance.choice("0012359*#7"), deadline=3.0)

    async def a_citizen_hangs_up(self) -> None:
        if self.callers:
            call = self.chance.choice(self.callers)
            self.hung_up.add(call.number)
            await call.hang_up()

    async def an_agent_is_ready(self) -> None:
        agent = self.chance.choice(("a1001", "a1002", "a1003"))
        with contextlib.suppress(ControlError):
            await self.town.control.do("agent.wrap_up_done", agent=agent, by=agent)
        await self.town.control.do("agent.state", agent=agent, state=self.chance.choice(("ready", "ready", "break")))

    async def an_agent_acts(self) -> None:
        talks = [call for call in await self.town.control.do("calls.list")
                 if any(p["role"] == "agent" and p["state"] in ("room", "side") for p in call["parties"])]
        if not talks:
            return
        call = self.chance.choice(talks)
        agent = next(p["who"] for p in call["parties"] if p["role"] == "agent" and p["state"] in ("room", "side"))
        await self._act(self.chance.randrange(9), call, agent)

    async def _act(self, which: int, call: dict[str, Any], agent: str) -> None:
        unit = {"role": "unit", "id": self.chance.choice(list(UNITS))}
        plain: tuple[tuple[str, dict[str, Any]], ...] = (
            ("call.invite", unit), ("call.invite", unit), ("call.consult", unit), ("call.bring_back", {}),
            ("call.hold", {}), ("call.resume", {}), ("call.finish", {}), ("call.finish", {}), ("call.cancel", {}))
        name, more = plain[which]
        if name == "call.cancel":
            ringing = [p["invitation"] for p in call["parties"] if p.get("invitation")]
            more = {"invitation": self.chance.choice(ringing)} if ringing else {}
        await self.town.control.do(name, call=call["call"], by=agent, **more)

    async def an_agents_phone_is_hung_up(self) -> None:
        await self.town.city.phone(self.chance.choice(("6001", "6002", "6003"))).hang_up()

    async def a_duty_phone_is_hung_up(self) -> None:
        await self.town.city.phone(self.chance.choice(UNITS[self.chance.choice(list(UNITS))])).hang_up()

    async def a_duty_phone_changes(self) -> None:
        number = self.chance.choice(UNITS[self.chance.choice(list(UNITS))])
        await self.town.city.set_behaviour(number, self.chance.choice(BEHAVIOURS))

    async def the_controller_is_killed(self) -> None:
        await self.town.kill_process()
        await asyncio.sleep(self.chance.choice((0.0, 2.0, 8.0)))  # how long it is away is part of the mix
        await self.town.start_process()

    async def a_process_is_killed(self) -> None:
        name = self.chance.choice(("web", "worker"))
        await self.house.kill(name)
        await self.house.start(name)


def witnessed(town: Town, kind: str) -> list[Fact]:
    """Return what the switch's own log says of calls: the witness who was never away."""
    told = (fact_of(line) for line in town.settings.cel_file.read_bytes().splitlines())
    return [fact for fact in told if fact is not None and fact.kind == kind]


def nobody_was_dropped(town: Town, mix: Mix) -> None:
    """A citizen's leg ended by the citizen's own hand, or by the switch after its good-bye, and in no other way."""
    caller = {fact.call: fact.data.get("caller") for fact in witnessed(town, "call.answered")}
    said_goodbye = {fact.call for fact in witnessed(town, "call.rated")} | {
        fact.call for fact in witnessed(town, "menu.outcome") if fact.data.get("outcome") != "service"}
    for fact in witnessed(town, "call.hung_up"):
        if fact.data["by"] == "switch":
            assert fact.call in said_goodbye, f"dropped by the switch: {fact} {mix.done}"
        else:
            assert caller[fact.call] in mix.hung_up, f"dropped by nobody: {fact} {mix.done}"
    assert {fact.call for fact in witnessed(town, "call.hung_up")} == set(caller)


async def agents_are_free(town: Town) -> None:
    """No agent is held to be in a talk, on the phone or lost once no phone is."""
    async def check() -> str:
        agents = await town.control.do("agents.list")
        busy = [one for one in agents if one["state"] in ("ringing", "talking", "lost")]
        calls = await town.control.do("calls.list")
        return f"not free: {busy}, calls {calls}" if busy or calls else ""

    await settled(check, 20)


async def one_record_each(town: Town, house: Processes) -> None:
    """Answered calls = call records, each finished, each with its recording or a gap that is named."""
    answered = {fact.call for fact in witnessed(town, "call.answered")}

    async def check() -> str:
        with contextlib.suppress(httpx.TransportError, httpx.HTTPStatusError):
            records = {one["key"]: one for one in await house.records()}
            open_ones = [key for key, one in records.items() if not one["settled_at"]]
            return "" if set(records) == answered and not open_ones else f"{answered ^ set(records)} {open_ones}"
        return "no answer from the web process"

    await settled(check, 60)
    for record in await house.records():
        whole = (await house.http.get(f"/api/call-records/{record['key']}")).json()
        assert whole["recordings"] or whole["recording_gap"], record
        assert len(await house.orders(record["key"])) <= 1


async def settled(check: Callable[[], Awaitable[str]], deadline: float) -> None:
    """Wait until `check` has no complaint."""
    until = time.monotonic() + deadline
    while complaint := await check():
        assert time.monotonic() < until, complaint
        await asyncio.sleep(0.3)


@pytest.mark.parametrize("seed", [int(word) for word in os.environ.get("MIX_SEEDS", "20261125").split()])
async def test_whatever_happens_the_books_balance_and_no_citizen_is_dropped(town: Town, seed: int) -> None:
    async with Processes(town) as house:
        mix = Mix(town, house, seed)
        await town.ready("a1001", "a1002", "a1003")
        await mix.run(SECONDS)
        print(f"seed {seed}: {len(mix.done)} acts, {mix.rung} callers")
        mix.hung_up |= {call.number for call in mix.callers if call.is_up}
        await town.city.hang_up_all(20)
        await town.nothing_left(20)
        nobody_was_dropped(town, mix)
        await agents_are_free(town)
        await one_record_each(town, house)
