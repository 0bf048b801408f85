"""What people are called, by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.people.models import Person
from core.db import rows_of

_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)


async def people_names(session: AsyncSession, ids: Iterable[str]) -> dict[str, str]:
    """Return id → name of these people, as far as there are such."""
    return {person: name for person, name in await rows_of(session, _of_ids(), {"ids": sorted(ids)})}


async def names_in_history(session: AsyncSession, ids: Iterable[str]) -> dict[str, str]:
    """Return id → name of people who stand in a history, whoever took a call by the id of their agent."""
    people = await rows_of(session, _of_history(), {"ids": sorted(ids)})
    agents = {agent: name for _, agent, name in people if agent}
    return agents | {person: name for person, _, name in people}


@cache
def _of_ids() -> Select[Any]:
    columns: tuple[Any, ...] = (Person.id, Person.name)
    return select(*columns).where(col(Person.id).in_(_IDS))


@cache
def _of_history() -> Select[Any]:
    columns: tuple[Any, ...] = (Person.id, Person.agent, Person.name)
    return select(*columns).where(or_(col(Person.id).in_(_IDS), col(Person.agent).in_(_IDS)))
