"""The life of an order over HTTP, on both databases: each step by whose office it is, and nothing is lost."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from api.orders.sight import Sight
from api.people.caller import Caller
from tests.api.town_hall import ORDERS, accepted, people
from tests.api.whole_life import REPLY, Life, live
from tests.people.staff import Staff


async def test_an_order_lives_through_the_interface_alone(staff: Staff) -> None:
    everybody = await people(staff, "agent", "office", "leader", "handler", "lead", "street", "water")
    life = Life(await accepted(staff), everybody)
    closed = await live(life, staff.now, staff.db)
    assert (closed["outcome"], closed["reply"]["text"], closed["first_responder"]) == ("solved", REPLY, "housing")
    history = (await life.people["office"].get(f"{ORDERS}/{life.number}/history")).json()["history"]
    assert [one["seq"] for one in history] == list(range(1, len(history) + 1))
    assert all(one["previous"] == before["digest"] for before, one in pairwise(history))
    told = [(one["do"], one["role"]) for one in history if one["do"] not in ("classify", "contact", "try_citizen")]
    assert told == [("accept", "agent"), ("submit", "back_office"), ("endorse", "duty_leader"),
                    ("dispatch", "back_office"), ("sign_for", "unit_handler"), ("hand_down", "unit_handler"),
                    ("inner_reply", "unit_handler"), ("reply", "unit_lead"), ("pass", "back_office"),
                    ("begin_follow_up", "agent"), ("citizen_says", "agent"), ("close", "back_office")]
    assert "派单" in next(one["line"] for one in history if one["do"] == "dispatch")
    listed = (await life.people["handler"].get(ORDERS, params={"state": "closed"})).json()["work_orders"]
    assert [one["number"] for one in listed] == [life.number]
    assert (await life.people["water"].get(ORDERS)).json() == {"work_orders": [], "next": None}


async def test_two_who_edit_at_once_do_not_overwrite_each_other(staff: Staff) -> None:
    life = Life(await accepted(staff), await people(staff, "agent", "office"))
    seen = (await life.read("office")).headers["etag"]
    await life.step("agent", "note", "accepted", text="诉求人补充：夜间尤甚")
    late = await life.act("office", "dispatch", version=seen, data={"unit": "housing"})
    assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
    now = (await life.read("office")).headers["etag"]
    assert late.json()["etag"] == now != seen
    office, address = life.people["office"], f"{ORDERS}/{life.number}"
    key = {"Idempotency-Key": "x"}
    assert (await office.post(f"{address}/acts", json={"do": "note", "text": "x"}, headers=key)).status_code == 428
    assert (await office.patch(address, json={"summary": "x"})).status_code == 428
    edited = await office.patch(address, json={"summary": "楼上漏水三天", "urgency": 1}, headers={"If-Match": now})
    assert (edited.json()["summary"], edited.json()["urgency"]) == ("楼上漏水三天", 1)
    assert (await office.patch(address, json={"urgency": 0}, headers={"If-Match": now})).status_code == 412
    again = await office.get(address, headers={"If-None-Match": edited.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_known_version_tells_nobody_of_an_order_that_they_do_not_see(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    life = Life(await accepted(staff), await people(staff, "office"))
    etag = (await life.read("office")).headers["etag"]

    async def blind(_: Any, caller: Caller) -> Sight:
        return Sight(caller, ())

    monkeypatch.setattr("api.orders.routes.sight_of", blind)
    answer = await life.people["office"].get(f"{ORDERS}/{life.number}", headers={"If-None-Match": etag})
    assert answer.status_code == 404


async def test_orders_are_found_by_what_is_asked_of_them_page_by_page(staff: Staff) -> None:
    everybody = await people(staff, "office")
    places = ("高新区", "老城区", "高新区", "高新区")
    numbers = [await accepted(staff, key=f"o{n}", call_key=None, appeal=None, district=place, urgency=n % 2,
                              summary=f"第{n}单，路灯不亮") for n, place in enumerate(places)]
    office = everybody["office"]

    async def found(**asked: Any) -> list[int]:
        rows: list[int] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await office.get(ORDERS, params={"limit": 2, **asked, **cursor})).json()
            rows += [numbers.index(one["number"]) for one in page["work_orders"]]
            if page["next"] is None:
                return rows
            cursor = {"cursor": page["next"]}

    assert await found() == [3, 2, 1, 0]
    assert await found(sort="due") == [0, 1, 2, 3]
    assert await found(district="高新区") == [3, 2, 0]
    assert await found(urgency=1) == [3, 1]
    assert await found(q="路灯不亮 第2单") == [2]
    assert await found(q="漏水") == []
    assert await found(owner="desk:dispatch", kind="complaint", state="accepted", due_before=staff.now + 9e5) == [
        3, 2, 1, 0]
    assert await found(unit="housing") == []
    assert await found(since=staff.now + 1) == []
    cursor = (await office.get(ORDERS, params={"limit": 2})).json()["next"]
    for wrong in ({"cursor": "x"}, {"cursor": cursor, "district": "高新区"}):
        refused = await office.get(ORDERS, params=wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")
    assert (await office.get(ORDERS, params={"q": "  "})).status_code == 422


async def test_a_misspelt_filter_is_refused_with_those_there_are_and_does_not_show_everything(staff: Staff) -> None:
    office = (await people(staff, "office"))["office"]
    for address in (ORDERS, "/api/work-order-exports", "/api/follow-up"):
        refused = (await office.get(address, params={"distrcit": "高新区"})).json()
        assert (refused["status"], refused["code"]) == (422, "unknown_parameter")
        assert "distrcit" in refused["detail"]
        assert all(name in refused["fix"] for name in refused["allowed"])
    allowed = (await office.get(ORDERS, params={"x": 1})).json()["allowed"]
    assert {"district", "q", "cursor", "limit"} <= set(allowed)


async def test_nobody_finds_an_order_by_an_address_that_the_list_hides_from_them(staff: Staff) -> None:
    everybody = await people(staff, "office", "agent")
    shown = await accepted(staff, key="o1", call_key=None, appeal=None, address="解放路 7 号")
    hidden = await accepted(staff, key="o2", call_key=None, appeal=None, address="解放路 7 号", anonymous=True)
    report = await accepted(staff, key="o3", call_key=None, appeal=None, address="解放路 7 号", kind="report")
    for query in ({"q": "解放路"}, {"q": "解放路", "sort": "due"}, {"q": "解放路 漏水"}):
        for office in everybody.values():
            page = (await office.get(ORDERS, params=query)).json()
            assert [one["number"] for one in page["work_orders"]] == [shown], query
    found = (await everybody["office"].get(ORDERS, params={"q": "漏水"})).json()["work_orders"]
    assert {one["number"] for one in found} == {shown, hidden, report}  # by words that are no secret they are found
    lines = (await everybody["office"].get("/api/work-order-exports", params={"q": "解放路"})).text.splitlines()
    assert len(lines) == 1
    own = (await staff.house.client.get(ORDERS, params={"q": "解放路"})).json()["work_orders"]
    assert len(own) == 3  # the installation itself


async def test_over_http_a_person_gets_told_why_an_answer_is_none_and_no_order_is_made(staff: Staff) -> None:
    agent = (await people(staff, "agent"))["agent"]
    body = {"kind": "inquiry", "summary": "问供暖", "answer": {"text": "正在办理"}}
    refused = await agent.post(ORDERS, json=body, headers={"Idempotency-Key": "first"})
    assert (refused.status_code, "不是答复" in refused.text) == (409, True), refused.text
    made = await agent.post(ORDERS, json=body | {"answer": {"text": REPLY}}, headers={"Idempotency-Key": "second"})
    assert (made.json()["state"], made.json()["reply"]["text"]) == ("answered", REPLY)
    assert len((await agent.get(ORDERS)).json()["work_orders"]) == 1
