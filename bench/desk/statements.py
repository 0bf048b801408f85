"""What a page asks of the database, written down as it goes to the driver, and asked again with nothing around it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

import psycopg
from sqlalchemy import event

from core.db import Database

Asked = list[tuple[str, Any]]  # statements with their values; "COMMIT" and "ROLLBACK" as they came


class Cursor(Protocol):
    """A cursor of either driver."""

    @property
    def description(self) -> Any:
        """What the rows have; None when there are no rows to take."""

    def execute(self, statement: Any, values: Any = ..., /) -> Any:
        """Send a statement."""

    def fetchall(self) -> list[Any]:
        """Take all its rows."""


class Recorder:
    """Writes down every statement of a database's connections while `writing`."""

    def __init__(self, db: Database) -> None:
        self.asked: Asked = []
        self._writing = False
        engine = db.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", lambda _: self._end("COMMIT"))
        event.listen(engine, "rollback", lambda _: self._end("ROLLBACK"))

    @contextmanager
    def writing(self) -> Iterator[Asked]:
        """Write down what is asked within."""
        self.asked, self._writing = [], True
        try:
            yield self.asked
        finally:
            self._writing = False

    def _statement(self, _: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        if self._writing:
            self.asked.append((statement, values))

    def _end(self, word: str) -> None:
        if self._writing:
            self.asked.append((word, ()))


@contextmanager
def bare_cursor(url: str) -> Iterator[Cursor]:
    """Give a cursor of the driver itself on a connection of its own, which begins and ends its transactions as told."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.partition(":///")[2], isolation_level=None)) as connection:
            yield connection.cursor()
    else:
        with psycopg.connect(url) as server, server.cursor() as cursor:
            yield cursor


def again(cursor: Cursor, asked: Asked) -> int:
    """Ask all of it again, taking every row; return how many rows there were."""
    rows = 0
    for statement, values in asked:
        cursor.execute(statement, values)
        if cursor.description is not None:
            rows += len(cursor.fetchall())
    return rows


def count(asked: Asked) -> int:
    """Return how many of these are questions, not the frame of a transaction."""
    return sum(not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")) for statement, _ in asked)
