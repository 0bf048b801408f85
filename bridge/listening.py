"""Listening to a live talk: a leader hears it, speaks to the agent alone, joins, or takes it over.

Listening is heard by nobody and holds nobody: the telephone stands beside the talk and ends with the agent's leg. A
talk in which a report (举报) has been written down is the agent's alone: nobody listens, and who did is let go.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from bridge.acts import Acts
from bridge.errors import Refused, SwitchAway, SwitchError, SwitchSilent
from bridge.follows import Said
from bridge.listeners import names
from bridge.model import Call, CitizenState, Leg, LegState, Listener, ListenMode
from bridge.talks import Talks
from core import facts
from core.ids import new_id
from core.log import get_logger
from routing.agents import BUSY
from routing.directory import Agent

log = get_logger(__name__)
Wanted = Literal["listen", "whisper", "join", "take_over"]
_MOST = 3  # telephones beside one talk


class Listening:
    """What leaders can do beside a live talk. Each act says so in the journal before it is done."""

    def __init__(self, talks: Talks, acts: Acts) -> None:
        self._talks = talks
        self._acts = acts
        acts.on_report = self.let_go

    async def begin(self, call: str, agent: str, party: str = "", mode: str = "listen", by: str = "") -> dict[str, Any]:
        """Ring the leader's telephone; picked up, it listens to `party`, or else to the agent who has talked longest.

        Asked again while it rings or listens: the same listener.
        """
        live, leader, quiet = self._acts.talk(call), self._leader(agent), _quiet(mode)
        there = next((one for one in self._talks.board.listeners if one.who == agent), None)
        if there is not None and there.call == call:
            return {"listener": there.id, "already": True}
        self._refuse(live, leader, there)
        leg = _agents_leg(live, party)
        one = Listener(new_id("leg"), call, agent, leader.phone, leader.kind, leg.id, leg.who, quiet)
        self._talks.board.listeners.put(one)
        self._say(facts.LISTEN_INTENDED, one, phone=one.number, mode=quiet, by=by)
        try:
            await self._talks.switch.listen(live, one, leg, self._talks.rules.agent_ring)
        except SwitchSilent:
            log.warning("listen.unanswered", listener=one.id)  # it may ring: it is known, and is let go like any other
        except SwitchError as error:
            self._forget(one)
            raise _not_done(error) from error
        return {"listener": one.id, "already": False}

    async def change(self, call: str, listener: str, mode: str, agent: str = "", by: str = "") -> dict[str, Any]:
        """Go on listening, speak to the agent alone, join the talk, or join it and send the agent out of it.

        `agent`: whose telephone it must be; nobody moves another's.
        """
        live, one = self._acts.talk(call), self._listener(call, listener, agent)
        if live.is_secret:
            self.let_go(call)
            raise _secret()
        if mode == "join" and live.state is CitizenState.HELD:
            raise Refused("held", "the citizen is on hold", "wait until the talk goes on, or take it over")
        if mode not in get_args(Wanted):
            raise Refused("no_such_mode", f"{mode[:40]!r} is none", f"one of {', '.join(get_args(Wanted))}")
        if not one.began:
            raise Refused("not_picked_up", "your telephone is still ringing", "pick it up first")
        self._say(facts.LISTEN_CHANGED, one, mode=mode, by=by)
        if mode in ("join", "take_over"):
            await self._join(live, one, replaces=one.party if mode == "take_over" else "")
        else:
            one.mode = _quiet(mode)
            await self._go_on(one, one.mode)
        return {"listener": listener, "mode": mode}

    async def stop(self, call: str, listener: str, agent: str = "", by: str = "") -> dict[str, Any]:
        """Stop listening. The talk notices nothing."""
        one = self._listener(call, listener, agent)
        one.why = one.why or "stopped"
        await self._end(one)
        return {"listener": listener}

    def let_go(self, call: str) -> None:
        """Nobody listens to this call any more: what is said there is for the agent alone."""
        for one in self._talks.board.listeners.of(call):
            one.why = "confidential"
            self._talks.spawn(self._end(one), f"let go {one.id}")

    def mind(self) -> None:
        """Let go whoever listens to a talk that is the agent's alone, however they come to be there still."""
        for call in {one.call for one in self._talks.board.listeners}:
            live = self._talks.board.calls.get(call)
            if live is not None and live.is_secret:
                self.let_go(call)

    # -- how ---------------------------------------------------------------------------------------------------
    def _leader(self, agent: str) -> Agent:
        known = self._acts.agents.agent(agent)
        if known is None:
            raise Refused("no_such_agent", f"agent {agent[:40]!r} is not in the directory", "ask for a telephone")
        return known

    def _refuse(self, live: Call, leader: Agent, there: Listener | None) -> None:
        if live.is_secret:
            raise _secret()
        if there is not None:
            raise Refused("listening_already", "your telephone listens to another call", "stop that first")
        busy = leader.id in self._talks.board.agents and self._talks.board.agents[leader.id].status in BUSY
        if busy or any(leg.who == leader.id for leg in live.everybody()):
            raise Refused("agent_busy", f"agent {leader.id} is in a call", "finish it first")
        if len(self._talks.board.listeners.of(live.key)) >= _MOST:
            raise Refused("too_many_listeners", f"{_MOST} listen to this call already", "ask one of them")

    def _listener(self, call: str, listener: str, agent: str) -> Listener:
        one = self._talks.board.listeners.find(call, listener)
        if one is None or agent not in ("", one.who):
            raise Refused("no_such_listener", f"nobody {listener[:40]!r} listens to this call", "refresh the call")
        return one

    async def _join(self, live: Call, one: Listener, replaces: str) -> None:
        """Make a party of the listener: its leg is on the board before the switch moves it into the room."""
        leg = Leg(one.id, "agent", one.who, one.number, one.kind, "", one.channel, LegState.ANSWERED, replaces=replaces)
        self._talks.board.listeners.become_party(one)
        self._talks.board.add_leg(live, leg)
        try:
            await self._talks.switch.listen_as(one, "join")
        except SwitchSilent as error:
            raise _not_done(error) from error  # it may be on its way into the room: what its channel does is believed
        except SwitchError as error:
            if leg.state is LegState.ANSWERED:  # else its channel is gone already, and has been told of
                live.legs.pop(one.id, None)
                self._talks.board.listeners.put(one)
            raise _not_done(error) from error

    async def _go_on(self, one: Listener, mode: str) -> None:
        try:
            await self._talks.switch.listen_as(one, mode)
        except SwitchError as error:
            raise _not_done(error) from error

    async def _end(self, one: Listener) -> None:
        try:
            await self._talks.switch.stop_listening(one)
        except (SwitchSilent, SwitchAway) as error:
            log.warning("listener.not_ended", listener=one.id, error=str(error))  # `mind` or the rebuild looks again
        except SwitchError as error:
            log.info("listener.nothing_there", listener=one.id, error=str(error))
            if one.began:
                self._forget(one)

    def _forget(self, one: Listener) -> None:
        self._talks.follow(self._talks.board.listeners.gone(one.id, 0, self._talks.clock()))

    def _say(self, kind: str, one: Listener, **more: str) -> None:
        self._talks.say(Said(kind, one.call, {**names(one), **more}))


def _quiet(mode: str) -> ListenMode:
    if mode == "listen":
        return "listen"
    if mode == "whisper":
        return "whisper"
    raise Refused("no_such_mode", f"{mode[:40]!r} is none to begin with", "one of listen, whisper")


def _agents_leg(live: Call, party: str) -> Leg:
    """Return the leg to listen to: an agent's, never the citizen's or a unit's own."""
    legs = [leg for leg in live.present() if leg.role == "agent" and leg.channel and party in ("", leg.id)]
    if not legs:
        raise Refused("nobody_to_listen_to", "no agent is in this talk", "wait until an agent talks")
    return min(legs, key=lambda leg: leg.joined_at)


def _secret() -> Refused:
    return Refused("confidential", "a report is being taken in this call", "nobody listens to reports")


def _not_done(error: SwitchError) -> Refused:
    return Refused("switch", f"the switch did not do it: {error}", "try again")
