"""What goes in and out of the routes of quality checks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas import CallKey, Strict, Word
from workorders.quality.rules import FULL, Key, Sampling, Scorecard

Why = Annotated[str, StringConstraints(min_length=2, max_length=2000, strip_whitespace=True)]
Week = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-W[0-9]{2}$")]
Marks = Annotated[dict[Key, Annotated[int, Field(ge=0, le=FULL)]], Field(max_length=30)]
Faults = Annotated[list[Key], Field(max_length=20)]
Place = Annotated[float, Field(ge=0, le=36_000, description="s from the beginning of the recording")]


class SamplingIn(Strict):
    """The whole sampling rule."""

    sampling: Sampling
    why: Why


class ScorecardIn(Strict):
    """The whole scorecard. Checks that are scored keep theirs."""

    scorecard: Scorecard
    why: Why


class DrawIn(Strict):
    """Which week; the same `seed` draws the same calls. Left out: one is made, and told."""

    week: Week
    seed: Word | None = None


class ScoreIn(Strict):
    """Marks for each item of the scorecard, the faults that make it nothing, and a word to the agent."""

    marks: Marks
    fatal: Faults = Field(default_factory=list)
    comment: Annotated[str, Field(max_length=2000)] = ""


class AppealIn(Strict):
    """Why the score is not right."""

    why: Why


class DecisionIn(Strict):
    """The decision. `marks` anew grant the appeal; null leaves the score as it is."""

    why: Why
    marks: Marks | None = None
    fatal: Faults = Field(default_factory=list)


class ClipIn(Strict):
    """A part of a recording, and what there is to learn from it."""

    call: CallKey
    part: Word = "mixed"
    begin: Place
    end: Place
    note: Why


class _Described(BaseModel):
    model_config = ConfigDict(extra="allow")


class RulesOut(_Described):
    """Both rules in force, with their versions; 0 is what the software came with."""

    sampling: Sampling
    sampling_version: int
    scorecard: Scorecard
    scorecard_version: int


class TryIn(Strict):
    """A sampling rule that somebody thinks of, and a week to try it on; left out: the last one that is over."""

    sampling: Sampling
    week: Week | None = None


class DrawsOut(BaseModel):
    """How many calls a rule draws, and by which reasons; a call may have several."""

    drawn: int
    reasons: dict[str, int]


class TriedOut(BaseModel):
    """What the rule in force and the one that is thought of draw of a week, all of whose calls are looked at."""

    week: str
    calls: int
    agents: int
    now: DrawsOut
    then: DrawsOut


class RuleVersionHead(BaseModel):
    """Who set a rule, when and why. Version 0 is what the software came with."""

    version: int
    valid_from: float
    by: str
    why: str
    at: float


class RuleVersionsOut(BaseModel):
    """Every version, the newest first."""

    versions: list[RuleVersionHead]


class RuleVersionOut(RuleVersionHead):
    """A version with its text: a sampling rule or a scorecard."""

    rule: dict[str, Any]


class CheckOut(_Described):
    """A check. `can`: what the caller may do to it now."""

    id: str
    call: str
    agent: str
    week: str
    reasons: list[str]
    state: Literal["drawn", "scored", "appealed", "decided"]
    total: float | None
    can: list[str]


class CheckWithCard(CheckOut):
    """A check with the scorecard it was, or is to be, scored by."""

    scorecard: Scorecard


class ChecksOut(BaseModel):
    """A page of checks, the newest first; `next` is the cursor of the following one, null at the end."""

    checks: list[CheckOut]
    next: str | None


class DrawnOut(BaseModel):
    """What was drawn now; what had been drawn before is not in it."""

    week: str
    seed: str
    checks: list[CheckOut]


class ClipOut(BaseModel):
    """A training clip; its sound is at …/sound."""

    id: str
    call: str
    part: str
    begin: float
    end: float
    note: str
    by: str
    at: float


class ClipsOut(BaseModel):
    """A page of clips, the newest first."""

    clips: list[ClipOut]
    next: str | None


