"""From the end of a key to the next prompt, p95: to its first sound, and, more strictly, to its first packet.

ours       the product's menu: FastAGI to a controller in a process of its own, which also writes every step to the
           journal, and the place to resume at to the channel.
baseline   the same switch, prompts, leg and recordings; one Read() after the other.

One telephone walks through both chains of questions at the same time, a call each, pressing while the prompt plays.
The key's end is the moment its first end packet (RFC 4733) is sent. The next prompt is known by its bytes, which A-law
carries unchanged from the file to the wire. A prompt begins with 30 ms of silence: a citizen hears nothing of them, so
the promise is about the first sound; the first packet shows what the menu itself takes.
"""

from __future__ import annotations

import asyncio

from bench.figures import median, percentile
from bench.flow import CHAIN, first_payloads, prompt_of, prompt_path
from bench.house import House, controller, ground
from bench.table import Row
from ivr.releases import load_release

CALLS = 12  # of each arm, with CHAIN keys each but the first
GAP = 0.4  # seconds from the answer to the first key
Times = list[list[float]]  # for each key, seconds to the first packet and to the first sound


async def measure() -> list[Row]:
    """Run it. Raises BenchError."""
    times: dict[str, Times] = {"ours": [], "baseline": []}
    async with ground() as place, place.ours() as house, controller(house.settings):
        prompts = _payloads(house)
        both = [["ours", "12345", "5"], ["baseline", "300", "1"]]
        for turn in range(CALLS):
            arms = both if turn % 2 else both[::-1]
            found = await place.far.do("keys", switch=house.address, arms=arms, prompts=prompts, gap=GAP)
            for name, sample in found.items():
                times[name] += sample
            await house.empty()
            await asyncio.sleep(0.1)
    return [
        _row("key → next prompt's sound, p95", times, 1, 1.3, 1.1),
        _row("key → next prompt's first packet, p95", times, 0),
    ]


def _row(name: str, times: dict[str, Times], column: int, must: float | None = None, aim: float | None = None) -> Row:
    mine, theirs = ([1000 * time[column] for time in times[arm]] for arm in ("ours", "baseline"))
    note = f"{len(mine)} each, two calls at a time; medians {median(mine):.2f} and {median(theirs):.2f} ms"
    return Row(name, percentile(mine, 0.95), percentile(theirs, 0.95), "ms", must, aim, note=note)


def _payloads(house: House) -> list[list[str]]:
    """Return by what the chain's questions are known, in order, as hex."""
    settings = house.settings
    release = load_release(settings.release_dir)
    sounds = {
        name: [payload.hex() for payload in first_payloads(prompt_path(settings.prompts_dir, release, name))]
        for name in ("one", "two")
    }
    return [sounds[prompt_of(number)] for number in range(1, CHAIN + 1)]
