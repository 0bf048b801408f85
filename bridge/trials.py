""""Ring me": the switch plays a menu that is not in force, or the agent's own voice, to the agent's telephone.

No citizen has a part in it. Only for an agent who is not to be given calls: a telephone that plays a menu would let a
citizen ring in vain. The line and the board know nothing of it; the dialplan ends it by itself, a menu after ten
minutes, an echo after one.
"""

from __future__ import annotations

import re
from typing import Any

from bridge.errors import Refused, SwitchError
from bridge.talks import Talks
from core.ids import new_call_key
from routing.agents import AgentStatus
from routing.directory import Agent
from routing.seats import Agents

RING_SECONDS = 30
ECHO_RING_SECONDS = 15
_PLACE = re.compile(r"[0-9A-Za-z-]{1,60}//")
_FREE = frozenset({AgentStatus.BREAK, AgentStatus.OFFLINE})


class Trials:
    """Rings agents to let them hear a menu, or themselves."""

    def __init__(self, talks: Talks, directory: Agents) -> None:
        self._talks, self._directory = talks, directory

    async def ring(self, agent: str, place: str, by: str = "") -> dict[str, Any]:
        """Ring an agent's telephone; who answers is in the menu that begins at `place` (``<release>//``).

        Raises Refused.
        """
        if not _PLACE.fullmatch(place):
            raise Refused("bad_place", f"{place[:40]!r} is no beginning of a menu", "ask from the page of the draft")
        known, key = self._free(agent), new_call_key()
        try:
            await self._talks.switch.play_menu(f"PJSIP/{known.phone}", key, place, RING_SECONDS)
        except SwitchError as error:
            raise _not_rung(known, error) from error
        return {"trial": key, "phone": known.phone, "kind": known.kind}

    async def echo(self, agent: str) -> dict[str, Any]:
        """Ring an agent's telephone; who answers hears themselves for at most a minute. Raises Refused."""
        known, key = self._free(agent), new_call_key()
        try:
            await self._talks.switch.echo(f"PJSIP/{known.phone}", key, ECHO_RING_SECONDS)
        except SwitchError as error:
            raise _not_rung(known, error) from error
        return {"phone": known.phone, "kind": known.kind}

    def _free(self, agent: str) -> Agent:
        """Return an agent whose telephone nobody needs now. Raises Refused."""
        known = self._directory.agent(agent)
        if known is None:
            raise Refused("no_such_agent", f"agent {agent[:40]!r} is not in the directory", "add the agent there first")
        if not self._talks.commands:
            raise Refused("switch_away", "the switch is not connected", "try again in a moment")
        if self._talks.board.agents[agent].status not in _FREE:
            raise Refused("agent_on_duty", f"agent {agent} is given calls", "take a break first, then ring again")
        return known


def _not_rung(agent: Agent, error: SwitchError) -> Refused:
    return Refused("not_rung", f"the telephone {agent.phone} cannot be rung: {error}",
                   "open the desk, or put the telephone in order")
