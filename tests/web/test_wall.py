"""The wallboard: what its figures count, and who may see them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.people.staff import Staff
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


async def test_a_wall_without_the_controller_says_so_and_that_calls_go_on(staff: Staff) -> None:
    client = await signed_on(staff, "leader", Role.DUTY_LEADER)
    await staff.house.controller.server.stop()
    answer = await client.get("/wall/figures")
    assert "正在进行的通话不受影响" in answer.text
