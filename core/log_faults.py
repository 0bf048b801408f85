"""What a log says of a fault: what kind it is and where it happened, and nothing of whom it was about.

Values of local variables are never shown. A fault's own words may quote what was refused (a database quotes the row, a
check of contents the content): of those only the first line is kept, shortened, with telephone numbers masked; a check
of contents says its fields and kinds instead. Pure.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from types import TracebackType

_LONGEST = 300  # characters of a fault's own words
_DEEPEST = 8  # faults behind a fault
_NUMBER = re.compile(r"(?<![\w.+-])\+?\d{7,15}(?![\w.-])")

Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def mask(number: str) -> str:
    """Return `number` with its middle hidden: ``13800001234`` → ``138****1234``; short ones keep two digits."""
    if len(number) <= 5:
        return number
    head, tail = (3, 4) if len(number) >= 9 else (1, 1)
    return f"{number[:head]}****{number[-tail:]}"


def without_numbers(text: str) -> str:
    """Return `text` with every telephone number in it masked."""
    return _NUMBER.sub(lambda found: mask(found[0]), text)


def line_of(words: str) -> str:
    """Return as much of a fault's own words as may be written down: what comes after the first line quotes contents."""
    return without_numbers(words.strip().partition("\n")[0][:_LONGEST])


def words_of(error: BaseException) -> str:
    """Return a fault's kind and its words, as far as they may be written down."""
    kind = type(error).__name__
    listed = getattr(error, "errors", None)  # pydantic's and FastAPI's: each with its place, its kind and the content
    if callable(listed):
        places = (f"{'.'.join(map(str, one.get('loc', ())))}: {one.get('type', '?')}" for one in listed()[:10])
        return f"{kind}: {'; '.join(places)}"
    said = line_of(str(error))
    return f"{kind}: {said}" if said else kind


def told(exc_info: Raised) -> str:
    """Return a fault and those behind it, the first cause first, each with the lines of code it went through."""
    chain = reversed(list(_behind(exc_info[1])))
    return "\n".join("".join(traceback.format_tb(one.__traceback__)) + words_of(one) for one in chain)


def _behind(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < _DEEPEST:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        further = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [further] if further is not None else []
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
