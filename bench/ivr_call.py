"""CPU of one call in the menu: answer, two questions of one key, both sides recorded, one durable line.

ours       the product: its dialplan (limit, call key, hang-up handler, reports to manager interface and event log),
           FastAGI to the controller as a process of its own, journal with fsync. Counted: switch and controller.
baseline   the same switch, the same leg (endpoint, codec), prompts and recordings with six lines of dialplan
           (bench/plain): Answer, MixMonitor, Read, Read, one line of event log, Hangup. Its line is appended and never
           synced, so it is cheaper than ours. Counted: the switch.
as it comes  the baseline's dialplan with panoramisk's own FastAGI server asking the questions. Counted: both.
switch alone  ours against the baseline on an Asterisk that does nothing else: no manager interface, an
           event log of that one line. It says what everything we add costs, the menu being a part of it.

Calls are short (a key 0.3 s after each question begins), since a longer one adds the same sound to both and hides the
difference. Callers speak all the time; their CPU is not counted. What switch and controller use when idle is.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bench.far_client import Far
from bench.figures import VoidError, cpu_seconds, median
from bench.flow import prompt_path
from bench.house import Ground, House, controller, end, ground, other_agi_port, start_python
from bench.table import Row
from core.facts import MENU_OUTCOME
from core.journal import read_journal
from ivr.releases import load_release

CALLS, RATE = 200, 25.0  # of one run, and a second
ROUNDS = 3
GAP = 0.3  # seconds between answer, key and key
WARM_UP = 25  # calls
SETTLING = 0.5  # seconds for the last recordings, log lines and journal lines


@dataclass(slots=True)
class Arm:
    """One way of doing it: whom to ring, whose CPU counts, and CPU seconds a call of each run so far."""

    house: House
    number: str
    pids: tuple[int, ...]
    runs: list[float] = field(default_factory=list)

    async def run(self, far: Far, calls: int) -> None:
        """Make calls; a call that goes wrong makes it void."""
        before = cpu_seconds(*self.pids)
        faults = await far.do("load", switch=self.house.address, number=self.number, calls=calls, rate=RATE, keys="11",
                              gap=GAP)
        if faults:
            raise VoidError(f"{len(faults)} of {calls} calls went wrong: {faults[0]}")
        await asyncio.sleep(SETTLING)
        self.runs.append((cpu_seconds(*self.pids) - before) / calls)
        await self.house.empty()

    @property
    def milliseconds(self) -> float:
        """CPU of one call, the middle of the runs."""
        return 1000 * median(self.runs)


async def measure() -> list[Row]:
    """Run it. Raises BenchError."""
    async with ground() as place, place.ours() as house, place.alone() as alone, controller(house.settings) as pid:
        server = await _as_it_comes(house)
        try:
            arms = [Arm(house, "12345", (house.pid, pid)), Arm(house, "100", (house.pid,)),
                    Arm(house, "200", (house.pid, server.pid)), Arm(alone, "100", (alone.pid,))]
            await _rounds(place, arms)
        finally:
            await end(server)
        _need_lines(house, alone)
    ours, baseline, other, least = (arm.milliseconds for arm in arms)
    return [
        Row("CPU per IVR call", ours, baseline, "ms", 1.40, 1.20, note=_spread(arms)),
        Row("the same, panoramisk as it comes", other, baseline, "ms"),
        Row("CPU per IVR call, against a switch alone", ours, least, "ms"),
    ]


async def _rounds(place: Ground, arms: list[Arm]) -> None:
    for arm in arms:
        await arm.run(place.far, WARM_UP)
        arm.runs.clear()
    for _ in range(ROUNDS):
        for arm in arms:
            await arm.run(place.far, CALLS)


async def _as_it_comes(house: House) -> asyncio.subprocess.Process:
    settings = house.settings
    release = load_release(settings.release_dir)
    prompts = [str(prompt_path(settings.prompts_dir, release, name)) for name in ("one", "two")]
    port, log = str(other_agi_port(settings)), settings.home / "agi.log"
    return await start_python("bench.as_it_comes", port, *prompts, log=log)


def _need_lines(house: House, alone: House) -> None:
    """Raise VoidError unless each call has left its line, with both keys, on both sides."""
    calls = WARM_UP + ROUNDS * CALLS
    outcomes = (f for f in read_journal(house.settings.journal_dir) if f.kind == MENU_OUTCOME)
    ended = len({fact.call for fact in outcomes if fact.data.get("outcome") == "hangup"})
    lines = sum(h.settings.cel_file.read_text().count("first=1 second=1") for h in (house, alone))
    if ended != calls or lines != 3 * calls:
        raise VoidError(f"of {calls} calls {ended} are in the journal; of {3 * calls} plain ones {lines} in the log")


def _spread(arms: list[Arm]) -> str:
    ratios = sorted(a / b for a, b in zip(arms[0].runs, arms[1].runs, strict=True))
    single = f"{ratios[0]:.2f}–{ratios[-1]:.2f}"
    return f"{ROUNDS} × {CALLS} calls each, {RATE:.0f} a second; ratio of single rounds {single}"
