"""Telephones on desks: the secret that an admin renewed, and the agent's choice between one and the page.

A secret is made outside and only put into the switch here, which knows it at once and refuses the one before: nothing
is reloaded, no call is touched.
"""

from __future__ import annotations

from typing import Any, Final

from bridge.errors import Refused, SwitchError
from bridge.follows import Said
from bridge.line import Line
from bridge.talks import Talks
from core import facts
from core.log import get_logger
from routing.agents import AgentStatus
from routing.directory import PhoneKind
from routing.seats import Seats

log = get_logger(__name__)
# while an agent is given calls, the telephone that would ring does not change under them
_MAY_MOVE: Final = frozenset({AgentStatus.OFFLINE, AgentStatus.BREAK, AgentStatus.WRAP_UP})


class DeskPhones:
    """What may be done with the telephones on desks. Every method raises Refused."""

    def __init__(self, talks: Talks, line: Line, seats: Seats) -> None:
        self._talks, self._line, self._seats = talks, line, seats

    async def put(self, phone: str, secret: str) -> dict[str, Any]:
        """Put the secret of a telephone into the switch; every earlier one opens nothing from then on."""
        known = next((one for one, _ in self._seats.telephones() if one.phone == phone), None)
        if known is None:
            raise Refused("no_such_phone", f"no agent has the telephone {phone[:40]!r}",
                          "look at the list of telephones")
        if known.kind == "web":
            raise Refused("web_phone", f"the telephone {phone} is in a page", "its secret is made at each sign-on")
        try:
            await self._talks.switch.give_desk_secret(phone, secret)
        except SwitchError as error:
            log.warning("desk_phone.no_secret", phone=phone, error=str(error))
            raise Refused("switch_away", "the switch is not connected", "try again in a moment") from error
        return {"phone": phone}

    async def choose(self, agent: str, rings: PhoneKind) -> dict[str, Any]:
        """Ring the agent in the page (``web``) or on the desk (``plain``) from now on, until they choose again."""
        known = self._seats.directory.agent(agent)
        if known is None:
            raise Refused("no_such_agent", f"agent {agent[:40]!r} is not in the directory", "add the agent there first")
        seated = self._seats.agent(agent) or known
        if rings != seated.kind:
            if not known.beside or rings not in ("web", "plain"):
                raise Refused("no_choice", f"agent {agent} has one telephone only", "answer on that telephone")
            if self._talks.board.agents[agent].status not in _MAY_MOVE:
                raise Refused("agent_on_duty", f"agent {agent} is given calls", "take a break first, then change")
            self._line.page_laid_aside(agent)
            self._seats.choose(agent, rings)
            self._talks.say(Said(facts.AGENT_PHONE, data={"agent": agent, "rings": rings}))
            seated = self._seats.agent(agent) or known
        return {"agent": agent, "rings": seated.kind, "phone": seated.phone}
