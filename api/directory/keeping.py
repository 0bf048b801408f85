"""The directory in the database, and the file that controller, switch and pages go by.

Web processes lay the file as soon as something was saved. The worker, which has its controller's home, and every web
process look every few seconds whether the file is what the database says: another machine may have saved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from api.directory.models import DirectoryEntry, DirectoryStock
from core.alone import alone
from core.db import Database, hold
from core.laid import Stamp, lay, stamp
from routing.directory import Agent, Directory, Party, Role
from routing.directory_file import MOST_STOCKS, DirectoryFile, as_bytes, digest_of

PATIENCE = 10.0  # s for another process to finish laying
FIRST_STOCK = "directory file"  # who set version 1 of what came from the file
_HISTORY = 100  # versions that are shown
LISTS: dict[Role, str] = {"agent": "agents", "unit": "units", "expert": "experts", "leader": "leaders",
                          "emergency": "emergency"}  # role → the list of a Directory


async def newest(session: AsyncSession, role: Role, name: str) -> DirectoryEntry | None:
    """Return the newest version of an entry, None where there never was one."""
    return next(iter(await history(session, role, name, 1)), None)


async def history(session: AsyncSession, role: Role, name: str, most: int = _HISTORY) -> Sequence[DirectoryEntry]:
    """Return the versions of an entry, the newest first."""
    query = select(DirectoryEntry).where(col(DirectoryEntry.role) == role, col(DirectoryEntry.id) == name)
    return (await session.execute(query.order_by(col(DirectoryEntry.version).desc()).limit(most))).scalars().all()


async def last_versions(session: AsyncSession) -> Sequence[DirectoryEntry]:
    """Return the newest version of every entry, also of those taken out, as they stand in the lists."""
    return (await session.execute(_last_versions())).scalars().all()


@cache
def _last_versions() -> Any:
    last = select(DirectoryEntry.role, DirectoryEntry.id, func.max(col(DirectoryEntry.version)).label("version")
                  ).group_by(col(DirectoryEntry.role), col(DirectoryEntry.id)).subquery()
    query = select(DirectoryEntry).join(last, (col(DirectoryEntry.role) == last.c.role)
                                        & (col(DirectoryEntry.id) == last.c.id)
                                        & (col(DirectoryEntry.version) == last.c.version))
    return query.order_by(col(DirectoryEntry.role), col(DirectoryEntry.place), col(DirectoryEntry.id))


def directory_of(rows: Sequence[DirectoryEntry]) -> Directory:
    """Return the directory that these newest versions make. Raises ValidationError."""
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS.values()}
    for row in rows:
        if row.body is not None:
            lists[LISTS[row.role]].append(row.body)  # type: ignore[index]
    return Directory.model_validate(lists)


def entries_of(directory: Directory) -> Iterator[tuple[Role, Agent | Party]]:
    """Yield every entry with its role, in the order of the lists."""
    yield from (("agent", agent) for agent in directory.agents)
    yield from directory.parties()


def body_of(entry: Agent | Party) -> dict[str, Any]:
    """Return an entry as it is kept."""
    return entry.model_dump(mode="json")


async def stocks_of(session: AsyncSession) -> Sequence[str]:
    """Return the digests of the files that were taken over, the newest first."""
    query = select(DirectoryStock.digest).order_by(col(DirectoryStock.number).desc()).limit(MOST_STOCKS)
    return (await session.execute(query)).scalars().all()


async def adopt(session: AsyncSession, directory: Directory, stock: str, now: float) -> bool:
    """Keep what is in force as version 1 of every entry where nothing was ever kept; tell whether that was so."""
    await hold(session, "directory")
    if (await session.execute(select(DirectoryEntry.id).limit(1))).first() is not None:
        return False
    for place, (role, entry) in enumerate(entries_of(directory), start=1):
        session.add(DirectoryEntry(role=role, id=entry.id, version=1, place=place, body=body_of(entry),
                                   by=FIRST_STOCK, why="", at=now))
    await add_stock(session, stock, FIRST_STOCK, now)
    return True


async def take_stock(db: Database, file: DirectoryFile, now: float) -> bool:
    """Keep what is in force where nothing was ever kept; tell whether that was so. Raises DirectoryError."""
    directory = file.now()
    async with db.writing() as session:
        return await adopt(session, directory, next(iter(file.stocks()), digest_of(directory)), now)


async def add_stock(session: AsyncSession, digest: str, by: str, now: float) -> None:
    """Write down that a directory file was taken over."""
    last = (await session.execute(select(func.max(col(DirectoryStock.number))))).scalar_one_or_none() or 0
    session.add(DirectoryStock(number=last + 1, digest=digest, by=by, at=now))


async def add_version(session: AsyncSession, role: Role, name: str, body: dict[str, Any] | None, by: str, why: str,
                      now: float) -> DirectoryEntry:
    """Add a version of an entry; None takes it out. A new one stands last in its list."""
    last = await newest(session, role, name)
    if last is None:
        query = select(func.max(col(DirectoryEntry.place))).where(col(DirectoryEntry.role) == role)
        place = ((await session.execute(query)).scalar_one_or_none() or 0) + 1
    else:
        place = last.place
    row = DirectoryEntry(role=role, id=name, version=(last.version if last else 0) + 1, place=place, body=body,
                         by=by, why=why, at=now)
    session.add(row)
    return row


async def publish(db: Database, path: Path) -> Stamp:
    """Write the directory where everybody reads it, whole or not at all; tell by what the file is known.

    Where nothing was ever kept the file, or the first stock, stays as it is. Raises OSError.
    """
    async with alone(path.with_name(f".{path.name}.lock"), PATIENCE):
        async with db.reading() as session:
            rows, stocks = await last_versions(session), await stocks_of(session)
        if not rows:
            return await asyncio.to_thread(stamp, path)
        return await asyncio.to_thread(lay, path, as_bytes(directory_of(rows), stocks), anew=True)


class LayingDirectory:
    """Keeps the file what the database says. `round` is cheap while neither has changed."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db, self._path = db, path
        self._seen: tuple[int, int, Stamp] | None = None

    async def round(self) -> bool:
        """Lay the file if somebody saved or it was changed since last time; tell whether. Raises OSError."""
        count = select(func.count())
        async with self._db.reading() as session:
            versions = (await session.execute(count.select_from(DirectoryEntry))).scalar_one()
            stocks = (await session.execute(count.select_from(DirectoryStock))).scalar_one()
        if self._seen == (versions, stocks, await asyncio.to_thread(stamp, self._path)):
            return False
        self._seen = versions, stocks, await publish(self._db, self._path)
        return True
