"""Figures: CPU time of a process from the kernel's own books, percentiles, and the errors of this package.

    BenchError
    └── VoidError     a run that proves nothing: the load generator was saturated, or calls failed
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # a second
SATURATED = 0.70  # of a core: above it the load generator measures itself


class BenchError(Exception):
    """A benchmark cannot be run."""


class VoidError(BenchError):
    """A run that proves nothing."""


def cpu_seconds(*pids: int) -> float:
    """Return the user and system time of these processes so far, in seconds, threads included, children not."""
    return sum(_ticks(pid) for pid in pids) / TICKS


def _ticks(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError as error:
        raise BenchError(f"process {pid} is gone: {error.strerror}") from error
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces
    return int(fields[11]) + int(fields[12])


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0–1) of the values lie, by the nearest rank."""
    if not values:
        raise VoidError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(values, 0.5)


def need_unsaturated(cpu: float, elapsed: float) -> None:
    """Raise VoidError if a load generator used more than `SATURATED` of a core. Both in seconds."""
    if cpu / elapsed > SATURATED:
        raise VoidError(f"the load generator used {cpu / elapsed:.0%} of a core")
