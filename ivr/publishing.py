"""From a checked flow to a release in force, and back: render, measure, check once more, put on the shelf.

Blocks (rendering takes seconds the first time): call it off the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.log import get_logger
from ivr.city_days import CityDays
from ivr.difference import Change, changes, plain, words
from ivr.errors import FlowError, PromptError
from ivr.flow import Flow, compile_flow, flow_from_data
from ivr.notices import Notice
from ivr.prompts import Progress, PromptStore
from ivr.proof import Report, prove_data, prove_text
from ivr.release import Release
from ivr.releases import CURRENT, read_release
from ivr.rules import Surroundings
from ivr.shelf import Entry, Made, Shelf
from ivr.timing import rendered

log = get_logger(__name__)


def _quiet(*_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Signed:
    """Who publishes, why, based on which release (None: whatever is in force), to begin when (None: now)."""

    by: str
    why: str
    based_on: int | None = None
    due_at: float | None = None


@dataclass(frozen=True, slots=True)
class Publishing:
    """The releases of one installation. `around` returns what a flow is checked against just now."""

    shelf: Shelf
    prompts: PromptStore
    around: Callable[[], Surroundings]

    def check(self, document: dict[str, Any] | bytes, name: str = "草稿", city: CityDays | None = None) -> Report:
        """Check a document whole, with the real length of every prompt that is rendered already."""
        around = replace(self.around(), city=city)
        if isinstance(document, bytes):
            return prove_text(document, name, around)
        return prove_data(document, around, name)

    def difference(self, document: dict[str, Any], number: int | None = None) -> list[Change]:
        """Return what changes from release `number` (default: the one in force) to a document. Raises FlowError."""
        before = self.plain_release(number if number is not None else self.shelf.index().current)
        return changes(before, plain(flow_from_data(document)))

    def plain_release(self, number: int) -> dict[str, Any]:
        """Return a release as it was edited, {} for number 0. Raises ReleaseError."""
        return plain(flow_from_data(self.shelf.document(number))) if number else {}

    def publish(self, flow: Flow, signed: Signed, progress: Progress = _quiet, *, strict: bool = True) -> Entry:
        """Render what a flow says, check it by ear, put it in force. Raises FlowError, Conflict and others of ours.

        Not `strict`: a house that has no menu at all opens with one that misses its policy rather than with none.
        """
        self.prompts.render(flow.jobs(), progress)
        document = plain(flow)
        faults = [finding for finding in self.check(document).findings if not finding.warning]
        if faults and strict:  # the spoken prompts may be longer than their words let expect
            raise FlowError(faults)
        if faults:
            log.error("menu.misses_policy", findings=[str(fault) for fault in faults])
        self.prompts.have_beep()
        said = words(self.difference(document))
        title = flow.head.title

        def compiled(number: int) -> Release:
            release = compile_flow(flow_from_data({**document, "release": number}), self.prompts.file_of)
            self.prompts.join(joined_questions(release))
            return release

        return self.shelf.add(Made(document, compiled, signed.by, signed.why, signed.based_on, title, said,
                                   signed.due_at))

    def roll_back(self, number: int, signed: Signed) -> Entry:
        """Put an older release in force again, with every prompt it needs on disk."""
        release = self.shelf.release(number)
        for name, spoken in release.prompts.items():
            for lang, prompt in spoken.items():
                if not self.prompts.has(prompt.file, lang):
                    self.prompts.mend(prompt.file, lang, prompt.recording or name, prompt.text)
        return self.shelf.roll_back(number, signed.by, signed.why, signed.based_on)


def joined_questions(release: Release) -> Iterator[list[str]]:
    """Yield the files of each step's prompts in each language, alone and after its apology for a wrong key."""
    for step in release.steps.values():
        prompts, wrong = getattr(step, "prompts", ()), getattr(step, "wrong_key", "")
        for lang in release.languages if prompts else ():
            files = [release.file(prompt, lang) for prompt in prompts]
            yield files
            if wrong:
                yield [release.file(wrong, lang), *files]


@dataclass(frozen=True, slots=True)
class Wish:
    """A notice as it is asked for: texts by language, from when to when (epoch s), which calendars it shuts."""

    texts: dict[str, str]
    begins: float
    ends: float
    closes: tuple[str, ...] = ()


def announce(publishing: Publishing, wish: Wish, by: str, why: str) -> Notice:
    """Render a notice and put it up. Raises PromptError if it is too long or lasts too long, Conflict, SpeechError."""
    policy = publishing.around().policy
    if not 0 < wish.ends - wish.begins <= policy.notice_days * 86400:
        raise PromptError(f"通知必须在开始之后、{policy.notice_days:g} 天以内结束。请改结束时间")
    first = read_release(publishing.shelf.folder / CURRENT).languages[0]
    if not wish.texts.get(first, "").strip():
        raise PromptError(f"通知缺少 {first} 的文字。请写上")
    prompts = publishing.prompts
    prompts.render(("", lang, text) for lang, text in wish.texts.items())
    files = {lang: prompts.file_of("", lang, text) for lang, text in wish.texts.items()}
    longest = max(rendered(prompts.folder, lang, file) or 0.0 for lang, file in files.items())
    if longest > policy.notice_seconds:
        raise PromptError(f"通知长 {longest:.1f} 秒，规定不超过 {policy.notice_seconds:g} 秒。请缩短文字")
    notice = Notice(uuid4().hex[:12], wish.texts, files, wish.begins, wish.ends, wish.closes, by, why)
    publishing.shelf.announce(notice)
    return notice


def recording_there(folders: tuple[Path, ...]) -> Callable[[str, str], bool]:
    """Return what tells whether a recording is in one of these folders."""
    return lambda name, lang: any((folder / lang / f"{name}.wav").is_file() for folder in folders)
