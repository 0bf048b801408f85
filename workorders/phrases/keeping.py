"""Keeps lists of phrases, each version of them, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from workorders.errors import NotFound
from workorders.phrases.rules import Phrases
from workorders.phrases.tables import PhraseList

HOTLINE = "-"  # the owner of what the hotline's own people and every unit are offered


async def versions(session: AsyncSession, owner: str) -> list[PhraseList]:
    """Return every version of an owner's list, the newest first."""
    query = select(PhraseList).where(col(PhraseList.owner) == owner).order_by(col(PhraseList.version).desc())
    return list((await session.execute(query)).scalars())


async def version_of(session: AsyncSession, owner: str, version: int) -> PhraseList | None:
    """Return a version, None for 0: an owner begins with an empty list. Raises NotFound."""
    if version == 0:
        return None
    found = await session.get(PhraseList, (owner, version))
    if found is None:
        raise NotFound(f"没有第 {version} 版模板", "从版本列表中选择")
    return found


async def newest(session: AsyncSession, owners: Collection[str]) -> dict[str, Phrases]:
    """Return the newest lists of these owners; who has none is left out."""
    last = (select(col(PhraseList.owner), func.max(PhraseList.version).label("version"))
            .where(col(PhraseList.owner).in_(owners)).group_by(col(PhraseList.owner)).subquery())
    query = select(PhraseList).join(last, (col(PhraseList.owner) == last.c.owner)
                                    & (col(PhraseList.version) == last.c.version))
    return {row.owner: phrases_of(row) for row in (await session.execute(query)).scalars()}


def phrases_of(row: PhraseList | None) -> Phrases:
    """Return a row's phrases."""
    return Phrases.model_validate(row.body) if row else Phrases()


async def add(session: AsyncSession, owner: str, told: Phrases, by: str, why: str, now: float) -> PhraseList:
    """Add a version of an owner's list."""
    there = await versions(session, owner)
    row = PhraseList(owner=owner, version=there[0].version + 1 if there else 1, body=told.model_dump(mode="json"),
                     by=by, why=why, at=now)
    session.add(row)
    await session.flush()
    return row
