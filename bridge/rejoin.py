"""An agent who was cut off from a talk that others went on with comes into it again, when they are back.

For as long as a lost agent is awaited they are rung by themselves (`bridge.line`). Here is what comes after: the talk
is offered to them, and nobody is rung for it until they ask.
"""

from __future__ import annotations

from typing import Any

from bridge.acts import Acts
from bridge.errors import Refused
from bridge.line import Line
from bridge.model import Call, CitizenState, LegState
from bridge.talks import Talks
from routing.agents import BUSY

_GOES_ON = frozenset({CitizenState.ROOM, CitizenState.HELD})


class Rejoining:
    """Offers talks to the agents who were cut off from them."""

    def __init__(self, talks: Talks, line: Line, acts: Acts) -> None:
        self._talks, self._line, self._acts = talks, line, acts

    def offered(self, agent: str) -> str:
        """Return the call that an agent may come into again, "" when there is none."""
        if agent not in self._talks.board.agents or self._talks.board.agents[agent].status in BUSY:
            return ""
        return next((call.key for call in self._talks.board.calls.values() if _waits_for(call, agent)), "")

    async def rejoin(self, call: str, agent: str, by: str = "") -> dict[str, Any]:
        """Ring an agent's telephone into the talk that they were cut off from. Raises Refused."""
        live = self._acts.talk(call)
        if self.offered(agent) != call:
            raise Refused("not_offered", "this talk does not wait for you: it is over, or another agent is in it",
                          "refresh the page")
        if not self._line.ring_back(live, agent):
            raise Refused("no_telephone", "your telephone cannot be rung yet", "wait until its line is up, then again")
        return {"call": call, "agent": agent}


def _waits_for(call: Call, agent: str) -> bool:
    if call.state not in _GOES_ON or agent not in call.cut_off:
        return False
    return not any(leg.role == "agent" and leg.state is not LegState.GONE for leg in call.legs.values())
