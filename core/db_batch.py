"""Several statements that give no rows, in one go to the driver: nothing waits between them for the way there and back.

Each way costs a small statement several times over: on SQLite three errands to the driver's thread, on PostgreSQL a
round to the server, on both SQLAlchemy's own work. Here a statement is compiled once in a process; psycopg sends all in
its pipeline, aiosqlite's thread finds all in its queue; several rows of one table are one statement. They are part of
the session's transaction as any other.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import psycopg
from sqlalchemy import Dialect, Executable, Insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

Statement = tuple[Executable, Any]  # with its values: of one row, or of several; made once, not for each call
_KEPT = 128  # compiled statements; there are about a dozen


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as the driver takes it. `order`: the names of its places, None where the driver takes names."""

    text: str
    order: tuple[str, ...] | None
    defaults: Mapping[str, Any]
    turned: tuple[tuple[str, Callable[[Any], Any]], ...]  # values the driver does not take as they are
    many: str  # the same for any number of rows in one JSON text; "" where that cannot be

    def values(self, row: Mapping[str, Any]) -> Any:
        """Return a row as the driver takes it."""
        found = {**self.defaults, **row}
        for name, turn in self.turned:
            found[name] = turn(found[name])
        return found if self.order is None else [found[name] for name in self.order]


@lru_cache(_KEPT)
def _compiled(statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    made: Any = statement.compile(  # type: ignore[attr-defined]
        dialect=dialect, column_keys=list(names) if isinstance(statement, Insert) else None)
    turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in made.binds.items()}
    defaults = {column.key: column.default.arg for column in made.insert_prefetch} if made.isinsert else {}
    plain = type(statement) is Insert and dialect.name == "postgresql"
    return _Compiled(made.string, tuple(made.positiontup) if made.positional else None, defaults,
                     tuple((name, turn) for name, turn in turns.items() if turn is not None),
                     _of_records(statement, dialect, [*defaults, *names]) if plain else "")


def _of_records(statement: Any, dialect: Dialect, names: Iterable[str]) -> str:
    """Return the INSERT whose rows PostgreSQL reads out of JSON by the table's own types: one value, however many."""
    quote = dialect.identifier_preparer.quote
    table, columns = quote(statement.table.name), ", ".join(quote(name) for name in dict.fromkeys(names))
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement with the values of its rows, one at least."""

    compiled: _Compiled
    rows: Sequence[Mapping[str, Any]]

    def values(self) -> list[Any]:
        """Return the rows as the driver takes them."""
        return [self.compiled.values(row) for row in self.rows]

    def records(self) -> str:
        """Return the rows as one JSON text."""
        return json.dumps([{**self.compiled.defaults, **row} for row in self.rows], ensure_ascii=False)


async def run(session: AsyncSession, statements: Iterable[Statement]) -> None:
    """Write what is pending, then do the statements in their order. Raises DBAPIError as SQLAlchemy does."""
    await session.flush()
    driver, dialect = await _driver(session)
    ready = list(_ready(statements, dialect))
    with _told():
        await (_queued if dialect.name == "sqlite" else _piped)(driver, ready)


async def fetched(session: AsyncSession, statement: Executable, values: Mapping[str, Any]) -> list[Any]:
    """Do one statement and return its rows as the driver gives them, in one errand. Raises DBAPIError."""
    driver, dialect = await _driver(session)
    made = _compiled(statement, dialect, tuple(values))
    with _told():
        if dialect.name == "sqlite":
            return list(await driver.execute_fetchall(made.text, made.values(values)))
        return list(await (await driver.execute(made.text, made.values(values))).fetchall())


async def _driver(session: AsyncSession) -> tuple[Any, Dialect]:
    connection = await session.connection()
    return (await connection.get_raw_connection()).driver_connection, connection.dialect


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, psycopg.Error) as error:
        kind = sqlite3.Error if isinstance(error, sqlite3.Error) else psycopg.Error
        raise DBAPIError.instance(None, None, error, kind) from error


def _ready(statements: Iterable[Statement], dialect: Dialect) -> Iterator[_Ready]:
    for statement, values in statements:
        rows = values if isinstance(values, list) else [values]
        for names, alike in groupby(rows, tuple):
            yield _Ready(_compiled(statement, dialect, names), list(alike))


async def _piped(driver: psycopg.AsyncConnection[Any], ready: Sequence[_Ready]) -> None:
    send: Any = driver.execute  # which would have its text written out in the source
    async with driver.pipeline():
        for one in ready:
            if one.compiled.many and len(one.rows) > 1:
                await send(one.compiled.many, [one.records()])
                continue
            for values in one.values():
                await send(one.compiled.text, values)


async def _queued(driver: Any, ready: Sequence[_Ready]) -> None:
    """All wait in the queue at once, and all are through when this returns: the first fault is told."""
    told = await asyncio.gather(*(_sent(driver, one) for one in ready), return_exceptions=True)
    for one in told:
        if isinstance(one, BaseException):
            raise one


async def _sent(driver: Any, one: _Ready) -> None:
    values = one.values()
    if len(values) == 1:
        await driver.execute_fetchall(one.compiled.text, values[0])
    else:
        await driver.executemany(one.compiled.text, values)
