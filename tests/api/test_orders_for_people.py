"""Orders as people meet them over HTTP: what each sees, what is refused and how, many at once, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.town_hall import NOWHERE, ORDERS, accepted, people
from tests.api.whole_life import REPLY, Life
from tests.people.staff import Staff


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough here: what differs between two is tested with the life."""
    return f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"


async def test_each_sees_of_an_order_what_their_office_needs(staff: Staff) -> None:
    life = Life(await accepted(staff), await people(staff, "agent", "office", "handler", "water"))
    await life.step("office", "dispatch", "dispatched", data={"unit": "housing"})
    whole, masked, unit = [(await life.read(who)).json() for who in ("office", "agent", "handler")]
    assert (whole["caller"], masked["caller"], unit["caller"]) == ("13800001234", "138****1234", "13800001234")
    assert (whole["name"], unit["name"], unit["address"]) == ("张三", "张三", "人民路 12 号")
    assert "recordings" not in whole["call"]
    assert (unit["call"], "follow_ups" in unit) == ({}, False)
    assert (await life.read("water")).status_code == 404
    assert (await life.people["handler"].get(f"{ORDERS}/{life.number}/history")).json()["code"] == "hidden"
    offered = {one["do"]: one for one in unit["acts"]}
    assert offered["sign_for"]["blocked"] == ""
    assert "endorse" not in offered
    assert [(one["name"], one["whom"]) for one in unit["clocks"] if one["whom"] == "unit:housing"] == [
        ("sign", "unit:housing"), ("contact", "unit:housing"), ("reply", "unit:housing")]
    row = (await life.people["handler"].get(ORDERS)).json()["work_orders"][0]
    assert (row["caller"], row["name"]) == ("138****1234", "张*")


async def test_an_act_that_comes_again_is_not_done_again(staff: Staff) -> None:
    life = Life(await accepted(staff), await people(staff, "agent"))
    headers = {"Idempotency-Key": "once", "If-Match": "*"}
    answers = [await life.people["agent"].post(f"{ORDERS}/{life.number}/acts", headers=headers, json={
        "do": "note", "text": "诉求人来电催问"}) for _ in range(3)]
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["version"] for one in answers}) == 1


IMPOSSIBLE: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    ("office", {"do": "endorse"}, 409, "wrong_step"), ("leader", {"do": "submit"}, 403, "not_yours"),
    ("office", {"do": "dispatch"}, 422, "invalid"), ("office", {"do": "dispatch", "data": {}}, 422, "invalid"),
    ("office", {"do": "dispatch", "data": {"unit": "a b"}}, 422, "invalid"), ("office", {"do": "fly"}, 422, "invalid"),
    ("office", {"do": "accept", "data": {"number": "1"}}, 422, "invalid"), ("office", {}, 422, "invalid"),
    ("agent", {"do": "rate", "data": {"value": 6}}, 422, "invalid"), ("agent", {"do": "note"}, 409, "needs_more"),
    ("agent", {"do": "note", "text": "x", "at": 1}, 422, "invalid"),
    ("office", {"do": "refuse", "data": {"ground": "civil", "refusal": "R1"}}, 409, "needs_more"),
    ("lead", {"do": "reply", "text": REPLY, "data": {"solved": True}}, 404, "not_found"),
)


async def test_an_act_that_cannot_be_is_refused_with_what_to_do_and_changes_nothing(staff: Staff) -> None:
    number, everybody = await accepted(staff), await people(staff, "agent", "office", "leader", "lead")
    before = (await everybody["office"].get(f"{ORDERS}/{number}")).json()["version"]
    for who, said, status, code in IMPOSSIBLE:
        answer = await everybody[who].post(f"{ORDERS}/{number}/acts", json=said,
                                           headers={"Idempotency-Key": "k", "If-Match": "*"})
        assert (answer.status_code, answer.json()["code"]) == (status, code), (said, answer.text)
        assert answer.json()["fix"], said
    assert (await everybody["office"].get(f"{ORDERS}/{number}")).json()["version"] == before


async def test_a_leader_signs_many_orders_at_once_and_is_told_of_each(staff: Staff) -> None:
    everybody = await people(staff, "office", "leader")
    numbers = [await accepted(staff, key=f"order-{n}", call_key=None, appeal=None) for n in range(3)]
    for number in numbers[:2]:
        await Life(number, everybody).step("office", "submit", "awaiting_signature")
    wanted = [{"number": number} for number in (*reversed(numbers), NOWHERE)]
    asked = {"do": "endorse", "text": "同意", "orders": wanted}
    answers = [await everybody["leader"].post("/api/work-order-batches", json=asked,
                                              headers={"Idempotency-Key": "batch"}) for _ in range(2)]
    results = answers[0].json()["results"]
    assert answers[1].json()["results"] == results
    assert [one["number"] for one in results] == [numbers[2], numbers[1], numbers[0], NOWHERE]
    assert [one.get("code") or one["state"] for one in results] == ["wrong_step", "endorsed", "endorsed", "not_found"]
    state = (await everybody["office"].get(ORDERS, params={"state": "endorsed"})).json()["work_orders"]
    assert {one["number"] for one in state} == set(numbers[:2])


async def test_orders_are_printed_a_sheet_each_and_what_was_typed_is_only_text(staff: Staff) -> None:
    number = await accepted(staff, summary="<script>alert(1)</script>漏水")
    everybody = await people(staff, "agent", "office", "water")
    page = await everybody["office"].get("/api/work-order-prints", params={"numbers": number})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (page.text.count("<section>"), number in page.text, "13800001234" in page.text) == (1, True, True)
    assert "<script>" not in page.text
    masked = await everybody["agent"].get("/api/work-order-prints", params={"numbers": number})
    assert "13800001234" not in masked.text
    refused = await everybody["water"].get("/api/work-order-prints", params={"numbers": number})
    assert refused.status_code == 404


async def test_what_is_hidden_is_shown_for_a_reason_and_that_is_kept(staff: Staff) -> None:
    life = Life(await accepted(staff), await people(staff, "agent", "water"))
    path, key = f"{ORDERS}/{life.number}/unmask", {"Idempotency-Key": "u"}
    asked = {"field": "number", "why": "回拨核实地址"}
    shown = await life.people["agent"].post(path, json=asked, headers=key)
    assert shown.json() == {"field": "number", "value": "13800001234"}
    assert (await life.people["agent"].post(path, json=asked, headers=key)).json()["code"] == "already_done"
    history = (await life.people["agent"].get(f"{ORDERS}/{life.number}/history")).json()["history"]
    assert (history[-1]["do"], history[-1]["why"]) == ("unmask", "回拨核实地址")
    assert [row.about for row in await staff.audit("number.unmasked")] == [life.number]
    assert (await life.people["water"].post(path, json=asked, headers=key)).status_code == 404
