"""From a flow document to a release: read, check whole, compile.

    flow = load_flow(Path("default.yaml"))         # FlowError with every finding, if it must not be published
    release = compile_flow(flow, prompts.file_of)  # the plain data that the interpreter walks
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ivr.check import Checked, check_document, step_lines
from ivr.document import Document, read_document
from ivr.errors import Finding, FlowError
from ivr.release import VERBS, Calendar, Number, Opening, Prompt, Release, Step, to_json
from ivr.schema import CalendarDoc, FlowDoc, PromptDoc, StepDoc

_FOR_EDITORS = frozenset({"verb", "title", "note", "owner", "review"})
FileOf = Callable[[str, str, str], str]  # (recording name, language, text) → file name below the language's folder


@dataclass(frozen=True, slots=True)
class Flow:
    """A checked document: its parts, the warnings it was let through with, the line of each step, and where from."""

    head: FlowDoc
    prompts: Mapping[str, PromptDoc]
    steps: Mapping[str, StepDoc]
    warnings: tuple[Finding, ...]
    lines: Mapping[str, int]
    document: Document

    def jobs(self) -> list[tuple[str, str, str]]:
        """Return (recording name, language, text) of everything that must be rendered."""
        return [(prompt.recording_in(lang, name), lang, text) for name, prompt in self.prompts.items()
                for lang, text in prompt.texts.items() if lang in self.head.languages]


def load_flow(path: Path) -> Flow:
    """Read and check a flow file. Raises FlowError with the findings."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        finding = Finding(str(path), "unreadable", f"打不开文件：{error.strerror}", "请检查路径和权限")
        raise FlowError([finding]) from error
    return parse_flow(raw, path.name)


def parse_flow(raw: bytes, name: str) -> Flow:
    """Check the text of a flow document. Raises FlowError with the findings."""
    return _accept(check_document(read_document(raw, name)))


def check_flow(raw: bytes, name: str) -> list[Finding]:
    """Return every finding of a document, warnings included; an empty list means nothing to complain about."""
    try:
        return check_document(read_document(raw, name)).findings
    except FlowError as error:
        return error.findings


def flow_from_data(data: Any, name: str = "flow") -> Flow:
    """Check a flow given as JSON data (an editor's draft). Raises FlowError with the findings."""
    return _accept(check_document(Document(name, data)))


def flow_of(document: Document) -> Flow:
    """Check a document that was read already. Raises FlowError with the findings."""
    return _accept(check_document(document))


def _accept(checked: Checked) -> Flow:
    if checked.head is None or not checked.ok:
        raise FlowError(checked.findings)
    return Flow(checked.head, checked.prompts, checked.steps, tuple(checked.findings), step_lines(checked.document),
                checked.document)


# -- compiling ---------------------------------------------------------------------------------------------------
def compile_flow(flow: Flow, file_of: FileOf) -> Release:
    """Return the release of a checked flow; its id carries a hash of everything it says and does."""
    head = flow.head
    prompts = {name: {lang: _prompt(prompt, name, lang, file_of) for lang in head.languages}
               for name, prompt in flow.prompts.items()}
    release = Release(
        id=str(head.release), timezone=head.timezone, languages=head.languages, entry=head.entry,
        person=head.person, max_steps=head.max_steps, prompts=prompts,
        calendars={name: _calendar(calendar) for name, calendar in head.calendars.items()},
        steps={name: _step(step, head.person) for name, step in flow.steps.items()},
        numbers={number: Number(begins.greeting or "", begins.entry or head.entry, begins.unit)
                 for number, begins in head.numbers.items()},
    )
    content = json.dumps(to_json(release), ensure_ascii=False, sort_keys=True).encode()
    return replace(release, id=f"{head.release}-{hashlib.sha256(content).hexdigest()[:8]}")


def _calendar(calendar: CalendarDoc) -> Calendar:
    weekly = tuple(Opening(opening.days, opening.start, opening.end) for opening in calendar.weekly)
    holidays = frozenset(day.isoformat() for day in calendar.holidays)
    working = {day.isoformat(): as_day[0] for day, as_day in calendar.working.items()}
    special = {day.isoformat(): tuple((span.start, span.end) for span in spans)
               for day, spans in calendar.special.items()}
    return Calendar(weekly, holidays, working, special)


def _prompt(prompt: PromptDoc, name: str, lang: str, file_of: FileOf) -> Prompt:
    recording = prompt.recording_in(lang, name)
    text = prompt.texts[lang]
    return Prompt(text, file_of(recording, lang, text), recording if recording != name else "")


def _step(step: StepDoc, person: str) -> Step:
    assert isinstance(step, BaseModel)
    data = {name: value for name, value in step if name not in _FOR_EDITORS}
    for name in ("on_time_out", "on_retries", "person"):
        if name in data and data[name] is None:
            data[name] = person
    if data.get("wrong_key", "") is None:
        data["wrong_key"] = ""
    kind: Callable[..., Step] = VERBS[step.verb]
    return kind(**data)
