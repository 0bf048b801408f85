"""What an agent may ask for, and what calls make of an agent."""

from __future__ import annotations

import pytest

from routing.agents import AgentBoard, AgentRefused, AgentStatus


def test_an_agent_in_a_call_cannot_ask_to_be_ready() -> None:
    board = AgentBoard(["a"])
    board.put("a", AgentStatus.TALKING, 1, call="k")
    with pytest.raises(AgentRefused, match="finish the call first"):
        board.ask("a", AgentStatus.READY, 2)


def test_nobody_asks_for_a_state_that_only_calls_give() -> None:
    with pytest.raises(AgentRefused, match="ready, break or offline"):
        AgentBoard(["a"]).ask("a", AgentStatus.TALKING, 1)


def test_an_agent_who_is_not_in_the_directory_is_refused() -> None:
    with pytest.raises(AgentRefused, match="not in the directory"):
        AgentBoard([]).ask("ghost", AgentStatus.READY, 1)


def test_being_rung_in_vain_does_not_cost_the_place_among_the_idle() -> None:
    board = AgentBoard(["a"])
    board.ask("a", AgentStatus.READY, 10)
    board.put("a", AgentStatus.RINGING, 20)
    board.put("a", AgentStatus.READY, 25, why="not_rung")
    assert board["a"].idle_since == 10


def test_missed_calls_are_counted_until_the_next_talk() -> None:
    board = AgentBoard(["a"])
    board.put("a", AgentStatus.BREAK, 1, why="missed")
    board.ask("a", AgentStatus.READY, 2)
    board.put("a", AgentStatus.BREAK, 3, why="missed")
    assert board["a"].missed == 2
    board.put("a", AgentStatus.TALKING, 4, call="k")
    assert board["a"].missed == 0


def test_wrap_up_ends_by_itself() -> None:
    board = AgentBoard(["a"])
    board.put("a", AgentStatus.WRAP_UP, 1, until=100)
    assert board.due(99) == []
    assert [a.id for a in board.due(100)] == ["a"]


def test_an_agent_taken_out_of_the_directory_in_a_call_is_kept_until_free() -> None:
    board = AgentBoard(["a", "b"])
    board.put("a", AgentStatus.TALKING, 1, call="k")
    board.keep(["c"])
    assert {a.id for a in board} == {"a", "c"}
