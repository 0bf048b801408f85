"""What goes in, with its bounds. Times are epoch seconds (UTC) unless a field says wall clock."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

DraftId = Annotated[str, Field(pattern=r"^[0-9a-zA-Z_.-]{1,40}$")]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Why = Annotated[str, Field(min_length=2, max_length=500, description="why, in words; kept with the release")]
Lang = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")]
Press = Annotated[str, Field(pattern=r"^(?:[0-9*#]{1,40}|t|h)$")]
Step = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.-]{1,60}$")]
Moment = Annotated[float, Field(ge=0, lt=10_000_000_000)]
Version = Annotated[int | None, Field(ge=1, description="the draft's version that was edited; null: whatever it is")]
Ready = Literal["blank", "default", "direct", "hours"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftIn(_In):
    """A new draft: from a release (0: the one in force), or from a ready flow."""

    title: Title
    release: Annotated[int | None, Field(ge=0)] = None
    ready: Ready = "blank"


class EditIn(_In):
    """One edit; `gone` removes. `at`: place among its neighbours."""

    path: Annotated[list[Annotated[str, Field(max_length=120)]], Field(min_length=1, max_length=8)]
    value: Any = None
    gone: bool = False
    at: Annotated[int | None, Field(ge=0, le=10_000)] = None


class OperationIn(_In):
    """Edits that are done, and taken back, together; or a step that is given another name."""

    version: Version = None
    words: Annotated[str, Field(max_length=200)] = ""
    edits: Annotated[list[EditIn], Field(max_length=2000)] = Field(default_factory=list)
    rename: tuple[Step, Step] | None = None


class TurnIn(_In):
    """Undo or redo."""

    version: Version = None


class LockIn(_In):
    """Ask for the right to edit; `over` takes it from whoever has it."""

    over: bool = False


class CommentIn(_In):
    """A comment on a place of the draft."""

    path: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(min_length=1, max_length=1000)]


class PublishIn(_In):
    """Publish a draft, now or at a time. `based_on`: the release its maker had before them (default: the draft's)."""

    why: Why
    due_at: Moment | None = None
    based_on: Annotated[int | None, Field(ge=0)] = None


Recording = Annotated[str, Field(pattern=r"^u-[0-9a-f]{8,64}$")]
_Texts = dict[Step, dict[Lang, Annotated[str, Field(max_length=600)]]]


class LineIn(_In):
    """What an information line is to say from the next call on. `seen`: the release that the page showed.

    `recordings` replaces those of the prompts it names; a recording wins over the words.
    """

    why: Why
    seen: Annotated[int, Field(ge=1)]
    texts: Annotated[_Texts, Field(max_length=20)] = Field(default_factory=dict)
    recordings: Annotated[dict[Step, dict[Lang, Recording]], Field(max_length=20)] = Field(default_factory=dict)
    review: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""


class RollbackIn(_In):
    """Put an older release in force. `expected`: the release in force that the page showed."""

    why: Why
    expected: Annotated[int | None, Field(ge=0)] = None


class WithdrawIn(_In):
    """Take back a release that waits for its time."""

    why: Why


class WalkIn(_In):
    """A walk, as far as the next key. `at`: wall clock of the flow's zone (``2026-11-25T03:00``), null: now."""

    presses: Annotated[list[Press], Field(max_length=300)] = Field(default_factory=list)
    at: Annotated[str | None, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$")] = None
    called: Annotated[str, Field(pattern=r"^\+?[0-9]{0,32}$")] = ""
    caller: Annotated[str, Field(pattern=r"^\+?[0-9]{0,32}$")] = ""
    lang: Lang | None = None


class ReplayIn(_In):
    """How many of the last calls."""

    last: Annotated[int, Field(ge=1, le=5000)] = 2000


class SpeakIn(_In):
    """A text to be heard."""

    text: Annotated[str, Field(min_length=1, max_length=600)]
    lang: Lang = "zh-CN"


class NoticeIn(_In):
    """An emergency notice: texts by language, until when (and from when), which calendars it shuts (``*``: all)."""

    texts: Annotated[dict[Lang, Annotated[str, Field(min_length=1, max_length=300)]], Field(min_length=1, max_length=8)]
    ends: Moment
    begins: Moment | None = None
    closes: Annotated[list[Annotated[str, Field(pattern=r"^(?:[0-9A-Za-z_.-]{1,60}|\*)$")]], Field(max_length=20)] = (
        Field(default_factory=list))
    why: Why
