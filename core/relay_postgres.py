"""Facts through PostgreSQL: the worker announces what it has kept (NOTIFY), every web process listens (LISTEN).

For web processes that have no controller on their machine. An announcement leaves with the worker's transaction and
says which fact came before it, so that a listener knows when it has missed one: its readers then load anew.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager

import psycopg
from sqlalchemy import bindparam, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncSession

from core.control import ControlDown, ControlRefused
from core.facts import Fact
from core.relay import Coming
from core.segments import decode, encode

CHANNEL = "hotline_facts"
MOST = 7900  # bytes of an announcement; PostgreSQL takes 7999. A longer fact is announced by its number alone
_BEAT = 10.0  # s of silence after which the connection is tried
_NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', said) FROM unnest(CAST(:said AS text[])) AS said").bindparams(
    bindparam("said"))


async def announce(session: AsyncSession, facts: Sequence[Fact], before: int) -> None:
    """Announce facts in this transaction; `before`: seq of the fact before the first. Nothing on SQLite."""
    if session.get_bind().dialect.name == "sqlite" or not facts:
        return
    said = []
    for fact in facts:
        said.append(_told(fact, before))
        before = fact.seq
    await session.execute(_NOTIFY, {"said": said})


def _told(fact: Fact, before: int) -> str:
    line = encode(fact).decode("utf-8").rstrip("\n")
    return f"{before} {fact.seq} {line if len(line.encode()) <= MOST and chr(0) not in line else ''}"


def heard(payload: str) -> tuple[int, int, Fact | None]:
    """Return what an announcement says: (seq before, seq, the fact if it was short enough)."""
    before, seq, line = payload.split(" ", 2)
    return int(before), int(seq), decode(line.encode("utf-8")) if line else None


class PostgresFacts:
    """The source of a web process. `position` tells, from the database, how far the worker has come."""

    replays = False

    def __init__(self, url: URL, position: Callable[[], Awaitable[int]]) -> None:
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._position = position

    @asynccontextmanager
    async def opened(self, after: int) -> AsyncIterator[Coming]:
        """Listen. Raises ControlDown, and ControlRefused when something after `after` was announced to others.

        First it listens, then it asks where the worker is: asked the other way round, a busy worker would be past the
        answer each time, and readers would be told to load anew again and again.
        """
        try:
            async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}".encode())
                begin = await self._where()
                if after >= 0 and begin != after:
                    raise ControlRefused("offset_unknown", f"facts after {after} were announced to others", "load anew")
                async with aclosing(_announced(connection, begin)) as coming:
                    yield begin, coming
        except (psycopg.Error, OSError) as error:
            raise ControlDown(f"the database does not announce facts ({error})") from error

    async def _where(self) -> int:
        try:
            return await self._position()
        except Exception as error:  # whatever it is, readers are told and it is tried again
            raise ControlDown(f"the database does not answer ({error})") from error


async def _announced(connection: psycopg.AsyncConnection, after: int) -> AsyncGenerator[Fact, None]:
    while True:
        async with aclosing(connection.notifies(timeout=_BEAT)) as notices:
            async for notice in notices:
                fact = _next(notice.payload, after)
                if fact is not None:
                    after = fact.seq
                    yield fact
        await connection.execute("SELECT 1")


def _next(payload: str, after: int) -> Fact | None:
    """Return the announced fact, None for one that is known already."""
    try:
        before, seq, fact = heard(payload)
    except ValueError as error:
        raise ControlRefused("offset_unknown", f"what followed {after} cannot be read", "load anew") from error
    if seq <= after:
        return None
    if before != after or fact is None:
        raise ControlRefused("offset_unknown", f"a fact between {after} and {seq} was missed", "load anew")
    return fact
