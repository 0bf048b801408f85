"""One party on hold by themselves: what board, acts and rebuild make of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.acts import Acts
from bridge.board import Board
from bridge.errors import Refused
from bridge.follows import GatherRoom
from bridge.holding import Holding
from bridge.line import Line
from bridge.memory import Memory
from bridge.model import Leg, LegState
from bridge.rebuild import rebuild
from bridge.signals import ChannelGone, Joined
from bridge.switch import ChannelNow
from bridge.talks import Talks
from bridge.views import call_view
from core import facts
from routing.agents import AgentBoard, AgentStatus
from routing.directory import Directory
from routing.roster_file import RosterFile
from tests.bridge.test_board import CITIZEN, KEY, Table, report


class Quiet:
    """A switch that does what it is told and says nothing."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def __getattr__(self, verb: str) -> Any:
        async def do(leg: Leg, **how: Any) -> None:
            self.told.append((verb if not how.get("side") else f"{verb} aside", leg.id))
        return do


@pytest.fixture
def table() -> Table:
    """Agent a1 (p1) and the housing department (u1) are with the citizen."""
    table = Table()
    table.ring("p1", role="agent", who="a1")
    table.take_invitation("p1")
    table.board.add_leg(table.call, Leg("u1", "unit", "housing", "1", "plain", "inv-2"))
    table.take(Joined(KEY, "u1", False))
    return table


def holding(table: Table, tmp_path: Path) -> tuple[Holding, Quiet]:
    switch = Quiet()
    talks = Talks(table.board, switch, scribe=Scribe(), clock=lambda: 20.0)  # type: ignore[arg-type]
    directory = Directory()
    rosters = RosterFile(tmp_path / "rosters.json", ZoneInfo("Asia/Shanghai"))
    acts = Acts(talks, Line(talks, directory), directory, rosters)
    return Holding(talks, acts), switch


class Scribe:
    """Nobody reads these."""

    def write(self, kind: str, call: str, key: str | None, at: float | None, data: dict[str, Any]) -> None: ...


def held(table: Table, party: str) -> list[Any]:
    return table.take(report(facts.PARTY_HELD, at=12.0, party=party))


def test_who_is_on_hold_is_in_the_call_but_not_with_anybody_and_the_board_knows_since_when(table: Table) -> None:
    held(table, "u1")
    leg = table.call.legs["u1"]
    assert (leg.state, leg.held_at) == (LegState.HELD, 12.0)
    assert leg not in table.call.present()
    assert leg in table.call.everybody()
    table.take(Joined(KEY, "u1", False))
    assert (leg.state, leg.held_at) == (LegState.ROOM, 0.0)


def test_a_late_word_of_hold_does_not_raise_a_leg_that_is_gone(table: Table) -> None:
    table.take(ChannelGone("u1", 16, 0))
    held(table, "u1")
    assert table.call.legs["u1"].state is LegState.GONE


def test_who_is_left_on_hold_with_a_held_citizen_is_brought_whichever_word_comes_first(table: Table) -> None:
    held(table, "u1")
    assert GatherRoom(KEY) not in table.take(ChannelGone("p1", 16, 0))  # the citizen is still in the room
    assert GatherRoom(KEY) in table.take(report(facts.CITIZEN_HELD))


def test_on_hold_counts_for_nobody_who_could_bring_the_citizen_back(table: Table) -> None:
    table.take(report(facts.CITIZEN_HELD), Joined(KEY, "p1", True), Joined(KEY, "u1", True))
    assert GatherRoom(KEY) in held(table, "p1")


def test_hold_moves_one_leg_twice_asked_once_and_back_goes_where_the_talk_is(table: Table, tmp_path: Path) -> None:
    acts, switch = holding(table, tmp_path)

    async def play() -> None:
        await acts.hold(KEY, "u1")
        held(table, "u1")
        assert (await acts.hold(KEY, "u1"))["already"]
        await acts.back(KEY, "u1")
        table.take(report(facts.CITIZEN_HELD), Joined(KEY, "p1", True))
        await acts.back(KEY, "u1")

    asyncio.run(play())
    assert switch.told == [("hold", "u1"), ("step", "u1"), ("step aside", "u1")]


@pytest.mark.parametrize(("before", "party", "code"), [
    ([ChannelGone("u1", 16, 0)], "u1", "left_already"),
    ([ChannelGone("u1", 16, 0)], "p1", "alone_with_citizen"),
    ([report(facts.CITIZEN_HELD), Joined(KEY, "p1", True), Joined(KEY, "u1", True)], "p1", "leads_the_consult"),
    ([], "nobody", "no_such_party"),
])
def test_nobody_is_held_who_is_gone_or_whom_the_talk_needs(
        table: Table, tmp_path: Path, before: list[Any], party: str, code: str) -> None:
    table.take(*before)
    acts, switch = holding(table, tmp_path)
    with pytest.raises(Refused) as refused:
        asyncio.run(acts.hold(KEY, party))
    assert refused.value.code == code
    assert switch.told == []


def test_who_is_in_the_room_cannot_be_brought_back(table: Table, tmp_path: Path) -> None:
    acts, _ = holding(table, tmp_path)
    with pytest.raises(Refused, match="not on hold"):
        asyncio.run(acts.back(KEY, "u1"))


def test_after_a_restart_it_is_read_from_their_own_channel() -> None:
    board = Board(AgentBoard(["a1"]))
    citizen = ChannelNow(CITIZEN, "PJSIP/c", True, {"HL_KEY": KEY, "HL_STATE": "room", "HL_ANSWERED": "1"})
    agent = ChannelNow("p1", "PJSIP/6001", True, {
        "HL_KEY": KEY, "HL_PARTY": "p1", "HL_ROLE": "agent", "HL_WHO": "a1", "HL_STATE": "held", "HL_SINCE": "77"})
    rebuild(board, [citizen, agent], Memory(), rebooted=False, now=100.0)
    leg = board.calls[KEY].legs["p1"]
    assert (leg.state, leg.held_at) == (LegState.HELD, 77.0)
    assert leg.joined_at
    assert board.agents["a1"].status is AgentStatus.TALKING


def test_whoever_comes_back_on_a_new_leg_is_in_the_talk_since_their_first() -> None:
    table = Table()
    table.ring("p1", role="agent", who="a1")
    table.take_invitation("p1")
    first = table.call.legs["p1"].joined_at
    table.call.legs["p1"].state = LegState.GONE
    table.call.legs["p2"] = Leg("p2", "agent", "a1", "6001", "web", "", "PJSIP/a", LegState.ROOM, joined_at=first + 50)
    table.call.legs["u1"] = Leg("u1", "unit", "housing", "1", "plain", "", "PJSIP/u", LegState.ROOM,
                                joined_at=first + 9)
    shown = {one["party"]: (one["joined_at"], one["talk_since"]) for one in call_view(table.call)["parties"]}
    assert shown == {"p2": (first + 50, first), "u1": (first + 9, first + 9)}
