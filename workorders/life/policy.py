"""The city's rules as data: terms, who waits for a signature, caps, samples, the ladder. Seeds name their source.

Rules are read from the first to the last; the first that fits holds. Handling times are each city's own; the
seed's are 1 working day for inquiries, 3 for urgent ones, 5 for help and complaints, 15 for complex ones, 2 hours
for life and property, 24 hours for utilities.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from workorders.life.calendar import Calendar, Term, Unit
from workorders.life.matters import COMPLEX, SEED_TREE, Matter, Name, Strict, Tree
from workorders.life.words import Do, Kind, State, Urgency


def days(amount: int) -> Term:
    """Return so many working days."""
    return Term(amount=amount, unit=Unit.WORKING_DAYS)


def hours(amount: int, *, working: bool = False) -> Term:
    """Return so many hours, plain or of business."""
    return Term(amount=amount, unit=Unit.WORKING_HOURS if working else Unit.HOURS)


def minutes(amount: int) -> Term:
    """Return so many minutes."""
    return Term(amount=amount, unit=Unit.MINUTES)


_UNREADABLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def _readable(name: str) -> str:
    """Refuse what is not seen, or turns the reading: a name in a report or a refusal must read as it is."""
    if _UNREADABLE.search(name):
        raise ValueError("has characters that are not seen, or turn the direction of reading: take them out")
    return name


Printed = Annotated[Name, AfterValidator(_readable)]
RuleName = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True),
                     AfterValidator(_readable)]


class When(Strict):
    """What a rule asks of a matter; what is left empty is not asked."""

    kinds: tuple[Kind, ...] = ()
    urgency: Urgency | None = None  # this or above
    fields: tuple[Name, ...] = ()  # first level of the classification
    matters: tuple[Name, ...] = ()  # second level
    tags: tuple[Printed, ...] = ()  # any of them
    reports: bool = False

    def fits(self, matter: Matter) -> bool:
        """Tell whether the matter is one of these."""
        return ((not self.kinds or matter.kind in self.kinds)
                and (self.urgency is None or matter.urgency >= self.urgency)
                and (not self.fields or matter.classification.first in self.fields)
                and (not self.matters or matter.classification.second in self.matters)
                and (not self.tags or bool(set(self.tags) & set(matter.tags)))
                and (not self.reports or matter.is_report))


class Terms(Strict):
    """How long a unit has from its own dispatch; `reply` is also what the citizen is promised from acceptance."""

    sign: Term
    contact: Term
    reply: Term


class TermRule(Strict):
    """Terms for the matters that fit; `name` stands in reports."""

    name: RuleName
    when: When
    terms: Terms


Media = Literal["picture", "film", "sound", "document"]


class BringRule(Strict):
    """What a unit's reply must bring for the matters that fit: a file of one of these kinds, any kind if none is named.

    `name` stands in the refusal and on the order's page: what the file is to show. `only_solved`: not where the unit
    says that it could not be solved.
    """

    name: Annotated[Name, StringConstraints(min_length=1)]
    when: When
    media: tuple[Media, ...] = Field(default=(), max_length=4)
    only_solved: bool = True


class RungRule(Strict):
    """A rung of the ladder: after `share` of a clock's length, but at the latest `within` after it is due."""

    do: Literal[Do.REMIND, Do.PRESS, Do.SUPERVISE, Do.ESCALATE]
    share: float = Field(gt=0, le=10)
    within: Term | None = None


_OFFICE = Terms(sign=hours(4, working=True), contact=days(1), reply=days(5))
SEED_TERMS = (
    TermRule(name="危及生命财产", when=When(urgency=Urgency.EMERGENCY),
             terms=Terms(sign=minutes(15), contact=minutes(30), reply=hours(2))),
    TermRule(name="水电气热", when=When(fields=("公用事业",), kinds=(Kind.HELP, Kind.COMPLAINT, Kind.UNTOLD)),
             terms=Terms(sign=hours(1), contact=hours(2), reply=hours(24))),
    TermRule(name="紧急", when=When(urgency=Urgency.URGENT),
             terms=Terms(sign=hours(2), contact=hours(4), reply=days(3))),
    TermRule(name="复杂", when=When(tags=(COMPLEX,)),
             terms=Terms(sign=hours(4, working=True), contact=days(1), reply=days(15))),
    TermRule(name="咨询", when=When(kinds=(Kind.INQUIRY,)),
             terms=Terms(sign=hours(2, working=True), contact=hours(4, working=True), reply=days(1))),
    TermRule(name="一般", when=When(), terms=_OFFICE),
)
SEED_DESK = {  # how long the hotline's own desks have; nobody else's time is eaten in the dark
    State.ACCEPTED: hours(1), State.AWAITING: hours(4, working=True), State.ENDORSED: hours(1),
    State.RETURNED: hours(4, working=True), State.PLEADED: hours(4, working=True), State.ARBITRATION: days(1),
    State.REDISPATCHING: hours(1), State.REPLIED: days(1), State.REVIEWED: days(2), State.FOLLOW_UP: days(3),
    State.ANSWERED: days(1), State.REFUSED: days(5), State.OBJECTED: days(3), State.REOPENED: hours(4, working=True),
    State.MERGED: days(5), State.HANDED_OVER: days(3), State.CLOSED: days(30), State.TERMINATED: days(30),
    State.WITHDRAWN: days(30), State.SHELVED: days(60),
}
SEED_LADDER = (
    RungRule(do=Do.REMIND, share=0.8),
    RungRule(do=Do.PRESS, share=1.0),
    RungRule(do=Do.SUPERVISE, share=1.5, within=days(1)),
    RungRule(do=Do.ESCALATE, share=2.0, within=days(3)),
)
SEED_SIGNATURE = (  # 值班领导审核受理单, 签字确认后派相关部门: only what policy names waits
    When(reports=True), When(tags=("mass_incident", "media", "major")),
)


class Policy(Strict):
    """All of it. Shares are of 1; a sample of 1.0 means all."""

    terms: tuple[TermRule, ...] = Field(default=SEED_TERMS, min_length=1, max_length=200)
    desk: dict[State, Term] = Field(default=SEED_DESK)
    signature: tuple[When, ...] = Field(default=SEED_SIGNATURE, max_length=100)
    bring: tuple[BringRule, ...] = Field(default=(), max_length=100)  # each that fits is asked for
    ladder: tuple[RungRule, ...] = Field(default=SEED_LADDER, min_length=1, max_length=20)
    close_margin: Term = days(8)  # from the answer promised to the close: review, follow-up, closing
    return_within: Term = days(1)  # from dispatch
    plead_within: Term = days(1)
    most_returns: int = Field(default=2, ge=0, le=10)  # upheld ones; then the duty leader names the unit
    most_extensions: int = Field(default=2, ge=0, le=10)  # of one unit's part; each at most the first term again
    most_pauses: int = Field(default=2, ge=0, le=10)
    longest_pause: Term = days(30)
    object_within: Term = days(10)
    reopen_within: Term = days(30)
    longest_shelving: Term = days(120)
    calls_to_reach: int = Field(default=3, ge=1, le=10)  # by the platform; then the citizen counts as unreachable
    follow_up_share: float = Field(default=1.0, ge=0, le=1)
    refusal_review_share: float = Field(default=0.2, ge=0, le=1)
    unhappy_at_most: int = Field(default=2, ge=0, le=5)
    least_reply: int = Field(default=6, ge=1, le=500)  # characters that say something
    text_limit: int = Field(default=20_000, ge=100, le=1_000_000)

    @field_validator("desk")
    @classmethod
    def _no_desk_without_a_clock(cls, desk: dict[State, Term]) -> dict[State, Term]:
        """Fill in what was left out: an order must not lie on a desk that nobody is timed at."""
        return {**SEED_DESK, **desk}

    def terms_for(self, matter: Matter) -> Terms:
        """Return the terms of a matter. A policy without a rule for the rest falls back to its last rule."""
        return next((rule.terms for rule in self.terms if rule.when.fits(matter)), self.terms[-1].terms)

    def waits_for_signature(self, matter: Matter) -> bool:
        """Tell whether policy names this matter; where life is in danger nothing waits."""
        return matter.urgency < Urgency.EMERGENCY and any(when.fits(matter) for when in self.signature)

    def asks_another_signature(self, signed: Matter, now: Matter) -> bool:
        """Tell whether policy names a matter by a rule that did not name what was signed."""
        return now.urgency < Urgency.EMERGENCY and any(
            when.fits(now) and not when.fits(signed) for when in self.signature)


@dataclass(frozen=True)
class Rules:
    """What decisions are made by. `below`: the units under a unit, at every level, where there are any."""

    policy: Policy = field(default_factory=Policy)
    calendar: Calendar = field(default_factory=Calendar)
    below: Mapping[str, frozenset[str]] = field(default_factory=dict)
    classes: Tree = field(default_factory=lambda: SEED_TREE)


def sampled(number: str, what: str, share: float) -> bool:
    """Tell whether order `number` is in the sample of `what`: the same answer for everybody, for ever."""
    mark = int.from_bytes(sha256(f"{what}:{number}".encode()).digest()[:8], "big")
    return mark < share * 2.0**64
