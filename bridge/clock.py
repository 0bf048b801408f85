"""A clock for waiting: epoch seconds that never jump and never go back.

Somebody sets the machine's clock by an hour: no wrap-up ends early, no citizen waits an hour for a preferred agent.
The difference to the machine's clock is made up slowly, so that times stay comparable with those of others.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SLEW = 0.05  # seconds made up per second


class SteadyClock:
    """Call it for the time."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._now, self._at = wall(), steady()

    def __call__(self) -> float:
        """Return epoch seconds."""
        at = self._steady()
        passed, self._at = at - self._at, at
        self._now += passed
        behind = self._wall() - self._now
        self._now += max(-SLEW * passed, min(SLEW * passed, behind))
        return self._now
