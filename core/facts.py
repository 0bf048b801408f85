"""What can be said in the journal: the kinds of fact and the data each carries.

One line a kind. The producer is the controller (bridge/, ivr/) or the dialplan itself; the readers are the worker,
the web process and the controller after a restart. A reader passes over kinds and data it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# -- the citizen's leg ---------------------------------------------------------------------------------------
CALL_ANSWERED = "call.answered"  # caller, called, channel
CALL_HUNG_UP = "call.hung_up"  # state (menu|waiting|room|held|rating), by (citizen|switch), cause (Q.850 int)
CALL_INTERRUPTED = "call.interrupted"  # why: the switch died under it
CALL_RATED = "call.rated"  # rating 1..5 or null, why (pressed|no_key|wrong_key|hung_up|to_person)
# -- the menu ------------------------------------------------------------------------------------------------
MENU_STEP = "menu.step"  # release, step, verb, heard (prompt names), pressed, why, to, lang: one trace line a step
MENU_OUTCOME = "menu.outcome"  # outcome, skill, unit, urgency, lang, driver (fastagi|survival)
MENU_SMS = "menu.sms"  # release, step, text, lang, number: the caller wants the words as a text message
# -- the queue -----------------------------------------------------------------------------------------------
QUEUE_ENTERED = "queue.entered"  # skill, urgency, queued (epoch s), why (menu|lost|rating), prefer (agent or "")
AGENT_STATE = "agent.state"  # agent, state (offline|ready|ringing|talking|wrap_up|break), why, until, wrapped (call)
AGENT_PHONE = "agent.phone"  # agent, rings (web|plain): which of their telephones rings from now on
AGENT_MISSED = "agent.missed"  # agent, invitation
# -- the room ------------------------------------------------------------------------------------------------
INVITE_INTENDED = "invite.intended"  # invitation, role, who, phones [..], private (bool): written before Originate
INVITE_RINGING = "invite.ringing"  # invitation, phone, party
INVITE_FAILED = "invite.failed"  # invitation, phone, party, why, cause, technical (SIP code)
INVITE_ENDED = "invite.ended"  # invitation, result (taken|failed|cancelled), party
PARTY_TOOK = "party.took"  # party, role, who, phone, invitation: took the invitation, is on the way into the room
PARTY_GONE = "party.gone"  # party, role, who, place, why, cause: the dialplan's word; PARTY_LEFT is the board's
PARTY_ANSWERED = "party.answered"  # party, role, who, phone: picked up, recording of the own voice begins
PARTY_JOINED = "party.joined"  # party, role, who, phone, invitation, place (room|side)
PARTY_MOVED = "party.moved"  # party, place (room|side)
PARTY_HELD = "party.held"  # party, role, who: put on hold by themselves; the talk goes on without them
PARTY_BACK = "party.back"  # party, role, who: comes back from hold
PARTY_MUTED = "party.muted"  # party, muted (bool)
PARTY_LEFT = "party.left"  # party, role, who, why (hung_up|left|removed|finished|citizen_gone|lost), cause
FIRST_RESPONDER = "first_responder"  # unit, party
CITIZEN_HELD = "citizen.held"  # by (party or "")
CITIZEN_BACK = "citizen.back"
TALK_ENDED = "talk.ended"  # act (finish|plain_hangup), by (party or "")
# -- beside the talk -----------------------------------------------------------------------------------------
LISTEN_INTENDED = "listen.intended"  # listener, who, phone, mode (listen|whisper), to (agent), party: before Originate
LISTEN_BEGAN = "listen.began"  # listener, who, to, party: the telephone was picked up
LISTEN_CHANGED = "listen.changed"  # listener, who, to, mode (listen|whisper|join|take_over), by
LISTEN_AGAIN = "listen.again"  # listener, who, to, party: the agent, who was lost, is back on this leg
LISTEN_ENDED = "listen.ended"  # listener, who, to, why (over|stopped|talk_left|agent_lost|confidential|…)
# -- the appeal ----------------------------------------------------------------------------------------------
APPEAL_SAVED = "appeal.saved"  # agent, number (1.. within the call), appeal {kind, summary, address, unit, answer, ...}
CALL_DISPOSED = "call.disposed"  # disposition (wrong_number|information_given|…), agent
# -- the recording -------------------------------------------------------------------------------------------
RECORDING_FAILING = "recording.failing"  # party ("": the citizen's call), role, who, why (missing|still|torn|cut)
RECORDING_WELL = "recording.well"  # the same: it is being written again
RECORDING_PART = "recording.part"  # party, role, who, part (2..): from here on it is written into a further file
# -- the house -----------------------------------------------------------------------------------------------
CONTROLLER_STARTED = "controller.started"  # pid, rebuilt {calls, rooms}
ALARM = "alarm"  # what, detail, raised (bool)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the journal.

    `seq` grows with each fact of an installation (by one, except after an unclean end); `at` is epoch seconds (UTC);
    `call` is a call key or ""; `key` is the idempotent name of the fact: a second one with the same key is not written.
    """

    seq: int
    at: float
    kind: str
    call: str
    key: str
    data: dict[str, Any] = field(default_factory=dict)


def kinds() -> list[str]:
    """Return every kind there is."""
    return sorted(value for name, value in globals().items() if name.isupper() and isinstance(value, str))
