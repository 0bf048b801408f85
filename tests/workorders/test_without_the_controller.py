"""A real call while no controller runs at all: the switch's own log is enough for its record, its rating, its order."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlmodel import select

from core.db import Database, migrate
from core.secrets import Secrets
from core.settings import Settings
from hotline.database import MIGRATIONS
from hotline.worker import Worker
from ivr.build import prepare
from tests.support.city import City
from workorders.models import CallRecord, Outbox

pytestmark = pytest.mark.switch


@pytest.fixture
async def prompts(home: Settings) -> None:
    """What callers hear is spoken before anybody calls."""
    await asyncio.to_thread(prepare, home)


async def test_a_call_in_the_controllers_absence_has_its_record_rating_and_order(
        home: Settings, secrets: Secrets, prompts: None, city: City) -> None:
    for other in city.directory.agents[1:]:
        if other.kind == "plain":
            await city.set_behaviour(other.phone, "rings_out")
    citizen = await city.citizen()
    taken = asyncio.create_task(city.phone(city.directory.agents[0].phone).answered(60))
    while not taken.done():  # an impatient caller: 0 leads to a person
        await citizen.press("0")
    agent = taken.result()
    await agent.until_heard("citizen", 20)
    await agent.hang_up()
    while not citizen.ended.is_set():  # the citizen does not wait for the end of the question
        await citizen.press("5")

    migrate(home.database, MIGRATIONS)
    db = Database(home.database)
    async with httpx.AsyncClient(base_url="http://127.0.0.1:9") as nobody:
        work = asyncio.create_task(Worker(home, db, nobody).run())
        try:
            async with asyncio.timeout(30):
                while not (waiting := await _outbox(db)):  # noqa: ASYNC110  another process's file is waited for
                    await asyncio.sleep(0.1)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
    async with db.reading() as session:
        (record,) = (await session.execute(select(CallRecord))).scalars()
    await db.close()
    assert (record.source, record.caller, record.rating) == ("cel", "13800001234", 5)
    assert [(party["role"], party["who"]) for party in record.parties] == [("agent", "a1001")]
    assert record.recording_gap == ""
    assert waiting[0].body["call"]["rating"] == 5


async def _outbox(db: Database) -> list[Outbox]:
    async with db.reading() as session:
        return list((await session.execute(select(Outbox))).scalars())
