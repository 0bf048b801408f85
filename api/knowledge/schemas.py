"""What goes in and out of the routes of articles."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints, field_validator

from api.schemas import CallKey, Strict
from core.db import storable
from workorders.knowledge.rules import LONGEST, SHORTEST, TITLE, USUAL, WORDS
from workorders.life.matters import UnitId

State = Literal["draft", "published", "withdrawn"]
Field40 = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]
Why = Annotated[str, StringConstraints(min_length=2, max_length=500, strip_whitespace=True)]
Typed = Annotated[str, Query(max_length=100, description="as one types; spaces part words")]
Number = Annotated[int, Field(ge=1, le=9_999_999)]
UnitAsked = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_.-]{1,40}$")]


class ArticleIn(Strict):
    """An article as its keepers write it. `words`: paragraphs parted by lines; ``- `` or ``1. `` begins a step."""

    title: Annotated[str, StringConstraints(min_length=2, max_length=TITLE, strip_whitespace=True)]
    words: str = Field(min_length=1, max_length=WORDS)
    unit: UnitId
    field: Annotated[Field40, Field(description="first level of the classification of orders")] = ""
    public: Annotated[bool, Field(description="may be shown to citizens; others are for those who work here")] = False
    review_days: Annotated[int, Field(ge=SHORTEST, le=LONGEST)] = USUAL
    why: Annotated[str, Field(max_length=500)] = ""

    @field_validator("*", mode="after")
    @classmethod
    def _clean(cls, value: object) -> object:
        return storable(value, WORDS) if type(value) is str else value


class ActIn(Strict):
    """Why an act is done."""

    why: Annotated[str, Field(max_length=500)] = ""


class ReasonIn(Strict):
    """Why an act is done, in words that others will read."""

    why: Why


class FlagIn(Strict):
    """What is wrong with an article."""

    words: Why


class GapIn(Strict):
    """What was looked for in vain, and whose it would be."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    unit: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{0,40}$")] = ""


class CitationIn(Strict):
    """In which call the article was cited."""

    call: CallKey


class FoundOut(BaseModel):
    """An article in a list. `reviewed_on`: local date, "" before its first publication; `overdue`: ask the unit first.

    `flags`: how many say that it is wrong and have no answer yet.
    """

    number: int
    title: str
    unit: str
    unit_name: str
    field: str
    public: bool
    state: State
    excerpt: str
    review_days: int
    reviewed_at: float
    reviewed_on: str
    due_at: float
    overdue: bool
    latest: int
    published: int
    cited: int
    flags: int
    version: int
    changed_at: float


class SearchOut(BaseModel):
    """The best first. `near`: nothing has what was typed; these are like it."""

    articles: list[FoundOut]
    near: bool


class ArticlesOut(BaseModel):
    """A page of articles, what was changed last first."""

    articles: list[FoundOut]
    next: str | None


class EditionOut(BaseModel):
    """The words of an article as somebody wrote them."""

    edition: int
    title: str
    words: str
    field: str
    public: bool
    by: str
    why: str
    at: float


class ChangeOut(BaseModel):
    """One act on an article. `data`: of unit and interval, what they were and became."""

    seq: int
    do: Literal["make", "edit", "publish", "review", "withdraw"]
    edition: int
    by: str
    why: str
    data: dict[str, list[str | int]]
    at: float


class FlagOut(BaseModel):
    """Somebody says that an article is wrong. `settled_at` 0: nobody has answered yet."""

    id: str
    number: int
    edition: int
    words: str
    by: str
    at: float
    settled_at: float
    settled_by: str
    said: str


class ArticleOut(FoundOut):
    """An article whole. `draft`, `history`, `flagged` are for those who keep it; `can`: what the caller may do now."""

    words: str
    reviewed_by: str
    draft: EditionOut | None
    history: list[ChangeOut]
    flagged: list[FlagOut]
    can: list[Literal["edit", "publish", "review", "withdraw"]]


class FlagsOut(BaseModel):
    """A page of what is said to be wrong, the newest first."""

    flags: list[FlagOut]
    next: str | None


class GapOut(BaseModel):
    """Words that were looked for in vain. `closed_at` 0: still open."""

    id: str
    words: str
    unit: str
    times: int
    first_at: float
    last_at: float
    closed_at: float
    closed_by: str
    said: str


class GapsOut(BaseModel):
    """A page of what is missing, what was looked for most first."""

    gaps: list[GapOut]
    next: str | None


class DoneOut(BaseModel):
    """It was done."""

    ok: Literal[True]


