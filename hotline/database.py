"""Brings the database up to date, however long it takes to answer."""

from __future__ import annotations

import asyncio

from core.db import DatabaseDown, migrate
from core.log import get_logger
from core.settings import PROJECT, Settings

MIGRATIONS = PROJECT / "workorders" / "migrations"
_LONGEST_PAUSE = 10.0
log = get_logger(__name__)


async def migrated(settings: Settings) -> None:
    """Return when the tables are as this version needs them; waits for a database that is away."""
    pause = 0.5
    while True:
        try:
            return await asyncio.to_thread(migrate, settings.database, MIGRATIONS)
        except DatabaseDown as error:
            log.warning("database away, waiting", error=str(error))
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
