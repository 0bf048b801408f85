"""Orders that are posted at the same time share a transaction; each is answered as if it had been alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import func, select

from api.orders.together import Together
from core.db import Database, DatabaseDown
from tests.api.house import House
from workorders.keeping.proof import check_all
from workorders.models import IdempotencyKey, WorkOrder

CALL = "0123456789abcdef0123456789abcdef"
ORDERS = "/api/work-orders"


class Gate(Database):
    """A database of the house's with a gate before every transaction of a group."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.begun, self.at_gate, self.open, self.away = 0, asyncio.Event(), asyncio.Event(), False

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        self.begun += 1
        self.at_gate.set()
        await self.open.wait()
        if self.away:
            raise DatabaseDown("away")
        async with super().writing() as session:
            yield session


class Counter:
    """A house whose groups wait at the gate."""

    def __init__(self, house: House, gate: Gate) -> None:
        self.house, self.gate = house, gate
        self.together(bound=256)

    def together(self, *, bound: int) -> None:
        self.house.app.state.together = Together(self.gate, self.house.app.state.keeper, bound=bound)

    def post(self, key: str, **content: Any) -> asyncio.Task[httpx.Response]:
        return asyncio.create_task(self.house.client.post(ORDERS, json=content, headers={"Idempotency-Key": key}))

    async def group(self, *posts: tuple[str, dict[str, Any]]) -> list[asyncio.Task[httpx.Response]]:
        """Post one that stands at the gate, then others that gather behind it, in this order."""
        tasks = [self.post("first", summary="first")]
        async with asyncio.timeout(60):
            await self.gate.at_gate.wait()
        return [*tasks, *[await self.behind(key, **content) for key, content in posts]]

    async def behind(self, key: str, **content: Any) -> asyncio.Task[httpx.Response]:
        """Post, and come back when it waits."""
        together = self.house.app.state.together
        task, before = self.post(key, **content), together.waiting
        async with asyncio.timeout(60):
            while together.waiting == before:  # noqa: ASYNC110  another task of the server's
                await asyncio.sleep(0.005)
        return task

    async def answered(self, tasks: list[asyncio.Task[httpx.Response]]) -> list[httpx.Response]:
        """Open the gate and return the answers, without the first."""
        self.gate.open.set()
        return (await asyncio.gather(*tasks))[1:]


@pytest.fixture
async def counter(house: House, database_url: str) -> AsyncIterator[Counter]:
    """A house whose groups wait at the gate."""
    gate = Gate(database_url)
    try:
        yield Counter(house, gate)
    finally:
        gate.open.set()
        await house.app.state.together.close()
        await gate.close()


def last_four(answers: list[httpx.Response]) -> list[str]:
    return [one.json()["number"][-4:] for one in answers]


async def test_those_who_come_while_another_is_written_share_the_next_transaction(counter: Counter,
                                                                                 db: Database) -> None:
    call = {"rating": 9, "failures": [{"role": "unit", "who": "water", "why": "rang_out"}], "key": CALL}
    posts: list[tuple[str, dict[str, Any]]] = [(f"k{n}", {"summary": f"第{n}件", "call": call}) for n in range(5)]
    answers = await counter.answered(await counter.group(*posts))
    assert [one.status_code for one in answers] == [201] * 5
    assert counter.gate.begun == 2
    assert last_four(answers) == ["0002", "0003", "0004", "0005", "0006"]
    for one in answers:
        shown = await counter.house.client.get(one.headers["location"])
        assert (shown.json(), shown.headers["etag"]) == (one.json(), one.headers["etag"])
    assert [one.json()["summary"] for one in answers] == [f"第{n}件" for n in range(5)]
    assert {one.json()["version"] for one in answers} == {2}  # accepted, and the telephone that nobody took
    again = await counter.post("k3", **posts[3][1])
    assert (again.json(), again.headers["idempotency-replayed"]) == (answers[3].json(), "true")
    assert (await check_all(db)).faults == []


async def test_one_that_cannot_be_made_spoils_nothing_for_the_others(counter: Counter, db: Database) -> None:
    tasks = await counter.group(("a", {"summary": "好"}))
    counter.house.app.state.clock = lambda: 0.0  # no history begins in 1970
    tasks.append(await counter.behind("b", summary="坏"))
    counter.house.app.state.clock = time.time
    tasks.append(await counter.behind("c", summary="也好"))
    answers = await counter.answered(tasks)
    assert [one.status_code for one in answers] == [201, 422, 201]
    assert sorted(last_four([answers[0], answers[2]])) == ["0002", "0003"]
    async with db.reading() as session:
        assert (await session.execute(select(func.count()).select_from(IdempotencyKey))).scalar_one() == 3
    assert (await check_all(db)).faults == []


async def test_the_same_key_twice_in_a_group_is_one_order_and_another_content_is_refused(counter: Counter) -> None:
    answers = await counter.answered(await counter.group(
        ("k", {"summary": "a"}), ("k", {"summary": "a"}), ("k", {"summary": "b"}), ("other", {"summary": "a"})))
    assert [one.status_code for one in answers] == [201, 201, 409, 201]
    assert answers[1].json() == answers[0].json()
    assert [one.headers.get("idempotency-replayed") for one in answers[:2]] == [None, "true"]
    assert answers[2].json()["code"] == "idempotency_key_reused"
    assert sorted(last_four([answers[0], answers[3]])) == ["0002", "0003"]


async def test_an_appeal_has_one_order_though_two_keys_bring_it_in_one_group(counter: Counter) -> None:
    appeal = {"call_key": CALL, "appeal": 1}
    answers = await counter.answered(await counter.group(
        ("a", appeal), ("b", appeal), ("c", {"call_key": CALL, "appeal": 2})))
    assert [one.status_code for one in answers] == [201, 409, 201]
    assert answers[1].json()["code"] == "appeal_has_order"
    again = await counter.post("d", **appeal)  # its order stands before the group begins
    assert (again.status_code, again.json()["code"]) == (409, "appeal_has_order")
    assert last_four([await counter.post("e", summary="e")]) == ["0004"]


async def test_when_too_many_wait_the_next_is_told_to_come_again_and_that_is_all_it_takes(counter: Counter) -> None:
    counter.together(bound=2)
    tasks = await counter.group(("a", {}), ("b", {}))
    refused = await counter.post("c")
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "busy", "2")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["fix"]
    assert [one.status_code for one in await counter.answered(tasks)] == [201, 201]
    assert (await counter.post("c")).status_code == 201


async def test_what_waits_at_closing_is_finished_and_answered(counter: Counter) -> None:
    tasks = await counter.group(("a", {}), ("b", {}))
    closing = asyncio.create_task(counter.house.app.state.together.close(60.0))
    assert [one.status_code for one in await counter.answered(tasks)] == [201, 201]
    await closing
    late = await counter.post("c")
    assert (late.status_code, late.json()["code"]) == (503, "busy")


async def test_a_sender_who_is_lost_finds_the_one_order_when_they_come_again(counter: Counter, db: Database) -> None:
    tasks = await counter.group(("lost", {"summary": "a"}), ("stays", {"summary": "b"}))
    tasks[1].cancel()
    await asyncio.gather(tasks[1], return_exceptions=True)
    answers = await counter.answered([tasks[0], tasks[2]])
    assert [one.status_code for one in answers] == [201]
    assert (await counter.post("lost", summary="a")).status_code == 201
    async with db.reading() as session:
        found = (await session.execute(select(WorkOrder.summary))).scalars().all()
    assert sorted(found) == ["a", "b", "first"]


async def test_when_the_database_is_away_each_is_told_so_once(counter: Counter) -> None:
    tasks = await counter.group(("a", {}), ("b", {}))
    counter.gate.away = True
    answers = await counter.answered(tasks)
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(503, "database_away")] * 2
    counter.gate.away = False
    assert (await counter.post("a")).status_code == 201
