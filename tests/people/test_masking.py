"""A citizen's number goes out masked wherever it stands; and whose name stands under an act in a call."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from api import events
from api.people.caller import Caller
from api.people.masking import shown_to
from api.people.rights import OF_ROLE
from api.people.sight import Sight
from core import facts
from core.facts import Fact
from tests.people.one_database import db, empty_tables  # noqa: F401
from tests.people.staff import Staff
from workorders.life.words import Role
from workorders.models import CallRecord

NUMBER, MASKED, KEY = "13800001234", "138****1234", "b" * 32
AGENT = Caller("person", "p-1", "王敏", OF_ROLE[Role.AGENT], frozenset({Role.AGENT}), agent="a1001")
LEADER = Caller("person", "p-2", "李雷", OF_ROLE[Role.TEAM_LEADER], frozenset({Role.TEAM_LEADER}))
CALL: dict[str, Any] = {
    "call": KEY, "state": "room", "caller": NUMBER, "called": "12345", "direction": "in",
    "parties": [{"party": "p1", "role": "agent", "who": "a1001", "phone": "1001"},
                {"party": "p2", "role": "unit", "who": "housing", "phone": "85550001"}]}


def test_a_number_is_masked_at_any_depth_under_any_name_and_in_any_text() -> None:
    out = {"caller": NUMBER, "summary": f"请回电 {NUMBER}，或 {NUMBER}#", "call": {"caller": NUMBER},
           "failures": [{"phone": NUMBER, "why": "busy"}, {"party": "citizen", "phone": "13900005678"}],
           "channel": f"PJSIP/{NUMBER}@network", "rows": ({"note": NUMBER},), "count": 5, "none": None}
    shown = str(shown_to(AGENT, out))
    assert NUMBER not in shown
    assert "13900005678" not in shown
    assert shown.count(MASKED) == 7
    assert out["caller"] == NUMBER  # what is kept is whole


def test_desks_that_everybody_may_ring_and_duty_phones_are_no_secret() -> None:
    assert shown_to(AGENT, {"caller": "12345", "phone": "85550001"}) == {"caller": "12345", "phone": "85550001"}
    assert shown_to(AGENT, {"caller": "", "summary": "无"}) == {"caller": "", "summary": "无"}


def test_a_program_that_passes_numbers_on_gets_them_whole() -> None:
    program = Caller("client", "c-1", "省平台", frozenset({"orders.read", "numbers.see"}))
    assert shown_to(program, {"caller": NUMBER}) == {"caller": NUMBER}


async def test_no_answer_about_calls_or_records_shows_a_number(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    async def live(**_: Any) -> Any:
        return CALL

    async def listed(**_: Any) -> Any:
        return [CALL]

    handlers = staff.house.controller.server._handlers
    monkeypatch.setitem(handlers, "calls.get", live)  # type: ignore[arg-type]
    monkeypatch.setitem(handlers, "calls.list", listed)  # type: ignore[arg-type]
    async with staff.db.writing() as session:
        session.add(CallRecord(key=KEY, caller=NUMBER, answered_at=staff.now, parties=CALL["parties"],
                               failures=[{"at": staff.now, "phone": NUMBER, "why": "busy"}],
                               appeals={"1": {"kind": "help", "summary": f"回拨 {NUMBER}", "agent": "a1001"}}))
    agent = await staff.signed_on("wangmin", Role.AGENT, agent="a1001")
    for path in ("/api/calls", f"/api/calls/{KEY}", "/api/call-records", f"/api/call-records/{KEY}"):
        answer = await agent.get(path)
        assert answer.status_code == 200, path
        assert NUMBER not in answer.text, path
        assert MASKED in answer.text, path
    other = await staff.signed_on("liuyang", Role.AGENT, agent="a1002")
    assert (await other.get("/api/calls")).json() == {"calls": []}
    assert {(await other.get(path)).status_code for path in (f"/api/calls/{KEY}", f"/api/call-records/{KEY}")} == {404}


async def test_an_agent_acts_in_their_own_name_and_in_their_own_calls(staff: Staff, monkeypatch: pytest.MonkeyPatch,
                                                                     ) -> None:
    async def live(**_: Any) -> Any:
        return CALL

    monkeypatch.setitem(staff.house.controller.server._handlers, "calls.get", live)  # type: ignore[arg-type]
    mine = await staff.signed_on("wangmin", Role.AGENT, agent="a1001")
    other = await staff.signed_on("liuyang", Role.AGENT, agent="a1002")
    leader = await staff.signed_on("lilei", Role.TEAM_LEADER)

    async def hold(client: httpx.AsyncClient, **by: str) -> int:
        return (await client.post(f"/api/calls/{KEY}/hold", json=by)).status_code

    assert [await hold(mine), await hold(mine, by="a1001"), await hold(mine, by="a1002")] == [200, 200, 403]
    assert [await hold(other), await hold(other, by="a1001")] == [404, 404]
    assert await hold(leader, by="a1001") == 200
    assert [args["by"] for verb, args in staff.house.controller.asked if verb == "call.hold"] == [
        "a1001", "a1001", "a1001"]
    assert [(row.about, row.data["name"]) for row in await staff.audit("act.for_other")] == [(KEY, "a1001")]
    assert (await mine.put("/api/agents/a1002/state", json={"state": "break"})).status_code == 403
    assert (await mine.post(f"/api/calls/{KEY}/parties/p2/leave", json={})).status_code == 403  # "remove" is the word


def fact(seq: int, kind: str, call: str = KEY, **data: Any) -> Fact:
    """Return a fact."""
    return Fact(seq=seq, at=0.0, kind=kind, call=call, key=str(seq), data=data)


def test_an_agent_hears_of_the_calls_they_are_in_and_a_team_leader_of_all_but_reports() -> None:
    told = [fact(1, facts.PARTY_JOINED, who="a1001"), fact(2, facts.PARTY_JOINED, "c" * 32, who="a1002"),
            fact(3, facts.APPEAL_SAVED, "c" * 32, agent="a1002", appeal={"kind": "help"}),
            fact(4, facts.APPEAL_SAVED, agent="a1001", appeal={"kind": "report"}),
            fact(5, facts.CALL_DISPOSED, agent="a1001"), fact(6, facts.CALL_HUNG_UP, by="citizen"),
            fact(7, facts.ALARM, "", what="disk")]
    heard = {}
    for caller in (AGENT, LEADER):
        sight = Sight(caller)
        heard[caller.id] = [one.seq for one in told if (sight.sees(one), sight.forget(one))[0]]
    assert heard == {"p-1": [1, 4, 5, 6, 7], "p-2": [1, 2, 3, 7]}


def test_the_end_of_a_wrap_up_tells_nobody_of_whose_call_it_was() -> None:
    done = fact(1, facts.AGENT_STATE, "", agent="a1002", state="ready", wrapped="c" * 32)
    told = events.Written().of(LEADER, done)
    assert '"state": "ready"' in told
    assert "c" * 32 not in told


async def test_a_stream_ends_when_its_readers_rights_change(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_BEAT", 0.05)
    admin = await staff.signed_on("chief", Role.ADMIN)
    leader = await staff.signed_on("lilei", Role.TEAM_LEADER)
    whose = (await leader.get("/api/session")).json()["id"]
    async with asyncio.timeout(60), leader.stream("GET", "/api/events") as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()
        await anext(lines)
        assert (await admin.patch(f"/api/people/{whose}", json={"roles": ["quality"]})).status_code == 200
        rest = [line async for line in lines]
    assert 'data: {"session": "over"}' in rest
