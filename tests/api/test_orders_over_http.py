"""Work orders over HTTP: one key, one order, whoever sends it how often, and clear words for what cannot be."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from api.wire import once
from core import db as core_db
from core.db import Database, insert_into, migrate
from core.secrets import Secrets
from core.settings import Settings
from tests.api.house import House, built
from tests.postgres import SCRIPTS
from workorders.models import IdempotencyKey

KEY = "0123456789abcdef0123456789abcdef"
ORDERS = "/api/work-orders"


async def post(house: House, key: str = f"{KEY}-1", **content: Any) -> Any:
    return await house.client.post(ORDERS, json=content, headers={"Idempotency-Key": key})


async def test_an_order_is_made_numbered_by_its_local_day_and_found_again(house: House) -> None:
    made = await post(house, call_key=KEY, appeal=1, kind="complaint", summary="楼上漏水", unit="housing")
    assert made.status_code == 201
    number = made.json()["number"]
    assert made.headers["location"] == f"{ORDERS}/{number}"
    assert number.endswith("-0001")
    assert (await house.client.get(f"{ORDERS}/{number}")).json() == made.json()
    second = await post(house, "another", summary="路灯不亮")
    assert second.json()["number"].endswith("-0002")
    listed = (await house.client.get(ORDERS, params={"call_key": KEY})).json()
    assert [one["number"] for one in listed["work_orders"]] == [number]


async def test_the_same_key_gives_the_same_order_and_another_content_is_refused(house: House) -> None:
    first = await post(house, summary="a")
    again = await post(house, summary="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json(), again.headers["location"]) == (first.json(), first.headers["location"])
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    other = await post(house, summary="b")
    assert other.status_code == 409
    assert other.json()["code"] == "idempotency_key_reused"


async def test_ten_senders_of_one_key_at_once_make_one_order(house: House) -> None:
    answers = await asyncio.gather(*(post(house, call_key=KEY, appeal=1, summary="a") for _ in range(10)))
    assert [answer.status_code for answer in answers] == [201] * 10
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 9
    assert len({answer.json()["number"] for answer in answers}) == 1


async def test_many_orders_at_once_have_numbers_without_gap_or_double(house: House) -> None:
    answers = await asyncio.gather(*(post(house, f"key-{n}", summary=str(n)) for n in range(30)))
    assert sorted(int(a.json()["number"][-4:]) for a in answers) == list(range(1, 31))


async def test_an_appeal_has_one_order_even_under_another_key(house: House) -> None:
    await post(house, call_key=KEY, appeal=1)
    again = await post(house, "by hand", call_key=KEY, appeal=1)
    assert again.status_code == 409
    assert again.json()["code"] == "appeal_has_order"
    assert "2" in again.json()["detail"]


async def test_pages_of_orders_follow_each_other(house: House) -> None:
    for n in range(5):
        await post(house, f"key-{n}", summary=str(n))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await house.client.get(ORDERS, params={"limit": "2", **cursor})).json()
        seen += [one["summary"] for one in page["work_orders"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == ["4", "3", "2", "1", "0"]


async def test_an_order_is_changed_and_a_change_that_comes_again_is_not_made_again(house: House) -> None:
    number = (await post(house, summary="a")).json()["number"]
    address = f"{ORDERS}/{number}"
    once = {"Idempotency-Key": "change-1"}
    changed = await house.client.patch(address, json={"summary": "b", "kind": "help"}, headers=once)
    assert (changed.json()["summary"], changed.json()["kind"]) == ("b", "help")
    await house.client.patch(address, json={"summary": "c"})
    late = await house.client.patch(address, json={"summary": "b", "kind": "help"}, headers=once)
    assert late.json() == changed.json()
    assert (await house.client.get(address)).json()["summary"] == "c"


@pytest.mark.parametrize(("content", "field"), [
    ({"kind": "revenge"}, "kind"), ({"urgency": 3}, "urgency"), ({"summary": "x" * 4001}, "summary"),
    ({"call_key": "../../etc/passwd"}, "call_key"), ({"appeal": 0}, "appeal"), ({"number": "2026-0101-0001"}, "number"),
    ({"unit": "名" * 41}, "unit"), ({"call": []}, "call"), ({"summary": 5}, "summary")])
async def test_what_does_not_fit_is_refused_by_name(house: House, content: dict[str, Any], field: str) -> None:
    answer = await post(house, **content)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_a_refused_request_does_not_use_up_its_key(house: House) -> None:
    assert (await post(house, kind="revenge")).status_code == 422
    await post(house, "first", call_key=KEY, appeal=1)
    assert (await post(house, "second", call_key=KEY, appeal=1)).json()["code"] == "appeal_has_order"
    assert (await post(house, "second", call_key=KEY, appeal=2)).status_code == 201
    assert (await post(house, kind="help")).status_code == 201


async def test_a_request_whose_twin_is_at_work_is_told_to_come_again(
        home: Settings, secrets: Secrets, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(database_url, SCRIPTS)
    monkeypatch.setattr(core_db, "BUSY", 1.0)
    db = Database(database_url)
    taken = {"key": once.scope_of_key("installation", f"POST {ORDERS}", "k"), "fingerprint": "", "at": 0.0}
    async with built(home, secrets, db) as house:
        async with db.writing() as session:  # the twin: it has the key and is not done
            await session.execute(insert_into(session, IdempotencyKey).values(**taken))
            waiting = await post(house, "k", summary="a")
            await session.rollback()
        assert waiting.status_code == (503 if db.is_sqlite else 409)
        assert waiting.json()["code"] == ("database_away" if db.is_sqlite else "in_progress")
        assert waiting.headers["retry-after"] == "2"
        assert (await post(house, "k", summary="a")).status_code == 201
    await db.close()


async def test_a_key_is_forgotten_after_its_time_and_no_earlier(house: House, db: Database) -> None:
    first = await post(house, summary="a")
    for passed, kept in ((once.KEEP - 60, True), (once.KEEP + 60, False)):
        async with db.writing() as session:
            await once.sweep(session, time.time() + passed)
        again = await post(house, summary="a")
        assert (again.json()["number"] == first.json()["number"]) is kept


async def test_the_order_of_fields_and_spaces_do_not_make_another_request(house: House) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    bodies = (b'{"summary": "a", "urgency": 1}', b'{ "urgency":1,"summary":"a"}')
    numbers = {(await house.client.post(ORDERS, content=body, headers=headers)).json()["number"] for body in bodies}
    assert len(numbers) == 1


async def test_an_order_without_a_key_is_refused_and_told_why(house: House) -> None:
    for key in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 201}):
        answer = await house.client.post(ORDERS, json={}, headers=key)
        assert answer.status_code == 400
        assert answer.json()["code"] == "idempotency_key_required"


@pytest.mark.parametrize("text", ["😀" * 1000, "名" * 4000, "a\x00b", "'; DROP TABLE work_order; --", "${SHELL(id)}",
                                  "x\r\ny", "\u202e倒", "{{ 7*7 }}"])
async def test_strange_text_is_stored_as_text(house: House, text: str) -> None:
    made = await post(house, summary=text)
    assert made.status_code == 201
    kept = (await house.client.get(f"{ORDERS}/{made.json()['number']}")).json()["summary"]
    assert kept == text.replace("\x00", "")


@pytest.mark.parametrize("body", ["楼上漏水".encode("gbk"), b"{", b"[" * 100_000, b'{"summary": "\\ud800"}', b"",
                                  b"null", '{"summary": "你好"}'.encode("gbk")])
async def test_a_body_that_cannot_be_read_is_refused_clearly(house: House, body: bytes) -> None:
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = await house.client.post(ORDERS, content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("bad_request", "invalid")


async def test_a_giant_body_is_refused_whether_its_size_is_told_or_not(house: House) -> None:
    giant = json.dumps({"summary": "x" * 1_000_000}).encode()

    async def piecewise() -> Any:
        for start in range(0, len(giant), 10_000):
            yield giant[start:start + 10_000]

    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    for body in (giant, piecewise()):
        answer = await house.client.post(ORDERS, content=body, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["code"] == "too_large"


async def test_an_unknown_order_is_not_found(house: House) -> None:
    answer = await house.client.get(f"{ORDERS}/2026-0101-9999")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
