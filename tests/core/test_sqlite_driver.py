"""SQLite's statements take one errand to the connection's thread, and answer as the driver's own cursor would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.db import Database

_PUT = text("INSERT INTO thing (name) VALUES (:name)")


@pytest.fixture
async def things(tmp_path: Path) -> AsyncIterator[Database]:
    db = Database(f"sqlite:///{tmp_path / 'things.db'}")
    async with db.writing() as session:
        await session.execute(text("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
    yield db
    await db.close()


@pytest.fixture
def errands(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []
    real: Callable[..., Any] = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, fn: Any, *values: Any, **more: Any) -> Any:
        done.append(str(values[1]) if len(values) > 1 else fn.__name__)
        return await real(self, fn, *values, **more)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return done


async def test_a_statement_with_its_rows_is_one_errand(things: Database, errands: list[str]) -> None:
    async with things.reading() as session:
        assert (await session.execute(text("SELECT 1 AS one UNION SELECT 2"))).scalars().all() == [1, 2]
        assert (await session.execute(text("SELECT id FROM thing"))).all() == []
    assert errands == ["BEGIN", "SELECT 1 AS one UNION SELECT 2", "SELECT id FROM thing", "commit"]


async def test_what_a_statement_changed_is_told_as_by_the_driver(things: Database) -> None:
    async with things.writing() as session:
        one: Any = await session.execute(_PUT, {"name": "one"})
        await session.execute(_PUT, [{"name": name} for name in ("two", "three")])
        changed: Any = await session.execute(text("UPDATE thing SET name = name || '!' WHERE id > 1"))
        back = await session.execute(text("INSERT INTO thing (name) VALUES ('four') RETURNING id"))
        assert (one.rowcount, one.lastrowid, changed.rowcount, back.scalar_one()) == (1, 1, 2, 4)
    async with things.reading() as session:
        assert (await session.execute(text("SELECT name FROM thing ORDER BY id"))).scalars().all() == [
            "one", "two!", "three!", "four"]


async def test_a_fault_is_told_and_the_connection_is_good_afterwards(things: Database) -> None:
    with pytest.raises(IntegrityError):
        async with things.writing() as session:
            await session.execute(_PUT, [{"name": "one"}, {"name": "one"}])
    async with things.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM thing"))).scalar_one() == 0


async def twice(things: Database) -> None:
    async with things.writing() as session:
        for _ in range(2):
            await session.execute(_PUT, {"name": "one"})


async def test_what_is_given_up_in_the_middle_is_rolled_back(things: Database, errands: list[str]) -> None:
    with pytest.raises(IntegrityError):
        await twice(things)
    assert errands[-1] == "rollback"
    async with things.writing() as session:
        await session.execute(_PUT, {"name": "one"})


async def test_rows_can_still_be_streamed(things: Database) -> None:
    async with things.writing() as session:
        await session.execute(_PUT, [{"name": str(n)} for n in range(300)])
    async with things.reading() as session:
        found = await session.stream(text("SELECT name FROM thing ORDER BY id"))
        assert [row.name async for row in found] == [str(n) for n in range(300)]
