"""On which of their telephones an agent is rung: the one in the page, or the one on the desk beside it. Pure.

What an agent chose holds until they choose again. An agent whom the directory gives a telephone on the desk alone has
no choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from routing.directory import Agent, Directory, InForce, PhoneKind


class Agents(Protocol):
    """Who can be rung, and where: the directory itself, or the seats that agents chose."""

    @property
    def agents(self) -> Sequence[Agent]:
        """Everybody, with the telephone that rings."""

    def agent(self, agent_id: str) -> Agent | None:
        """Return the agent with this id, with the telephone that rings, or None."""


class Seats:
    """The agents of a directory, each at the telephone they chose."""

    def __init__(self, directory: InForce, chosen: Mapping[str, str]) -> None:
        """`chosen`: agent → ``plain`` or ``web``, as they were last known to have chosen."""
        self._known = directory
        self._beside = {agent for agent, kind in chosen.items() if kind == "plain"}

    @property
    def directory(self) -> Directory:
        """The directory in force."""
        return self._known.now()

    @property
    def agents(self) -> Sequence[Agent]:
        """Everybody, with the telephone that rings."""
        return [self._seated(agent) for agent in self.directory.agents]

    def agent(self, agent_id: str) -> Agent | None:
        """Return the agent with this id, with the telephone that rings, or None."""
        known = self.directory.agent(agent_id)
        return None if known is None else self._seated(known)

    def choose(self, agent_id: str, kind: PhoneKind) -> None:
        """Ring this agent there from now on."""
        (self._beside.add if kind == "plain" else self._beside.discard)(agent_id)

    def has_a_choice(self, agent_id: str) -> bool:
        """Tell whether an agent can be rung in the page and beside it."""
        known = self.directory.agent(agent_id)
        return known is not None and bool(known.beside)

    def telephones(self) -> Iterator[tuple[Agent, bool]]:
        """Yield every telephone there can be as its agent sitting there, and whether it is the one that rings."""
        for agent in self.directory.agents:
            seated = self._seated(agent)
            yield agent, seated is agent
            if agent.beside:
                yield agent.at_the_desk(), seated is not agent

    def _seated(self, agent: Agent) -> Agent:
        return agent.at_the_desk() if agent.beside and agent.id in self._beside else agent
