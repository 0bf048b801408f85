"""How long a prompt sounds, in seconds: measured where it is rendered, else judged by its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from ivr.release import Prompt, Release

Seconds = Callable[[str, str], float]  # of a prompt, by its name and language
_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGIT = re.compile(r"[0-9*#]")
_PAUSE = re.compile(r"[，。；：！？、,.;:!?]")
_LATIN = re.compile(r"[A-Za-z']+")
_PER_HAN, _PER_DIGIT, _PER_WORD, _PER_PAUSE = 0.21, 0.22, 0.35, 0.22  # measured with the house's own voice
_BYTES_A_SECOND = 8000  # of A-law
BEEP = 0.25


def judged(text: str) -> float:
    """Return about how long it takes to say `text`."""
    return (len(_HAN.findall(text)) * _PER_HAN + len(_DIGIT.findall(text)) * _PER_DIGIT
            + len(_LATIN.findall(text)) * _PER_WORD + len(_PAUSE.findall(text)) * _PER_PAUSE)


def rendered(folder: Path, lang: str, file: str) -> float | None:
    """Return the length of a rendered prompt, or None if it is not there."""
    try:
        return (folder / lang / f"{file}.alaw").stat().st_size / _BYTES_A_SECOND
    except OSError:
        return None


def seconds_of(release: Release, folder: Path | None) -> Seconds:
    """Return the length of each prompt of a release in each language; looked up once each."""
    known: dict[tuple[str, str], float] = {}

    def seconds(name: str, lang: str) -> float:
        if (name, lang) not in known:
            spoken = release.prompts.get(name, {})
            prompt = spoken.get(lang) or spoken.get(release.languages[0])
            known[name, lang] = 0.0 if prompt is None else _of(prompt, lang, folder)
        return known[name, lang]

    return seconds


def begun(prompts: Sequence[str], lang: str, after: float, seconds: Seconds) -> int:
    """Return how many of `prompts`, said one after the other, had begun `after` so many s: a key ends the rest."""
    at = 0.0
    for count, name in enumerate(prompts, 1):
        at += seconds(name, lang)
        if at >= after:
            return count
    return len(prompts)


def _of(prompt: Prompt, lang: str, folder: Path | None) -> float:
    measured = rendered(folder, lang, prompt.file) if folder is not None else None
    return judged(prompt.text) if measured is None else measured
