"""The database: SQLite by default, PostgreSQL by changing one URL. Nothing on a live call's path comes here.

`Database.reading()` and `Database.writing()` give a session that is one transaction: left normally it is
committed, left by an exception it is rolled back; nobody calls commit. On SQLite a writing session takes the
write lock at its start (BEGIN IMMEDIATE), so it waits its turn instead of failing half-way.
"""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Executable, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from core.sqlite import OneErrand

BUSY = 5.0  # s a statement waits for another writer, or for the server to take the connection
_STATEMENT = 30  # s after which PostgreSQL gives a statement up
_MIGRATION_LOCK = 12345
_MEMO = "memo"
_T = TypeVar("_T")


class DatabaseError(RuntimeError):
    """The database."""


class DatabaseDown(DatabaseError):
    """The database does not answer or is locked; try again later, nothing was written."""


def async_url(url: str) -> URL:
    """Return `url` with the driver this house uses: aiosqlite or psycopg. Raises DatabaseError for another database."""
    try:
        made = make_url(url)
    except SQLAlchemyError as error:
        raise DatabaseError("the database URL cannot be read; write e.g. postgresql://user:secret@host/name") from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    driver = drivers.get(made.drivername.partition("+")[0])
    if driver is None:
        raise DatabaseError(f"no such database: {made.drivername}; use sqlite or postgresql")
    return made.set(drivername=driver)


class Database:
    """An engine and its sessions. Made once in a process."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = async_url(url)
        self.engine = _engine(self.url, pool_size)
        self.is_sqlite = self.url.drivername.startswith("sqlite")
        writer = self.engine.execution_options(writes=True)
        self._readers = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._writers = async_sessionmaker(writer, expire_on_commit=False)
        self._shared: ContextVar[AsyncSession | None] = ContextVar("shared reading", default=None)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Give a session to read with: within `one_reading` its own. Raises DatabaseDown."""
        if (shared := self._shared.get()) is not None:
            yield shared
            return
        async with _told(), self._readers() as session, session.begin():
            yield session

    @asynccontextmanager
    async def one_reading(self) -> AsyncIterator[None]:
        """Let every `reading` of this task share one transaction meanwhile. Raises DatabaseDown.

        A page made of several answers then shows one moment, and what one of them worked out serves the next
        (`memo_of`). Start no tasks within that read: a session is for one at a time.
        """
        async with self.reading() as session:
            session.info[_MEMO] = {}
            before = self._shared.set(session)
            try:
                yield
            finally:
                self._shared.reset(before)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Give a session to write with: all of it is kept, or nothing. Raises DatabaseDown."""
        async with _told(), self._writers() as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _is_outage(error):
            raise DatabaseDown(f"the database does not answer: {error.orig}") from error
        raise


def _is_outage(error: DBAPIError) -> bool:
    """Tell whether the fault lies with the database's being away or busy, rather than with the statement."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:  # PostgreSQL: connection, resources, shutdown, system; deadlock and serialization
        return str(state)[:2] in {"08", "53", "57", "58", "40"}
    return error.connection_invalidated or type(error.orig).__name__ == "OperationalError"


def _engine(url: URL, pool_size: int) -> AsyncEngine:
    if not url.drivername.startswith("sqlite"):
        # a plan for any value would look for a rare word as for a common one; planning anew costs a fraction of that
        options = (f"-c statement_timeout={_STATEMENT}s -c lock_timeout={int(BUSY)}s "
                   "-c plan_cache_mode=force_custom_plan")
        return create_async_engine(url, pool_size=pool_size, max_overflow=5, pool_timeout=BUSY, pool_pre_ping=True,
                                   hide_parameters=True,  # what people said is not written into logs
                                   connect_args={"connect_timeout": int(BUSY), "options": options})
    engine = create_async_engine(url, module=OneErrand(), hide_parameters=True, connect_args={"timeout": BUSY})
    _teach_sqlite(engine.sync_engine)
    return engine


def _teach_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={int(BUSY * 1000)}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def rows_of(session: AsyncSession, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows of a SELECT with places for its values: one errand to the driver, and no objects of the ORM."""
    return await session.run_sync(lambda sync: sync.connection().execute(statement, values).all())


def memo_of(session: AsyncSession) -> dict[Any, Any] | None:
    """Return what the readers of one shared transaction keep for each other; None in any other transaction."""
    return session.info.get(_MEMO)


async def once(session: AsyncSession, key: Any, ask: Callable[[], Awaitable[_T]]) -> _T:
    """Return what `ask` finds: in one shared transaction asked once, in any other each time."""
    memo = memo_of(session)
    if memo is None:
        return await ask()
    if key not in memo:
        memo[key] = await ask()
    found: _T = memo[key]
    return found


def insert_into(session: AsyncSession, table: type[Any]) -> Any:
    """Return an INSERT that knows ON CONFLICT (do nothing, do update, returning) on either database."""
    dialect = session.get_bind().dialect.name
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)


async def hold(session: AsyncSession, name: str) -> None:
    """Let one transaction at a time work on `name`; the others wait. SQLite's write lock does so by itself."""
    if session.get_bind().dialect.name != "sqlite":
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def storable(text: str, limit: int) -> str:
    """Return `text` as any database takes it: no NUL, no lone surrogates, at most `limit` characters."""
    clean = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    return clean.replace("\0", "")[:limit]


def migrate(url: str, scripts: Path, to: str = "head") -> None:
    """Bring the database to the newest form with the Alembic scripts in `scripts`. Blocks; several may come at once."""
    sync = async_url(url)
    if sync.drivername.startswith("sqlite"):
        sync = sync.set(drivername="sqlite")
        if sync.database:
            Path(sync.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(sync, poolclass=NullPool)
    try:
        with _one_at_a_time(engine), engine.begin() as connection:
            run = command.downgrade if to == "base" else command.upgrade
            run(alembic_config(scripts, connection), to)
    except DBAPIError as error:
        raise DatabaseDown(f"the database cannot be brought up to date: {error.orig}") from error
    finally:
        engine.dispose()


def alembic_config(scripts: Path, connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the scripts in `scripts`, to run on `connection`."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    if engine.dialect.name == "sqlite":
        if not engine.url.database:
            yield
            return
        with Path(f"{engine.url.database}.migration").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": _MIGRATION_LOCK})
        yield
