"""Parts of pages that the same values always make: drawn once and kept, as long as they are looked at.

A part is given the sentences of a language and its values, and nothing of who asks or when: what is kept for one reader
can hold nothing of another. The key is the content that it is drawn from, not its number, so that nothing kept is old.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

from markupsafe import Markup

from web.templating import Templates
from web.texts import Texts

_MOST: Final = 8_000_000  # characters: a calendar's year has some 100,000, a call some 5,000


class Drawn:
    """The parts that were drawn of late: `most` characters of them, one more for each part."""

    def __init__(self, most: int = _MOST) -> None:
        self._most, self._kept, self._length = most, OrderedDict[Hashable, Markup](), 0

    def part(self, templates: Templates, texts: Texts, template: str, content: Hashable,
             values: Callable[[], Mapping[str, Any]]) -> Markup:
        """Return the part of `template` that `values` make; asked for only if it is not kept under `content`."""
        key = (template, texts.language, content)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = Markup(templates.get_template(template).render({"t": texts, **values()}))
            self._length += 1 + len(found)
        self._kept.move_to_end(key)
        while self._length > self._most:
            self._length -= 1 + len(self._kept.popitem(last=False)[1])
        return found
