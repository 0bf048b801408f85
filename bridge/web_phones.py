"""Telephones in a page: the secret a page signs on with, and whether a page is there to be rung.

A page is there from its own word (`here`) until its leg is lost, its socket is gone, or the switch finds nobody. Only
then does the line ring it: a page that is loading must not make its citizen lose the place with the same agent.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from bridge.errors import Refused, SwitchError
from bridge.line import Line
from bridge.model import Leg, LegState
from bridge.talks import Talks
from core.log import get_logger
from routing.directory import Agent
from routing.seats import Agents

log = get_logger(__name__)
_GONE_WITHIN = 2.0  # s for the switch to say that an old leg has ended
_LOOK = 0.02
DEMO_PHONE = "citizen-page"  # asterisk-conf/pjsip.conf.j2
_TALKING = frozenset({LegState.ANSWERED, LegState.ROOM, LegState.SIDE, LegState.HELD})
_COMING = frozenset({LegState.INTENDED, LegState.RINGING})


class WebPhones:
    """What a page may ask about its own telephone. Every method raises Refused."""

    def __init__(self, talks: Talks, line: Line, directory: Agents) -> None:
        self._talks, self._line, self.directory = talks, line, directory

    async def open(self, agent: str) -> dict[str, Any]:
        """Make a new secret for the agent's page and put it into the switch; every earlier one is worthless then."""
        known = self._web_agent(agent)
        self._line.page_gone(agent)
        secret = secrets.token_urlsafe(24)
        await self._put(known.phone, secret)
        return {"phone": known.phone, "secret": secret}

    async def demo(self) -> dict[str, Any]:
        """Make a new secret for the citizen's telephone of the demonstration, which exists only there."""
        secret = secrets.token_urlsafe(24)
        await self._put(DEMO_PHONE, secret)
        return {"phone": DEMO_PHONE, "secret": secret}

    async def close(self, agent: str) -> dict[str, Any]:
        """The agent signs off: the page is not rung any more and its secret opens nothing."""
        known = self._web_agent(agent)
        self._line.page_gone(agent)
        await self._put(known.phone, secrets.token_urlsafe(24))
        return {"agent": agent}

    async def gone(self, agent: str) -> dict[str, Any]:
        """The page's socket is gone. Its sound may still be there: nothing is ended, but it cannot be rung."""
        self._line.page_gone(agent)
        return {"agent": agent}

    async def here(self, agent: str, fresh: bool = False) -> dict[str, Any]:
        """The page has registered and has no talk: ring it. What is left of a page before it is ended first, as lost.

        `fresh`: the page has only just been loaded, so that a ring under way went to the one before it.
        """
        self._web_agent(agent)
        ended = [leg for leg in self._legs_of(agent) if leg.state in _TALKING or (fresh and leg.state in _COMING)]
        for leg in ended:
            await self._end(leg)
        await self._until_gone(ended)
        self._line.page_here(agent)
        return {"agent": agent, "ended": len(ended)}

    # -- within ----------------------------------------------------------------------------------------------
    def _web_agent(self, agent: str) -> Agent:
        known = self.directory.agent(agent)
        if known is None:
            raise Refused("no_such_agent", f"agent {agent[:40]!r} is not in the directory", "add the agent there first")
        if known.kind != "web":
            raise Refused("plain_phone", f"agent {agent} has a telephone of their own", "answer on that telephone")
        return known

    def _legs_of(self, agent: str) -> list[Leg]:
        calls = self._talks.board.calls.values()
        return [leg for call in calls for leg in call.legs.values() if leg.role == "agent" and leg.who == agent]

    async def _end(self, leg: Leg) -> None:
        if leg.state in _COMING:
            self._talks.end_leg(leg, "cancelled")  # nobody is blamed for a ring that nobody heard
            return
        try:
            await self._talks.switch.drop(leg)
        except SwitchError as error:
            log.info("web_phone.nothing_there", leg=leg.id, error=str(error))

    async def _until_gone(self, legs: list[Leg]) -> None:
        try:
            async with asyncio.timeout(_GONE_WITHIN):
                while any(leg.state is not LegState.GONE for leg in legs):  # noqa: ASYNC110  the board has no event
                    await asyncio.sleep(_LOOK)
        except TimeoutError:
            log.warning("web_phone.leg_stays", legs=[leg.id for leg in legs])

    async def _put(self, phone: str, secret: str) -> None:
        try:
            await self._talks.switch.give_secret(phone, secret)
        except SwitchError as error:
            log.warning("web_phone.no_secret", phone=phone, error=str(error))
            raise Refused("switch_away", "the switch is not connected", "try again in a moment") from error
