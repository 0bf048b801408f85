"""When an agent has done with a call: what was written then is an answer (docs/adr/0041)."""

from __future__ import annotations

import pytest

from routing.agents import AgentBoard, AgentStatus


@pytest.mark.parametrize(("before", "after", "done"), [
    (AgentStatus.WRAP_UP, AgentStatus.READY, "c1"), (AgentStatus.WRAP_UP, AgentStatus.RINGING, "c1"),
    (AgentStatus.LOST, AgentStatus.BREAK, "c1"), (AgentStatus.LOST, AgentStatus.WRAP_UP, ""),
    (AgentStatus.LOST, AgentStatus.RINGING, ""),
    (AgentStatus.RINGING, AgentStatus.BREAK, "c1"), (AgentStatus.RINGING, AgentStatus.READY, ""),
    (AgentStatus.TALKING, AgentStatus.LOST, "")])
def test_an_agent_who_was_lost_and_is_not_back_in_time_has_done_with_the_call(
        before: AgentStatus, after: AgentStatus, done: str) -> None:
    agents = AgentBoard(["a1"])
    agents.put("a1", before, 1.0, call="c1")
    now = agents.put("a1", after, 2.0, why="lost")
    assert now is not None
    assert now.wrapped == done
