"""Which language an answer is in: what the request asks for (RFC 9110, section 12.5.4), among those there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

DEFAULT: Final = "zh-CN"
LANGUAGES: Final = {"zh": DEFAULT, "en": "en"}  # primary tag → as Content-Language says it
_MOST: Final = 200  # characters of the header that are read
_RANGE: Final = re.compile(r"([A-Za-z*]{1,8})(?:-[\w-]{1,30})?(?:\s*;\s*q=([01](?:\.\d{0,3})?))?")


def language_of(wanted: str) -> str:
    """Return the language that a header Accept-Language likes best; Chinese when it names none that there is."""
    liked = [(quality, -place, tag) for place, (tag, quality) in enumerate(_ranges(wanted)) if quality > 0]
    return next((LANGUAGES.get(tag, DEFAULT) for _, _, tag in sorted(liked, reverse=True)
                 if tag in LANGUAGES or tag == "*"), DEFAULT)


def _ranges(wanted: str) -> Iterator[tuple[str, float]]:
    for part in wanted[:_MOST].split(","):
        if found := _RANGE.fullmatch(part.strip()):
            yield found[1].lower(), float(found[2] or 1)
