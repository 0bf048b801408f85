"""``python -m bench [name …]``: run the benchmarks, print the ratios, write ``var/bench/latest.json``.

Names: those of BENCHMARKS and of GROUPS below (default: all). Status 1 if one could not be run; a missed ratio is said
in the table, not by the status, since it may be the machine. How many orders: bench.orders.asking.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable

import uvloop

from bench import invite, ivr_call, key_to_prompt, menu, rooms
from bench.desk import answer, cold, events, pages, weight
from bench.figures import BenchError, VoidError
from bench.orders import asking, post
from bench.table import Row, table, write
from core.log import configure
from core.settings import PROJECT

LATEST = PROJECT / "var" / "bench" / "latest.json"
BENCHMARKS: dict[str, Callable[[], Awaitable[list[Row]]]] = {
    "ivr_call": ivr_call.measure, "invite": invite.measure, "key_to_prompt": key_to_prompt.measure,
    "rooms": rooms.measure, "menu": menu.measure, "orders": asking.measure, "post": post.measure,
    "weight": weight.measure, "pages": pages.measure,
    "events": events.measure, "cold": cold.measure,
    "answer": answer.measure,
}
GROUPS = {"desk": ("weight", "pages", "events", "cold", "answer")}


async def run(names: list[str]) -> int:
    """Run these benchmarks; return the exit status."""
    rows: list[Row] = []
    failed = False
    for name in names:
        began = time.monotonic()
        print(f"{name} …", end=" ", flush=True)
        try:
            rows += await _twice(BENCHMARKS[name])
            print(f"{time.monotonic() - began:.0f} s")
        except (BenchError, TimeoutError) as error:
            failed = True
            print(f"not measured: {error or 'timed out'}")
    if rows:
        write(rows, LATEST)
        print(f"\n{table(rows)}\n\n{LATEST.relative_to(PROJECT)}")
    return 1 if failed else 0


async def _twice(measure: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    """Run a benchmark, and once more if the run was void."""
    try:
        return await measure()
    except VoidError as error:
        print(f"void ({error}), once more …", end=" ", flush=True)
        return await measure()


def wanted(words: list[str]) -> list[str]:
    """Return the benchmarks that these words name, a group's in its order; all, when there are no words."""
    return [name for word in words for name in GROUPS.get(word, (word,))] or list(BENCHMARKS)


def main() -> None:
    """Run what the command line names."""
    names = wanted(sys.argv[1:])
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark {unknown[0]!r}; there are {', '.join((*BENCHMARKS, *GROUPS))}")
    configure("bench", level=40)
    sys.exit(uvloop.run(run(names)))


if __name__ == "__main__":
    main()
