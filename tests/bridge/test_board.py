"""The board follows the switch: what each signal makes of calls, invitations and agents."""

from __future__ import annotations

import pytest

from bridge.board import Board
from bridge.follows import Follow, HangUp, QueueChanged, RingNext, Said
from bridge.model import Call, CitizenState, Invitation, InvitationState, Leg, LegState, Target
from bridge.signals import ChannelGone, Joined, NeverBegan, Report, Ringing, Signal
from core import facts
from routing.agents import AgentBoard, AgentStatus

KEY = "a" * 32
CITIZEN = "node1-1.1"


def report(kind: str, at: float = 1.0, **data: str) -> Report:
    return Report(kind, KEY, at, f"{at:.3f}", data)


class Table:
    """A board with one waiting citizen, and the facts said so far."""

    def __init__(self) -> None:
        self.board = Board(AgentBoard(["a1", "a2"]))
        self.said: list[Said] = []
        self.take(report(facts.CALL_ANSWERED, channel=CITIZEN, caller="13800001234", called="12345"))
        self.take(report(facts.QUEUE_ENTERED, why="menu", queued="1"))

    def take(self, *signals: Signal, now: float = 10.0) -> list[Follow]:
        out = [follow for signal in signals for follow in self.board.apply(signal, now)]
        self.said += [f for f in out if isinstance(f, Said)]
        return out

    @property
    def call(self) -> Call:
        return self.board.calls[KEY]

    def kinds(self) -> list[str]:
        return [s.kind for s in self.said]

    def ring(self, *legs: str, role: str = "unit", who: str = "housing") -> Invitation:
        """Ring legs as one invitation."""
        target = Target("PJSIP/1@network", "1", "plain")
        invitation = Invitation("inv-1", role, who, who, ((target,) * len(legs),), False, "a1", 20, 0)  # type: ignore[arg-type]
        self.call.invitations[invitation.id] = invitation
        for leg in legs:
            self.board.add_leg(self.call, Leg(leg, role, who, "1", "plain", invitation.id))  # type: ignore[arg-type]
        return invitation

    def take_invitation(self, leg: str) -> list[Follow]:
        """A leg rings, is answered, takes the invitation, joins."""
        return self.take(
            Ringing(leg), report(facts.PARTY_ANSWERED, party=leg, invitation="inv-1"),
            report("party.took", party=leg, invitation="inv-1"), Joined(KEY, CITIZEN, False), Joined(KEY, leg, False),
        )


@pytest.fixture
def table() -> Table:
    return Table()


def test_the_first_phone_to_take_it_wins_and_the_others_are_cancelled(table: Table) -> None:
    invitation = table.ring("p1", "p2", "p3")
    table.take(Ringing("p1"), Ringing("p2"), Ringing("p3"))
    out = table.take(report("party.took", party="p2", invitation="inv-1"))
    assert invitation.state is InvitationState.TAKEN
    assert invitation.taken_by == "p2"
    assert HangUp(("p1", "p3"), "taken") in out


def test_whoever_has_answered_too_late_is_told_by_the_dialplan_not_cut_off(table: Table) -> None:
    table.ring("p1", "p2")
    table.take(report(facts.PARTY_ANSWERED, party="p2", invitation="inv-1"))
    out = table.take(report("party.took", party="p1", invitation="inv-1"))
    assert not [f for f in out if isinstance(f, HangUp)]


def test_a_unit_with_the_citizen_is_first_responder_once(table: Table) -> None:
    table.ring("p1")
    table.take_invitation("p1")
    table.take(Joined(KEY, "p1", False))
    assert [s.data["unit"] for s in table.said if s.kind == facts.FIRST_RESPONDER] == ["housing"]


@pytest.mark.parametrize("role", ["expert", "leader", "emergency"])
def test_experts_leaders_and_110_never_become_first_responder(table: Table, role: str) -> None:
    table.ring("p1", role=role, who="somebody")
    table.take_invitation("p1")
    assert facts.FIRST_RESPONDER not in table.kinds()


def test_a_unit_in_a_private_consult_is_not_first_responder_until_it_meets_the_citizen(table: Table) -> None:
    table.ring("p1")
    table.take(report("party.took", party="p1", invitation="inv-1"), Joined(KEY, "p1", True))
    assert facts.FIRST_RESPONDER not in table.kinds()
    table.take(Joined(KEY, CITIZEN, False), Joined(KEY, "p1", False))
    assert facts.FIRST_RESPONDER in table.kinds()


@pytest.mark.parametrize(("cause", "status", "rang", "why"), [
    (17, 486, True, "busy"), (34, 503, False, "congestion"), (21, 403, False, "declined"),
    (1, 404, False, "no_such_number"), (19, 480, True, "rang_out"), (19, 480, False, "unreachable"),
])
def test_why_a_phone_failed_is_said_in_words(table: Table, cause: int, status: int, rang: bool, why: str) -> None:
    table.ring("p1")
    table.take(*([Ringing("p1")] if rang else []))
    out = table.take(ChannelGone("p1", cause, status))
    assert next(s.data["why"] for s in table.said if s.kind == facts.INVITE_FAILED) == why
    assert RingNext(KEY, "inv-1") in out


def test_the_next_phones_are_rung_only_when_all_of_a_wave_have_failed(table: Table) -> None:
    table.ring("p1", "p2")
    assert RingNext(KEY, "inv-1") not in table.take(ChannelGone("p1", 17, 486))
    assert RingNext(KEY, "inv-1") in table.take(ChannelGone("p2", 17, 486))


def test_an_agent_who_does_not_answer_is_shown_as_missed_and_the_citizen_stays_in_line(table: Table) -> None:
    table.ring("p1", role="agent", who="a1")
    table.board.agents.put("a1", AgentStatus.RINGING, 5, call=KEY)
    out = table.take(Ringing("p1"), ChannelGone("p1", 19, 480))
    assert table.board.agents["a1"].status is AgentStatus.BREAK
    assert facts.AGENT_MISSED in table.kinds()
    assert table.call.state is CitizenState.WAITING
    assert QueueChanged() in out


def test_an_agent_rung_for_a_citizen_who_hangs_up_is_ready_again_and_not_blamed(table: Table) -> None:
    table.ring("p1", role="agent", who="a1")
    table.board.agents.put("a1", AgentStatus.RINGING, 5, call=KEY)
    out = table.take(Ringing("p1"), report(facts.CALL_HUNG_UP, state="waiting", cause="16"))
    assert HangUp(("p1",), "citizen_gone") in out
    table.take(ChannelGone("p1", 16, 0))
    assert table.board.agents["a1"].status is AgentStatus.READY
    assert facts.AGENT_MISSED not in table.kinds()
    assert not table.board.calls


def test_a_lost_agent_is_kept_for_the_same_citizen_for_a_while(table: Table) -> None:
    table.ring("p1", role="agent", who="a1")
    table.take_invitation("p1")
    table.take(ChannelGone("p1", 44, 0))
    table.take(report(facts.QUEUE_ENTERED, at=11.0, why="lost", queued="1", prefer="a1"))
    assert table.board.agents["a1"].status is AgentStatus.LOST
    assert (table.call.prefer, table.call.prefer_until) == ("a1", 20.0)


def test_an_agent_who_hung_up_a_plain_phone_is_in_wrap_up(table: Table) -> None:
    table.ring("p1", role="agent", who="a1")
    table.take_invitation("p1")
    table.take(report("party.gone", party="p1", why="hung_up"), ChannelGone("p1", 16, 0))
    assert table.board.agents["a1"].status is AgentStatus.WRAP_UP


def test_an_originate_that_never_began_is_a_failure_like_any_other(table: Table) -> None:
    table.ring("p1")
    assert RingNext(KEY, "inv-1") in table.take(NeverBegan("p1"))


def test_everything_said_twice_leaves_the_same_board(table: Table) -> None:
    table.ring("p1", role="agent", who="a1")
    for _ in range(2):
        table.take_invitation("p1")
    assert [leg.state for leg in table.call.present()] == [LegState.ROOM]
    assert table.call.talked_with == ["a1"]
    for _ in range(2):
        table.take(report("party.gone", party="p1", why="hung_up"), ChannelGone("p1", 16, 0))
    assert table.kinds().count(facts.PARTY_LEFT) == 1


def test_a_call_is_forgotten_only_when_its_last_leg_is_gone(table: Table) -> None:
    table.ring("p1", role="agent", who="a1")
    table.take_invitation("p1")
    table.take(report(facts.CALL_HUNG_UP, state="room", cause="16"))
    assert KEY in table.board.calls
    table.take(ChannelGone("p1", 16, 0))
    assert KEY not in table.board.calls
