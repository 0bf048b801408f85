"""What the controller remembers of live calls: calls, legs, invitations. Plain data, rebuilt from the switch.

A *call* belongs to one citizen. A *leg* is one telephone of somebody else in it (its id is also the Uniqueid of its
channel, chosen by us before it exists). An *invitation* rings one or several legs until one takes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from routing.directory import PhoneKind, Role

ListenMode = Literal["listen", "whisper"]  # heard by nobody; by the agent alone


class CitizenState(StrEnum):
    """Where the citizen is; the values of HL_STATE in the dialplan."""

    MENU = "menu"
    WAITING = "waiting"
    SURVIVING = "surviving"  # the dialplan rings agents by itself: hands off
    DIALLED = "dialled"  # an outgoing talk: the citizen's phone is being rung
    ROOM = "room"
    HELD = "held"
    RATING = "rating"
    ENDED = "ended"


class LegState(StrEnum):
    """How far a leg has come."""

    INTENDED = "intended"  # in the journal, perhaps not yet on the switch
    RINGING = "ringing"
    ANSWERED = "answered"  # picked up: hears the notice, perhaps asked to press 1
    ROOM = "room"
    SIDE = "side"
    HELD = "held"  # on hold by themselves: in neither room
    GONE = "gone"


IN_TALK = frozenset({LegState.ROOM, LegState.SIDE})


class InvitationState(StrEnum):
    """One invitation's life; it ends once."""

    RINGING = "ringing"
    TAKEN = "taken"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Target:
    """One telephone to ring. `endpoint` is what Originate dials, for example ``PJSIP/66010001@network``."""

    endpoint: str
    number: str
    kind: PhoneKind
    accept: bool = False


@dataclass(slots=True)
class Leg:
    """Somebody's telephone in a call."""

    id: str
    role: Role
    who: str
    number: str
    kind: PhoneKind
    invitation: str
    channel: str = ""
    state: LegState = LegState.INTENDED
    muted: bool = False
    provisional: bool = False  # the far end said something before answering
    why: str = ""  # why we are ending it: left, removed, cancelled, gateway_dead …
    joined_at: float = 0.0
    held_at: float = 0.0  # since when on hold; 0.0: not on hold
    replaces: str = ""  # the leg that goes once this one is in the room: a take-over


@dataclass(slots=True)
class Listener:
    """A leader's telephone beside a talk: it hears what an agent hears and says, and is no party to anything.

    `id` is also the Uniqueid of its channel; `party` is the leg that is listened to, `to` whose it is.
    """

    id: str
    call: str
    who: str
    number: str
    kind: PhoneKind
    party: str
    to: str
    mode: ListenMode = "listen"
    channel: str = ""
    began: float = 0.0
    waits: bool = False  # for the agent, who was lost, to be back
    why: str = ""


@dataclass(slots=True)
class Invitation:
    """Ring `waves` one after the other; within a wave all phones at once; the first leg to take it wins."""

    id: str
    role: Role
    who: str
    name: str
    waves: tuple[tuple[Target, ...], ...]
    private: bool
    by: str
    ring_seconds: int
    wave: int = -1
    state: InvitationState = InvitationState.RINGING
    taken_by: str = ""
    failures: list[dict[str, object]] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """One citizen and everybody with them."""

    key: str
    citizen: str  # Uniqueid of the citizen's channel
    caller: str = ""
    called: str = ""
    direction: str = "in"
    state: CitizenState = CitizenState.MENU
    since: float = 0.0
    answered_at: float = 0.0
    queued: float = 0.0
    skill: str = "general"
    unit: str = ""
    urgency: int = 0
    lang: str = "zh-CN"
    waits_because: str = ""  # menu | lost | rating
    prefer: str = ""
    prefer_until: float = 0.0
    legs: dict[str, Leg] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    first_responder: str = ""
    talked_with: list[str] = field(default_factory=list)  # agents, in the order they joined
    cut_off: list[str] = field(default_factory=list)  # agents who were lost and have not come back
    sealed: bool = False  # a call-back about a report: the agent's alone from its beginning
    reports: set[int] = field(default_factory=set)  # numbers of the appeals that are reports: nobody listens then
    unrecorded: dict[str, str] = field(default_factory=dict)  # party ("": the citizen's call) → why it is not recorded
    parts: dict[str, int] = field(default_factory=dict)  # the same → which file of it is being written; none: the first

    @property
    def is_secret(self) -> bool:
        """Tell whether nobody may listen: a report has been written down, or is what the call-back is about."""
        return self.sealed or bool(self.reports)

    def present(self) -> list[Leg]:
        """Return the legs that are in the room or in the side room."""
        return [leg for leg in self.legs.values() if leg.state in IN_TALK]

    def on_hold(self) -> list[Leg]:
        """Return the legs that were put on hold by themselves."""
        return [leg for leg in self.legs.values() if leg.state is LegState.HELD]

    def everybody(self) -> list[Leg]:
        """Return the legs that are in the talk, those on hold too."""
        return [*self.present(), *self.on_hold()]

    def ringing(self, role: Role | None = None) -> list[Invitation]:
        """Return the open invitations, of one role if given."""
        return [
            i
            for i in self.invitations.values()
            if i.state is InvitationState.RINGING and (role is None or i.role == role)
        ]

    def legs_of(self, invitation: str) -> list[Leg]:
        """Return the legs that one invitation rang."""
        return [leg for leg in self.legs.values() if leg.invitation == invitation]
