"""What follows from a signal: facts to be written, wishes to be carried out. Plain data; `Talks` carries it out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core import facts
from routing.agents import AgentNow


@dataclass(frozen=True, slots=True)
class Said:
    """A fact to be written. `key` empty: made from kind, call and time."""

    kind: str
    call: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    at: float = 0.0
    key: str = ""


@dataclass(frozen=True, slots=True)
class RingNext:
    """Ring the next phones of an invitation, or give it up when there are none."""

    call: str
    invitation: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End legs; `why` is written on them first."""

    legs: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class GatherRoom:
    """Somebody is left alone in the side room with the citizen on hold: bring them back together."""

    call: str


@dataclass(frozen=True, slots=True)
class StopDialling:
    """The citizen of an outgoing talk is being rung for nobody any more: `channel` stops ringing."""

    channel: str


@dataclass(frozen=True, slots=True)
class MuteAgain:
    """A muted leg has entered the room anew: the switch has forgotten it."""

    call: str
    leg: str


@dataclass(frozen=True, slots=True)
class ListenAgain:
    """The agent whom somebody listens to was lost and is back on another leg: listen to that."""

    call: str
    listener: str
    leg: str


@dataclass(frozen=True, slots=True)
class StopListening:
    """Whoever is listened to has left the talk: let the listener go."""

    call: str
    listener: str


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """Somebody waits, or somebody is free."""


Follow = Said | RingNext | HangUp | GatherRoom | StopDialling | MuteAgain | ListenAgain | StopListening | QueueChanged


def agent_fact(state: AgentNow) -> Said:
    """Return the fact that says what an agent does now."""
    data = {"agent": state.id, "state": state.status.value, "why": state.why, "until": state.until,
            "call": state.call, "idle_since": state.idle_since, "missed": state.missed,
            "wrapped": state.wrapped}
    return Said(facts.AGENT_STATE, state.call, data, state.since)
