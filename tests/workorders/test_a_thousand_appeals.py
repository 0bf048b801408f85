"""Ten processes post the same appeals while they, and who takes them, are killed: each appeal is one order, whole."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlmodel import func, select

from core.db import Database
from core.secrets import Secrets
from core.settings import PROJECT, Settings
from tests.conftest import take_port
from workorders.keeping.proof import check_all
from workorders.models import WorkOrder

POSTER = """
import itertools, sys, time, httpx
token, first, count, bases = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
turn = itertools.cycle(bases)
with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False) as client:
    for n in range(count):
        n = (n + first) % count
        while True:
            try:
                answer = client.post(next(turn) + "/api/work-orders", json={"summary": str(n)},
                                     headers={"Idempotency-Key": f"k{n}"})
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            if not answer.is_error:
                break
            assert answer.status_code in (409, 503), answer.text
"""


class Crowd:
    """Web processes on one database, and posters."""

    def __init__(self, settings: Settings, token: str, count: int) -> None:
        self.settings, self.token, self.count = settings, token, count
        self.webs: dict[int, asyncio.subprocess.Process] = {}
        self.posters: list[asyncio.subprocess.Process] = []

    async def web(self, port: int) -> None:
        """Start a web process and wait until it answers."""
        environment = {**os.environ, "HOTLINE_HOME": str(self.settings.home), "HOTLINE_WEB_PORT": str(port),
                       "HOTLINE_DATABASE_URL": self.settings.database_url}
        self.webs[port] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hotline.web", cwd=PROJECT, env=environment, stderr=asyncio.subprocess.DEVNULL)
        async with asyncio.timeout(120), httpx.AsyncClient(trust_env=False, timeout=20) as client:
            while not await _answers(client, port):  # noqa: ASYNC110  another process begins
                await asyncio.sleep(0.1)

    async def poster(self, first: int) -> None:
        bases = [f"http://127.0.0.1:{port}" for port in self.webs]
        bases = bases[first % 2:] + bases[:first % 2]
        self.posters.append(await asyncio.create_subprocess_exec(
            sys.executable, "-c", POSTER, self.token, str(first * self.count // 10), str(self.count), *bases))

    async def kill_poster(self) -> None:
        victim = self.posters.pop(0)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()

    async def kill_web(self, port: int) -> None:
        """Kill a web process in the middle of what it does, and start it again."""
        self.webs[port].send_signal(signal.SIGKILL)
        await self.webs[port].wait()
        await self.web(port)

    async def end(self) -> None:
        for process in (*self.posters, *self.webs.values()):
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                await process.wait()


async def _answers(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/health")).json()["database"] is True
    except (httpx.HTTPError, KeyError, ValueError):
        return False


@asynccontextmanager
async def crowd(settings: Settings, token: str, count: int) -> AsyncIterator[Crowd]:
    made = Crowd(settings, token, count)
    try:
        yield made
    finally:
        await made.end()


async def orders(db: Database) -> int:
    async with db.reading() as session:
        return int((await session.execute(select(func.count()).select_from(WorkOrder))).scalar_one())


async def until(db: Database, count: int) -> None:
    async with asyncio.timeout(300):
        while await orders(db) < count:  # noqa: ASYNC110  other processes fill the database
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_ten_processes_and_kills_among_them_make_a_thousand_orders_of_a_thousand_appeals(
        home: Settings, secrets: Secrets, db: Database, database_url: str, tmp_path: Path) -> None:
    count = 1000
    settings = home.model_copy(update={"database_url": database_url})
    async with crowd(settings, secrets.api_token, count) as town:
        ports = (take_port(), take_port())
        await asyncio.gather(*(town.web(port) for port in ports))
        for first in range(10):
            await town.poster(first)
        for kill, port in enumerate((ports[0], ports[1], ports[0])):
            await until(db, (kill + 1) * count // 5)
            await town.kill_poster()
            await town.kill_web(port)
        async with asyncio.timeout(400):
            assert await asyncio.gather(*(one.wait() for one in town.posters)) == [0] * 7
    async with db.reading() as session:
        rows = (await session.execute(select(WorkOrder.summary, WorkOrder.number))).all()
    assert sorted(int(summary) for summary, _ in rows) == list(range(count))
    assert sorted(int(number[-4:]) for _, number in rows) == list(range(1, count + 1))
    assert (await check_all(db)).faults == []
