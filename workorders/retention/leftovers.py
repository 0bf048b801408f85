"""Files that should not be there: their row says that they are gone, or no row names them.

Whoever erased the first, or was writing the second, died half-way. The next sweep takes the first, `hotline tidy` the
second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Text, cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.db import Database
from workorders.keeping import files
from workorders.keeping.tables import Attachment
from workorders.models import CallRecord
from workorders.retention.due import GONE

_AT_ONCE = 500  # keys a statement


async def sounds(db: Database, folder: Path) -> list[Path]:
    """Return sound files of recordings that were erased."""
    by_key, found = await asyncio.to_thread(_sounds_there, folder), list[Path]()
    for keys in _parts(by_key):
        async with db.reading() as session:
            found += [path for key in await _gone(session, keys) for path in by_key[key]]
    return found


async def attachments(db: Database, folder: Path) -> list[Path]:
    """Return files of attachments that were erased."""
    there, found = await asyncio.to_thread(lambda: [path.name for path in folder.glob("*/att-*")]), list[Path]()
    for names in _parts(there):
        async with db.reading() as session:
            query = select(Attachment.id).where(col(Attachment.id).in_(names), col(Attachment.gone_at).is_not(None))
            found += [files.path_of(folder, name) for name in (await session.execute(query)).scalars()]
    return found


async def unnamed(db: Database, folder: Path, before: float) -> list[Path]:
    """Return files of attachments that no row names, written before `before` (epoch s): of uploads that were cut off.

    A younger one may be of an upload whose transaction is not over.
    """
    there = await asyncio.to_thread(_old_ones, folder, before)
    found: list[Path] = []
    for names in _parts(there):
        async with db.reading() as session:
            query = select(Attachment.id).where(col(Attachment.id).in_(names))
            known = set((await session.execute(query)).scalars())
        found += [there[name] for name in names if name not in known]
    return found


def _old_ones(folder: Path, before: float) -> dict[str, Path]:
    """Return old files by the id of their attachment; half-written ones are called by it too."""
    return {path.name: path for path in sorted(folder.glob("*/att-*")) if path.stat().st_mtime < before}


def _sounds_there(folder: Path) -> dict[str, list[Path]]:
    by_key: dict[str, list[Path]] = {}
    for path in folder.glob("*.alaw"):
        by_key.setdefault(path.name.partition("-")[0], []).append(path)
    return by_key


async def _gone(session: AsyncSession, keys: list[str]) -> list[str]:
    told = cast(CallRecord.recordings, Text).contains(f'"{GONE}"')
    return list((await session.execute(select(CallRecord.key).where(col(CallRecord.key).in_(keys), told))).scalars())


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
