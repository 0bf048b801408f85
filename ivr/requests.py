"""The words between interpreter and driver: what is asked for, what is told, what a call is, how a menu ends.

Standard library only (see `ivr.release`). A request names prompts of the release; the driver finds the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

OutcomeKind = Literal["service", "information", "message", "hangup"]


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the interpreter knows of a call: its key, caller and called number ("" if hidden or unknown).

    `shut`: calendars that an emergency keeps closed whatever they say; ``*`` is all of them.
    """

    key: str
    caller: str = ""
    called: str = ""
    shut: frozenset[str] = frozenset()


# -- told by the driver ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Begin:
    """The caller is on the line; nothing was asked yet."""


@dataclass(frozen=True, slots=True)
class Played:
    """A Play is over."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What was pressed for a PlayAndRead. No digits and no time-out: only ``#`` was pressed."""

    digits: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A Record is over: seconds recorded, the key that ended it or ""."""

    seconds: float
    key: str = ""


Event = Begin | Played | Keys | Recorded


# -- asked of the driver ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Play:
    """Play prompts; with `barge_in` any key skips them."""

    prompts: tuple[str, ...]
    lang: str
    barge_in: bool


@dataclass(frozen=True, slots=True)
class PlayAndRead:
    """Play prompts, then read up to `max_digits` keys; `timeout_s` runs from the end of the prompts or last key."""

    prompts: tuple[str, ...]
    lang: str
    max_digits: int
    timeout_s: float
    terminator: str
    barge_in: bool


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Play prompts, then record the caller as message `number` (1…) until ``#``, `person_key`, silence or the limit."""

    prompts: tuple[str, ...]
    lang: str
    number: int
    max_seconds: int
    silence_seconds: int
    person_key: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the menu ended. `unit`, and `skill` of anything but a service, may be ""; urgency 0, 1 or 2."""

    kind: OutcomeKind
    skill: str = ""
    unit: str = ""
    urgency: int = 0
    lang: str = ""
    variables: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing more to ask."""

    outcome: Outcome


Request = Play | PlayAndRead | TakeMessage | Done


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One line of "what happened to me": at `step` the caller heard, pressed, and was led `to` ("" at the end)."""

    step: str
    verb: str
    heard: tuple[str, ...]
    key: str
    why: str
    to: str
