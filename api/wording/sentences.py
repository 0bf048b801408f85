"""A sentence in another language: found under itself, or under itself with its values taken out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.pofile import read_po

HERE: Final = Path(__file__).resolve().parent / "locale"
FOLDERS: Final = {"zh-CN": "zh_CN", "en": "en"}
LONGEST: Final = 2000  # characters of a sentence that is looked up; nothing that is raised is longer
PLACE: Final = re.compile(r"\{(\w+)\}")
_LISTS: Final = (("；", "; "), (";", "; "), ("、", ", "))  # how values are strung together → the same in English
_COLON: Final = re.compile("[:：]")
_DEEPEST: Final = 4  # values within values


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with places. `head` and `tail`: what it begins and ends with, to pass over most at a glance."""

    whole: re.Pattern[str]
    head: str
    tail: str
    said: str

    @classmethod
    def of(cls, source: str, said: str) -> Pattern:
        """Return the pattern of ``source`` with its places."""
        parts = PLACE.split(source)  # text, name, text, name, …, text
        whole = "".join(re.escape(part) if n % 2 == 0 else f"(?P<{part}>.*?)" for n, part in enumerate(parts))
        return cls(re.compile(whole, re.DOTALL), parts[0], parts[-1], said)

    def values(self, sentence: str) -> dict[str, str] | None:
        """Return what stands in the places, or None when this is another sentence."""
        if not (sentence.startswith(self.head) and sentence.endswith(self.tail)):
            return None
        found = self.whole.fullmatch(sentence)
        return found.groupdict() if found else None


class Sentences:
    """What there is to say in one language, under what it is in the other."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._whole = {source: said for source, said in entries.items() if not PLACE.search(source)}
        placed = [source for source in entries if PLACE.search(source)]
        placed.sort(key=lambda source: len(PLACE.sub("", source)), reverse=True)  # the most particular one first
        self._placed = [Pattern.of(source, entries[source]) for source in placed]

    def say(self, sentence: str) -> str:
        """Return the sentence in this language; as it is when it is in this language, or nobody has put it there."""
        return self._found(sentence, 0) or sentence

    def _found(self, sentence: str, depth: int) -> str | None:
        if not sentence or len(sentence) > LONGEST or depth > _DEEPEST:
            return None
        if sentence in self._whole:
            return self._whole[sentence]
        for pattern in self._placed:
            values = pattern.values(sentence)
            if values is not None:
                return pattern.said.format(**{name: self._value(value, depth + 1) for name, value in values.items()})
        return None

    def _value(self, value: str, depth: int) -> str:
        """Return what stands in a place: a sentence itself, several of them, a field with what is said of it."""
        if found := self._found(value, depth):
            return found
        for mark, joined in _LISTS:
            if mark in value:
                return joined.join(self._value(part.strip(), depth + 1) for part in value.split(mark))
        where, *said = _COLON.split(value, maxsplit=1)
        found = self._found(said[0].strip(), depth) if said else None
        return f"{where}: {found}" if found else value


def catalogue(language: str) -> dict[str, str]:
    """Read the catalogue of a language, a file for each part of the house: sentence as it is raised → as it is said."""
    said: dict[str, str] = {}
    for path in sorted((HERE / FOLDERS[language]).glob("*.po")):
        with path.open("rb") as file:
            said |= {str(message.id): str(message.string) for message in read_po(file) if message.id}
    return said


@cache
def sentences(language: str) -> Sentences:
    """Return what can be said in a language; read once."""
    return Sentences(catalogue(language))


def say(sentence: str, language: str) -> str:
    """Return a sentence in one of `tongues.LANGUAGES`."""
    return sentences(language).say(sentence)


def say_within(items: Iterable[Any], language: str, keys: Iterable[str] = ("problem", "fix")) -> list[Any]:
    """Return a list of faults with their sentences put into a language; what is no mapping stays."""
    return [{key: say(value, language) if key in keys and isinstance(value, str) else value
             for key, value in item.items()} if isinstance(item, Mapping) else item for item in items]

