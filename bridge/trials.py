""""Ring me": the switch plays a menu that is not in force to the agent's own telephone. No citizen has a part in it.

Only for an agent who is not to be given calls: a telephone that plays a menu would let a citizen ring in vain. The line
and the board know nothing of it; the dialplan ends it by itself after ten minutes.
"""

from __future__ import annotations

import re
from typing import Any

from bridge.errors import Refused, SwitchError
from bridge.talks import Talks
from core.ids import new_call_key
from routing.agents import AgentStatus
from routing.directory import Directory

RING_SECONDS = 30
_PLACE = re.compile(r"[0-9A-Za-z-]{1,60}//")
_FREE = frozenset({AgentStatus.BREAK, AgentStatus.OFFLINE})


class Trials:
    """Rings agents to let them hear a menu."""

    def __init__(self, talks: Talks, directory: Directory) -> None:
        self._talks, self._directory = talks, directory

    async def ring(self, agent: str, place: str, by: str = "") -> dict[str, Any]:
        """Ring an agent's telephone; who answers is in the menu that begins at `place` (``<release>//``).

        Raises Refused.
        """
        known = self._directory.agent(agent)
        if known is None:
            raise Refused("no_such_agent", f"agent {agent[:40]!r} is not in the directory", "add the agent there first")
        if not _PLACE.fullmatch(place):
            raise Refused("bad_place", f"{place[:40]!r} is no beginning of a menu", "ask from the page of the draft")
        if not self._talks.commands:
            raise Refused("switch_away", "the switch is not connected", "try again in a moment")
        if self._talks.board.agents[agent].status not in _FREE:
            raise Refused("agent_on_duty", f"agent {agent} is given calls", "take a break first, then ring again")
        key = new_call_key()
        try:
            await self._talks.switch.play_menu(f"PJSIP/{known.phone}", key, place, RING_SECONDS)
        except SwitchError as error:
            raise Refused("not_rung", f"the telephone {known.phone} cannot be rung: {error}",
                          "open the desk, or put the telephone in order") from error
        return {"trial": key, "phone": known.phone, "kind": known.kind}
