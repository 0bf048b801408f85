"""What units are called, as the table of their places says; on a page of several answers read once."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.people.models import UnitPlace
from core.db import once, rows_of


@cache
def _names() -> Any:
    columns: tuple[Any, ...] = (UnitPlace.unit, UnitPlace.name)
    return select(*columns)


async def unit_names(session: AsyncSession) -> list[tuple[str, str]]:
    """Return every unit that stands somewhere, with its name there, "" where it has none."""
    async def read() -> list[tuple[str, str]]:
        return [(unit, name) for unit, name in await rows_of(session, _names(), {})]

    return await once(session, "unit names", read)
