"""SQLite's driver with one errand to its thread for each statement.

aiosqlite does everything in a thread of the connection's own, and SQLAlchemy's adapter goes there four times for a
statement: to make a cursor, to execute, to take the rows, to close. Each way costs more than most of our statements do,
and far more on a busy machine, where each waits to be scheduled twice. Here the statement, its rows and the end of its
cursor are one errand. Everything else is the adapter's: rows were always taken whole, and streams keep its own way.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiosqlite
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection, AsyncAdapt_dbapi_cursor
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import EMPTY_DICT


@dataclass(slots=True)
class _Done:
    """What is known of a statement once its cursor is closed; stands where the adapter keeps the cursor itself."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1

    def close(self) -> None:
        """Do nothing: it is closed."""


def _ask(connection: sqlite3.Connection, statement: str, values: Any, *, many: bool) -> tuple[_Done, list[Any]]:
    """Run a statement, take its rows and close it; in the connection's thread."""
    cursor = connection.executemany(statement, values) if many else connection.execute(statement, values)
    try:
        rows = cursor.fetchall() if cursor.description else []
        return _Done(cursor.description, cursor.rowcount, cursor.lastrowid), rows
    finally:
        cursor.close()


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor of which nothing is left in the thread between two statements."""

    __slots__ = ()
    _awaitable_cursor_close = False

    def __init__(self, adapt_connection: AsyncAdapt_dbapi_connection) -> None:
        self._adapt_connection, self._connection = adapt_connection, adapt_connection._connection
        self._cursor: Any = _Done()
        self._rows, self._soft_closed_memoized = deque(), EMPTY_DICT

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        return await self._errand(operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        return await self._errand(operation, seq_of_parameters, many=True)

    async def _errand(self, statement: str, values: Sequence[Any], *, many: bool = False) -> None:
        driver: Any = self._connection
        async with self._adapt_connection._execute_mutex:
            self._cursor, rows = await driver._execute(_ask, driver._conn, statement, values, many=many)
        self._rows = deque(rows)


class _Connection(AsyncAdapt_aiosqlite_connection):
    """A connection that has nothing to roll back between a commit and the next statement.

    The pool rolls back whatever comes back to it, also what was committed: an errand for nothing after each reading.
    """

    __slots__ = ("_clean",)
    _cursor_cls = _Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._clean = False

    def cursor(self, server_side: bool = False) -> AsyncAdapt_dbapi_cursor:
        """Make a cursor; from now on there may be something to end, whether or not its statement is ever answered."""
        self._clean = False
        return super().cursor(server_side)

    def commit(self) -> None:
        """Commit."""
        super().commit()
        self._clean = True

    def rollback(self) -> None:
        """Roll back what was not committed."""
        if not self._clean:
            super().rollback()
            self._clean = True


class OneErrand(AsyncAdapt_aiosqlite_dbapi):
    """The driver as SQLAlchemy takes it: ``create_async_engine(url, module=OneErrand())``."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        """Open a connection."""
        return _Connection(self, super().connect(*arg, **kw)._connection)
