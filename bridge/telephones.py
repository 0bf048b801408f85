"""The agents' telephones as the switch knows them: registered now or not, in use, and from where. Asked, never kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from bridge.ami_codec import AmiEvent
from bridge.ami_errors import AmiBadValue, AmiError, AmiRefused
from bridge.errors import Refused
from routing.directory import Agent
from routing.seats import Seats

# the switch's words for a device → ours. What is neither is not registered, or the switch does not know it
STATES: Final[Mapping[str, str]] = {"NOT_INUSE": "free", "INUSE": "busy", "BUSY": "busy", "RINGING": "ringing",
                                    "RINGINUSE": "ringing", "ONHOLD": "busy"}
_CONTACT: Final = {"address": "via_addr", "program": "user_agent", "until": "expiration_time", "status": "status"}


class Asked(Protocol):
    """What is asked of the switch."""

    async def action(self, name: str, fields: Mapping[str, Any] | None = None) -> AmiEvent:
        """Send an action."""

    async def listing(self, name: str, fields: Mapping[str, Any] | None = None) -> list[AmiEvent]:
        """Send a list action."""


class Telephones:
    """What may be asked about the agents' telephones. Every method raises Refused."""

    def __init__(self, ami: Asked, seats: Seats) -> None:
        self._ami, self._seats = ami, seats

    async def listed(self) -> list[dict[str, Any]]:
        """Return every telephone an agent can have: agent, name, phone, kind, and state: free, ringing, busy or away.

        `beside`: it stands on the desk of an agent who has one in the page too; `rings`: it is the one that is rung.
        """
        try:
            events = await self._ami.listing("DeviceStateList")
        except AmiError as error:
            raise _away() from error
        now = {event.get("Device"): event.get("State") for event in events}
        return [{"agent": agent.id, "name": agent.name, "phone": agent.phone, "kind": agent.kind, "rings": rings,
                 "beside": agent.phone != self._phone_of(agent.id),
                 "state": STATES.get(now.get(f"PJSIP/{agent.phone}", ""), "away")}
                for agent, rings in self._seats.telephones()]

    async def where(self, phone: str) -> dict[str, Any]:
        """Return where a telephone is registered from: address, program, until (epoch s), status; "" where unknown."""
        known = self._known(phone)
        contact = (await self._read(f"PJSIP_AOR({known.phone},contact)")).split(",")[0].strip()
        said = {name: await self._read(f"PJSIP_CONTACT({contact},{field})") if contact else ""
                for name, field in _CONTACT.items()}
        return {"phone": known.phone, "agent": known.id, "kind": known.kind, "registered": bool(contact), **said,
                "until": float(said["until"]) if said["until"].isdigit() else 0.0}

    def _phone_of(self, agent: str) -> str:
        known = self._seats.directory.agent(agent)
        return known.phone if known else ""

    def _known(self, phone: str) -> Agent:
        agent = self._seats.directory.agent_by_phone(phone)
        if agent is None:
            raise Refused("no_such_phone", f"no agent has the telephone {phone[:40]!r}",
                          "look at the list of telephones")
        return agent

    async def _read(self, variable: str) -> str:
        """Return a function's value; what the switch cannot tell is nothing, it may have ended just now."""
        try:
            return (await self._ami.action("Getvar", {"Variable": variable})).get("Value") or ""
        except (AmiRefused, AmiBadValue):
            return ""
        except AmiError as error:
            raise _away() from error


def _away() -> Refused:
    return Refused("switch_away", "the switch does not answer now", "try again in some seconds")
