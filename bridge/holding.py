"""Hold for one person: they hear music and nobody else, are heard by nobody, and the talk goes on without them.

The citizen is held by everybody's stepping aside (``Acts.hold``); here it is anybody else. What becomes of whoever is
on hold when the others go is settled in the dialplan, with or without a controller (docs/adr/0034).
"""

from __future__ import annotations

from typing import Any

from bridge.acts import Acts
from bridge.errors import Refused, SwitchError
from bridge.model import IN_TALK, Call, CitizenState, Leg, LegState
from bridge.talks import Talks


class Holding:
    """Put one party on hold and bring them back."""

    def __init__(self, talks: Talks, acts: Acts) -> None:
        self._talks = talks
        self._acts = acts

    async def hold(self, call: str, party: str, by: str = "") -> dict[str, Any]:
        """Put one party on hold; asked again, they stay. Somebody must be left with whom the talk goes on."""
        live = self._acts.talk(call)
        leg = self._leg(live, party)
        if leg.state is LegState.HELD:
            return {"party": party, "held": True, "already": True}
        _refuse(live, leg)
        try:
            await self._talks.switch.hold(leg)
        except SwitchError as error:
            raise Refused("switch", f"the switch did not hold {leg.who}: {error}", "try again") from error
        return {"party": party, "held": True, "already": False}

    async def back(self, call: str, party: str, by: str = "") -> dict[str, Any]:
        """Bring one party back to where the talk is: to the citizen, or to those who have stepped aside."""
        live = self._acts.talk(call)
        leg = self._leg(live, party)
        if leg.state is not LegState.HELD:
            raise Refused("not_held", f"{leg.who} is not on hold", "the talk is on")
        aside = live.state is CitizenState.HELD and any(one.state is LegState.SIDE for one in live.present())
        try:
            await self._talks.switch.step(leg, side=aside)
        except SwitchError as error:
            raise Refused("switch", f"the switch did not bring {leg.who} back: {error}", "try again") from error
        return {"party": party, "held": False}

    def _leg(self, live: Call, party: str) -> Leg:
        gone = live.legs.get(party)
        if gone is not None and gone.state is LegState.GONE:
            raise Refused("left_already", f"{gone.who} has left this talk", "invite them again")
        return self._acts.leg(live, party)


def _refuse(live: Call, leg: Leg) -> None:
    if leg.state not in IN_TALK:
        raise Refused("not_in_talk", f"{leg.who} is not in the talk yet", "wait until they have joined")
    staying = [one for one in live.present() if one is not leg and one.state is leg.state]
    if leg.state is LegState.ROOM and not staying:
        raise Refused("alone_with_citizen", "nobody else is with the citizen", "put the citizen on hold instead")
    if leg.state is LegState.SIDE and not any(one.role == "agent" for one in staying):
        raise Refused("leads_the_consult", "nobody else could bring the citizen back", "resume the talk first")
