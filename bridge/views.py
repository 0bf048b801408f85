"""Live calls as other processes see them: plain JSON-able dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bridge.model import Call, CitizenState, Invitation, Leg, LegState, Listener


def call_view(call: Call, listeners: Iterable[Listener] = ()) -> dict[str, Any]:
    """Return a call with everybody in it, and who listens beside it. Times are epoch seconds."""
    return {
        "call": call.key, "state": call.state.value, "since": call.since, "answered_at": call.answered_at,
        "caller": call.caller, "called": call.called, "direction": call.direction, "skill": call.skill,
        "unit": call.unit, "urgency": call.urgency, "lang": call.lang, "queued": call.queued,
        "waits_because": call.waits_because if call.state is CitizenState.WAITING else "",
        "first_responder": call.first_responder,
        "parties": [leg_view(leg) | {"talk_since": _talk_since(call, leg)}
                    for leg in call.legs.values() if leg.state is not LegState.GONE],
        "invitations": [invitation_view(call, i) for i in call.invitations.values()],
        "unrecorded": dict(call.unrecorded),
        "listeners": [listener_view(one) for one in listeners],
    }


def listener_view(one: Listener) -> dict[str, Any]:
    """Return who listens, to whom, how, and since when; 0.0 while the telephone still rings."""
    return {"listener": one.id, "who": one.who, "to": one.to, "party": one.party, "mode": one.mode, "since": one.began,
            "waits": one.waits}


def leg_view(leg: Leg) -> dict[str, Any]:
    """Return a party."""
    return {"party": leg.id, "role": leg.role, "who": leg.who, "phone": leg.number, "kind": leg.kind,
            "state": leg.state.value, "muted": leg.muted, "invitation": leg.invitation, "joined_at": leg.joined_at,
            "held_at": leg.held_at}


def _talk_since(call: Call, leg: Leg) -> float:
    """Return when they first came into the talk: a page that was reloaded is a new leg of the same talk."""
    legs = (one for one in call.legs.values() if (one.role, one.who) == (leg.role, leg.who) and one.joined_at)
    return min((one.joined_at for one in legs), default=0.0)


def invitation_view(call: Call, invitation: Invitation) -> dict[str, Any]:
    """Return an invitation with its phones' states and the reasons of those that failed."""
    phones = [{"phone": leg.number, "state": leg.state.value} for leg in call.legs_of(invitation.id)]
    return {"invitation": invitation.id, "role": invitation.role, "who": invitation.who, "name": invitation.name,
            "state": invitation.state.value, "private": invitation.private, "by": invitation.by, "phones": phones,
            "taken_by": invitation.taken_by, "failures": list(invitation.failures)}
