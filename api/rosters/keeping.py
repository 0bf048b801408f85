"""Rosters in the database, and the file that the controller goes by.

Web processes publish what they have just saved. The worker, which has its controller's home, looks every few seconds
whether the file is what the database says: a process may die between the two, or save on another machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from api.rosters.models import UnitRoster
from core.alone import alone
from core.db import Database
from core.laid import Stamp, lay, stamp
from routing.roster import Roster
from routing.roster_file import as_bytes

PATIENCE = 10.0  # s for another process to finish publishing
_HISTORY = 50  # versions that are shown


async def newest(session: AsyncSession, unit: str) -> UnitRoster | None:
    """Return the roster of a unit in force, None where none was ever set."""
    query = select(UnitRoster).where(col(UnitRoster.unit) == unit).order_by(col(UnitRoster.version).desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def history(session: AsyncSession, unit: str) -> Sequence[UnitRoster]:
    """Return the versions of a unit's roster, the newest first."""
    query = select(UnitRoster).where(col(UnitRoster.unit) == unit).order_by(col(UnitRoster.version).desc())
    return (await session.execute(query.limit(_HISTORY))).scalars().all()


async def in_force(session: AsyncSession) -> dict[str, Roster]:
    """Return every unit's roster in force."""
    last = select(UnitRoster.unit, func.max(col(UnitRoster.version)).label("version")).group_by(
        col(UnitRoster.unit)).subquery()
    query = select(UnitRoster).join(last, (col(UnitRoster.unit) == last.c.unit)
                                    & (col(UnitRoster.version) == last.c.version))
    return {row.unit: Roster.model_validate(row.body) for row in (await session.execute(query)).scalars()}


async def publish(db: Database, path: Path) -> Stamp:
    """Write every roster in force where the controller reads them, whole or not at all; tell by what the file is known.

    Read and written by one process at a time: what is written last is what was read last. Raises OSError.
    """
    async with alone(path.with_name(f".{path.name}.lock"), PATIENCE):
        async with db.reading() as session:
            rosters = await in_force(session)
        return await asyncio.to_thread(lay, path, as_bytes(rosters), anew=bool(rosters))


class Laying:
    """Keeps the file what the database says. `round` is cheap while neither has changed."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db, self._path = db, path
        self._seen: tuple[int, Stamp] | None = None

    async def round(self) -> bool:
        """Publish if somebody saved or the file was changed since last time; tell whether. Raises OSError."""
        async with self._db.reading() as session:
            versions = (await session.execute(select(func.count()).select_from(UnitRoster))).scalar_one()
        if self._seen == (versions, await asyncio.to_thread(stamp, self._path)):
            return False
        # by what was written, not by what is there afterwards: that may be another's, or nothing, by now
        self._seen = versions, await publish(self._db, self._path)
        return True
