"""What people may do in a call. One method an act; each checks the state, then does one thing.

An act that the state does not allow raises Refused with a sentence and what to do. Nobody is dialled by what somebody
typed: an invitation names an id of the directory, a call-back names a number that stands in a record or an order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from bridge.errors import Refused, SwitchError
from bridge.follows import Said, agent_fact
from bridge.line import Line
from bridge.model import Call, CitizenState, Invitation, InvitationState, Leg, LegState, Target
from bridge.talks import Talks
from core import facts
from core.ids import is_word, new_call_key, new_id
from routing.agents import BUSY, AgentRefused, AgentStatus
from routing.directory import Directory, InForce, Party, Phone, Role
from routing.roster_file import RosterFile
from routing.seats import Agents, Seats

_TALKING = frozenset({CitizenState.ROOM, CitizenState.HELD})


class Acts:
    """Everything an agent, through the desk or the API, can do with a live call."""

    def __init__(self, talks: Talks, line: Line, directory: InForce, rosters: RosterFile,
                 agents: Agents | None = None) -> None:
        """`agents`: where each agent is rung, if not where the directory says."""
        self._talks = talks
        self._line = line
        self._known = directory
        self.agents = agents or Seats(directory, {})
        self._rosters = rosters
        self.on_report: Callable[[str], None] = lambda call: None  # somebody writes down a report in this call

    @property
    def directory(self) -> Directory:
        """The directory in force."""
        return self._known.now()

    # -- finding ---------------------------------------------------------------------------------------------
    def call(self, key: str) -> Call:
        """Return a live call. Raises Refused."""
        call = self._talks.board.calls.get(key)
        if call is None:
            raise Refused("no_such_call", f"call {key[:40]} is not live", "look it up among the call records")
        return call

    def _connected(self) -> None:
        if not self._talks.commands:
            raise Refused("switch_away", "the switch is not connected; the talk goes on", "try again in a moment")

    def talk(self, key: str) -> Call:
        """Return a live call whose citizen talks or is on hold. Raises Refused."""
        self._connected()
        call = self.call(key)
        if call.state not in _TALKING:
            raise Refused("not_talking", f"the citizen is {call.state.value}, not in a talk", "wait for the talk")
        return call

    @staticmethod
    def leg(call: Call, party: str) -> Leg:
        """Return a leg that is still there. Raises Refused."""
        leg = call.legs.get(party)
        if leg is None or leg.state is LegState.GONE:
            raise Refused("no_such_party", f"nobody {party[:40]!r} is in this call", "refresh the list of parties")
        return leg

    def _party(self, role: Role, who: str) -> Party:
        party = self.directory.party(role, who)
        if party is None:
            raise Refused(
                "not_in_directory", f"no {role} {who[:40]!r} is in the directory",
                "choose somebody of the directory; numbers are never typed",
            )
        return party

    # -- inviting --------------------------------------------------------------------------------------------
    async def invite(self, call: str, role: Role, id: str, private: bool = False, by: str = "") -> dict[str, Any]:
        """Invite a unit, expert, leader or emergency desk. The same invitation twice is one ring."""
        live = self.talk(call)
        party = self._party(role, id)
        same = next((i for i in live.ringing(role) if i.who == id), None)
        if same is not None:
            return {"invitation": same.id, "already": True}
        self._not_here_yet(live, party, role)
        self._one_unit_at_a_time(live, role)
        invitation = Invitation(
            new_id("inv"), role, party.id, party.name, self._waves(party), private, by, self._talks.rules.unit_ring
        )
        self._talks.invite(live, invitation)
        return {"invitation": invitation.id, "already": False}

    def _waves(self, party: Party) -> tuple[tuple[Target, ...], ...]:
        return waves_of(self._rosters.phones(party, self._talks.clock()))

    @staticmethod
    def _not_here_yet(call: Call, party: Party, role: Role) -> None:
        if any(leg.who == party.id and leg.role == role for leg in call.everybody()):
            raise Refused("already_here", f"{party.name} is in this call already", "talk to them")

    def _one_unit_at_a_time(self, call: Call, role: Role) -> None:
        ringing = call.ringing("unit") if role == "unit" else []
        if ringing:
            raise Refused(
                "one_unit_at_a_time", f"{ringing[0].name} is being rung", "wait, or cancel that invitation first"
            )

    async def cancel(self, call: str, invitation: str, by: str = "") -> dict[str, Any]:
        """Stop ringing; nobody of this invitation joins any more."""
        live = self.call(call)
        open_one = live.invitations.get(invitation)
        if open_one is None or open_one.state is not InvitationState.RINGING:
            raise Refused("not_ringing", "this invitation is over", "refresh the call")
        self._talks.follow(self._talks.board.end_invitation(live, open_one, InvitationState.CANCELLED))
        for leg in live.legs_of(invitation):
            if leg.state is not LegState.GONE:
                self._talks.end_leg(leg, "cancelled")
        return {"invitation": invitation}

    # -- hold and consult ------------------------------------------------------------------------------------
    async def hold(self, call: str, by: str = "") -> dict[str, Any]:
        """Everybody but the citizen steps into the side room; the citizen hears music."""
        live = self.talk(call)
        legs = [leg for leg in live.present() if leg.state is LegState.ROOM]
        if not legs:
            raise Refused("nobody_to_step_aside", "nobody is with the citizen", "resume the talk instead")
        await self._step(legs, side=True)
        return {"held": True}

    async def resume(self, call: str, by: str = "") -> dict[str, Any]:
        """Everybody steps back to the citizen."""
        live = self.talk(call)
        legs = [leg for leg in live.present() if leg.state is LegState.SIDE]
        if not legs:
            raise Refused("nobody_aside", "nobody is in the side room", "the talk is on")
        await self._step(legs, side=False)
        return {"held": False}

    async def consult(self, call: str, role: Role, id: str, by: str = "") -> dict[str, Any]:
        """Step aside and invite somebody there: the citizen hears music, not the consult."""
        live = self.talk(call)
        self._not_here_yet(live, self._party(role, id), role)
        self._one_unit_at_a_time(live, role)
        agents = [leg for leg in live.present() if leg.role == "agent" and leg.state is LegState.ROOM]
        await self._step(agents, side=True)
        return await self.invite(call, role, id, private=True, by=by)

    async def bring_back(self, call: str, by: str = "") -> dict[str, Any]:
        """End the consult: everybody in the side room comes to the citizen."""
        return await self.resume(call, by)

    async def _step(self, legs: list[Leg], *, side: bool) -> None:
        for leg in legs:
            try:
                await self._talks.switch.step(leg, side=side)
            except SwitchError as error:
                raise Refused("switch", f"the switch did not move {leg.who}: {error}", "try again") from error

    # -- one party -------------------------------------------------------------------------------------------
    async def mute(self, call: str, party: str, muted: bool, by: str = "") -> dict[str, Any]:
        """Mute or unmute one party in the room."""
        live = self.talk(call)
        leg = self.leg(live, party)
        try:
            await self._talks.switch.mute(live, leg, muted=muted)
        except SwitchError as error:
            raise Refused("switch", f"the switch did not mute {leg.who}: {error}", "try again") from error
        leg.muted = muted
        self._talks.say(Said(facts.PARTY_MUTED, live.key, {"party": party, "muted": muted, "by": by}))
        return {"party": party, "muted": muted}

    async def remove(self, call: str, party: str, by: str = "") -> dict[str, Any]:
        """Ask a party out. The citizen can never be removed."""
        live = self.call(call)
        self._talks.end_leg(self.leg(live, party), "removed")
        return {"party": party}

    async def leave(self, call: str, party: str, by: str = "") -> dict[str, Any]:
        """Leave a talk that goes on. Whoever is alone with the citizen finishes instead."""
        live = self.talk(call)
        leg = self.leg(live, party)
        others = [x for x in live.everybody() if x is not leg]
        if not others:
            raise Refused("last_one", "you are alone with the citizen", "finish the talk, or bring somebody in first")
        self._talks.end_leg(leg, "left")
        return {"party": party}

    async def finish(self, call: str, by: str = "") -> dict[str, Any]:
        """End the talk: everybody else is released, the citizen is asked for the rating."""
        live = self.talk(call)
        try:
            await self._talks.switch.finish(live, by)
        except SwitchError as error:
            raise Refused("switch", f"the switch did not end the talk: {error}", "try again") from error
        for leg in live.everybody():
            leg.why = leg.why or "finished"
        return {"finished": True}

    # -- outward ---------------------------------------------------------------------------------------------
    async def dial_out(self, agent: str, number: str, order: str = "", secret: bool = False, by: str = "",
                       ) -> dict[str, Any]:
        """Ring the agent, then the citizen, into one recorded room. The caller has looked the number up.

        `secret`: it is about a report, so nobody listens.
        """
        self._connected()
        known = self.agents.agent(agent)
        if known is None:
            raise Refused("no_such_agent", f"agent {agent[:40]!r} is not in the directory", "sign in as an agent")
        if not is_word(number.lstrip("+")) or not number.lstrip("+").isdigit():
            raise Refused("bad_number", "the number in the record cannot be dialled", "correct it in the order")
        now = self._talks.clock()
        if self._talks.board.agents[agent].status in BUSY:
            raise Refused("agent_busy", f"agent {agent} is in a call", "finish it first")
        call = Call(new_call_key(), new_id("out"), number, "12345", "out", CitizenState.DIALLED,
                    sealed=secret)
        self._talks.board.add_call(call)
        target = Target(f"PJSIP/{known.phone}", known.phone, known.kind)
        invitation = Invitation(
            new_id("inv"), "agent", agent, known.name, ((target,),), False, by or agent, self._talks.rules.agent_ring
        )
        self._talks.follow(
            self._talks.board.place_agent(agent, AgentStatus.RINGING, now, why="outgoing", call=call.key)
        )
        self._talks.invite(call, invitation)
        return {"call": call.key, "order": order}

    # -- agents ----------------------------------------------------------------------------------------------
    async def agent_state(self, agent: str, state: str, why: str = "", by: str = "") -> dict[str, Any]:
        """Ready, break or offline, as the agent asks."""
        try:
            status = AgentStatus(state)
            changed = self._talks.board.agents.ask(agent, status, self._talks.clock(), why=why[:80])
        except AgentRefused as error:
            raise Refused("agent_state", str(error), "see the agent's present state") from error
        except ValueError as error:
            raise Refused("no_such_state", f"{state[:40]!r} is no state", "one of ready, break, offline") from error
        if changed:
            self._talks.say(agent_fact(changed))
            self._line.look_soon()
        return agent_view(self._talks, agent)

    async def wrap_up_done(self, agent: str, by: str = "") -> dict[str, Any]:
        """End wrap-up early."""
        return await self.agent_state(agent, "ready", "wrap_up_done")

    # -- the appeal ------------------------------------------------------------------------------------------
    def _may_write(self, call: str, agent: str) -> None:
        """An agent writes about a live call, or in wrap-up about the call just ended."""
        in_wrap_up = agent in self._talks.board.agents and self._talks.board.agents[agent].call == call
        if not in_wrap_up:
            self.call(call)

    async def appeal(self, call: str, agent: str, number: int, appeal: dict[str, Any]) -> dict[str, Any]:
        """Save what the citizen said: kind, summary, address, unit. Saving again replaces it."""
        self._may_write(call, agent)
        data = {"agent": agent, "number": number, "appeal": appeal}
        self._talks.say(Said(facts.APPEAL_SAVED, call, data))
        self._keep_secret(call, number, appeal)
        return data

    def _keep_secret(self, call: str, number: int, appeal: dict[str, Any]) -> None:
        live = self._talks.board.calls.get(call)
        if live is None or "kind" not in appeal:
            return
        if appeal["kind"] == "report":
            live.reports.add(number)
            self.on_report(call)
        else:
            live.reports.discard(number)

    async def dispose(self, call: str, agent: str, disposition: str) -> dict[str, Any]:
        """Say that this call stated no appeal: wrong number, information given."""
        self._may_write(call, agent)
        data = {"agent": agent, "disposition": disposition}
        self._talks.say(Said(facts.CALL_DISPOSED, call, data))
        return data


def waves_of(told: Iterable[Phone]) -> tuple[tuple[Target, ...], ...]:
    """Return phones as waves: those of the same order ring together."""
    phones = sorted(told, key=lambda p: p.order)
    return tuple(
        tuple(Target(f"PJSIP/{p.number}@network", p.number, "plain", p.accept) for p in wave)
        for _, wave in groupby(phones, key=lambda p: p.order)
    )


def agent_view(talks: Talks, agent: str) -> dict[str, Any]:
    """Return an agent as the API shows it."""
    state = talks.board.agents[agent]
    return {"agent": agent, "state": state.status.value, "since": state.since, "until": state.until,
            "why": state.why, "call": state.call, "missed": state.missed}
