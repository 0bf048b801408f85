"""The line: pairs waiting citizens with free agents, tells everybody their place, and lets times run out.

What it decides is in routing/queue.py; here is only when it is asked and what is done with the answer.
"""

from __future__ import annotations

import asyncio
from collections import deque

from bridge.errors import SwitchError
from bridge.model import Call, CitizenState, Invitation, InvitationState, LegState, Target
from bridge.talks import Talks
from core.ids import new_id
from core.log import get_logger
from routing.agents import AgentNow, AgentStatus
from routing.directory import Agent
from routing.queue import Free, Waiting, estimate_minutes, match, places
from routing.seats import Agents

log = get_logger(__name__)
_ON_DUTY = frozenset(AgentStatus) - {AgentStatus.OFFLINE, AgentStatus.BREAK}
_COMING = frozenset({LegState.ANSWERED, LegState.ROOM})  # an agent who has taken the call fetches the citizen
_USUAL_HANDLING = 180.0  # s, until the first talks have been measured
_PAGE_PATIENCE = 15.0  # s that a ready agent's page may be away (a reload, a cut network) before a break


class Line:
    """The queue of one switch."""

    def __init__(self, talks: Talks, directory: Agents) -> None:
        self.talks = talks
        self.directory = directory
        self._told: dict[str, tuple[int, int]] = {}
        self._handled: deque[float] = deque(maxlen=50)
        self._asked = False
        self._pages: dict[str, float] = {}  # agent with a page → when it said that it can be rung
        self._pages_gone: dict[str, float] = {}
        talks.on_queue = self.look_soon

    # -- who waits, who is free ------------------------------------------------------------------------------
    def waiting(self) -> list[Waiting]:
        """Return the citizens in line."""
        on_duty = self._skills_on_duty()
        calls = self.talks.board.calls.values()
        return [self._waiting(c, on_duty) for c in calls if c.state is CitizenState.WAITING]

    def _skills_on_duty(self) -> frozenset[str]:
        """Return the skills that somebody on duty has; for any other skill a person without it is better than none."""
        now = {state.id: state.status for state in self.talks.board.agents}
        here = [a for a in self.directory.agents if now.get(a.id) in _ON_DUTY]
        return frozenset(skill for agent in here for skill in agent.skills)

    @staticmethod
    def _waiting(call: Call, on_duty: frozenset[str]) -> Waiting:
        skill = call.skill if call.skill in on_duty else "general"
        returning = call.waits_because in ("lost", "rating")
        coming = any(leg.role == "agent" and leg.state in _COMING for leg in call.legs.values())
        ringing = coming or bool(call.ringing("agent"))
        return Waiting(
            call.key, call.queued, skill, call.urgency, returning, call.prefer, call.prefer_until, ringing
        )

    # -- telephones in pages (bridge/web_phones.py) -------------------------------------------------------------
    def page_here(self, agent: str) -> None:
        """An agent's page can be rung from now on."""
        self._pages[agent] = self.talks.clock()
        self._pages_gone.pop(agent, None)
        self.look_soon()

    def page_gone(self, agent: str) -> None:
        """An agent's page cannot be rung until it says so again."""
        if self._pages.pop(agent, None) is not None:
            self._pages_gone[agent] = self.talks.clock()

    def page_laid_aside(self, agent: str) -> None:
        """An agent chose another telephone: nobody waits for the page to come back."""
        self._pages.pop(agent, None)
        self._pages_gone.pop(agent, None)

    def _can_be_rung(self, agent: Agent, state: AgentNow) -> bool:
        """Tell whether there is a telephone to ring. A page that has lost its talk must have said so since."""
        if agent.kind != "web":
            return True
        said = self._pages.get(agent.id)
        return said is not None and (state.status is not AgentStatus.LOST or said >= state.since)

    def free(self) -> list[Free]:
        """Return the agents who can be rung."""
        now = {state.id: state for state in self.talks.board.agents}
        live = {leg.who for call in self.talks.board.calls.values() for leg in call.legs.values()
                if leg.role == "agent" and leg.state is not LegState.GONE}  # also rung by the dialplan alone
        live |= {one.who for one in self.talks.board.listeners}
        out = []
        for agent in self.directory.agents:
            state = None if agent.id in live else now.get(agent.id)
            if state is None or not self._can_be_rung(agent, state):
                continue
            if state.status is AgentStatus.READY:
                out.append(Free(agent.id, frozenset(agent.skills), state.idle_since))
            elif state.status is AgentStatus.LOST:
                out.append(Free(agent.id, frozenset(agent.skills), state.since, only_for=state.call))
        return out

    # -- looking ---------------------------------------------------------------------------------------------
    def look_soon(self) -> None:
        """Look at the line once the signals at hand are taken; many wishes make one look."""
        if not self._asked:
            self._asked = True
            asyncio.get_running_loop().call_soon(self.look)

    def look(self) -> None:
        """Ring whoever is next, and tell everybody where they stand."""
        self._asked = False
        if not self.talks.commands:
            return
        now = self.talks.clock()
        free = self.free()
        for call_key, agent in [*match(self.waiting(), free, now), *self._back_into_talks(free)]:
            self._ring_agent(self.talks.board.calls[call_key], agent, now)
        self._tell_places()

    def _back_into_talks(self, free: list[Free]) -> list[tuple[str, str]]:
        """Agents lost from a talk that others go on with: they are rung into it again."""
        calls = self.talks.board.calls
        return [(one.only_for, one.agent) for one in free
                if one.only_for in calls and calls[one.only_for].state is CitizenState.ROOM]

    def _ring_agent(self, call: Call, agent_id: str, now: float) -> None:
        agent = self.directory.agent(agent_id)
        if agent is None:
            return
        returning = call.state is CitizenState.ROOM or (call.prefer == agent_id and now < call.prefer_until)
        seconds = self.talks.rules.return_ring if returning else self.talks.rules.agent_ring
        target = Target(f"PJSIP/{agent.phone}", agent.phone, agent.kind)
        invitation = Invitation(
            new_id("inv"), "agent", agent.id, agent.name, ((target,),), private=False, by="queue", ring_seconds=seconds
        )
        self.talks.follow(self.talks.board.place_agent(agent.id, AgentStatus.RINGING, now, call=call.key))
        self.talks.invite(call, invitation)

    def ring_back(self, call: Call, agent_id: str) -> bool:
        """Ring an agent into a talk that goes on; tell whether there is a telephone to ring."""
        agent, board = self.directory.agent(agent_id), self.talks.board
        if agent is None or not self._can_be_rung(agent, board.agents[agent_id]):
            return False
        self._ring_agent(call, agent_id, self.talks.clock())
        return True

    def _tell_places(self) -> None:
        waiting = self.waiting()
        on_duty = sum(1 for a in self.talks.board.agents if a.status in _ON_DUTY)
        told = {}
        for call_key, place in places(waiting).items():
            told[call_key] = (place, estimate_minutes(place, on_duty, self.mean_handling()))
            if self._told.get(call_key) != told[call_key]:
                self.talks.spawn(self._tell(call_key, *told[call_key]), f"place {call_key}")
        self._told = told

    async def _tell(self, call_key: str, place: int, minutes: int) -> None:
        call = self.talks.board.calls.get(call_key)
        if call is None:
            return
        try:
            await self.talks.switch.tell_waiting(call, place, minutes)
        except SwitchError as error:
            log.debug("place.not_told", call=call_key, error=str(error))

    # -- time ------------------------------------------------------------------------------------------------
    def handled(self, seconds: float) -> None:
        """Learn how long a talk and its wrap-up took."""
        self._handled.append(seconds)

    def mean_handling(self) -> float:
        """Return the mean seconds from an agent's answer to the agent being free again."""
        return sum(self._handled) / len(self._handled) if self._handled else _USUAL_HANDLING

    def tick(self, now: float) -> None:
        """Let what is due end: wrap-up, the window for a lost leg, a preference."""
        board = self.talks.board
        for state in board.agents.due(now):
            ready = state.status is AgentStatus.WRAP_UP
            after = AgentStatus.READY if ready else AgentStatus.BREAK
            self.talks.follow(board.place_agent(state.id, after, now, why="wrap_up_over" if ready else "lost"))
        for agent, since in list(self._pages_gone.items()):
            if now - since >= _PAGE_PATIENCE:
                del self._pages_gone[agent]
                if agent in board.agents and board.agents[agent].status is AgentStatus.READY:
                    self.talks.follow(board.place_agent(agent, AgentStatus.BREAK, now, why="page_gone"))
        for call in board.calls.values():
            if call.prefer and now >= call.prefer_until:
                call.prefer = ""
                self.look_soon()

    async def keep_asides(self) -> None:
        """Renew the time limit of everybody in a side room."""
        for call in list(self.talks.board.calls.values()):
            for leg in [x for x in call.present() if x.state is LegState.SIDE]:
                try:
                    await self.talks.switch.keep_aside(leg, self.talks.rules.side_room)
                except SwitchError as error:
                    log.info("side.not_renewed", leg=leg.id, error=str(error))

    def open_for(self, call: Call) -> list[Invitation]:
        """Return the open invitations of a call."""
        return [i for i in call.invitations.values() if i.state is InvitationState.RINGING]
