"""One at a time among all processes, briefly waited for: a lock file that goes when its holder dies."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

_LOOK = 0.02  # s between looks whether the one before is done


@asynccontextmanager
async def alone(lock: Path, within: float) -> AsyncIterator[None]:
    """Be the only one who holds `lock`. Raises TimeoutError (an OSError) after `within` s, and OSError."""
    file = await asyncio.to_thread(_opened, lock)
    try:
        async with asyncio.timeout(within):
            while not await asyncio.to_thread(_taken, file):  # noqa: ASYNC110  the system tells nobody
                await asyncio.sleep(_LOOK)
        yield
    finally:
        file.close()


def _opened(lock: Path) -> IO[bytes]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    return lock.open("ab")


def _taken(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
