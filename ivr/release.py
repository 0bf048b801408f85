"""A published flow: plain data that the interpreter walks, and its JSON form.

Made by `ivr.flow` from a checked document. Standard library only: the survival driver reads it while a caller
waits, so nothing here may cost a slow import. The checks were made before publishing; reading trusts the shape and
raises ReleaseError if it is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ivr.errors import ReleaseError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Say:
    """Play `prompts`, go on to `then`. With barge-in they are heard as part of the next question."""

    prompts: tuple[str, ...]
    then: str
    barge_in: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """Play `prompts`, read one key; `choices` maps a key to a step. `time_out` in seconds after the prompts."""

    prompts: tuple[str, ...]
    choices: Mapping[str, str]
    barge_in: bool
    time_out: float
    on_time_out: str
    wrong_key: str
    repeat_key: str
    retries: int
    on_retries: str


@dataclass(frozen=True, slots=True)
class Collect:
    """Read `min` to `max` digits into `variable`; `terminator` ends early."""

    prompts: tuple[str, ...]
    variable: str
    min: int
    max: int
    terminator: str
    barge_in: bool
    time_out: float
    on_time_out: str
    wrong_key: str
    retries: int
    on_retries: str
    then: str


@dataclass(frozen=True, slots=True)
class Record:
    """Record a message of at most `max_seconds`; `person_key` pressed meanwhile leads to `person`."""

    prompts: tuple[str, ...]
    max_seconds: int
    silence_seconds: int
    person_key: str
    person: str
    then: str


@dataclass(frozen=True, slots=True)
class Hours:
    """Go to `open` or `closed` by a calendar and the time that the interpreter is told."""

    calendar: str
    open: str
    closed: str


@dataclass(frozen=True, slots=True)
class Set:
    """Set variables to constants; the variable `lang` changes the language."""

    values: Mapping[str, str]
    then: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Go where `cases` says for the value of `variable`, else to `otherwise`."""

    variable: str
    cases: Mapping[str, str]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Service:
    """End of the menu: a person. `urgency` 0 normal, 1 urgent, 2 emergency; `unit` and `lang` may be empty."""

    prompts: tuple[str, ...]
    skill: str
    unit: str
    urgency: int
    lang: str


@dataclass(frozen=True, slots=True)
class Information:
    """Say something with a person one key away: `person_key` leads to `person`, anything else to `then`.

    `sms_key` ("" for none) asks for the same words as a text message and goes on to `then`.
    """

    prompts: tuple[str, ...]
    person_key: str
    person: str
    time_out: float
    then: str
    sms_key: str = ""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End of the menu: goodbye."""

    prompts: tuple[str, ...]


Step = Say | Menu | Collect | Record | Hours | Set | Branch | Service | Information | HangUp
VERBS: dict[str, type[Step]] = {
    "say": Say, "menu": Menu, "collect": Collect, "record": Record, "hours": Hours, "set": Set, "branch": Branch,
    "service": Service, "information": Information, "hang_up": HangUp,
}
VERB_OF: dict[type[Step], str] = {kind: verb for verb, kind in VERBS.items()}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt in one language: what it says, and the file below ``<prompts_dir>/<lang>/`` that says it.

    `recording` is the name of the uploaded recording it was made from, if there was one.
    """

    text: str
    file: str
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Open from `start` to `end` (minutes of the day; `end` <= `start` runs past midnight) on ISO week `days`."""

    days: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours: weekly, closed on `holidays`, and `working` dates that count as another ISO week day.

    `special`: dates (``2026-12-31``) with hours of their own, as pairs of minutes; they win over everything else.
    """

    weekly: tuple[Opening, ...]
    holidays: frozenset[str]
    working: Mapping[str, int]
    special: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Number:
    """A called number with a beginning of its own: a greeting (prompt or ""), a first step, the unit it stands for."""

    greeting: str
    entry: str
    unit: str


@dataclass(frozen=True, slots=True)
class Release:
    """A flow as it was published. `id` is ``<number>-<8 hex digits of its content>``."""

    id: str
    timezone: str
    languages: tuple[str, ...]
    entry: str
    person: str
    max_steps: int
    prompts: Mapping[str, Mapping[str, Prompt]]
    calendars: Mapping[str, Calendar]
    steps: Mapping[str, Step]
    numbers: Mapping[str, Number] = field(default_factory=dict)

    def file(self, prompt: str, lang: str) -> str:
        """Return ``<lang>/<file>`` of a prompt, in the first language if it does not speak `lang`."""
        spoken = self.prompts[prompt]
        lang = lang if lang in spoken else self.languages[0]
        return f"{lang}/{spoken[lang].file}"

    def text(self, prompt: str, lang: str) -> str:
        """Return what a prompt says in `lang`, or in the first language."""
        spoken = self.prompts[prompt]
        return spoken.get(lang, spoken[self.languages[0]]).text


def to_json(release: Release) -> dict[str, Any]:
    """Return `release` as JSON data; `from_json` reads it back."""
    steps = {name: {"verb": VERB_OF[type(step)], **asdict(step)} for name, step in release.steps.items()}
    calendars = {name: {"weekly": [asdict(opening) for opening in calendar.weekly],
                        "holidays": sorted(calendar.holidays), "working": dict(calendar.working),
                        "special": {day: [list(span) for span in spans] for day, spans in calendar.special.items()}}
                 for name, calendar in release.calendars.items()}
    prompts = {name: {lang: asdict(prompt) for lang, prompt in spoken.items()}
               for name, spoken in release.prompts.items()}
    numbers = {number: asdict(begins) for number, begins in release.numbers.items()}
    plain = {f.name: getattr(release, f.name) for f in fields(release)}
    return {"format": FORMAT, **plain, "prompts": prompts, "calendars": calendars, "steps": steps, "numbers": numbers}


def _step(data: dict[str, Any]) -> Step:
    kind: Callable[..., Step] = VERBS[data.pop("verb")]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()})


def _calendar(data: dict[str, Any]) -> Calendar:
    weekly = tuple(Opening(tuple(o["days"]), o["start"], o["end"]) for o in data["weekly"])
    special = {day: tuple((span[0], span[1]) for span in spans) for day, spans in data.get("special", {}).items()}
    return Calendar(weekly, frozenset(data["holidays"]), data["working"], special)


def from_json(data: dict[str, Any]) -> Release:
    """Build a release from what `to_json` made. Raises ReleaseError if it is something else."""
    try:
        if data.pop("format") != FORMAT:
            raise ReleaseError("the published flow has another format; publish it again")
        prompts = {name: {lang: Prompt(**prompt) for lang, prompt in spoken.items()}
                   for name, spoken in data.pop("prompts").items()}
        calendars = {name: _calendar(calendar) for name, calendar in data.pop("calendars").items()}
        steps = {name: _step(step) for name, step in data.pop("steps").items()}
        numbers = {number: Number(**begins) for number, begins in data.pop("numbers", {}).items()}
        languages = tuple(data.pop("languages"))
        release = Release(languages=languages, prompts=prompts, calendars=calendars, steps=steps, numbers=numbers,
                          **data)
        if release.entry not in steps or not isinstance(steps[release.person], Service):
            raise ReleaseError("the published flow has no entry or no person; publish it again")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ReleaseError(f"this is no published flow ({type(error).__name__}: {error}); publish it again") from error
    return release
