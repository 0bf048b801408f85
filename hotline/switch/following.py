"""Has a running switch follow the directory: whoever was added can sign on within a second, calls going on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from core.log import get_logger
from hotline.switch.embedded import EmbeddedSwitch
from hotline.switch.errors import SwitchError
from routing.directory import DirectoryError

log = get_logger(__name__)
LOOK = 1.0  # s


async def follow(switch: EmbeddedSwitch) -> None:
    """Take the directory of this moment into a running switch. A failure is logged; the next turn tries again."""
    try:
        if await switch.follow():
            log.info("the switch has taken the directory in force")
    except (SwitchError, DirectoryError, OSError) as error:
        log.error("the switch does not take the changed directory", error=str(error))


@contextlib.asynccontextmanager
async def following(switch: EmbeddedSwitch) -> AsyncIterator[None]:
    """Follow as long as the context is open and the switch runs."""
    task = asyncio.create_task(_for_ever(switch), name="directory")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _for_ever(switch: EmbeddedSwitch) -> None:
    while True:
        await asyncio.sleep(LOOK)
        if switch.process.pid is not None:
            await follow(switch)
