"""AMI events, as few words as we need of them: one function from an event to a signal.

The dialplan reports facts in ``UserEvent: Hotline`` (`Data: name=value name=value`, safe words only); channel events
tell the rest. Everything else is None. The order in which signals of one leg arrive is not promised by Asterisk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Event(Protocol):
    """What we need of an AMI event."""

    name: str

    def get(self, field: str, default: str = "") -> str:
        """Return a header's value."""

    def var(self, name: str) -> str:
        """Return a channel variable that rides on the event."""


@dataclass(frozen=True, slots=True)
class Report:
    """The dialplan says: a fact of a call, with its data as words."""

    kind: str
    call: str
    at: float
    at_text: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """A channel with this Uniqueid exists under this name."""

    channel_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Ringing:
    """The far end of a leg is ringing."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The far end of a leg has said something provisional (trying is not told by Asterisk)."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """A channel has ended; cause is Q.850, technical the SIP status or 0."""

    channel_id: str
    cause: int
    technical: int


@dataclass(frozen=True, slots=True)
class NeverBegan:
    """An Originate failed without a channel (no such endpoint, not registered)."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A channel has entered a room; `side` tells which."""

    call: str
    channel_id: str
    side: bool


Signal = Report | ChannelSeen | Ringing | Progress | ChannelGone | NeverBegan | Joined


def words(text: str) -> dict[str, str]:
    """Read ``a=1 b= c=x`` as a dictionary. A word without ``=`` is passed over."""
    return dict(word.split("=", 1) for word in text.split() if "=" in word)


def _number(text: str) -> int:
    digits = "".join(c for c in text.rsplit(" ", 1)[-1] if c.isdigit())
    return int(digits) if digits else 0


def _report(event: Event) -> Signal | None:
    if event.get("UserEvent") != "Hotline":
        return None
    at = event.get("At")
    return Report(event.get("Fact"), event.get("Key"), float(at or 0), at, words(event.get("Data")))


def _hangup(event: Event) -> Signal:
    return ChannelGone(event.get("Uniqueid"), _number(event.get("Cause")), _number(event.get("TechCause")))


def _state(event: Event) -> Signal | None:
    ringing = event.get("ChannelStateDesc") == "Ringing"
    return Ringing(event.get("Uniqueid")) if ringing else None


def _dial_state(event: Event) -> Signal | None:
    status = event.get("DialStatus")
    channel = event.get("DestUniqueid")
    if status == "RINGING":
        return Ringing(channel)
    return Progress(channel) if status in ("PROGRESS", "PROCEEDING") else None


def _originated(event: Event) -> Signal | None:
    # "Failure" with a channel also brings a Hangup, which says more
    failed = event.get("Response") == "Failure" and event.get("Uniqueid") in ("", "<null>")
    return NeverBegan(event.get("ActionID")) if failed else None


def _joined(event: Event) -> Signal | None:
    room = event.get("Conference")
    if not room.startswith("room-"):
        return None
    side = room.endswith("-c")
    return Joined(room[5:-2] if side else room[5:], event.get("Uniqueid"), side)


_READERS = {
    "UserEvent": _report,
    "Newchannel": lambda e: ChannelSeen(e.get("Uniqueid"), e.get("Channel")),
    "Newstate": _state,
    "DialState": _dial_state,
    "Hangup": _hangup,
    "OriginateResponse": _originated,
    "ConfbridgeJoin": _joined,
}


def signal_of(event: Event) -> Signal | None:
    """Return the signal that an AMI event carries, or None when it carries none for us."""
    reader = _READERS.get(event.name)
    return reader(event) if reader else None
