"""Carries out what the board says follows: writes facts, rings phones, ends legs. One consumer, in order.

Facts are written before anything moves. What moves phones runs in tasks of its own, each with a deadline and an
owner (`Talks`), so that a slow answer of the switch delays nobody else's call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from bridge.board import Board
from bridge.errors import SwitchAway, SwitchError, SwitchSilent
from bridge.follows import (
    Follow,
    GatherRoom,
    HangUp,
    ListenAgain,
    MuteAgain,
    QueueChanged,
    RingNext,
    Said,
    StopDialling,
    StopListening,
)
from bridge.model import Call, CitizenState, Invitation, InvitationState, Leg, LegState, Target
from bridge.reasons import GATEWAY_DEAD, SWITCH_AWAY
from bridge.signals import ChannelGone, Joined, NeverBegan, Signal
from bridge.switch import Switch
from core import facts
from core.ids import new_id
from core.log import get_logger

log = get_logger(__name__)
_TRIES = 3  # of what may be done twice without harm, when the switch does not answer


class Scribe(Protocol):
    """Where facts go: the journal."""

    def write(self, kind: str, call: str, key: str | None, at: float | None, data: dict[str, Any]) -> object:
        """Write one fact; never waits."""


@dataclass(frozen=True, slots=True)
class TalkRules:
    """Seconds of ringing and waiting."""

    agent_ring: int = 20
    unit_ring: int = 25
    return_ring: int = 10
    citizen_ring: int = 40
    gateway_silence: float = 4.0
    side_room: int = 20


class Talks:
    """The live talks of one switch."""

    def __init__(
        self, board: Board, switch: Switch, scribe: Scribe, clock: Callable[[], float], rules: TalkRules | None = None
    ) -> None:
        self.board = board
        self.switch = switch
        self.rules = rules or TalkRules()
        self.clock = clock
        self.commands = True  # false while the switch is away or the board is being rebuilt: nobody is rung then
        self.on_queue: Callable[[], None] = lambda: None
        self._scribe = scribe
        self._tasks: set[asyncio.Task[None]] = set()

    # -- facts in, facts out ---------------------------------------------------------------------------------
    def take(self, signal: Signal) -> None:
        """Take one signal from the switch. Never waits."""
        self.follow(self.board.apply(signal, self.clock()))
        if isinstance(signal, Joined):
            self._ring_citizen_of(signal.call)

    def follow(self, outcomes: list[Follow]) -> None:
        """Carry out what follows: facts first."""
        for said in outcomes:
            if isinstance(said, Said):
                self.say(said)
        for outcome in outcomes:
            if isinstance(outcome, RingNext):
                self._ring_next(outcome)
            elif isinstance(outcome, HangUp):
                self._end_legs(outcome)
            elif isinstance(outcome, GatherRoom):
                self._gather(outcome.call)
            elif isinstance(outcome, StopDialling):
                self.spawn(self._stop_dialling(outcome.channel), f"stop dialling {outcome.channel}")
            elif isinstance(outcome, MuteAgain):
                self._mute_again(outcome)
            elif isinstance(outcome, ListenAgain | StopListening):
                self.spawn(self._listener(outcome), f"listener {outcome.listener}")
            elif isinstance(outcome, QueueChanged):
                self.on_queue()

    def say(self, said: Said) -> None:
        """Write a fact."""
        self._scribe.write(said.kind, said.call, said.key or None, said.at or self.clock(), said.data)

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run work that this object owns; a failure is logged, never lost."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("talk.task_failed", task=task.get_name(), error=repr(error))

    async def close(self) -> None:
        """Cancel what is under way. Calls go on: the switch holds them."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- inviting --------------------------------------------------------------------------------------------
    def invite(self, call: Call, invitation: Invitation) -> None:
        """Put an invitation on the call, say so, ring its first phones."""
        call.invitations[invitation.id] = invitation
        data = {
            "invitation": invitation.id, "role": invitation.role, "who": invitation.who, "private": invitation.private,
            "by": invitation.by, "phones": [[t.number for t in wave] for wave in invitation.waves],
            "ring_seconds": invitation.ring_seconds,
        }
        self.say(Said(facts.INVITE_INTENDED, call.key, data, key=f"{invitation.id}:intended"))
        self._ring_next(RingNext(call.key, invitation.id))

    def _ring_next(self, wish: RingNext) -> None:
        call = self.board.calls.get(wish.call)
        invitation = call.invitations.get(wish.invitation) if call else None
        if call is None or invitation is None or invitation.state is not InvitationState.RINGING:
            return
        invitation.wave += 1
        if invitation.wave >= len(invitation.waves):
            self.follow(self.board.end_invitation(call, invitation, InvitationState.FAILED))
            return
        for target in invitation.waves[invitation.wave]:
            self._ring(call, invitation, target)

    def _ring(self, call: Call, invitation: Invitation, target: Target) -> None:
        leg = Leg(new_id("leg"), invitation.role, invitation.who, target.number, target.kind, invitation.id)
        self.board.add_leg(call, leg)
        self.spawn(self._originate(call, invitation, leg, target), f"ring {leg.id}")

    async def _originate(self, call: Call, invitation: Invitation, leg: Leg, target: Target) -> None:
        exten = "outward" if call.state is CitizenState.DIALLED else "join"
        try:
            await self.switch.ring(call, leg, target, invitation.ring_seconds, exten=exten, side=invitation.private)
        except SwitchSilent:
            log.warning("ring.unanswered", leg=leg.id, call=call.key)  # it may ring: look, never ring twice
        except (SwitchAway, SwitchError) as error:
            log.warning("ring.refused", leg=leg.id, call=call.key, error=str(error))
            if isinstance(error, SwitchAway):
                leg.why = leg.why or SWITCH_AWAY
            self.take(NeverBegan(leg.id))
            return
        await self._mind_gateway(leg)

    async def _mind_gateway(self, leg: Leg) -> None:
        """End a leg whose far end says nothing at all. An agent's own phone is watched by its registration."""
        await asyncio.sleep(self.rules.gateway_silence)
        if leg.state is LegState.INTENDED and not leg.provisional:
            leg.why = leg.why or GATEWAY_DEAD
            await self._hang_up(leg, leg.why)

    # -- ending ----------------------------------------------------------------------------------------------
    def _end_legs(self, wish: HangUp) -> None:
        for leg_id in wish.legs:
            found = self.board.find_leg(leg_id)
            if found:
                self.end_leg(found[1], wish.why)

    def end_leg(self, leg: Leg, why: str) -> None:
        """End one leg for a reason."""
        leg.why = leg.why or why
        self.spawn(self._hang_up(leg, why), f"hang up {leg.id}")

    async def _hang_up(self, leg: Leg, why: str) -> None:
        for _ in range(_TRIES):
            try:
                await self.switch.hang_up(leg, why)
            except SwitchSilent:
                continue
            except SwitchAway:
                return  # the rebuild will look
            except SwitchError as error:
                log.info("hang_up.nothing_there", leg=leg.id, error=str(error))
                self.take(ChannelGone(leg.id, 16, 0))
            return
        log.warning("hang_up.unanswered", leg=leg.id)

    async def _stop_dialling(self, channel: str) -> None:
        try:
            await self.switch.stop_dialling(channel)
        except SwitchError as error:
            log.info("stop_dialling.nothing_there", channel=channel, error=str(error))

    # -- moving ----------------------------------------------------------------------------------------------
    def _gather(self, call_key: str) -> None:
        call = self.board.calls.get(call_key)
        for leg in (call.present() or call.on_hold()) if call else []:
            if leg.state is not LegState.ROOM:
                self.spawn(self._step(leg, side=False), f"gather {leg.id}")

    def _mute_again(self, wish: MuteAgain) -> None:
        found = self.board.find_leg(wish.leg)
        if found:
            self.spawn(self._mute(*found), f"mute {wish.leg}")

    async def _mute(self, call: Call, leg: Leg) -> None:
        try:
            await self.switch.mute(call, leg, muted=True)
        except SwitchError as error:
            leg.muted = False
            self.say(Said(facts.PARTY_MUTED, call.key, {"party": leg.id, "muted": False, "by": ""}))
            log.warning("mute.refused", leg=leg.id, error=str(error))

    async def _step(self, leg: Leg, *, side: bool) -> None:
        try:
            await self.switch.step(leg, side=side)
        except SwitchError as error:
            log.warning("step.refused", leg=leg.id, error=str(error))

    async def _listener(self, wish: ListenAgain | StopListening) -> None:
        one, call = self.board.listeners.find(wish.call, wish.listener), self.board.calls.get(wish.call)
        if one is None:
            return
        found = self.board.find_leg(wish.leg) if isinstance(wish, ListenAgain) else None
        try:
            if found and call and not call.is_secret:
                await self.switch.listen_to(one, found[1])
            else:
                await self.switch.stop_listening(one)
        except SwitchError as error:
            log.info("listener.not_moved", listener=one.id, error=str(error))  # it ends by itself soon

    def _ring_citizen_of(self, call_key: str) -> None:
        """An outgoing talk: once the agent is in the room, ring the citizen. Once."""
        call = self.board.calls.get(call_key)
        if call is None or call.state is not CitizenState.DIALLED or call.since:
            return
        call.since = self.clock()
        self.spawn(self._dial_citizen(call), f"dial {call.key}")

    async def _dial_citizen(self, call: Call) -> None:
        try:
            await self.switch.ring_citizen(call, self.rules.citizen_ring)
        except SwitchError as error:
            log.warning("dial.refused", call=call.key, error=str(error))
            self.take(ChannelGone(call.citizen, 0, 0))
