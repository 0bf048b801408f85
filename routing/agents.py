"""What each agent is doing, as a table of who may go where. Pure: time is passed in.

    offline ── ready ── ringing ── talking ── wrap_up ── ready
                 └── break            └── lost (the leg broke; the same agent is rung for a few seconds)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


class AgentStatus(StrEnum):
    """The states of an agent (坐席)."""

    OFFLINE = "offline"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    LOST = "lost"
    WRAP_UP = "wrap_up"
    BREAK = "break"


_BACK = frozenset({AgentStatus.LOST, AgentStatus.RINGING, AgentStatus.TALKING, AgentStatus.WRAP_UP})
BUSY = frozenset({AgentStatus.RINGING, AgentStatus.TALKING, AgentStatus.LOST})

# what an agent may ask for by themselves, and from where; the rest follows from calls
MAY_ASK: dict[AgentStatus, frozenset[AgentStatus]] = {
    AgentStatus.READY: frozenset({AgentStatus.OFFLINE, AgentStatus.BREAK, AgentStatus.WRAP_UP, AgentStatus.READY}),
    AgentStatus.BREAK: frozenset({AgentStatus.OFFLINE, AgentStatus.READY, AgentStatus.WRAP_UP, AgentStatus.BREAK}),
    AgentStatus.OFFLINE: frozenset({AgentStatus.READY, AgentStatus.BREAK, AgentStatus.WRAP_UP, AgentStatus.OFFLINE}),
}


class AgentRefused(ValueError):
    """An agent asked for a state that does not follow from the present one; the message says what to do."""


@dataclass(frozen=True, slots=True)
class AgentNow:
    """One agent at this moment. Times are epoch seconds; `until` is 0 when the state has no end of its own."""

    id: str
    status: AgentStatus = AgentStatus.OFFLINE
    since: float = 0.0
    until: float = 0.0
    why: str = ""
    call: str = ""
    idle_since: float = 0.0
    missed: int = 0
    wrapped: str = ""  # the call whose wrap-up ended as this state began


class AgentBoard:
    """All agents of this switch. Each change returns the new state, or None when nothing changed."""

    def __init__(self, agents: Iterable[str]) -> None:
        self._now: dict[str, AgentNow] = {agent: AgentNow(agent) for agent in agents}

    def __iter__(self) -> Iterator[AgentNow]:
        return iter(self._now.values())

    def __getitem__(self, agent: str) -> AgentNow:
        return self._now[agent]

    def __contains__(self, agent: str) -> bool:
        return agent in self._now

    def keep(self, agents: Iterable[str]) -> None:
        """Follow a changed directory: new agents are offline, removed ones are forgotten once they are free."""
        wanted = set(agents)
        for agent in wanted - self._now.keys():
            self._now[agent] = AgentNow(agent)
        for agent in [a for a, n in self._now.items() if a not in wanted and n.status not in BUSY]:
            del self._now[agent]

    def put(
        self, agent: str, status: AgentStatus, now: float, *, why: str = "", call: str = "", until: float = 0.0
    ) -> AgentNow | None:
        """Move an agent because a call says so. An agent unknown to the directory is passed over."""
        old = self._now.get(agent)
        if old is None or (old.status, old.why, old.call) == (status, why, call):
            return None
        idle = now if status is AgentStatus.READY and why != "not_rung" else old.idle_since
        missed = old.missed + 1 if why == "missed" else (0 if status is AgentStatus.TALKING else old.missed)
        wrapped = old.call if _done(old.status, status) else ""
        self._now[agent] = replace(
            old, status=status, since=now, until=until, why=why, call=call, idle_since=idle, missed=missed,
            wrapped=wrapped
        )
        return self._now[agent]

    def ask(self, agent: str, status: AgentStatus, now: float, *, why: str = "") -> AgentNow | None:
        """Move an agent because the agent asks. Raises AgentRefused."""
        old = self._now.get(agent)
        if old is None:
            raise AgentRefused(f"agent {agent!r} is not in the directory; add the agent there first")
        allowed = MAY_ASK.get(status)
        if allowed is None:
            raise AgentRefused(f"{status.value!r} follows from a call; an agent asks for ready, break or offline")
        if old.status not in allowed:
            raise AgentRefused(f"agent {agent} is {old.status.value}; finish the call first, then ask again")
        return self.put(agent, status, now, why=why)

    def due(self, now: float) -> list[AgentNow]:
        """Return the agents whose state ends by itself before `now` (wrap-up over, return window over)."""
        return [a for a in self._now.values() if a.until and a.until <= now]

    def restore(self, state: AgentNow) -> None:
        """Put back what the journal remembers of an agent."""
        if state.id in self._now:
            self._now[state.id] = state


def _done(old: AgentStatus, new: AgentStatus) -> bool:
    """Tell whether an agent has done with their call: wrap-up is over, or they were lost and cannot be rung back."""
    if old is AgentStatus.RINGING:  # also a first ring that was missed: whoever was in no talk has nothing to end
        return new in (AgentStatus.BREAK, AgentStatus.OFFLINE)
    return (old is AgentStatus.WRAP_UP and new is not old) or (old is AgentStatus.LOST and new not in _BACK)
