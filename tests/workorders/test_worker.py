"""From journal and switch log to orders: each appeal arrives exactly once, whatever dies or is away in between."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from api.app import create_app
from bridge.sound import sound_of
from core import facts
from core.control import ControlClient
from core.db import Database, migrate
from core.journal import Journal
from core.secrets import Secrets
from core.settings import PROJECT, Settings
from hotline.database import MIGRATIONS
from hotline.worker import Worker, order_client
from tests.api.house import serving
from tests.postgres import Postgres
from tests.workorders.story import BEGIN, KEY, whole_call
from tests.workorders.test_witness import log_of_a_call
from workorders.models import CallRecord, Outbox, WorkOrder

DEADLINE = 30


class Town:
    """An installation: journal, recordings, switch log, database; the keeper of orders; a worker in this process."""

    def __init__(self, settings: Settings, secrets: Secrets, db: Database) -> None:
        self.settings, self.secrets, self.db = settings, secrets, db
        self.journal = Journal.open(settings.journal_dir)
        settings.recordings_dir.mkdir(parents=True, exist_ok=True)
        settings.cel_file.parent.mkdir(parents=True, exist_ok=True)

    def call(self, call: str = KEY, *, sound: bool = True) -> None:
        """A whole call happens and is told by the controller."""
        if sound:
            self.record(call)
        for one in whole_call(call):
            self.journal.write(one.kind, call, one.key, one.at, one.data)

    def record(self, call: str = KEY) -> None:
        """The recordings of a whole call."""
        for name, seconds in (("mixed", 60), ("citizen", 60), ("heard", 60), ("p1", 26), ("p2", 25)):
            (self.settings.recordings_dir / f"{call}-{name}.alaw").write_bytes(b"\xd5" * 8000 * seconds)

    def switch_says(self, lines: list[bytes]) -> None:
        """The switch writes to its own log."""
        with self.settings.cel_file.open("ab") as file:
            file.write(b"".join(lines))

    @asynccontextmanager
    async def keeper(self, wrap: Callable[[Any], Any] = lambda app: app) -> AsyncIterator[None]:
        """The keeper of orders answers at this installation's own address."""
        client = ControlClient(self.settings.control_socket)
        app = create_app(self.settings, self.secrets, client, self.db)
        async with serving(wrap(app), self.settings.web_port):
            yield

    @asynccontextmanager
    async def worker(self, **options: Any) -> AsyncIterator[None]:
        """A worker is at work."""
        async with order_client(self.settings, self.secrets.api_token) as client:
            work = asyncio.create_task(Worker(self.settings, self.db, client, **options).run())
            try:
                yield
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.db.reading() as session:
            return list((await session.execute(select(table))).scalars())

    async def until(self, check: Callable[[], Awaitable[bool]], within: float = DEADLINE) -> None:
        async with asyncio.timeout(within):
            while not await check():  # noqa: ASYNC110  what is waited for happens in a database
                await asyncio.sleep(0.05)

    async def delivered(self, count: int = 1) -> bool:
        """As many calls are settled, and nothing waits in the outbox."""
        calls = [one for one in await self.rows(CallRecord) if one.settled_at]
        return len(calls) >= count and all(one.done_at for one in await self.rows(Outbox))


@pytest.fixture
async def town(home: Settings, secrets: Secrets, database_url: str) -> AsyncIterator[Town]:
    settings = home.model_copy(update={"database_url": database_url})
    migrate(settings.database, MIGRATIONS)
    db = Database(settings.database)
    made = Town(settings, secrets, db)
    yield made
    made.journal.close()
    await db.close()


async def test_a_call_becomes_a_record_with_its_recordings_and_an_order(town: Town) -> None:
    async with town.keeper(), town.worker():
        town.call()
        await town.until(town.delivered)
    (record,), (order,) = await town.rows(CallRecord), await town.rows(WorkOrder)
    assert record.orders == {"1": order.number}
    assert (order.kind, order.summary, order.unit, order.caller) == ("complaint", "楼上漏水", "housing", "13800001234")
    assert order.call["rating"] == 5
    assert record.recording_gap == ""
    mixed = next(one for one in record.recordings if one["role"] == "mixed")
    assert mixed["seconds"] == 60
    assert mixed["sha256"] == hashlib.sha256(b"\xd5" * 480_000).hexdigest()


async def test_a_recording_that_is_missing_is_marked_and_the_order_goes_out_all_the_same(town: Town) -> None:
    town.call(sound=False)
    async with town.keeper(), town.worker():
        await town.until(town.delivered)
    (record,) = await town.rows(CallRecord)
    assert "missing" in record.recording_gap
    assert len(await town.rows(WorkOrder)) == 1


async def test_a_recording_that_was_begun_anew_counts_with_each_file_and_says_what_is_missing(town: Town) -> None:
    folder = town.settings.recordings_dir
    town.journal.write(facts.RECORDING_PART, KEY, f"{KEY}:recording::2", BEGIN + 30.0,
                       {"party": "", "role": "citizen", "who": "", "part": 2})
    town.call()
    for side in ("mixed", "citizen", "heard"):
        (folder / f"{KEY}-{side}.alaw").write_bytes(b"\xd5" * 8000 * 20)
        (folder / f"{KEY}-{side}.part2.alaw").write_bytes(b"\xd5" * 8000 * 30)
    async with town.keeper(), town.worker():
        await town.until(town.delivered)
    (record,) = await town.rows(CallRecord)
    told = {one["path"].removeprefix(KEY): (one["offset"], one["gap"]) for one in record.recordings}
    assert told["-mixed.alaw"] == (0.0, "short by 10.0 s of 30.0 s")
    assert told["-mixed.part2.alaw"] == (30.0, "")
    assert "-mixed.alaw: short by 10.0 s" in record.recording_gap
    heard = sound_of(folder, KEY, "mixed")
    assert [(one.path.name.removeprefix(KEY) if one.path else "", one.length / 8000) for one in heard.pieces] == [
        ("-mixed.alaw", 20), ("", 10), ("-mixed.part2.alaw", 30)]


async def test_what_the_agent_writes_after_the_call_reaches_the_order(town: Town) -> None:
    async with town.keeper(), town.worker():
        town.call()
        await town.until(town.delivered)
        town.journal.append("appeal.saved", KEY, agent="a1", number=1, appeal={"summary": "三楼漏水", "kind": "help"})

        async def changed() -> bool:
            return [one.summary for one in await town.rows(WorkOrder)] == ["三楼漏水"]

        await town.until(changed)
    assert len(await town.rows(WorkOrder)) == 1


async def test_a_call_that_only_the_switch_saw_has_its_record_and_order(town: Town) -> None:
    town.record()
    town.switch_says(log_of_a_call())
    async with town.keeper(), town.worker():
        await town.until(town.delivered)
    (record,) = await town.rows(CallRecord)
    assert (record.source, record.rating, list(record.orders)) == ("cel", 5, ["1"])


async def test_both_witnesses_of_many_calls_leave_one_record_and_one_order_each(town: Town) -> None:
    keys = [f"{n:032x}" for n in range(12)]
    async with town.keeper(), town.worker(), town.worker():
        for n, key in enumerate(keys):
            if n % 3:
                town.call(key)
            else:
                town.record(key)
            town.switch_says(log_of_a_call(key) * 2 + [b'{"torn'] + [b"\n"])
        await town.until(lambda: town.delivered(len(keys)))
    assert {one.key for one in await town.rows(CallRecord)} == set(keys)
    assert sorted(one.call_key for one in await town.rows(WorkOrder)) == keys


async def test_a_keeper_that_is_away_gets_every_order_when_it_is_back(town: Town) -> None:
    town.call()
    async with town.worker():
        async def tried() -> bool:
            return any(one.attempts for one in await town.rows(Outbox))

        await town.until(tried)
        async with town.keeper():
            await town.until(town.delivered)
    assert len(await town.rows(WorkOrder)) == 1


async def test_after_an_outage_of_the_database_every_row_is_there_once(
        town: Town, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    async with town.keeper(), town.worker():
        town.call("a" * 32)
        await town.until(town.delivered)
        if town.db.is_sqlite:
            locker = await asyncio.to_thread(_lock, tmp_path / "hotline.db")
            town.call("b" * 32)
            await asyncio.to_thread(_unlock_after, locker, 7.0)
        else:
            server: Postgres = request.getfixturevalue("postgres")
            await asyncio.to_thread(server.close_doors, town.settings.database_url)
            town.call("b" * 32)
            await asyncio.sleep(4)  # the length of the outage, not a wait for something
            await asyncio.to_thread(server.open_doors, town.settings.database_url)
        town.call("c" * 32)
        await town.until(lambda: town.delivered(3), 60)
    assert sorted(one.key[0] for one in await town.rows(CallRecord)) == ["a", "b", "c"]
    assert len(await town.rows(WorkOrder)) == 3


LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def _lock(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", LOCKER, str(path)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _unlock_after(process: subprocess.Popen[str], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.communicate("")


class Assassin:
    """Between the worker and the keeper: kills the worker before, or after, the keeper has done its work."""

    def __init__(self, app: Any, after: bool) -> None:
        self.app, self.after = app, after
        self.victim: subprocess.Popen[bytes] | None = None
        self.kills = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or self.kills >= 3 or self.victim is None:
            await self.app(scope, receive, send)
        elif self.after:
            await self.app(scope, receive, self._swallow)
            self._kill()
        else:
            self._kill()

    async def _swallow(self, _: Any) -> None:
        """The keeper's answer never leaves."""

    def _kill(self) -> None:
        assert self.victim is not None
        self.kills += 1
        self.victim.send_signal(signal.SIGKILL)
        raise ConnectionResetError


def _start_worker(town: Town) -> subprocess.Popen[bytes]:
    here = town.settings
    environment = {**os.environ, "HOTLINE_HOME": str(here.home), "HOTLINE_WEB_PORT": str(here.web_port),
                   "HOTLINE_DATABASE_URL": here.database_url}
    return subprocess.Popen([sys.executable, "-m", "hotline.worker"], cwd=PROJECT, env=environment,
                            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("after", [False, True], ids=["between commit and send", "between send and acknowledgement"])
async def test_a_worker_killed_at_the_worst_moment_leaves_exactly_one_order(
        town: Town, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    town.call()
    assassin = Assassin(None, after)

    def wrap(app: Any) -> Assassin:
        assassin.app = app
        return assassin

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(town.keeper(wrap))
        for _ in range(4):
            before = assassin.kills
            worker = await asyncio.to_thread(_start_worker, town)
            stack.callback(_reap, worker)
            assassin.victim = worker

            async def over(worker: subprocess.Popen[bytes] = worker) -> bool:
                return worker.poll() is not None or await town.delivered()

            await town.until(over)
            if assassin.kills == before:
                break
            await _forget_lease(town)
    assert assassin.kills == 3
    assert await town.delivered()
    assert len(await town.rows(WorkOrder)) == 1


async def _forget_lease(town: Town) -> None:
    """Let the minute of the dead worker's lease pass."""
    async with town.db.writing() as session:
        for row in (await session.execute(select(Outbox))).scalars():
            row.leased_until = row.due_at = 0.0


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(10)


POSTER = """
import sys, httpx
base, token, first = sys.argv[1], sys.argv[2], int(sys.argv[3])
headers = {"Authorization": f"Bearer {token}"}
with httpx.Client(base_url=base, headers=headers, timeout=60, trust_env=False) as client:
    for n in range(20):
        n = (n + first) % 20
        while client.post("/api/work-orders", json={"summary": str(n)}, headers={"Idempotency-Key": f"k{n}"}).is_error:
            pass
"""


async def some_orders(town: Town) -> bool:
    return len(await town.rows(WorkOrder)) > 0


async def test_ten_processes_that_send_the_same_keys_make_each_order_once(town: Town) -> None:
    base = f"http://127.0.0.1:{town.settings.web_port}"
    async with town.keeper():
        senders = [await asyncio.create_subprocess_exec(sys.executable, "-c", POSTER, base, town.secrets.api_token,
                                                        str(n * 2)) for n in range(10)]
        await town.until(lambda: some_orders(town))
        for killed in senders[:2]:  # in the middle of their work; the others send the same
            killed.send_signal(signal.SIGKILL)
        async with asyncio.timeout(120):
            assert await asyncio.gather(*(sender.wait() for sender in senders)) == [-signal.SIGKILL] * 2 + [0] * 8
    orders = await town.rows(WorkOrder)
    assert sorted(int(one.summary) for one in orders) == list(range(20))
    assert sorted(int(one.number[-4:]) for one in orders) == list(range(1, 21))


async def test_a_journal_that_was_replaced_is_read_from_its_start(town: Town) -> None:
    async with town.keeper():
        for n in range(40):
            town.journal.append("agent.state", agent=f"a{n}")
        town.call("a" * 32)
        async with town.worker():
            await town.until(town.delivered)
        town.journal.close()
        for path in town.settings.journal_dir.iterdir():
            path.unlink()
        town.journal = Journal.open(town.settings.journal_dir)
        town.call("b" * 32)
        async with town.worker():
            await town.until(lambda: town.delivered(2))


async def test_a_call_that_nobody_knows_any_more_is_marked_interrupted(town: Town) -> None:
    from tests.api.house import Controller

    town.journal.close()
    controller = Controller(town.settings)
    town.journal = controller.journal
    await controller.server.start()
    try:
        first = whole_call()[0]
        town.journal.write(first.kind, KEY, first.key, first.at, first.data)
        async with town.worker(clock=lambda: BEGIN + 1000):
            async def interrupted() -> bool:
                return any(one.interrupted for one in await town.rows(CallRecord))

            async def known() -> bool:
                return bool(await town.rows(CallRecord))

            await town.until(known)
            worker = Worker(town.settings, town.db, order_client(town.settings, "x"), clock=lambda: BEGIN + 1000)
            await worker.sweep()
            await town.until(interrupted)
    finally:
        await controller.server.stop()
