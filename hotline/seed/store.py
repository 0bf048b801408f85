"""Puts the seed city into an empty database: rules, units, people, and the lives in batches, each one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col, func, select

from api.people.models import Person, PersonRole, UnitPlace
from core.db import Database, insert_into
from hotline.seed.cast import Cast, Member
from hotline.seed.city import City
from hotline.seed.lives import Life, Year
from hotline.seed.rows import Rows
from workorders.keeping import figures
from workorders.keeping.rules import CALENDAR, POLICY, calendar_json
from workorders.keeping.tables import FigureDay, RuleVersion
from workorders.life.policy import Rules
from workorders.models import OrderDay, WorkOrder

BATCH = 250  # lives a transaction: half a second of a writer's time, so that others may write between
BY = "seed"
_AT_ONCE = 1000  # rows a statement: SQLite takes some 32,000 parameters
Progress = Callable[[int], None]


class SeedError(RuntimeError):
    """The city cannot be put there; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """Somebody with the hash of the password they were given."""

    member: Member
    password: str


async def refuse_lived_in(db: Database) -> None:
    """Raise SeedError where there are orders: invented ones must never stand among real ones."""
    async with db.reading() as session:
        there = (await session.execute(select(func.count()).select_from(WorkOrder))).scalar_one()
    if there:
        raise SeedError(f"数据库里已有 {there} 张工单，示范数据不能与真实数据混在一起；"
                        "换一个空的数据库(HOTLINE_DATABASE_URL 或 HOTLINE_HOME)")


async def settle(db: Database, year: Year, people: Iterable[Hashed]) -> None:
    """Write rules, units and people."""
    now = time.time()
    async with db.writing() as session:
        await _rules(session, year, now)
        await _units(session, year.city)
        await _people(session, people, now)


async def _rules(session: AsyncSession, year: Year, now: float) -> None:
    bodies = {POLICY: year.policy.model_dump(mode="json"), CALENDAR: calendar_json(year.rules.calendar)}
    for kind, body in bodies.items():
        there = select(func.count()).select_from(RuleVersion).where(col(RuleVersion.kind) == kind)
        if not (await session.execute(there)).scalar_one():
            session.add(RuleVersion(kind=kind, version=1, valid_from=0.0, body=body, by=BY, why="示范市", at=now))


async def _units(session: AsyncSession, city: City) -> None:
    rows = [{"unit": unit.id, "name": unit.name, "upper": unit.upper} for unit in city.units]
    await session.execute(insert_into(session, UnitPlace).values(rows).on_conflict_do_nothing())


async def _people(session: AsyncSession, people: Iterable[Hashed], now: float) -> None:
    """Add who is not there yet: a login that exists keeps its person and password."""
    wanted = {one.member.id: one for one in people}
    if not wanted:
        return
    rows = [_person(one, now) for one in wanted.values()]
    new = insert_into(session, Person).values(rows).on_conflict_do_nothing().returning(col(Person.id))
    added = (await session.execute(new)).scalars().all()
    session.add_all(PersonRole(person=name, role=wanted[name].member.role.value) for name in added)


def _person(one: Hashed, now: float) -> dict[str, Any]:
    member = one.member
    return {"id": member.id, "login": member.login, "name": member.name, "unit": member.unit,
            "agent": member.agent or None, "active": True, "password": one.password, "must_change": True,
            "created_at": now, "changed_at": now}


async def settled(db: Database, cast: Cast) -> list[Member]:
    """Return the people of the city whose login nobody has yet."""
    async with db.reading() as session:
        there = set((await session.execute(select(Person.login))).scalars())
    return [member for member in cast.members if member.login not in there]


async def fill(db: Database, year: Year, now: float, progress: Progress = lambda _: None) -> int:
    """Write the lives; tell `progress` how many more have been written. Return how many there are."""
    lives, done = year.lives(), 0
    while batch := list(islice(lives, BATCH)):
        await write(db, batch, year.rules, now)
        done += len(batch)
        progress(len(batch))
    return done


async def write(db: Database, lives: Iterable[Life], rules: Rules, now: float) -> None:
    """Write some lives in one transaction."""
    rows = Rows()
    for life in lives:
        rows.take(life, rules, now)
    async with db.writing() as session:
        connection = await session.connection()
        for table, found in rows.tables.items():
            if found:
                await connection.execute(_table(table).insert(), found)
        await _grams(connection, rows.grams)
        await _sums(session, rows)


def _table(model: type[Any]) -> Any:
    return model.__table__


async def _grams(connection: AsyncConnection, found: Iterable[tuple[int, list[str]]]) -> None:
    if connection.dialect.name == "sqlite":
        insert = text("INSERT INTO order_words(rowid, grams) VALUES (:rank, :grams)")
        rows: Iterator[dict[str, Any]] = ({"rank": rank, "grams": " ".join(grams)} for rank, grams in found)
    else:
        insert = text("INSERT INTO order_words(rank, grams) VALUES (:rank, :grams)")
        rows = ({"rank": rank, "grams": grams} for rank, grams in found)
    await connection.execute(insert, list(rows))


async def _sums(session: AsyncSession, rows: Rows) -> None:
    """Bring the days' counts of orders and sums of cases up to what was written."""
    days = insert_into(session, OrderDay).values([{"day": day, "last": last} for day, last in rows.days.items()])
    await session.execute(days.on_conflict_do_update(index_elements=["day"], set_={"last": days.excluded.last}))
    names = ("good", "cases", "kept_good", "kept")
    found = [{"day": day, "unit": unit, "measure": measure, **dict(zip(names, sums, strict=True))}
             for (day, unit, measure), sums in sorted(figures.changes((), rows.cases).items())]
    for start in range(0, len(found), _AT_ONCE):
        added = insert_into(session, FigureDay).values(found[start:start + _AT_ONCE])
        more = {name: getattr(FigureDay, name) + getattr(added.excluded, name) for name in names}
        await session.execute(added.on_conflict_do_update(index_elements=["day", "unit", "measure"], set_=more))

