"""Rooms of three per core: what a talk costs while citizen, agent and unit talk and all are recorded.

ours       the product: each citizen came through the menu and the queue, the agent answered the ring, the unit was
           invited; one ConfBridge at 16 kHz (an agent's browser is wideband), MixMonitor of the citizen mixed and on
           both sides, of each other party their own voice, and the controller. Counted: switch and controller.
baseline   on the same switch as many rooms of three callers: Answer, the same MixMonitor, ConfBridge with Asterisk's
           own bridge profile (which mixes at the 8 kHz of its telephones), nothing else. Counted: the switch.

All speak all the time, the far end sends every packet; its CPU is not counted. Rooms are filled, then measured while
nobody comes or goes, in turn. More rooms per core is better.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.figures import BenchError, VoidError, cpu_seconds, median
from bench.house import Ground, House, controller, ground
from bench.table import Row
from core.control import ControlClient
from core.secrets import load_secrets

ROOMS = 15
ROUNDS = 3
SECONDS = 8.0  # of one measurement
SETTLING = 1.0
FILLING = 30.0  # deadline until every room has its three
KEY_AFTER = 1.0  # seconds from the answer to the citizen's key
PARTIES = 3


async def measure() -> list[Row]:
    """Run it. Raises BenchError."""
    ours: list[float] = []
    bare: list[float] = []
    async with ground(ROOMS) as place, place.ours() as house, controller(house.settings) as pid:
        control = ControlClient(house.settings.control_socket)
        phones = [f"{6000 + n}" for n in range(1, ROOMS + 1)]
        secrets = load_secrets(house.settings)
        await place.far.do("register", switch=house.address, phones=[[p, secrets.phone(p)] for p in phones])
        for _ in range(ROUNDS):
            await _fill_ours(place, house, control)
            ours.append(await _cost(place, house, house.pid, pid))
            await _fill_bare(place, house)
            bare.append(await _cost(place, house, house.pid))
    note = (f"{ROUNDS} × {SECONDS:.0f} s with {ROOMS} rooms, all speaking; a room takes {100 * median(ours):.2f} % of "
            f"a core, a bare one {100 * median(bare):.2f} %")
    return [Row("rooms of three per core", 1 / median(ours), 1 / median(bare), "", 0.9, better="higher", note=note)]


async def _cost(place: Ground, house: House, *pids: int) -> float:
    """Return the cores that one room takes; then everybody hangs up."""
    await asyncio.sleep(SETTLING)
    there = await _channels(house)
    before, began = cpu_seconds(*pids), time.monotonic()
    far_before = cpu_seconds(place.far.pid)
    await asyncio.sleep(SECONDS)
    elapsed = time.monotonic() - began
    used = cpu_seconds(*pids) - before
    place.far.need_idle(far_before, elapsed)
    left = await _channels(house)
    _need(there == left >= PARTIES * ROOMS, f"of {there} channels {left} are left")
    await place.far.do("hang_up")
    await house.empty()
    return used / elapsed / ROOMS


async def _fill_bare(place: Ground, house: House) -> None:
    numbers = [f"{role}{room:03d}" for room in range(ROOMS) for role in (7, 8, 8)]
    up = await place.far.do("ring", switch=house.address, numbers=numbers)
    _need(up == PARTIES * ROOMS, f"{up} legs are up")


async def _fill_ours(place: Ground, house: House, control: ControlClient) -> None:
    """Citizens ring, agents answer, units are invited."""
    for number in range(1, ROOMS + 1):
        await control.do("agent.state", agent=f"a{number}", state="ready")
    await place.far.do("ring", switch=house.address, numbers=["12345"] * ROOMS, key="0", after=KEY_AFTER)
    calls = await _until_in(control, 1)
    for number, call in enumerate(calls, start=1):
        await control.do("call.invite", call=call["call"], role="unit", id=f"u{number}")
    await _until_in(control, PARTIES - 1)


async def _until_in(control: ControlClient, others: int) -> list[dict[str, Any]]:
    """Wait until each citizen has so many others in the room; return the calls."""
    until = time.monotonic() + FILLING
    while True:
        calls: list[dict[str, Any]] = await control.do("calls.list")
        full = [c for c in calls if sum(p["state"] == "room" for p in c["parties"]) >= others]
        if len(full) == ROOMS:
            return full
        if time.monotonic() > until:
            raise BenchError(f"only {len(full)} of {ROOMS} rooms are full")
        await asyncio.sleep(0.1)


async def _channels(house: House) -> int:
    return (await house.switch.status()).channels or 0


def _need(true: bool, complaint: str) -> None:
    if not true:
        raise VoidError(complaint)
