"""The menu beside its calls: what the check costs as a flow grows, the interpreter's share of a call's CPU, publishing.

check        process time of the whole check of 5,000 steps, for each step, against the same of 50 steps.
interpreter  walking one call (two questions, as in ivr_call) against the CPU of that call, switch and controller.
in force     from the return of `publish` to the first call that begins with the release.
publishing   p99 from key to next prompt while 20 releases are published, against the same load without.
"""

from __future__ import annotations

import asyncio
import time
from datetime import date, datetime

from bench.figures import cpu_seconds, median, percentile
from bench.flow import CHAIN, first_payloads, flow_text, prompt_of, prompt_path
from bench.house import Ground, House, controller, ground
from bench.table import Row
from ivr.build import build_publishing
from ivr.flow import parse_flow
from ivr.proof import prove_text
from ivr.publishing import Publishing, Signed
from ivr.release import Release
from ivr.releases import FlowStore, load_release
from ivr.rules import Surroundings
from ivr.walk import walk

SMALL, LARGE = 50, 4990
WALKS = 3000
CALLS, RATE, GAP = 100, 20.0, 0.3
RELEASES = 20
TURNS = 12  # calls of each arm, with CHAIN keys each but the first
HEAD = """\
release: 1
languages: [zh-CN]
entry: s0
person: person
prompts:
  hello: {zh-CN: 您好}
steps:
  person: {verb: service, skill: general}
"""


async def measure() -> list[Row]:
    """Run it. Raises BenchError."""
    rows = [_growth()]
    async with ground() as place, place.ours() as house, controller(house.settings) as pid:
        rows.append(await _share(place, house, pid))
        publishing = build_publishing(house.settings)
        rows.append(await _in_force(publishing, house))
        rows.append(await _under_publishing(place, house, publishing))
    return rows


# -- the check -----------------------------------------------------------------------------------------------------
def _growth() -> Row:
    small, large = (median([_checked(count) for _ in range(3)]) / count for count in (SMALL, LARGE))
    note = f"{LARGE} steps {large * LARGE * 1000:.0f} ms, {SMALL} steps {small * SMALL * 1000:.1f} ms"
    return Row("check of a flow, per step: 4,990 against 50 steps", 1e6 * large, 1e6 * small, "µs", 2.0, 1.5, note=note)


def _checked(count: int) -> float:
    raw = HEAD + "".join(
        f'  s{n}: {{verb: menu, prompts: hello, choices: {{"0": person, "1": s{n + 1}, "2": s{n // 2}}}}}\n'
        for n in range(count)) + f"  s{count}: {{verb: say, prompts: hello, then: person}}\n"
    began = time.process_time()
    report = prove_text(raw.encode(), "bench", Surroundings(date(2026, 11, 25)))
    spent = time.process_time() - began
    assert report.ok, report.findings[:3]
    return spent


# -- the interpreter -----------------------------------------------------------------------------------------------
async def _share(place: Ground, house: House, pid: int) -> Row:
    release = load_release(house.settings.release_dir)
    mine = median([_walked(release) for _ in range(3)])
    before = cpu_seconds(house.pid, pid)
    faults = await place.far.do("load", switch=house.address, number="12345", calls=CALLS, rate=RATE, keys="11",
                                gap=GAP)
    await asyncio.sleep(0.5)
    call = (cpu_seconds(house.pid, pid) - before) / CALLS
    await house.empty()
    note = f"{CALLS} calls, {len(faults)} went wrong; {WALKS} walks of the same two questions"
    return Row("interpreter's part of a call's CPU", 1000 * mine, 1000 * call, "ms", 0.05, 0.02, note=note)


def _walked(release: Release) -> float:
    now = datetime(2026, 11, 25, 10)
    began = time.process_time()
    for _ in range(WALKS):
        walk(release, ("1", "1"), now, _no_time)
    return (time.process_time() - began) / WALKS


def _no_time(prompt: str, lang: str) -> float:
    return 0.0


# -- publishing ----------------------------------------------------------------------------------------------------
async def _in_force(publishing: Publishing, house: House) -> Row:
    store = FlowStore(house.settings.release_dir)
    store.current()
    waits = []
    for number in range(10):
        entry = await asyncio.to_thread(_publish, publishing, number)
        began = time.perf_counter()
        while store.current().id != entry:  # what every call asks, at the price of one stat
            pass
        waits.append(time.perf_counter() - began)
    return Row("publish → new calls use it, worst of 10", 1000 * max(waits), 1000.0, "ms", 1.0, 0.1,
               note="against one second")


def _publish(publishing: Publishing, number: int) -> str:
    flow = parse_flow(flow_text().replace("测速流程", f"测速流程 {number}").encode(), "bench.yaml")
    return publishing.publish(flow, Signed("bench", "measure"), strict=False).id


async def _under_publishing(place: Ground, house: House, publishing: Publishing) -> Row:
    prompts = _payloads(house)
    quiet, busy = await _times(place, house, prompts), []
    stop = asyncio.Event()
    worker = asyncio.create_task(_keep_publishing(publishing, stop), name="publishing")
    try:
        busy = await _times(place, house, prompts)
    finally:
        stop.set()
        acts = await worker
    note = f"{len(busy)} and {len(quiet)} keys; {acts} releases published meanwhile"
    return Row("key → next prompt's sound under publishing, p99", percentile(busy, 0.99), percentile(quiet, 0.99), "ms",
               1.10, 1.05, note=note)


async def _times(place: Ground, house: House, prompts: list[list[str]]) -> list[float]:
    found: list[float] = []
    for _ in range(TURNS):
        arms = [["one", "12345", "5"], ["two", "12345", "5"]]
        times = await place.far.do("keys", switch=house.address, arms=arms, prompts=prompts, gap=0.4)
        found += [1000 * time_[1] for sample in times.values() for time_ in sample]
        await house.empty()
    return found


async def _keep_publishing(publishing: Publishing, stop: asyncio.Event) -> int:
    acts = 0
    while not stop.is_set():
        await asyncio.to_thread(_publish, publishing, 100 + acts)
        acts += 1
        pause = 0.5 if acts < RELEASES else 2.0
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            continue
    return acts


def _payloads(house: House) -> list[list[str]]:
    settings = house.settings
    release = load_release(settings.release_dir)
    sounds = {name: [payload.hex() for payload in first_payloads(prompt_path(settings.prompts_dir, release, name))]
              for name in ("one", "two")}
    return [sounds[prompt_of(number)] for number in range(1, CHAIN + 1)]
