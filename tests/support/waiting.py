"""Waiting for what happens elsewhere, in another task, process or machine: looked at now and again, with a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LONG = 60.0  # s; on a machine that others keep busy, slow is no fault
LATE = 10.0  # s that such a machine may add to what is promised


async def until(look: Callable[[], T | None], deadline: float = LONG, complaint: str | Callable[[], object] = "",
                every: float = 0.02) -> T:
    """Wait until `look` returns something true, and return that. `complaint`: what is wrong if it does not."""
    end = time.monotonic() + deadline
    while not (found := look()):
        told = complaint() if callable(complaint) else complaint
        assert time.monotonic() < end, f"{told or look} within {deadline:g} s"
        await asyncio.sleep(every)
    return found
