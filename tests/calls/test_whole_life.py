"""A real call becomes an order that lives to its end over HTTP alone, each step by the person whose office it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from api.people import register
from api.people.passwords import Passwords
from core.db import Database
from tests.api.town_hall import OFFICES
from tests.api.whole_life import REPLY, Life, live
from tests.calls.test_talks import ring
from tests.people.staff import PASSWORD, TESTER
from tests.support.house import Processes
from tests.support.town import Town

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
AGENT = "a1001"
APPEAL = {"agent": AGENT, "kind": "complaint", "summary": "和平路18号楼上漏水，物业三天没有来人",
          "address": "和平路18号", "unit": "housing"}


@asynccontextmanager
async def signed_on(town: Town) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Give everybody of the story an account, as ``hotline people add`` does, and sign them on over HTTP."""
    db, hashed = Database(town.settings.database), Passwords().hash(PASSWORD)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        async with db.writing() as session:
            for name, (role, more) in OFFICES.items():
                own = more | ({"agent": AGENT} if "agent" in more else {})
                made = await register.add(session, TESTER, name, name, [role], own.get("unit", ""),
                                          own.get("agent", ""), hashed, time.time())
                made.must_change = False
        yield {name: await browser(town, name, stack) for name in OFFICES}


async def browser(town: Town, login: str, stack: AsyncExitStack) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=town.settings.orders_url, timeout=30, trust_env=False)
    await stack.enter_async_context(client)
    answer = await client.post("/api/session", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return client


async def talked(town: Town, agent: httpx.AsyncClient) -> str:
    """Play a call: the agent, over HTTP, takes it, brings the department in, writes the appeal down; it is rated."""
    async def act(method: str, path: str, body: dict[str, Any]) -> None:
        answer = await agent.request(method, path, json=body)
        assert answer.is_success, (path, answer.text)

    await act("PUT", f"/api/agents/{AGENT}/state", {"state": "ready"})
    citizen, key, mark = await ring(town)
    await town.fact("party.joined", 15, mark, role="agent")
    await act("POST", f"/api/calls/{key}/invitations", {"role": "unit", "id": "housing"})
    await town.fact("party.joined", 15, mark, role="unit")
    await act("PUT", f"/api/calls/{key}/appeals/1", APPEAL)
    await act("POST", f"/api/calls/{key}/finish", {})
    await town.fact("talk.ended", 15, mark)
    await town.city.phone("6001").ended(15)
    await citizen.press("5")
    await town.fact("call.rated", 15, mark, rating=5)
    await citizen.until_ended(20)
    return key


async def order_of(house: Processes, key: str, deadline: float = 60.0) -> dict[str, Any]:
    """Wait for the order of a call, whole: with the recordings that come last."""
    until = time.monotonic() + deadline
    while True:
        orders = await house.orders(key)
        if orders and orders[0]["call"].get("recordings") and orders[0]["call"].get("rating") is not None:
            return orders[0]
        assert time.monotonic() < until, f"no whole order of {key}: {orders} {house.log('worker')}"
        await asyncio.sleep(0.2)


async def test_a_real_call_becomes_an_order_that_is_signed_handled_followed_up_and_closed_over_http(
        town: Town) -> None:
    async with Processes(town) as house, signed_on(town) as people:
        for unit, upper in (("housing", ""), ("street1", "housing"), ("water", "")):
            placed = await people["admin"].put(f"/api/units/{unit}", json={"name": unit, "upper": upper})
            assert placed.status_code == 200, placed.text
        key = await talked(town, people["agent"])
        order = await order_of(house, key)
        assert (order["first_responder"], order["summary"], order["state"]) == (
            "housing", APPEAL["summary"], "accepted")
        db = Database(town.settings.database)
        try:
            closed = await live(Life(order["number"], people), time.time(), db)
        finally:
            await db.close()
        assert (closed["outcome"], closed["reply"]["text"]) == ("solved", REPLY)
        history = (await people["office"].get(f"/api/work-orders/{order['number']}/history")).json()["history"]
        assert {one["do"] for one in history} >= {"accept", "rate", "endorse", "dispatch", "sign_for", "hand_down",
                                                  "inner_reply", "reply", "pass", "citizen_says", "close"}
        assert next(one["data"] for one in history if one["do"] == "rate") == {"value": 5}
