"""Every sentence people read, by key, in each language. Catalogues are gettext files, read as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

LANGUAGES: Final = {"zh-CN": "zh_CN", "en": "en"}  # as HTML says it → folder of its catalogue
DEFAULT: Final = "zh-CN"
_LOCALE = Path(__file__).resolve().parent / "locale"


class Texts:
    """The sentences of one language. A key that is not there raises KeyError: a test finds it, never a citizen."""

    def __init__(self, language: str, sentences: Mapping[str, str]) -> None:
        self.language, self._sentences = language, sentences

    def __call__(self, key: str, **values: object) -> str:
        """Return the sentence of `key` with `values` in its places ``{name}``."""
        return self._sentences[key].format(**values) if values else self._sentences[key]

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def either(self, key: str, otherwise: str, **values: object) -> str:
        """Return the sentence of `key`, or that of `otherwise` when there is none."""
        return self(key if key in self._sentences else otherwise, **values)

    def below(self, prefix: str) -> dict[str, str]:
        """Return all sentences whose key begins with `prefix`: what a script of a page needs."""
        return {key: said for key, said in self._sentences.items() if key.startswith(prefix)}


def catalogue(language: str) -> dict[str, str]:
    """Read one language's catalogue, a file for each part of the pages: key → sentence."""
    said: dict[str, str] = {}
    for path in sorted((_LOCALE / LANGUAGES[language]).glob("*.po")):
        with path.open("rb") as file:
            said.update((str(message.id), str(message.string)) for message in read_po(file) if message.id)
    return said


def every_language() -> dict[str, Texts]:
    """Read all catalogues."""
    return {language: Texts(language, catalogue(language)) for language in LANGUAGES}
