"""An order as its history tells it. Everything here is folded from acts; nothing is kept that could not be.

Times are epoch seconds; None: not yet. Units and persons are ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from workorders.life.calendar import Term
from workorders.life.matters import Matter
from workorders.life.policy import Terms
from workorders.life.words import State

Part = Literal["lead", "joint"]
Asked = Literal["extension", "pause", "lead", "ending", "strike"]
Standing = Literal["asked", "granted", "refused", "lapsed"]


@dataclass(frozen=True, slots=True)
class Inner:
    """A unit below to which the order was handed down; the unit above stays answerable."""

    unit: str
    by: str
    at: float
    due: float
    replied_at: float | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that an approved pause took out of a clock; `until` moves when work is resumed earlier."""

    since: float
    until: float
    dues_before: tuple[float, float, float]  # reply of the unit; answer and close of the citizen


@dataclass(frozen=True, slots=True)
class Assignment:
    """One unit's part, from its own dispatch to its end; a unit that gets the order twice has two."""

    unit: str
    part: Part
    state: State
    dispatched_at: float
    dispatched_by: str
    terms: Terms
    sign_due: float
    contact_due: float
    reply_due: float
    first_reply_due: float
    terms_since: float = 0.0  # when `terms` began to hold: its dispatch, or the act that shortened them
    before: State = State.DISPATCHED  # what is resumed when a return, plea or arbitration leaves it here
    signed_at: float | None = None
    contacted_at: float | None = None
    contact_claimed: bool = False
    on_call: bool = False
    replied_at: float | None = None
    claimed_solved: bool = False
    reworks: int = 0
    extensions: int = 0
    pauses: tuple[Pause, ...] = ()
    inner: tuple[Inner, ...] = ()
    ended_at: float | None = None
    took_from: str = ""  # the unit whose offered lead it accepted of its own will
    anonymous: bool = False  # as it was dispatched: nobody to contact
    ended_why: str = ""  # reviewed | returned | pleaded | redispatched | arbitrated | lead | released | barred | over

    @property
    def void(self) -> bool:
        """Tell whether the unit should never have had it: its clocks count for nothing."""
        excused = self.ended_why == "redispatched" and not self._overdue_when_ended
        return excused or self.ended_why in ("returned", "pleaded", "arbitrated", "barred")

    @property
    def _overdue_when_ended(self) -> bool:
        """Tell whether it was late already: the office's change of mind is no way to make that unhappen."""
        ended = self.ended_at if self.ended_at is not None else 0.0
        return ended > self.reply_due or (ended if self.signed_at is None else self.signed_at) > self.sign_due

    @property
    def answerable(self) -> str:
        """Return who answers for its dispatch: ``staff:<id>``, or ``unit:<id>`` that handed the lead over."""
        return f"unit:{self.took_from}" if self.took_from else f"staff:{self.dispatched_by}"

    def paused(self, now: float) -> bool:
        """Tell whether its clock stands still."""
        return any(pause.since <= now < pause.until for pause in self.pauses)


@dataclass(frozen=True, slots=True)
class Round:
    """What the citizen was promised, from acceptance or a reopening; no return and no re-dispatch touches it."""

    opened_at: float
    term: Term
    first_due: float
    due: float
    first_close_due: float
    close_due: float
    answered_at: float | None = None
    closed_at: float | None = None
    answered_by: str = ""  # the unit whose reply it was; for a merged order that of the main one
    extensions: int = 0
    pauses: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """The hotline's own desk that must act now."""

    state: State
    since: float
    due: float
    term: Term


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A return or a plea, and what became of it."""

    what: Literal["return", "plea"]
    unit: str
    asked_at: float
    dispatcher: str
    dispatched_at: float
    part: Part = "lead"
    decided_at: float | None = None
    upheld: bool | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked that another must decide. `seq` of the asking act is its name."""

    seq: int
    what: Asked
    unit: str
    by: str
    at: float
    detail: str = ""  # lead: to whom; ending: shelve | terminate; strike: reason
    standing: Standing = "asked"
    decided_at: float | None = None
    decided_by: str = ""
    figures: tuple[str, ...] = ()
    again: float | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """Time lost, and who answers for it: ``unit:<id>`` or ``staff:<id>``. `until` None: it is still being lost."""

    whom: str
    since: float
    until: float | None
    why: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the citizen said of the result; `calls`: attempts through the platform."""

    round: int
    calls: int = 0
    reached: bool = False
    said_at: float | None = None
    solved: bool | None = None
    satisfaction: int | None = None
    contacted: bool | None = None
    by: str = ""
    keys: frozenset[str] = frozenset()  # of the calls: one call counts once


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal to accept, its number, its objection and the second look."""

    number: str
    ground: str
    at: float
    by: str
    objected_at: float | None = None
    seconded_by: str = ""
    overturned: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """疑似…: raised by the record (`by` "system") or a person; decided by a person; never taken away."""

    key: str
    kind: str
    unit: str
    raised_at: float
    by: str
    evidence: tuple[int, ...] = ()
    answered_at: float | None = None
    decided_at: float | None = None
    decided_by: str = ""
    established: bool | None = None
    referred_at: float | None = None


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file that was added; `used`: a reply of the unit has been given with it."""

    id: str
    unit: str
    media_type: str
    at: float
    used: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """An order now. `head` and `length` name the end of the history it was folded from."""

    number: str
    state: State
    matter: Matter
    accepted_at: float
    accepted_by: str
    rounds: tuple[Round, ...]
    stage: Stage | None
    first_responder: str = ""
    provisional: bool = False
    lead: str = ""
    designated: bool = False  # the duty leader has named the unit: no return, no plea
    endorsed: bool = False
    assignments: tuple[Assignment, ...] = ()
    give_backs: tuple[GiveBack, ...] = ()
    requests: tuple[Request, ...] = ()
    charges: tuple[Charge, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    findings: tuple[Finding, ...] = ()
    files: tuple[OrderFile, ...] = ()
    named: frozenset[str] = frozenset()
    ratings: tuple[int | None, ...] = ()
    missed_phones: tuple[str, ...] = ()
    rungs: frozenset[tuple[str, str, str, float]] = frozenset()  # act, clock, whom, due
    outcome: str = ""  # answered | solved | done (nobody said) | shelved | terminated | refused | withdrawn
    merged_into: str = ""
    reopened: int = 0
    urges: int = 0
    reviewed_by: str = ""
    unsure: frozenset[int] = frozenset()
    last_at: float = 0.0
    length: int = 0
    head: str = ""

    @property
    def round(self) -> Round:
        """Return the promise that holds now."""
        return self.rounds[-1]

    @property
    def follow_up(self) -> FollowUp | None:
        """Return the follow-up of this round, if it has begun."""
        last = self.follow_ups[-1] if self.follow_ups else None
        return last if last and last.round == len(self.rounds) else None

    def current(self) -> Iterator[Assignment]:
        """Yield the parts that are not ended."""
        return (part for part in self.assignments if part.ended_at is None)

    def part_of(self, unit: str) -> Assignment | None:
        """Return what `unit` has of it now."""
        return next((part for part in self.current() if part.unit == unit), None)

    @property
    def leading(self) -> Assignment | None:
        """Return the lead's part, None while no unit has the order."""
        return next((part for part in self.current() if part.part == "lead"), None)

    def part_below(self, unit: str) -> Assignment | None:
        """Return the part in which `unit` is one of those handed down to."""
        return next((part for part in self.current() if any(inner.unit == unit for inner in part.inner)), None)

    def pending(self, what: Asked, unit: str | None = None) -> Request | None:
        """Return what is asked and not decided."""
        return next((r for r in reversed(self.requests) if r.what == what and r.standing == "asked"
                     and (unit is None or r.unit == unit)), None)

    def finding(self, key: str) -> Finding | None:
        """Return the finding with this key."""
        return next((finding for finding in self.findings if finding.key == key), None)

    def with_part(self, part: Assignment) -> Order:
        """Return the order with the unended part of that unit replaced."""
        parts = tuple(part if old.unit == part.unit and old.ended_at is None else old for old in self.assignments)
        return replace(self, assignments=parts)

    def with_round(self, changed: Round) -> Order:
        """Return the order with the promise that holds now replaced."""
        return replace(self, rounds=(*self.rounds[:-1], changed))
