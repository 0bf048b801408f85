"""Pages say what is so: what nobody filled in is no secret, an agent has a name, a saved text stays saved."""

from __future__ import annotations

import pytest

from api.orders.sight import Sight
from api.people.caller import ANYBODY
from tests.api.house import ANSWERS
from tests.api.town_hall import APPEAL, ORDERS
from tests.life.lives import Life
from tests.people.staff import Staff
from tests.web.http import signed_on
from tests.web.test_wall import AGENT, CALL
from workorders.life.confidential import Reader
from workorders.life.words import Role
from workorders.models import CallRecord

PLACE = APPEAL | {"address": "", "agent": "a1004"}


async def posted(staff: Staff) -> str:
    """An order without a place, taken by an agent."""
    answer = await staff.house.client.post(ORDERS, json=PLACE, headers={"Idempotency-Key": "order-1"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def test_what_nobody_filled_in_is_not_called_secret_and_an_agent_has_a_name(staff: Staff) -> None:
    number = await posted(staff)
    client = await signed_on(staff, "zhaoqian", Role.AGENT, agent="a1004")
    shown = (await client.get(f"/orders/{number}")).text
    assert "<dt>地点</dt><dd>未填写</dd>" in shown
    assert "不公开" not in shown
    assert "坐席 zhaoqian 受理" in shown
    assert "坐席 a1004" not in shown


@pytest.mark.parametrize(("role", "kept"), [
    (Role.BACK_OFFICE, []), (Role.EXPERT, ["address"]), (Role.AUDITOR, ["address", "summary"])])
def test_what_is_kept_from_a_reader_is_told_apart_from_what_is_empty(role: Role, kept: list[str]) -> None:
    sight = Sight(ANYBODY, (Reader("x", role),))
    assert sight.kept_back(Life().order) == kept  # name and number are masked, not kept


async def test_wrap_up_says_that_the_citizen_hung_up(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await signed_on(staff, "zhaoqian", Role.AGENT, agent="a1004")
    for why, told in (("citizen_gone", True), ("finished", False)):
        monkeypatch.setitem(ANSWERS, "agents.list", [AGENT | {"state": "wrap_up", "why": why, "choice": ""}])
        assert ("市民已挂机" in (await client.get("/desk/bar")).text) is told


async def test_a_form_that_is_opened_again_says_that_its_text_is_saved(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await signed_on(staff, "zhaoqian", Role.AGENT, agent="a1004")
    monkeypatch.setitem(ANSWERS, "calls.get", CALL)
    key = CALL["call"]
    empty = (await client.get(f"/desk/order/{key}")).text
    assert "已保存" not in empty
    async with staff.db.writing() as session:
        session.add(CallRecord(key=key, caller="13800001234", called="12345", direction="in",
                               appeals={"1": {"kind": "help", "summary": "路灯不亮"}}))
    again = (await client.get(f"/desk/order/{key}")).text
    assert "路灯不亮" in again
    assert 'role="status">已保存</p>' in again
