"""The flow document as an editor writes it: shapes, limits and defaults of every field.

Only shapes: whether a step exists, whether a person can be reached, is `ivr.check`'s business. Values arrive as
strings (see `ivr.document`) or as JSON values, so numbers and booleans are read leniently, names strictly.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator

MAX_STEPS = 5000
MAX_CHOICES = 5
MAX_NUMBERS = 500
MAX_PROMPTS = 6  # of one step: a question with what is owed must fit into one AGI line of 2048 bytes

Word = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,60}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]
KeyOrNone = Annotated[str, StringConstraints(pattern=r"^[0-9*#]?$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Unit = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{0,40}$")]
DialNumber = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,20}$")]
Value = Annotated[str, StringConstraints(max_length=120)]
Seconds = Annotated[float, Field(ge=1, le=30)]

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")
_DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _minutes(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not _CLOCK.fullmatch(value):
        raise ValueError("a time is written 08:30")
    hours, minutes = value.split(":")
    return int(hours) * 60 + int(minutes)


def _weekdays(value: Any) -> Any:
    """``mon-fri``, ``sat``, or a list of them → ISO week days."""
    found: list[int] = []
    for part in _one_or_many(value) or []:
        first, _, last = str(part).partition("-")
        if first not in _DAYS or (last and last not in _DAYS) or (last and _DAYS[last] < _DAYS[first]):
            raise ValueError("week days are written mon-fri or [mon, wed]")
        found.extend(range(_DAYS[first], _DAYS[last or first] + 1))
    return found


def _spans(value: Any) -> Any:
    return [] if value is None or value == "closed" else value


Prompts = Annotated[tuple[Word, ...], BeforeValidator(_one_or_many), Field(max_length=MAX_PROMPTS)]
SomePrompts = Annotated[tuple[Word, ...], BeforeValidator(_one_or_many), Field(min_length=1, max_length=MAX_PROMPTS)]
Minutes = Annotated[int, BeforeValidator(_minutes), Field(ge=0, le=24 * 60)]
Days = Annotated[tuple[int, ...], BeforeValidator(_weekdays), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class OpeningDoc(_Strict):
    """Open from `from` to `to` on `days`; ``to`` before ``from`` runs past midnight."""

    days: Days
    start: Minutes = Field(alias="from")
    end: Minutes = Field(alias="to")


class SpanDoc(_Strict):
    """Open from `from` to `to` of one day; ``to`` before ``from`` runs past midnight."""

    start: Minutes = Field(alias="from")
    end: Minutes = Field(alias="to")


class CalendarDoc(_Strict):
    """Opening hours. `working`: dates that count as another week day (调休), e.g. ``2026-10-10: fri``.

    `special`: dates with hours of their own, which win over everything else; an empty list is closed all day.
    """

    weekly: tuple[OpeningDoc, ...] = Field(min_length=1, max_length=40)
    holidays: tuple[date, ...] = Field(default=(), max_length=400)
    working: dict[date, Annotated[tuple[int, ...], BeforeValidator(_weekdays), Field(max_length=1)]] = {}
    special: dict[date, Annotated[tuple[SpanDoc, ...], BeforeValidator(_spans), Field(max_length=6)]] = Field(
        default={}, max_length=400)


class _Step(_Strict):
    """What every step may carry for those who edit it: a name in their language, and a note. Callers hear neither."""

    title: str = Field(default="", max_length=60)
    note: str = Field(default="", max_length=600)


class SayDoc(_Step):
    verb: Literal["say"]
    prompts: SomePrompts
    barge_in: bool = True
    then: Word


class MenuDoc(_Step):
    verb: Literal["menu"]
    prompts: SomePrompts
    choices: dict[Key, Word] = Field(min_length=1, max_length=MAX_CHOICES)
    barge_in: bool = True
    time_out: Seconds = 5
    on_time_out: Word | None = None
    wrong_key: Word | None = None
    repeat_key: KeyOrNone = ""
    retries: int = Field(default=2, ge=0, le=9)
    on_retries: Word | None = None


class CollectDoc(_Step):
    verb: Literal["collect"]
    prompts: SomePrompts
    variable: Variable
    min: int = Field(default=1, ge=1, le=40)
    max: int = Field(ge=1, le=40)
    terminator: Literal["#", ""] = "#"
    barge_in: bool = True
    time_out: Seconds = 5
    on_time_out: Word | None = None
    wrong_key: Word | None = None
    retries: int = Field(default=2, ge=0, le=9)
    on_retries: Word | None = None
    then: Word


class RecordDoc(_Step):
    verb: Literal["record"]
    prompts: SomePrompts
    max_seconds: int = Field(default=120, ge=5, le=600)
    silence_seconds: int = Field(default=5, ge=2, le=30)
    person_key: Key = "0"
    person: Word | None = None
    then: Word


class HoursDoc(_Step):
    verb: Literal["hours"]
    calendar: Word
    open: Word
    closed: Word


class SetDoc(_Step):
    verb: Literal["set"]
    values: dict[Variable, Value] = Field(min_length=1, max_length=20)
    then: Word


class BranchDoc(_Step):
    verb: Literal["branch"]
    variable: Variable
    cases: dict[Value, Word] = Field(min_length=1, max_length=200)
    otherwise: Word


class ServiceDoc(_Step):
    verb: Literal["service"]
    prompts: Prompts = ()
    skill: Word
    unit: Unit = ""
    urgency: int = Field(default=0, ge=0, le=2)
    lang: Language | Literal[""] = ""


class InformationDoc(_Step):
    """A line of information. `owner`: the unit that answers for its words; `review`: when it must look at them again.

    `sms_key`: whoever presses it asks for the words as a text message.
    """

    verb: Literal["information"]
    prompts: SomePrompts
    owner: Unit = ""
    review: date | None = None
    sms_key: KeyOrNone = ""
    person_key: Key = "0"
    person: Word | None = None
    time_out: Seconds = 4
    then: Word


class HangUpDoc(_Step):
    verb: Literal["hang_up"]
    prompts: Prompts = ()


StepDoc = (
    SayDoc | MenuDoc | CollectDoc | RecordDoc | HoursDoc | SetDoc | BranchDoc | ServiceDoc | InformationDoc | HangUpDoc
)
STEP_DOCS: dict[str, type[StepDoc]] = {
    "say": SayDoc, "menu": MenuDoc, "collect": CollectDoc, "record": RecordDoc, "hours": HoursDoc, "set": SetDoc,
    "branch": BranchDoc, "service": ServiceDoc, "information": InformationDoc, "hang_up": HangUpDoc,
}


# the ten fields of the memo's fifty numbers, and one for the rest
FIELDS: dict[str, str] = {
    "police": "公安", "complaints": "行政投诉", "city": "城市管理", "telecom": "电信", "utilities": "水电气热",
    "transport": "交通旅游", "news": "新闻", "finance": "金融", "health": "卫生健康", "legal": "法律", "other": "其他",
}
LineField = Literal["police", "complaints", "city", "telecom", "utilities", "transport", "news", "finance", "health",
                    "legal", "other"]


class NumberDoc(_Strict):
    """An old hotline's number that now leads here: what is said first, where the caller begins, for whom.

    `greeting` is a prompt, `entry` a step (default: the flow's), `unit` goes to whichever person takes the call.
    """

    name: str = Field(min_length=1, max_length=60)
    field: LineField = "other"
    greeting: Word | None = None
    entry: Word | None = None
    unit: Unit = ""


class FlowDoc(_Strict):
    """The head of a document. Prompts and steps are checked one by one, so that one fault hides no other.

    `person`: the service step for silence, wrong keys and the circuit breaker. `silence`: ``person`` (the default)
    demands that a caller who presses nothing reaches a person; ``any`` lets silence end elsewhere.
    """

    release: int = Field(ge=1, le=10**9)
    title: str = Field(default="", max_length=120)
    timezone: str = "Asia/Shanghai"
    languages: tuple[Language, ...] = Field(min_length=1, max_length=8)
    entry: Word
    person: Word
    silence: Literal["person", "any"] = "person"
    max_steps: int = Field(default=200, ge=20, le=MAX_STEPS)
    prompts: dict[str, Any]
    calendars: dict[Word, CalendarDoc] = {}
    numbers: dict[DialNumber, NumberDoc] = Field(default={}, max_length=MAX_NUMBERS)
    steps: dict[str, Any] = Field(min_length=1, max_length=MAX_STEPS)

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("no such time zone") from error
        return name


class PromptDoc(BaseModel):
    """A prompt: a text for each language, and the name of an uploaded recording (default: the prompt's own name).

    `recording` may be one name for all languages or one for each.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    recording: Word | dict[Language, Word] | None = None
    texts: dict[Language, Text]

    def recording_in(self, lang: str, name: str) -> str:
        """Return the recording's name in `lang` for a prompt that is called `name`."""
        given = self.recording.get(lang) if isinstance(self.recording, dict) else self.recording
        return given or name
