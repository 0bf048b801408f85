"""Rosters in the database, and the file that the controller goes by."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from api.rosters.models import UnitRoster
from core.db import Database
from routing.roster import Roster
from routing.roster_file import as_bytes

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


async def publish(db: Database, path: Path) -> None:
    """Write every roster in force where the controller reads them, whole or not at all. Raises OSError."""
    async with db.reading() as session:
        rosters = await in_force(session)
    await asyncio.to_thread(_write, path, as_bytes(rosters), bool(rosters))


def _write(path: Path, content: bytes, any_at_all: bool) -> None:
    if not any_at_all and not path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
