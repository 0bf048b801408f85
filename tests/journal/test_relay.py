"""Live events for many readers: every fact once and in order, what was missed as well, or a word to load anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
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


class Stubborn:
    """A source that says a last word after it was told to end, the first time: its cancellation is swallowed."""

    replays = True

    def __init__(self) -> None:
        self.told_to_end, self.may_speak, self._opened = asyncio.Event(), asyncio.Event(), asyncio.Condition()
        self.said: list[asyncio.Queue[Fact]] = []

    @asynccontextmanager
    async def opened(self, after: int) -> AsyncIterator[tuple[int, AsyncGenerator[Fact, None]]]:
        async with self._opened:
            self.said.append(asyncio.Queue())
            self._opened.notify_all()
        yield max(after, 0), self._facts(len(self.said))

    async def opens(self, times: int) -> None:
        """Wait until it was opened so often."""
        async with self._opened:
            await self._opened.wait_for(lambda: len(self.said) >= times)

    async def _facts(self, time: int) -> AsyncGenerator[Fact, None]:
        while True:
            try:
                fact = await self.said[time - 1].get()
            except asyncio.CancelledError:
                if time > 1:
                    raise
                self.told_to_end.set()
                await self.may_speak.wait()
                fact = Fact(1, 0.0, "last word", "", "")
            yield fact


async def test_who_comes_while_the_last_reader_leaves_hears_each_fact_once() -> None:
    source = Stubborn()
    relay = Relay(source)
    first = relay.follow(-1)
    source_is_read = asyncio.create_task(kinds(first, 1))
    async with asyncio.timeout(DEADLINE):
        await source.opens(1)
        source.said[0].put_nowait(Fact(1, 0.0, "a", "", ""))
        assert await source_is_read == ["a"]
        leaving = asyncio.create_task(first.aclose())
        await source.told_to_end.wait()  # the last reader has gone, its task has not
        async with reading(relay, 0) as second:
            coming = asyncio.create_task(kinds(second, 2))
            await source.opens(2)
            source.may_speak.set()
            await leaving
            for seq, kind in ((1, "a"), (2, "b")):
                source.said[1].put_nowait(Fact(seq, 0.0, kind, "", ""))
            assert await coming == ["a", "b"]


async def test_a_source_that_fails_in_a_way_nobody_thought_of_is_away_not_silent() -> None:
    class Broken:
        replays = False

        def opened(self, after: int) -> AbstractAsyncContextManager[tuple[int, AsyncGenerator[Fact, None]]]:
            raise KeyError("seq")

    with pytest.raises(ControlDown):
        await kinds(Relay(Broken()).follow(-1), 1)


# -- PostgreSQL ------------------------------------------------------------------------------------------------
class Shared:
    """A worker that announces, and two web processes that share nothing but the database."""

    def __init__(self, settings: Settings, db: Database, journal: Journal, worker: Worker) -> None:
        self.db, self.journal, self.worker, self._saying = db, journal, worker, asyncio.Lock()
        where = partial(_position, db, f"journal:{settings.node}")
        self.webs = [Relay(PostgresFacts(db.url, where), kept=5) for _ in range(2)]

    async def said(self, *said: str, **data: str) -> None:
        """Write facts down and have the worker keep them."""
        async with self._saying:  # there is one worker
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


@pytest.mark.postgres
async def test_a_worker_busy_all_the_while_turns_no_reader_away(shared: Shared) -> None:
    name = f"journal:{shared.worker._settings.node}"

    async def position() -> int:
        await shared.said("meanwhile")  # each time somebody asks, the worker is further
        return await _position(shared.db, name)

    async with reading(Relay(PostgresFacts(shared.db.url, position))) as facts:
        coming = asyncio.create_task(kinds(facts, 2))
        await shared.listening(1)
        async with asyncio.timeout(DEADLINE):
            while not coming.done():
                await shared.said("a")
        assert await coming == ["a", "a"]


async def test_sqlite_announces_nothing_and_minds_nothing(tmp_path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}")
    async with db.writing() as session:
        await announce(session, [Fact(1, 0.0, "a", "", "")], 0)
    await db.close()
