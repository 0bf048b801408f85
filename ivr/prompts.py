"""Prompts as files of the switch: rendered once, cached by what they say, mended when they vanish.

``<folder>/<lang>/<name>.alaw`` (8 kHz G.711 A-law) and ``.sln16`` (16 kHz PCM), both raw. A flow's prompts are called
``p-<hash>`` after language, text and voice, so releases never overwrite each other; the dialplan's own prompts have
fixed names. A recording ``<recordings>/<lang>/<name>.wav`` always wins over the engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.document import read_document
from ivr.errors import IvrError, PromptError
from ivr.joined import BEEP, is_there, join, write_whole
from ivr.sound import NARROW, WIDE, Sound, beep, from_pcm16, from_wav, level, resample, to_alaw, to_pcm16, trim
from ivr.speech import Speech

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE / "recordings"
SYSTEM_PROMPTS = HERE / "system_prompts.yaml"
_LARGEST = 20_000_000  # bytes of an uploaded recording
Progress = Callable[[int, int, str], None]  # (done, of, what it says)
Alarm = Callable[[str, str], None]  # (what, detail)


@dataclass(frozen=True, slots=True)
class Job:
    """One prompt to have on disk: `file` below the language's folder, made from the recording `name` or `text`."""

    lang: str
    file: str
    name: str
    text: str


def _quiet(*_: object) -> None:
    return None


class PromptStore:
    """The rendered prompts of one installation. Rendering blocks: call it off the event loop."""

    def __init__(
        self, folder: Path, speech: Speech, recordings: Sequence[Path] = (RECORDINGS,), alarm: Alarm = _quiet,
    ) -> None:
        self.folder = folder.resolve()
        self._speech = speech
        self._recordings = tuple(recordings)
        self._alarm = alarm

    # -- names ---------------------------------------------------------------------------------------------------
    def file_of(self, name: str, lang: str, text: str) -> str:
        """Return the file name of a flow's prompt: ``p-<16 hex digits>`` of its recording, or its words and voice."""
        return f"p-{self._content(name, lang, text)[:16]}"

    def path(self, file: str, lang: str) -> str:
        """Return the absolute path without extension, as the switch wants it."""
        return str(self.folder / lang / file)

    def has(self, file: str, lang: str) -> bool:
        """Tell whether the switch can play it."""
        return is_there(str(self.folder), f"{lang}/{file}")

    def have_beep(self) -> None:
        """Have the tone after which a caller may speak: ``<folder>/beep`` (the switch needs no sounds of its own)."""
        if not is_there(str(self.folder), BEEP):
            self.folder.mkdir(parents=True, exist_ok=True)
            wide = beep(WIDE)
            write_whole(f"{self.folder}/{BEEP}.sln16", to_pcm16(wide))
            write_whole(f"{self.folder}/{BEEP}.alaw", to_alaw(resample(wide, WIDE, NARROW)))

    def join(self, groups: Iterable[Sequence[str]]) -> None:
        """Have the joined sounds of these groups of ``<lang>/<file>`` on disk. Raises OSError."""
        for group in groups:
            join(str(self.folder), group)

    def _content(self, name: str, lang: str, text: str) -> str:
        recording = self._recording(name, lang)
        said = f"{self._speech.id}|{lang}|{text}".encode() if recording is None else recording.read_bytes()
        return hashlib.sha256(said).hexdigest()

    def _recording(self, name: str, lang: str) -> Path | None:
        places = (folder / lang / f"{name}.wav" for folder in self._recordings if name)
        return next((place for place in places if place.is_file()), None)

    # -- rendering -----------------------------------------------------------------------------------------------
    def render(self, prompts: Iterable[tuple[str, str, str]], progress: Progress = _quiet) -> int:
        """Have every (name, language, text) on disk; return how many were made. Raises PromptError, SpeechError."""
        jobs = [Job(lang, self.file_of(name, lang, text), name, text) for name, lang, text in prompts]
        return self._make([job for job in jobs if not self.has(job.file, job.lang)], progress)

    def render_system(self, source: Path = SYSTEM_PROMPTS, progress: Progress = _quiet) -> int:
        """Have the dialplan's own prompts on disk under their fixed names; return how many were made."""
        jobs = [Job(lang, name, name, text) for name, lang, text in system_prompts(source)]
        return self._make([job for job in jobs if not self._is_current(job)], progress)

    def mend(self, file: str, lang: str, name: str, text: str) -> bool:
        """Make a vanished prompt again, from its recording or its words, with an alarm. False if that failed too."""
        self._alarm("prompt_vanished", f"{lang}/{file}")
        if file.startswith("p-") and self.file_of(name, lang, text) != file:
            name = ""  # the recording is gone, or is another one by now: the text is spoken
        try:
            self._render_one(Job(lang, file, name, text))
        except (IvrError, OSError) as error:
            self._alarm("prompt_lost", f"{lang}/{file}: {error}")
            return False
        return True

    def _is_current(self, job: Job) -> bool:
        try:
            return self._mark(job).read_text() == self._content(job.name, job.lang, job.text) and self.has(
                job.file, job.lang)
        except OSError:
            return False

    def _mark(self, job: Job) -> Path:
        return self.folder / job.lang / f"{job.file}.content"

    def _make(self, jobs: list[Job], progress: Progress) -> int:
        for number, job in enumerate(jobs, start=1):
            progress(number, len(jobs), job.text)
            self._render_one(job)
            if not job.file.startswith("p-"):
                self._mark(job).write_text(self._content(job.name, job.lang, job.text))
        return len(jobs)

    def _render_one(self, job: Job) -> None:
        sound = self._sound(job)
        if not len(sound):
            raise PromptError(f"prompt {job.name!r} ({job.lang}) is silent; record it again or change its text")
        place = self.folder / job.lang
        place.mkdir(parents=True, exist_ok=True)
        write_whole(str(place / f"{job.file}.sln16"), to_pcm16(sound))
        write_whole(str(place / f"{job.file}.alaw"), to_alaw(resample(sound, WIDE, NARROW)))

    def _sound(self, job: Job) -> Sound:
        recording = self._recording(job.name, job.lang)
        if recording is None:
            return level(trim(from_pcm16(self._speech.speak(job.text, job.lang)), WIDE))
        if recording.stat().st_size > _LARGEST:
            raise PromptError(f"recording {recording.name} is over {_LARGEST} bytes; shorten it")
        try:
            sound, rate = from_wav(recording.read_bytes())
        except PromptError as error:
            raise PromptError(f"recording {job.lang}/{recording.name}: {error}") from error
        return level(trim(resample(sound, rate, WIDE), WIDE))


def system_prompts(source: Path = SYSTEM_PROMPTS) -> list[tuple[str, str, str]]:
    """Return (name, language, text) of the dialplan's prompts; ``place-{n}`` with ``numbers: 2-20`` makes a series.

    Raises PromptError if the file has another shape.
    """
    data: Any = read_document(source.read_bytes(), source.name).data
    if not isinstance(data, dict) or not all(isinstance(texts, dict) for texts in data.values()):
        raise PromptError(f"{source.name} must map each prompt to its texts")
    return [row for name, texts in data.items() for row in _series(name, texts)]


def _series(name: str, texts: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    first, _, last = str(texts.get("numbers", "1-1")).partition("-")
    spoken = {lang: str(text) for lang, text in texts.items() if lang != "numbers"}
    for number in range(int(first), int(last or first) + 1):
        for lang, text in spoken.items():
            yield name.replace("{n}", str(number)), lang, text.replace("{n}", str(number))
