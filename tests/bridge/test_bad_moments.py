"""Bad moments: a leg goes, a clock jumps, switch or controller are away; nobody is stranded, blamed or forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.acts import Acts
from bridge.board import Board
from bridge.clock import SteadyClock
from bridge.errors import Refused, SwitchAway
from bridge.follows import Follow, GatherRoom, HangUp, MuteAgain, QueueChanged, Said, StopDialling
from bridge.line import Line
from bridge.memory import Memory
from bridge.model import Call, CitizenState, InvitationState, Leg, LegState
from bridge.rebuild import rebuild
from bridge.signals import ChannelGone, Joined, Report, Ringing
from bridge.switch import ChannelNow
from bridge.talks import Talks
from core import facts
from core.facts import Fact
from routing.agents import AgentBoard, AgentStatus
from routing.directory import Directory
from routing.roster_file import RosterFile
from tests.bridge.test_board import CITIZEN, KEY, Table, report


@pytest.fixture
def table() -> Table:
    return Table()


def talking(table: Table, leg: str = "p1") -> None:
    """Agent a1 is with the citizen."""
    table.ring(leg, role="agent", who="a1")
    table.take_invitation(leg)


# -- how a leg goes --------------------------------------------------------------------------------------------
def test_an_agent_whose_citizen_hung_up_is_not_lost(table: Table) -> None:
    talking(table)
    table.take(ChannelGone("p1", 44, 0), report(facts.QUEUE_ENTERED, why="lost", queued="1", prefer="a1"))
    seen = [table.board.agents["a1"].status]
    table.take(report(facts.CALL_HUNG_UP, at=12.0, state="waiting", cause="16"))
    assert [*seen, table.board.agents["a1"].status] == [AgentStatus.LOST, AgentStatus.WRAP_UP]
    assert not table.board.calls


def test_who_is_released_by_the_end_of_the_talk_has_finished_and_is_not_lost(table: Table) -> None:
    talking(table)
    table.take(report(facts.TALK_ENDED, act="finish"), report("party.gone", party="p1", why="lost"),
               ChannelGone("p1", 16, 0))
    assert table.board.agents["a1"].status is AgentStatus.WRAP_UP
    assert next(s.data["why"] for s in table.said if s.kind == facts.PARTY_LEFT) == "finished"


def test_a_word_that_comes_late_does_not_raise_an_ended_call(table: Table) -> None:
    talking(table)
    table.take(report(facts.CALL_HUNG_UP, at=12.0, state="room", cause="16"))
    table.take(report(facts.QUEUE_ENTERED, at=11.9, why="lost", queued="1"), Joined(KEY, CITIZEN, False))
    assert table.call.state is CitizenState.ENDED


def test_a_phone_that_comes_into_a_consult_that_is_over_is_brought_to_the_citizen(table: Table) -> None:
    talking(table)
    table.board.add_leg(table.call, Leg("u1", "unit", "housing", "1", "plain", "inv-2"))
    assert GatherRoom(KEY) in table.take(Joined(KEY, "u1", True))


def test_a_unit_left_alone_aside_is_brought_back_whichever_word_comes_first(table: Table) -> None:
    talking(table)
    table.board.add_leg(table.call, Leg("u1", "unit", "housing", "1", "plain", "inv-2"))
    table.take(Joined(KEY, "u1", False), Joined(KEY, "u1", True), ChannelGone("p1", 16, 0))
    assert GatherRoom(KEY) in table.take(report(facts.CITIZEN_HELD))


def test_a_muted_party_that_comes_back_from_hold_is_muted_again(table: Table) -> None:
    talking(table)
    table.call.legs["p1"].muted = True
    assert MuteAgain(KEY, "p1") in table.take(Joined(KEY, "p1", True), Joined(KEY, "p1", False))


def test_a_joining_told_twice_is_one_fact_and_no_move(table: Table) -> None:
    talking(table)
    table.take(Joined(KEY, "p1", False))
    assert (table.kinds().count(facts.PARTY_JOINED), table.kinds().count(facts.PARTY_MOVED)) == (1, 0)


def test_a_leg_that_the_board_has_forgotten_is_known_again_when_it_answers(table: Table) -> None:
    table.take(report(facts.PARTY_ANSWERED, party="x1", role="unit", who="water", invitation="inv-9"),
               Joined(KEY, CITIZEN, False), Joined(KEY, "x1", False))
    assert table.call.first_responder == "water"


# -- outgoing talks --------------------------------------------------------------------------------------------
def outgoing(table: Table) -> Call:
    """A call-back whose agent is being rung."""
    table.board.clear()
    table.board.add_call(Call(KEY, "out-1", "13900000000", direction="out", state=CitizenState.DIALLED))
    table.ring("p1", role="agent", who="a1")
    return table.call


def test_an_outgoing_talk_whose_agent_does_not_answer_leaves_nothing(table: Table) -> None:
    call = outgoing(table)
    table.take(Ringing("p1"), ChannelGone("p1", 19, 480))
    table.board.end_invitation(call, call.invitations["inv-1"], InvitationState.FAILED)
    assert not table.board.calls


def test_an_outgoing_talk_whose_citizen_is_busy_leaves_nothing(table: Table) -> None:
    outgoing(table)
    table.take_invitation("p1")
    table.call.state, table.call.since = CitizenState.DIALLED, 5.0
    out = table.take(ChannelGone("out-1", 17, 486))
    assert HangUp(("p1",), "citizen_gone") in out
    table.take(ChannelGone("p1", 16, 0))
    assert not table.board.calls
    assert table.board.agents["a1"].status is AgentStatus.WRAP_UP


def test_an_agent_who_hangs_up_before_the_citizen_answers_rings_nobody_any_more(table: Table) -> None:
    call = outgoing(table)
    table.take(report("party.took", party="p1", invitation="inv-1"), Joined(KEY, "p1", False))
    call.since = 5.0
    out = table.take(ChannelGone("p1", 16, 0))
    assert StopDialling("out-1") in out
    assert not table.board.calls
    assert table.board.agents["a1"].status is AgentStatus.WRAP_UP


# -- nobody commands -------------------------------------------------------------------------------------------
class AwaySwitch:
    """A switch that is not connected; counts what it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, verb: str) -> Any:
        async def away(*_: Any, **__: Any) -> None:
            self.asked += 1
            raise SwitchAway(verb)

        return away


class Scribe:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def write(self, kind: str, call: str, key: str | None, at: float | None, data: dict[str, Any]) -> None:
        self.kinds.append(kind)


def line_of(table: Table) -> tuple[Line, Talks, AwaySwitch]:
    switch = AwaySwitch()
    talks = Talks(table.board, switch, Scribe(), lambda: 10.0)
    agents = [{"id": a, "name": a, "phone": f"60{a}"} for a in ("a1", "a2")]
    unit = {"id": "housing", "name": "housing", "phones": [{"number": "66010001"}]}
    directory = Directory.model_validate({"agents": agents, "units": [unit]})
    for agent in ("a1", "a2"):
        table.board.agents.put(agent, AgentStatus.READY, 1.0)
    return Line(talks, directory), talks, switch


async def settled(talks: Talks) -> None:
    """Wait until no work is under way."""
    while under_way := list(talks._tasks):
        await asyncio.wait_for(asyncio.gather(*under_way), 6)


async def test_while_the_switch_is_away_nobody_is_rung(table: Table) -> None:
    line, talks, switch = line_of(table)
    talks.commands = False
    line.look()
    await settled(talks)
    assert switch.asked == 0
    assert {a.status for a in table.board.agents} == {AgentStatus.READY}


async def test_an_agent_who_could_not_be_rung_because_the_switch_went_away_stays_ready(table: Table) -> None:
    line, talks, _ = line_of(table)
    line.look()
    talks.commands = False
    await settled(talks)
    assert {a.status for a in table.board.agents} == {AgentStatus.READY}
    assert facts.AGENT_MISSED not in talks._scribe.kinds  # type: ignore[attr-defined]


async def test_an_agent_rung_by_the_dialplan_is_not_rung_for_another_citizen(table: Table) -> None:
    line, _, _ = line_of(table)
    table.board.add_leg(table.call, Leg("s1", "agent", "a1", "6001", "plain", "", state=LegState.RINGING))
    assert [free.agent for free in line.free()] == ["a2"]


@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_a_citizen_whom_an_agent_is_coming_to_fetch_is_not_given_to_a_second_agent(
    table: Table, steps: int,
) -> None:
    line, talks, switch = line_of(table)
    talks.commands = False
    table.ring("p1", role="agent", who="a1")
    table.board.agents.put("a1", AgentStatus.RINGING, 2.0)
    words = (report(facts.PARTY_ANSWERED, party="p1", invitation="inv-1"),
             report("party.took", party="p1", invitation="inv-1"), Joined(KEY, "p1", False))
    table.take(*words[:steps])  # the citizen's own joining is always the last to be told
    assert [citizen.ringing for citizen in line.waiting()] == [True]
    assert switch.asked == 0


async def test_an_agent_lost_on_the_way_to_the_citizen_is_followed_by_the_next(table: Table) -> None:
    line, talks, _ = line_of(table)
    talks.commands = False
    table.ring("p1", role="agent", who="a1")
    table.board.agents.put("a1", AgentStatus.RINGING, 2.0)
    out = table.take(report(facts.PARTY_ANSWERED, party="p1", invitation="inv-1"),
                     report("party.took", party="p1", invitation="inv-1"), ChannelGone("p1", 16, 0))
    assert [citizen.ringing for citizen in line.waiting()] == [False]
    assert QueueChanged() in out


async def test_an_agent_lost_from_a_talk_that_a_unit_goes_on_with_is_rung_back_into_it(table: Table) -> None:
    line, talks, _ = line_of(table)
    talking(table)
    table.board.add_leg(table.call, Leg("u1", "unit", "housing", "1", "plain", "inv-2", state=LegState.ROOM))
    table.take(ChannelGone("p1", 44, 0))
    assert table.board.agents["a1"].status is AgentStatus.LOST
    line.look()
    rung = table.call.ringing("agent")
    assert [(one.who, one.ring_seconds) for one in rung] == [("a1", talks.rules.return_ring)]
    await settled(talks)


async def test_a_consult_with_somebody_who_is_here_does_not_send_the_citizen_to_hold(table: Table) -> None:
    line, talks, switch = line_of(table)
    talking(table)
    table.board.add_leg(table.call, Leg("u1", "unit", "housing", "1", "plain", "inv-2", state=LegState.ROOM))
    acts = Acts(talks, line, line.directory, RosterFile(Path("nowhere"), ZoneInfo("Asia/Shanghai")))
    with pytest.raises(Refused, match="already"):
        await acts.consult(KEY, "unit", "housing", by="a1")
    assert switch.asked == 0


# -- the clock -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_clock_that_is_set_by_an_hour_moves_no_deadline(jump: float) -> None:
    wall, steady = [1000.0], [5.0]
    clock = SteadyClock(lambda: wall[0], lambda: steady[0])
    before = clock()
    wall[0] += jump + 10.0
    steady[0] += 10.0
    assert clock() - before == pytest.approx(10.0, abs=0.6)


# -- rebuilt ---------------------------------------------------------------------------------------------------
def citizen(state: str = "room", *, up: bool = True, prefer: str = "", **more: str) -> ChannelNow:
    values = {"SHARED(HL_PREFER)": prefer, "HL_KEY": KEY,
              "HL_STATE": state, "HL_SINCE": "5", "HL_ANSWERED": "1.5", "HL_DIRECTION": "in", **more}
    return ChannelNow(CITIZEN, "PJSIP/network-1", up, values)


def party(leg: str, state: str, role: str, who: str, invitation: str = "inv-1") -> ChannelNow:
    return ChannelNow(leg, f"PJSIP/{leg}", bool(state), {
        "HL_KEY": KEY, "HL_PARTY": leg, "HL_STATE": state, "HL_ROLE": role, "HL_WHO": who, "HL_PHONE": "plain",
        "HL_INVITATION": invitation,
    })


def remembering(*told: tuple[str, dict[str, Any]]) -> Memory:
    memory = Memory()
    for seq, (kind, data) in enumerate(((facts.CALL_ANSWERED, {}), *told), start=1):
        memory.fold(Fact(seq, float(seq), kind, KEY, "", data))
    return memory


def rebuilt(memory: Memory, *channels: ChannelNow, rebooted: bool = False) -> tuple[Board, list[Follow]]:
    board = Board(AgentBoard(["a1", "a2"]))
    return board, rebuild(board, list(channels), memory, rebooted=rebooted, now=10.0)


def said(out: list[Follow], kind: str) -> list[Said]:
    return [f for f in out if isinstance(f, Said) and f.kind == kind]


def agent(state: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return facts.AGENT_STATE, {"agent": "a1", "state": state, **more}


def test_agents_rung_by_the_dialplan_alone_are_not_blamed_by_the_controller_that_comes_back() -> None:
    memory = remembering(agent("ready"))
    board, _ = rebuilt(memory, citizen("surviving"), party("s1", "", "agent", "a1", ""))
    out = board.apply(ChannelGone("s1", 26, 0), 11.0)
    assert board.agents["a1"].status is AgentStatus.READY
    assert not said(out, facts.AGENT_MISSED)


def test_a_unit_that_came_while_the_controller_was_away_is_first_responder() -> None:
    board, out = rebuilt(remembering(), citizen(), party("u1", "room", "unit", "housing"))
    assert board.calls[KEY].first_responder == "housing"
    assert [s.key for s in said(out, facts.PARTY_JOINED)] == ["u1:joined"]
    assert len(said(out, facts.FIRST_RESPONDER)) == 1


def test_a_unit_in_a_private_consult_at_a_rebuild_is_no_first_responder() -> None:
    board, _ = rebuilt(remembering(), citizen("held"), party("u1", "side", "unit", "housing"))
    assert board.calls[KEY].first_responder == ""


def test_a_call_that_ended_unseen_is_forgotten_and_never_called_interrupted() -> None:
    memory = remembering()
    _, out = rebuilt(memory)
    assert not said(out, facts.CALL_INTERRUPTED)
    _, later = rebuilt(memory, rebooted=True)
    assert not said(later, facts.CALL_INTERRUPTED)


def test_a_call_under_which_the_switch_died_is_interrupted() -> None:
    _, out = rebuilt(remembering(), rebooted=True)
    assert len(said(out, facts.CALL_INTERRUPTED)) == 1


def test_a_leg_whose_citizen_is_gone_is_let_go_at_a_rebuild() -> None:
    board, out = rebuilt(remembering(agent("talking", call=KEY)), party("p1", "room", "agent", "a1"))
    assert HangUp(("p1",), "citizen_gone") in out
    board.apply(ChannelGone("p1", 16, 0), 11.0)
    assert not board.calls
    assert board.agents["a1"].status is AgentStatus.WRAP_UP


def test_a_citizen_who_is_being_rung_at_a_rebuild_has_not_answered() -> None:
    ringing = citizen("", up=False, HL_DIRECTION="out", HL_ANSWERED="")
    board, out = rebuilt(Memory(), ringing, party("p1", "room", "agent", "a1"))
    assert board.calls[KEY].state is CitizenState.DIALLED
    assert not said(out, facts.CALL_ANSWERED)
    assert not said(board.apply(ChannelGone(CITIZEN, 17, 486), 11.0), facts.CALL_HUNG_UP)


def test_a_lost_agent_is_rung_again_also_by_a_controller_that_was_away_for_a_moment() -> None:
    memory = remembering(agent("lost", call=KEY, until=15.0))
    waiting = citizen("waiting", prefer="a1", HL_WHY="lost")
    board, _ = rebuilt(memory, waiting)
    assert board.calls[KEY].prefer == "a1"
    assert board.agents["a1"].status is AgentStatus.LOST


def test_an_agent_whose_leg_went_while_the_controller_was_away_is_awaited_by_the_talk_that_goes_on() -> None:
    memory = remembering(agent("talking", call=KEY))
    there = (citizen(), party("u1", "room", "unit", "housing"))
    board, out = rebuilt(memory, *there)
    assert (board.agents["a1"].status, board.calls[KEY].cut_off) == (AgentStatus.WRAP_UP, ["a1"])
    told = said(out, facts.AGENT_STATE)[0]
    memory.fold(Fact(9, 10.0, told.kind, told.call, "", told.data))
    again, _ = rebuilt(memory, *there)
    assert again.calls[KEY].cut_off == ["a1"]
    memory.fold(Fact(10, 11.0, facts.PARTY_JOINED, KEY, "", {"party": "p2", "role": "agent", "who": "a1"}))
    back, _ = rebuilt(memory, *there)
    assert back.calls[KEY].cut_off == []


def test_an_agent_who_hung_up_while_the_controller_was_away_is_not_awaited_by_a_citizen_who_rates_the_talk() -> None:
    board, out = rebuilt(remembering(agent("talking", call=KEY)), citizen("rating"))
    assert (board.agents["a1"].why, board.calls[KEY].cut_off) == ("ended", [])
    assert said(out, facts.AGENT_STATE)


def test_a_muted_party_is_still_muted_after_a_rebuild() -> None:
    memory = remembering((facts.PARTY_MUTED, {"party": "p1", "muted": True}))
    board, _ = rebuilt(memory, citizen(), party("p1", "room", "agent", "a1"))
    assert board.calls[KEY].legs["p1"].muted


def test_a_rebuild_with_nothing_changed_moves_no_agent_and_says_nothing_new() -> None:
    told = (agent("talking", call=KEY), (facts.FIRST_RESPONDER, {"unit": "housing", "party": "u1"}))
    _, out = rebuilt(remembering(*told), citizen(), party("p1", "room", "agent", "a1"),
                     party("u1", "room", "unit", "housing"))
    assert {s.kind for s in out if isinstance(s, Said)} == {facts.PARTY_JOINED}  # keyed: the journal has them
    assert len(out) == 2


def test_a_call_answered_while_nobody_looked_keeps_its_direction() -> None:
    board = Board(AgentBoard(["a1"]))
    board.apply(Report(facts.CALL_ANSWERED, KEY, 1.0, "1.000", {"channel": CITIZEN, "direction": "out"}), 1.0)
    assert board.calls[KEY].direction == "out"
