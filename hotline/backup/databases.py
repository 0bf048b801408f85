"""The database to a file and back, while others write: SQLite's online backup, or pg_dump at one snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from core.db import async_url
from hotline.backup.errors import BackupError
from hotline.backup.postgres import Tools, tools_for

_NOT_DATA = frozenset({"alembic_version"})
_WAIT = 30.0  # s for a lock


@dataclass(frozen=True, slots=True)
class Dumped:
    """A copy of a database: rows by table and its migration, as of the same moment."""

    tables: Mapping[str, int]
    head: str


class Store(Protocol):
    """A database as backup and restore see it."""

    kind: str
    file: str  # the copy's name in the archive

    def dump(self, to: Path) -> Dumped:
        """Write a copy while others write to the database."""

    def contents(self) -> Dumped:
        """Return what is there now; nothing where there is no database yet."""

    def load(self, copy: Path) -> None:
        """Put a copy in the place of what is there: all of it or nothing."""


def store_at(url: str) -> Store:
    """Return the database at a URL. Raises BackupError for one in memory."""
    made = async_url(url)
    if not made.drivername.startswith("sqlite"):
        return PostgresStore(made)
    if not made.database or made.database == ":memory:":
        raise BackupError("内存里的数据库无法备份或恢复")
    return SqliteStore(Path(made.database))


class SqliteStore:
    """A file. A step of -1 reads it in one snapshot: in WAL mode writers go on meanwhile."""

    kind, file = "sqlite", "database/hotline.db"

    def __init__(self, path: Path) -> None:
        self.path = path

    def dump(self, to: Path) -> Dumped:
        """Write a copy."""
        if not self.path.exists():
            raise BackupError(f"没有数据库文件 {self.path}；先启动一次系统")
        to.parent.mkdir(parents=True, exist_ok=True)
        with closing(_open(self.path)) as source, closing(sqlite3.connect(to)) as copy:
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
            return _count_sqlite(copy)

    def contents(self) -> Dumped:
        """Return what is there."""
        if not self.path.exists() or not self.path.stat().st_size:
            return Dumped({}, "")
        with closing(_open(self.path)) as found:
            return _count_sqlite(found)

    def load(self, copy: Path) -> None:
        """Check the copy, then write it over what is there, in one transaction of SQLite's own."""
        with closing(sqlite3.connect(copy)) as source:
            said = source.execute("PRAGMA integrity_check").fetchone()[0]
            if said != "ok":
                raise BackupError(f"备份里的数据库已损坏：{said}")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(_open(self.path)) as target:
                source.backup(target, pages=-1)
                target.execute("PRAGMA journal_mode=WAL")


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_WAIT)


def _count_sqlite(connection: sqlite3.Connection) -> Dumped:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' "
                              "AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'order_words%'").fetchall()
    names = [name for (name,) in rows]
    known = "alembic_version" in names
    head = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    counts = {name: int(connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])
              for name in names if name not in _NOT_DATA}
    return Dumped(counts, head[0] if head else "")


class PostgresStore:
    """A server's database, read by pg_dump at a snapshot in which the rows are counted too."""

    kind, file = "postgresql", "database/hotline.dump"

    def __init__(self, url: URL) -> None:
        self.url = url.set(drivername="postgresql")

    def dump(self, to: Path) -> Dumped:
        """Write a copy."""
        to.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            self._tools(connection).run("pg_dump", ["--format=custom", f"--snapshot={row[0]}", f"--file={to}",
                                                    "--no-owner", "--no-privileges"], self.url)
            return _count_postgres(connection)

    def contents(self) -> Dumped:
        """Return what is there."""
        with self._connected() as connection:
            return _count_postgres(connection)

    def load(self, copy: Path) -> None:
        """Empty the schema and fill it again, in one transaction."""
        script, emptied = copy.with_suffix(".sql"), copy.with_suffix(".empty.sql")
        with self._connected() as connection:
            tools = self._tools(connection)
        try:
            emptied.write_text("DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n", encoding="utf-8")
            tools.run("pg_restore", ["--no-owner", "--no-privileges", f"--file={script}", str(copy)], None)
            tools.run("psql", ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
                               f"--file={emptied}", f"--file={script}"], self.url)
        finally:
            script.unlink(missing_ok=True)
            emptied.unlink(missing_ok=True)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with psycopg.connect(self.url.render_as_string(hide_password=False), connect_timeout=10) as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise BackupError(f"数据库没有应答：{error}") from error

    @staticmethod
    def _tools(connection: psycopg.Connection[Any]) -> Tools:
        return tools_for(connection.info.server_version // 10_000)


def _count_postgres(connection: psycopg.Connection[Any]) -> Dumped:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    names = [name for (name,) in rows]
    counts = {name: _one(connection, sql.SQL("SELECT COUNT(*) FROM {}").format(sql.Identifier(name)))
              for name in names if name not in _NOT_DATA and name != "order_words"}
    head = _one(connection, sql.SQL("SELECT version_num FROM alembic_version")) if "alembic_version" in names else ""
    return Dumped(counts, str(head or ""))


def _one(connection: psycopg.Connection[Any], query: sql.SQL | sql.Composed) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None

