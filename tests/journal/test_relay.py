"""Live events for many readers: every fact once and in order, what was missed as well, or a word to load anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from core.control import CLIENTS, ControlClient, ControlDown, ControlRefused, ControlServer
from core.db import Database
from core.facts import Fact
from core.journal import Journal
from core.relay import ControlFacts, Relay
from core.relay_postgres import CHANNEL, PostgresFacts, announce
from core.settings import Settings
from hotline.database import migrated
from hotline.web import _position
from hotline.worker import Worker
from tests.postgres import Postgres

DEADLINE = 30


class House:
    """A journal behind a control socket, and one web process's relay of it."""

    def __init__(self, home: Path, kept: int = 5000) -> None:
        self.path, self.journal = home / "run" / "controller.sock", Journal.open(home / "journal")
        self.server = ControlServer(self.path, {}, self.journal)
        self.relay = Relay(ControlFacts(ControlClient(self.path, timeout=5.0)), kept)

    async def say(self, *kinds: str) -> None:
        for kind in kinds:
            self.journal.append(kind)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path, kept=5)
    await made.server.start()
    try:
        yield made
    finally:
        await made.server.stop()
        made.journal.close()


async def kinds(facts: AsyncGenerator[Fact, None], count: int) -> list[str]:
    """Return the kinds of the next facts."""
    async with asyncio.timeout(DEADLINE):
        return [(await anext(facts)).kind for _ in range(count)]


@asynccontextmanager
async def reading(relay: Relay, after: int = -1) -> AsyncIterator[AsyncGenerator[Fact, None]]:
    """A reader that is there before the next fact is said; with `after` -1 it has joined when this returns."""
    async with aclosing(relay.follow(after)) as facts:
        yield facts


async def test_many_more_readers_than_the_socket_takes_all_get_every_fact_in_order(house: House) -> None:
    readers = [house.relay.follow(0) for _ in range(2 * CLIENTS)]
    coming = [asyncio.create_task(kinds(reader, 3)) for reader in readers]
    await house.say("a", "b", "c")
    assert await asyncio.gather(*coming) == [["a", "b", "c"]] * len(readers)
    for reader in readers:
        await reader.aclose()


async def test_who_comes_back_after_longer_than_is_kept_gets_all_it_missed(house: House) -> None:
    async with reading(house.relay, 0) as first:
        await house.say("a")
        assert await kinds(first, 1) == ["a"]
        await house.say(*"bcdefghijkl")
        assert await kinds(first, 11) == list("bcdefghijkl")
        async with reading(house.relay, 1) as late:
            assert await kinds(late, 11) == list("bcdefghijkl")
            await house.say("m")
            assert await kinds(late, 1) == ["m"]


async def test_an_offset_of_another_journal_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.relay.PATIENCE", 0.5)
    await house.say("a")
    with pytest.raises(ControlRefused):
        await kinds(house.relay.follow(99), 1)


async def test_readers_are_told_that_the_controller_is_away_and_go_on_where_they_were(house: House) -> None:
    async with reading(house.relay, 0) as facts:
        await house.say("a")
        assert await kinds(facts, 1) == ["a"]
        await house.server.stop()
        with pytest.raises(ControlDown):
            await kinds(facts, 1)
    await house.say("b")
    await house.server.start()
    async with reading(house.relay, 1) as facts:
        assert await kinds(facts, 1) == ["b"]


# -- PostgreSQL ------------------------------------------------------------------------------------------------
class Shared:
    """A worker that announces, and two web processes that share nothing but the database."""

    def __init__(self, settings: Settings, db: Database, journal: Journal, worker: Worker) -> None:
        self.db, self.journal, self.worker = db, journal, worker
        where = partial(_position, db, f"journal:{settings.node}")
        self.webs = [Relay(PostgresFacts(db.url, where), kept=5) for _ in range(2)]

    async def said(self, *said: str, **data: str) -> None:
        """Write facts down and have the worker keep them."""
        for kind in said:
            self.journal.write(kind, "", None, None, dict(data))
        await asyncio.to_thread(self.journal.wait_synced, self.journal.seq, 10)
        async with asyncio.timeout(DEADLINE):
            while not await self.worker.follow_journal():
                pass

    async def listening(self, count: int) -> None:
        """Wait until so many processes listen."""
        query = text("SELECT count(*) FROM pg_stat_activity WHERE query = :said AND datname = current_database()")
        async with asyncio.timeout(DEADLINE):
            while True:
                async with self.db.reading() as session:
                    if (await session.execute(query, {"said": f"LISTEN {CHANNEL}"})).scalar_one() >= count:
                        return
                await asyncio.sleep(0.05)


@pytest.fixture
async def shared(postgres: Postgres, home: Settings) -> AsyncIterator[Shared]:
    settings = home.model_copy(update={"database_url": postgres.database(), "live_events": "postgres"})
    await migrated(settings)
    db, journal = Database(settings.database), Journal.open(settings.journal_dir)
    async with httpx.AsyncClient() as client:
        worker = Worker(settings, db, client)
        try:
            yield Shared(settings, db, journal, worker)
        finally:
            worker.close()
            journal.close()
            await db.close()


@pytest.mark.postgres
async def test_web_processes_that_share_a_database_hear_what_the_worker_keeps(shared: Shared) -> None:
    async with reading(shared.webs[0]) as one, reading(shared.webs[1]) as other:
        coming = [asyncio.create_task(kinds(reader, 3)) for reader in (one, other)]
        await shared.listening(2)
        await shared.said("a", "b")
        await shared.said("c")
        assert await asyncio.gather(*coming) == [["a", "b", "c"]] * 2
        async with reading(shared.webs[0], 1) as back:  # from the other process, with what it had seen there
            assert await kinds(back, 2) == ["b", "c"]


@pytest.mark.postgres
async def test_a_reader_who_missed_more_than_is_kept_is_told_to_load_anew(shared: Shared) -> None:
    async with reading(shared.webs[0]) as one:
        for said in ("abc", "def", "ghi", "jkl"):
            coming = asyncio.create_task(kinds(one, 3))
            await shared.listening(1)
            await shared.said(*said)
            assert await coming == list(said)
        with pytest.raises(ControlRefused):
            await kinds(shared.webs[0].follow(1), 1)
        async with reading(shared.webs[0], 9) as near:
            assert await kinds(near, 3) == list("jkl")


@pytest.mark.postgres
async def test_a_fact_too_long_to_announce_is_not_lost_in_silence(shared: Shared) -> None:
    async with reading(shared.webs[0]) as one:
        coming = asyncio.create_task(kinds(one, 2))
        await shared.listening(1)
        await shared.said("a")
        await shared.said("long", said="长" * 5000)
        with pytest.raises(ControlRefused):
            await coming


async def test_sqlite_announces_nothing_and_minds_nothing(tmp_path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    async with db.writing() as session:
        await announce(session, [Fact(1, 0.0, "a", "", "")], 0)
    await db.close()
