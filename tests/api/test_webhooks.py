"""Webhooks: a real receiver is told of acts in their order, signed, again until it takes them; never of a report."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlmodel import select

from tests.api.town_hall import ORDERS, accepted, people
from tests.api.whole_life import Life
from tests.people.staff import Staff
from workorders.hooks import queue, signing
from workorders.hooks.courier import HookCourier, Way
from workorders.hooks.tables import WebhookDelivery

KEY = {"Idempotency-Key": "hook"}


class Receiver:
    """Another system: keeps what it gets, answers as it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        self.port = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Receiver]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
        self.heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(self.answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.heard]


@asynccontextmanager
async def courier(staff: Staff, *, private: bool = True, address: str = "127.0.0.1") -> AsyncIterator[HookCourier]:
    async def resolve(host: str, port: int) -> list[str]:
        return [address]

    root = staff.house.app.state.secrets.phones_key
    async with httpx.AsyncClient(trust_env=False) as client:
        yield HookCourier(staff.db, client, Way(root, private, "w1"), resolve)


async def subscribed(staff: Staff, admin: httpx.AsyncClient, port: int, **more: Any) -> dict[str, Any]:
    staff.house.settings.webhooks_private = True
    body = {"name": "省平台", "url": f"http://platform.test:{port}/in", "events": ["*"], **more}
    answer = await admin.post("/api/webhooks", json=body, headers={"Idempotency-Key": f"hook-{body.get('unit')}"})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def all_sent(staff: Staff, sender: HookCourier) -> None:
    while await sender.round(staff.now):
        pass


async def test_another_system_is_told_of_each_act_once_signed_and_without_anybodys_words(staff: Staff) -> None:
    everybody = await people(staff, "admin", "office")
    async with Receiver().listening() as receiver, courier(staff) as sender:
        made = await subscribed(staff, everybody["admin"], receiver.port)
        number = await accepted(staff)
        life = Life(number, everybody)
        await life.step("office", "note", "accepted", text="内部备注")
        await life.step("office", "dispatch", "dispatched", data={"unit": "housing"}, why="职责在住建局")
        await all_sent(staff, sender)
        assert receiver.events == ["accept", "dispatch"]
        for headers, body in receiver.heard:
            assert signing.is_genuine(made["secret"], headers["hotline-signature"], body, staff.now)
            assert not signing.is_genuine(made["secret"], headers["hotline-signature"], body + b" ", staff.now)
            assert not signing.is_genuine(made["secret"], headers["hotline-signature"], body, staff.now + 400)
            assert not any(word in body.decode() for word in ("13800001234", "张三", "漏水，", "人民路 12", "职责"))
            assert headers["host"] == f"platform.test:{receiver.port}"
        await all_sent(staff, sender)
    assert len(receiver.heard) == 2


async def test_what_does_not_arrive_is_sent_again_in_order_and_given_up_in_the_end(staff: Staff) -> None:
    everybody = await people(staff, "admin", "office")
    admin = everybody["admin"]
    async with Receiver().listening() as receiver, courier(staff) as sender:
        path = f"/api/webhooks/{(await subscribed(staff, admin, receiver.port))['id']}"
        receiver.answer = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        await Life(await accepted(staff), everybody).step("office", "dispatch", "dispatched", data={"unit": "housing"})
        assert await sender.round(staff.now) == 1
        assert await sender.round(staff.now) == 0
        for _ in range(signing.MOST_TRIES - 1):
            staff.now += 5 * 3600.0
            async with staff.db.reading() as session:
                waiting = (await session.execute(select(WebhookDelivery))).scalars().first()
            assert waiting is not None
            assert waiting.dead_at is None
            await sender.round(staff.now)
        assert receiver.events[:signing.MOST_TRIES] == ["accept"] * signing.MOST_TRIES
        everybody = await people_again(staff)
        admin = everybody["admin"]
        dead = (await admin.get(f"{path}/deliveries", params={"standing": "dead"})).json()["deliveries"]
        assert [(one["body"]["event"], one["status"]) for one in dead] == [("accept", 500)]
        receiver.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        assert (await admin.post(f"{path}/revive", headers=KEY)).json() == {"revived": 1}
        receiver.heard.clear()
        staff.now += 1
        await all_sent(staff, sender)
        assert sorted(receiver.events) == ["accept", "dispatch"]
        assert (await admin.delete(path)).status_code == 204
        await accepted(staff, key="o2", call_key=None, appeal=None)
        assert await sender.round(staff.now) == 0


async def people_again(staff: Staff) -> dict[str, httpx.AsyncClient]:
    """Sign on anew: days have passed."""
    return {"admin": (await staff.log_in("admin"))[0]}


async def test_of_a_report_and_of_others_orders_nothing_is_told(staff: Staff) -> None:
    everybody = await people(staff, "admin", "office")
    async with Receiver().listening() as receiver, courier(staff) as sender:
        await subscribed(staff, everybody["admin"], receiver.port)
        await subscribed(staff, everybody["admin"], receiver.port, name="water", unit="water")
        number = await accepted(staff)
        answer = await everybody["office"].post(f"{ORDERS}/{number}/acts", headers={"If-Match": "*", **KEY}, json={
            "do": "protect", "data": {"units": ["housing"]}})
        assert answer.status_code == 201, answer.text
        await accepted(staff, key="o2", call_key=None, appeal=None, kind="report", complained_of=["housing"])
        await all_sent(staff, sender)
    assert receiver.heard == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "::1", "fd00::1",
                                     "0.0.0.0", "::ffff:127.0.0.1", "100.64.0.1", "224.0.0.1"])
def test_a_name_that_leads_into_the_house_is_not_followed(address: str) -> None:
    assert not signing.may_go_to([address])
    assert not signing.may_go_to(["93.184.215.14", address])


async def test_a_message_never_goes_to_this_machine_unless_a_setting_says_so(staff: Staff) -> None:
    admin = (await people(staff, "admin"))["admin"]
    for url in ("http://hooks.example.org/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x",
                "ftp://hooks.example.org", "https://a:b@hooks.example.org/x", "https://10.0.0.1/x", "https://"):
        answer = await admin.post("/api/webhooks", json={"name": "x", "url": url, "events": ["close"]},
                                  headers={"Idempotency-Key": url})
        assert answer.status_code == 422, url
    for host in ("a..example.org", f"{'a' * 64}.example.org", ".example.org"):
        answer = await admin.post("/api/webhooks", json={"name": "x", "url": f"https://{host}/x", "events": ["close"]},
                                  headers={"Idempotency-Key": host})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_url"), host
        assert "每段 1 到 63 个字符" in answer.json()["detail"], host
    async with Receiver().listening() as receiver, courier(staff, private=False) as sender:
        made = await subscribed(staff, admin, receiver.port, url=f"https://platform.test:{receiver.port}/in")
        async with staff.db.writing() as session:
            await queue.try_out(session, made["id"], staff.now)
        assert await sender.round(staff.now) == 1
        assert receiver.heard == []
    deliveries = (await admin.get(f"/api/webhooks/{made['id']}/deliveries")).json()["deliveries"]
    assert "not on the public network" in deliveries[0]["error"]
