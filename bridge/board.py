"""The board: live calls and agents, moved by signals from the switch. No socket, no clock, no waiting.

`apply` takes one signal and returns what follows from it: facts to be written and wishes to be carried out. Signals
may come twice, late or in another order; the board must end in the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bridge.follows import Follow, GatherRoom, HangUp, MuteAgain, QueueChanged, RingNext, Said, StopDialling, agent_fact
from bridge.listeners import Listeners
from bridge.model import Call, CitizenState, Invitation, InvitationState, Leg, LegState
from bridge.reasons import SWITCH_AWAY, UNREACHABLE, why_failed
from bridge.signals import ChannelGone, ChannelSeen, Joined, NeverBegan, Progress, Report, Ringing, Signal
from core import facts
from routing.agents import AgentBoard, AgentStatus

_NOT_THEIR_FAULT = frozenset({"citizen_gone", "cancelled", "taken", SWITCH_AWAY})  # an agent is not blamed for these
_STILL_SAID = frozenset({facts.CALL_ANSWERED, facts.CALL_HUNG_UP, facts.PARTY_ANSWERED, "party.took", "party.gone"})


@dataclass(frozen=True, slots=True)
class BoardRules:
    """Seconds that the board needs."""

    wrap_up: float = 180.0
    return_ring: float = 10.0


class Board:
    """All live calls and all agents of one switch."""

    def __init__(self, agents: AgentBoard, rules: BoardRules | None = None) -> None:
        self.calls: dict[str, Call] = {}
        self.agents = agents
        self.rules = rules or BoardRules()
        self.listeners = Listeners()
        self._leg_call: dict[str, str] = {}
        self._citizen_call: dict[str, str] = {}
        self._readers: dict[type, Callable[[Any, float], list[Follow]]] = {
            Report: self._report,
            ChannelSeen: self._seen,
            Ringing: self._ringing,
            Progress: self._progress,
            ChannelGone: self._channel_gone,
            NeverBegan: self._never_began,
            Joined: self._joined,
        }
        self._reports: dict[str, Callable[[Report, float], list[Follow]]] = {
            facts.CALL_ANSWERED: self._answered,
            facts.MENU_OUTCOME: self._outcome,
            facts.QUEUE_ENTERED: self._queued,
            facts.CITIZEN_HELD: self._held,
            facts.TALK_ENDED: self._talk_ended,
            facts.CALL_RATED: self._rated,
            facts.CALL_HUNG_UP: self._citizen_gone,
            facts.PARTY_ANSWERED: self._party_answered,
            facts.PARTY_TOOK: self._party_took,
            facts.PARTY_GONE: self._party_gone,
            facts.PARTY_HELD: self._party_held,
            facts.PARTY_BACK: lambda report, now: [self._said(report)],  # where to, its coming in tells
            facts.LISTEN_BEGAN: self._listening,
        }

    # -- the way in ------------------------------------------------------------------------------------------
    def apply(self, signal: Signal, now: float) -> list[Follow]:
        """Take one signal; return what follows."""
        return self._readers[type(signal)](signal, now)

    def add_call(self, call: Call) -> None:
        """Put a call on the board (an outgoing one, or one found on the switch)."""
        self.calls[call.key] = call
        self._citizen_call[call.citizen] = call.key

    def add_leg(self, call: Call, leg: Leg) -> None:
        """Put a leg on the board before it is originated."""
        call.legs[leg.id] = leg
        self._leg_call[leg.id] = call.key

    def find_leg(self, channel_id: str) -> tuple[Call, Leg] | None:
        """Return the call and the leg with this channel id, or None."""
        call = self.calls.get(self._leg_call.get(channel_id, ""))
        leg = call.legs.get(channel_id) if call else None
        return (call, leg) if call and leg else None

    def clear(self) -> None:
        """Forget all calls (before a rebuild); agents stay."""
        self.calls.clear()
        self._leg_call.clear()
        self._citizen_call.clear()
        self.listeners.clear()

    def place_agent(self, agent: str, status: AgentStatus, now: float, **why: Any) -> list[Follow]:
        """Move an agent; return the fact and the wish to look at the queue."""
        state = self.agents.put(agent, status, now, **why)
        return [agent_fact(state), QueueChanged()] if state else []

    # -- reports of the dialplan -----------------------------------------------------------------------------
    def _report(self, report: Report, now: float) -> list[Follow]:
        reader = self._reports.get(report.kind)
        if reader is None:
            return []
        call = self.calls.get(report.call)
        if call is None and report.kind != facts.CALL_ANSWERED:
            return [self._said(report)]  # a call we never saw: the fact is kept, the rebuild will find the rest
        if call is not None and call.state is CitizenState.ENDED and report.kind not in _STILL_SAID:
            return [self._said(report)]  # too late to move anybody
        return reader(report, now)

    @staticmethod
    def _said(report: Report, **data: Any) -> Said:
        key = f"{report.call}:{report.kind}:{report.at_text}"
        return Said(report.kind, report.call, {**report.data, **data}, report.at, key)

    def _answered(self, report: Report, now: float) -> list[Follow]:
        call = self.calls.get(report.call)
        if call is None:
            call = Call(report.call, report.data.get("channel", ""))
            self.add_call(call)
        call.caller, call.called = report.data.get("caller", ""), report.data.get("called", "")
        call.direction = report.data.get("direction") or call.direction
        call.answered_at = call.since = report.at
        return [self._said(report)]

    def _outcome(self, report: Report, now: float) -> list[Follow]:
        call = self.calls[report.call]
        call.skill = report.data.get("skill") or "general"
        call.unit = report.data.get("unit", "")
        call.urgency = int(report.data.get("urgency") or 0)
        call.lang = report.data.get("lang") or call.lang
        return [self._said(report)]

    def _queued(self, report: Report, now: float) -> list[Follow]:
        call = self.calls[report.call]
        call.state, call.since = CitizenState.WAITING, report.at
        call.queued = float(report.data.get("queued") or report.at)
        call.waits_because = report.data.get("why", "menu")
        prefer = report.data.get("prefer", "")
        if call.waits_because == "lost" and prefer in self.agents:
            call.prefer, call.prefer_until = prefer, now + self.rules.return_ring
        else:
            call.prefer = ""
        return [self._said(report), QueueChanged()]

    def _held(self, report: Report, now: float) -> list[Follow]:
        call = self.calls[report.call]
        call.state, call.since = CitizenState.HELD, report.at
        return [self._said(report), *self._left_aside(call)]

    def _talk_ended(self, report: Report, now: float) -> list[Follow]:
        call = self.calls[report.call]
        call.state, call.since = CitizenState.RATING, report.at
        for leg in call.everybody():
            leg.why = leg.why or "finished"  # the dialplan releases them, from the side room too
        return [self._said(report), *self._cancel_all(call)]

    def _rated(self, report: Report, now: float) -> list[Follow]:
        text = report.data.get("rating", "")
        return [self._said(report, rating=int(text) if text.isdigit() else None)]

    def _citizen_gone(self, report: Report, now: float) -> list[Follow]:
        call = self.calls[report.call]
        call.state = CitizenState.ENDED
        out: list[Follow] = [self._said(report, cause=int(report.data.get("cause") or 0)), *self._cancel_all(call)]
        for lost in [a for a in self.agents if a.status is AgentStatus.LOST and a.call == call.key]:
            out += self._wrap_up(lost.id, call, "citizen_gone", now)
        return [*out, *self._forget_if_over(call), QueueChanged()]

    def _cancel_all(self, call: Call) -> list[Follow]:
        out: list[Follow] = []
        for invitation in call.ringing():
            out += self.end_invitation(call, invitation, InvitationState.CANCELLED)
            out += self._drop(call, call.legs_of(invitation.id), "citizen_gone")
        return out

    def end_invitation(self, call: Call, invitation: Invitation, state: InvitationState) -> list[Follow]:
        """Close an invitation once; say how it ended."""
        if invitation.state is not InvitationState.RINGING:
            return []
        invitation.state = state
        data = {
            "invitation": invitation.id, "role": invitation.role, "who": invitation.who,
            "result": state.value, "party": invitation.taken_by, "failures": list(invitation.failures),
        }
        said = Said(facts.INVITE_ENDED, call.key, data, key=f"{invitation.id}:ended")
        if call.state is CitizenState.DIALLED and invitation.role == "agent" and state is not InvitationState.TAKEN:
            call.state = CitizenState.ENDED  # an outgoing talk whose agent did not come: nobody is rung
        return [said, *self._forget_if_over(call)]

    @staticmethod
    def _drop(call: Call, legs: Iterable[Leg], why: str) -> list[Follow]:
        live = [leg for leg in legs if leg.state is not LegState.GONE]
        for leg in live:
            leg.why = leg.why or why
        return [HangUp(tuple(leg.id for leg in live), why)] if live else []

    def _party_answered(self, report: Report, now: float) -> list[Follow]:
        found = self._leg_of(report)
        if found is None:
            return [self._said(report)]
        _, leg = found
        if leg.state in (LegState.INTENDED, LegState.RINGING):
            leg.state = LegState.ANSWERED
        return [self._said(report)]

    def _leg_of(self, report: Report) -> tuple[Call, Leg] | None:
        """Return the leg of a report; one that we did not ring, or do not remember ringing, is put on the board."""
        found = self.find_leg(report.data.get("party", ""))
        call = self.calls.get(report.call)
        if found or call is None or call.state is CitizenState.ENDED or report.kind == "party.gone":
            return found
        leg = stranger(report.data)
        self.add_leg(call, leg)
        return call, leg

    def _party_took(self, report: Report, now: float) -> list[Follow]:
        found = self._leg_of(report)
        if found is None:
            return [self._said(report)]
        call, leg = found
        invitation = call.invitations.get(leg.invitation)
        if invitation is None or invitation.state is not InvitationState.RINGING:
            return [self._said(report)]
        invitation.taken_by = leg.id
        out: list[Follow] = [self._said(report), *self.end_invitation(call, invitation, InvitationState.TAKEN)]
        losers = [other for other in call.legs_of(invitation.id) if other is not leg]
        ringing = [other for other in losers if other.state is not LegState.ANSWERED]
        return out + self._drop(call, ringing, "taken")  # who has answered hears that it is taken, then hangs up

    def _listening(self, report: Report, now: float) -> list[Follow]:
        self.listeners.began(report.data.get("listener", ""), report.at)
        return [self._said(report)]

    def _party_gone(self, report: Report, now: float) -> list[Follow]:
        found = self._leg_of(report)
        if found:
            found[1].why = found[1].why or report.data.get("why", "")
        return []

    def _party_held(self, report: Report, now: float) -> list[Follow]:
        found = self._leg_of(report)
        if found is None or found[1].state is LegState.GONE:
            return [self._said(report)]
        found[1].state, found[1].held_at = LegState.HELD, report.at
        return [self._said(report), *self._left_aside(found[0])]

    # -- what channels do ------------------------------------------------------------------------------------
    def _seen(self, seen: ChannelSeen, now: float) -> list[Follow]:
        found = self.find_leg(seen.channel_id)
        if found:
            found[1].channel = seen.name
        self.listeners.seen(seen.channel_id, seen.name)
        return []

    def _progress(self, progress: Progress, now: float) -> list[Follow]:
        found = self.find_leg(progress.channel_id)
        if found:
            found[1].provisional = True
        return []

    def _ringing(self, ringing: Ringing, now: float) -> list[Follow]:
        found = self.find_leg(ringing.channel_id)
        if found is None or found[1].state is not LegState.INTENDED:
            return []
        call, leg = found
        leg.state, leg.provisional = LegState.RINGING, True
        data = {"invitation": leg.invitation, "phone": leg.number, "party": leg.id, "role": leg.role, "who": leg.who}
        return [Said(facts.INVITE_RINGING, call.key, data, key=f"{leg.id}:ringing")]

    def _joined(self, joined: Joined, now: float) -> list[Follow]:
        call = self.calls.get(joined.call)
        if call is None:
            return []
        if joined.channel_id == call.citizen:
            return self._citizen_in_room(call, now)
        found = self.find_leg(joined.channel_id)
        return self._leg_in_room(call, found[1], joined.side, now) if found else []

    def _citizen_in_room(self, call: Call, now: float) -> list[Follow]:
        if call.state is CitizenState.ENDED:
            return []
        was, call.state, call.since = call.state, CitizenState.ROOM, now
        call.prefer = ""
        back = [Said(facts.CITIZEN_BACK, call.key, at=now)] if was is CitizenState.HELD else []
        return [*back, *self.first_responder(call, now)]

    def _leg_in_room(self, call: Call, leg: Leg, side: bool, now: float) -> list[Follow]:
        first, was, alone = leg.joined_at == 0.0, leg.state, not self._aside(call)
        leg.state = LegState.SIDE if side else LegState.ROOM
        if leg.state is was and not first:
            return []
        leg.joined_at, leg.held_at = leg.joined_at or now, 0.0
        data = {"party": leg.id, "role": leg.role, "who": leg.who, "phone": leg.number,
                "invitation": leg.invitation, "place": leg.state.value}
        out: list[Follow] = [
            Said(facts.PARTY_JOINED, call.key, data, now, f"{leg.id}:joined") if first
            else Said(facts.PARTY_MOVED, call.key, data, now)
        ]
        if first and side and alone and call.state is CitizenState.ROOM:
            out.append(GatherRoom(call.key))  # the consult was over before this phone was in it
        if leg.muted and not side:
            out.append(MuteAgain(call.key, leg.id))
        if leg.replaces in call.legs:
            out += self._drop(call, [call.legs[leg.replaces]], "taken_over")
            out.append(GatherRoom(call.key))  # whoever was in a consult with them comes to the citizen
        if first and leg.role == "agent":
            call.talked_with.append(leg.who)
            call.cut_off = [one for one in call.cut_off if one != leg.who]
            out += self.place_agent(leg.who, AgentStatus.TALKING, now, call=call.key)
            out += self.listeners.back(call.key, leg, now)
        return out + self.first_responder(call, now)

    @staticmethod
    def _aside(call: Call) -> list[Leg]:
        return [leg for leg in call.legs.values() if leg.state is LegState.SIDE]

    def first_responder(self, call: Call, now: float) -> list[Follow]:
        """Only a unit that was with the citizen becomes first responder; experts, leaders and 110 do not."""
        if call.first_responder or call.state is not CitizenState.ROOM:
            return []
        leg = next((x for x in call.legs.values() if x.role == "unit" and x.state is LegState.ROOM), None)
        if leg is None:
            return []
        call.first_responder = leg.who
        data = {"unit": leg.who, "party": leg.id}
        return [Said(facts.FIRST_RESPONDER, call.key, data, now, f"{call.key}:first_responder")]

    def _never_began(self, failed: NeverBegan, now: float) -> list[Follow]:
        return self._channel_gone(ChannelGone(failed.channel_id, 0, 0), now)

    def _channel_gone(self, gone: ChannelGone, now: float) -> list[Follow]:
        key = self._citizen_call.get(gone.channel_id)
        if key:
            return self._citizen_channel_gone(self.calls.get(key), gone, now)
        found = self.find_leg(gone.channel_id)
        if found is None or found[1].state is LegState.GONE:
            return self.listeners.gone(gone.channel_id, gone.cause, now)
        call, leg = found
        was, leg.state = leg.state, LegState.GONE
        out = self._talk_left(call, leg, gone, now) if leg.joined_at else self._not_reached(call, leg, was, gone, now)
        return [*out, *self._forget_if_over(call)]

    def _citizen_channel_gone(self, call: Call | None, gone: ChannelGone, now: float) -> list[Follow]:
        if call is None or call.state is CitizenState.ENDED:
            return []
        if call.state is CitizenState.DIALLED:
            return self._citizen_not_reached(call, gone, now)
        data = {"state": call.state.value, "cause": str(gone.cause), "by": "citizen"}
        return self._citizen_gone(Report(facts.CALL_HUNG_UP, call.key, now, f"{now:.3f}", data), now)

    def _citizen_not_reached(self, call: Call, gone: ChannelGone, now: float) -> list[Follow]:
        call.state = CitizenState.ENDED
        why = why_failed(gone.cause, gone.technical, rang=True)
        data = {"phone": call.caller, "why": why, "cause": gone.cause, "technical": gone.technical, "party": "citizen"}
        out: list[Follow] = [Said(facts.INVITE_FAILED, call.key, data, now, f"{call.key}:not_reached")]
        return [*out, *self._drop(call, call.legs.values(), "citizen_gone"), *self._forget_if_over(call)]

    def _give_up_dialling(self, call: Call, now: float) -> list[Follow]:
        """The agent of an outgoing talk is gone before the citizen has answered: nobody is rung for nobody."""
        call.state = CitizenState.ENDED
        data = {"phone": call.caller, "why": "cancelled", "cause": 0, "technical": 0, "party": "citizen"}
        said = Said(facts.INVITE_FAILED, call.key, data, now, f"{call.key}:not_reached")
        return [said, StopDialling(call.citizen)] if call.since else [said]

    def _talk_left(self, call: Call, leg: Leg, gone: ChannelGone, now: float) -> list[Follow]:
        why = leg.why or ("citizen_gone" if call.state is CitizenState.ENDED else "lost")
        data = {"party": leg.id, "role": leg.role, "who": leg.who, "why": why, "cause": gone.cause}
        out: list[Follow] = [Said(facts.PARTY_LEFT, call.key, data, now, f"{leg.id}:left")]
        if call.state is CitizenState.DIALLED and not call.present():
            out += self._give_up_dialling(call, now)
        if leg.role == "agent":
            out += [*self._agent_left(call, leg, why, now), *self.listeners.left(leg, why)]
        return out + self._left_aside(call)

    def _left_aside(self, call: Call) -> list[Follow]:
        """Whoever is in the side room without an agent, or alone on hold, cannot bring the citizen back."""
        led = any(leg.role == "agent" for leg in call.present())
        waits = self._aside(call) or (not call.present() and call.on_hold())
        return [GatherRoom(call.key)] if call.state is CitizenState.HELD and waits and not led else []

    def _agent_left(self, call: Call, leg: Leg, why: str, now: float) -> list[Follow]:
        if why == "lost" and call.state is not CitizenState.ENDED:
            call.cut_off.append(leg.who)
            return self.place_agent(leg.who, AgentStatus.LOST, now, why="lost", call=call.key,
                                    until=now + self.rules.return_ring)
        return self._wrap_up(leg.who, call, why, now)

    def _wrap_up(self, agent: str, call: Call, why: str, now: float) -> list[Follow]:
        until = now + self.rules.wrap_up
        return self.place_agent(agent, AgentStatus.WRAP_UP, now, why=why, call=call.key, until=until)

    def _not_reached(
        self, call: Call, leg: Leg, was: LegState, gone: ChannelGone, now: float
    ) -> list[Follow]:
        rang = was is not LegState.INTENDED
        why = leg.why or why_failed(gone.cause, gone.technical, rang=rang)
        data = {"invitation": leg.invitation, "phone": leg.number, "party": leg.id, "role": leg.role, "who": leg.who,
                "why": why, "cause": gone.cause, "technical": gone.technical}
        out: list[Follow] = [Said(facts.INVITE_FAILED, call.key, data, now, f"{leg.id}:failed")]
        invitation = call.invitations.get(leg.invitation)
        if leg.role == "agent":
            out += self._agent_not_reached(call, leg, why, now)
        if invitation is None or invitation.state is not InvitationState.RINGING:
            return out
        invitation.failures.append({"phone": leg.number, "why": why})
        others = [x for x in call.legs_of(invitation.id) if x.state is not LegState.GONE]
        return out if others else [*out, RingNext(call.key, invitation.id)]

    def _agent_not_reached(self, call: Call, leg: Leg, why: str, now: float) -> list[Follow]:
        call.prefer = "" if call.prefer == leg.who else call.prefer
        if not leg.invitation:
            return [QueueChanged()]  # rung by the dialplan, with all others: that blames nobody and moves nobody
        if why in _NOT_THEIR_FAULT:
            return self.place_agent(leg.who, AgentStatus.READY, now, why="not_rung")
        status = AgentStatus.OFFLINE if why == UNREACHABLE else AgentStatus.BREAK
        missed = Said(facts.AGENT_MISSED, call.key, {"agent": leg.who, "invitation": leg.invitation, "why": why}, now)
        return [missed, *self.place_agent(leg.who, status, now, why="missed")]

    def _forget_if_over(self, call: Call) -> list[Follow]:
        if call.state is not CitizenState.ENDED or any(leg.state is not LegState.GONE for leg in call.legs.values()):
            return []
        self.calls.pop(call.key, None)
        self._citizen_call.pop(call.citizen, None)
        for leg in call.legs:
            self._leg_call.pop(leg, None)
        return []


def stranger(data: Any) -> Leg:
    """Return the leg that the dialplan tells of and the board does not know."""
    return Leg(data["party"], data.get("role") or "agent", data.get("who", ""), data.get("phone", ""), "plain",
               data.get("invitation", ""), state=LegState.ANSWERED)
