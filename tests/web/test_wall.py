"""The wallboard: what its figures count, and who may see them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.house import ANSWERS
from tests.people.staff import BEGIN, Staff
from tests.web.http import signed_on
from web.routes_wall import wall_of
from workorders.life.words import Role


def call(state: str, queued: float = 0.0) -> dict[str, Any]:
    return {"state": state, "queued": queued}


def test_the_wall_counts_who_waits_and_how_long_the_first_has_waited() -> None:
    calls = [call("menu"), call("waiting", 90.0), call("surviving", 80.0), call("room", 70.0), call("held", 60.0)]
    wall = wall_of(calls, [{"state": "ready"}, {"state": "talking"}, {"state": "ready"}], 100.0)
    assert (wall.waiting, wall.longest, wall.late) == (2, 20.0, True)
    assert (wall.menu, wall.talking, wall.free) == (1, 2, 2)


def test_an_empty_line_has_no_longest_wait() -> None:
    wall = wall_of([], [], 100.0)
    assert (wall.waiting, wall.longest, wall.late) == (0, 0.0, False)


@pytest.mark.parametrize(("role", "agent", "status"), [
    (Role.TEAM_LEADER, "", 200), (Role.DUTY_LEADER, "", 200), (Role.AGENT, "a1004", 403), (Role.ADMIN, "", 403)])
async def test_only_who_sees_every_live_call_sees_the_wall(staff: Staff, role: Role, agent: str, status: int) -> None:
    client = await signed_on(staff, "somebody", role, agent=agent)
    assert (await client.get("/wall")).status_code == status


CALL: dict[str, Any] = {
    "call": "c" * 32, "state": "room", "since": BEGIN, "answered_at": BEGIN, "caller": "13800001234", "called": "12345",
    "direction": "in", "skill": "general", "unit": "", "urgency": 0, "lang": "zh-CN", "queued": BEGIN,
    "first_responder": "", "invitations": [], "listeners": [], "unrecorded": {"": "still"},
    "parties": [{"party": "leg-1", "role": "agent", "who": "a1004", "phone": "6004", "kind": "web", "state": "room",
                 "muted": False, "invitation": "", "joined_at": BEGIN}]}
AGENT: dict[str, Any] = {"agent": "a1004", "state": "talking", "since": BEGIN, "until": 0.0, "why": "", "missed": 0,
                         "call": "c" * 32, "name": "赵倩", "phone": "6004", "kind": "web", "listening": ""}


@pytest.fixture
def talking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The controller knows of one talk, which is not being recorded."""
    for verb, answer in (("calls.list", [CALL]), ("agents.list", [AGENT]), ("calls.get", CALL)):
        monkeypatch.setitem(ANSWERS, verb, answer)


async def test_a_wall_always_says_of_when_its_figures_are(staff: Staff) -> None:
    client = await signed_on(staff, "leader", Role.DUTY_LEADER)
    assert "数据更新于 2026-11-23 10:13:20" in (await client.get("/wall/figures")).text


async def test_a_wall_that_was_never_told_anything_does_not_say_that_it_is_live(staff: Staff) -> None:
    client = await signed_on(staff, "leader", Role.DUTY_LEADER)
    await staff.house.controller.server.stop()
    shown = (await client.get("/wall/figures")).text
    assert "还没有收到过实时数据" in shown
    assert "正在进行的通话不受影响" in shown
    assert "数据更新于" not in shown


async def test_a_wall_whose_controller_goes_says_since_when_it_knows_nothing_new(staff: Staff) -> None:
    client = await signed_on(staff, "leader", Role.DUTY_LEADER)
    await client.get("/wall/figures")
    staff.now += 90
    await staff.house.controller.server.stop()
    shown = (await client.get("/wall/figures")).text
    assert "最后一次收到实时数据是 2026-11-23 10:13:20" in shown
    assert "数据更新于" not in shown
    assert 'data-known="away"' in shown


@pytest.mark.usefixtures("talking")
async def test_live_pages_whose_controller_has_lost_the_switch_say_since_when(
    staff: Staff, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ANSWERS, "switch.state", {"here": False, "since": BEGIN - 60})
    leader = await signed_on(staff, "leader", Role.DUTY_LEADER)
    shown = (await leader.get("/wall/figures")).text
    assert "与交换机断开，数据停在 2026-11-23 10:12:20" in shown
    assert "数据更新于" not in shown
    assert 'id="wall-talking">1<' in shown  # what is known is shown, and of when it is
    agent = await signed_on(staff, "zhaoqian", Role.AGENT, agent="a1004")
    assert f'data-cut="{BEGIN - 60}"' in (await agent.get("/desk/bar")).text
    monkeypatch.delitem(ANSWERS, "switch.state")
    assert 'data-cut=""' in (await agent.get("/desk/bar")).text


@pytest.mark.usefixtures("talking")
async def test_a_call_that_is_not_recorded_is_named_on_the_wall_and_told_to_its_agent(staff: Staff) -> None:
    leader = await signed_on(staff, "leader", Role.DUTY_LEADER)
    shown = (await leader.get("/wall/figures")).text
    assert "（赵倩）的通话没有录上音" in shown
    assert "138 **** 1234" in shown
    agent = await signed_on(staff, "zhaoqian", Role.AGENT, agent="a1004")
    bar = (await agent.get("/desk/bar")).text
    assert "本通话未被录音" in bar
    assert "录音中" not in bar
