"""Telephone numbers of citizens as a caller may see them: masked, unless the caller's permissions say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from api.people.caller import Caller
from core.log import mask

FIELDS: Final = frozenset({"caller"})  # a citizen's number wherever it stands; duty phones of units are no secret

_TELLING: Final = 6  # digits; shorter ones are desks that everybody may ring


def shown_to(caller: Caller, value: Any) -> Any:
    """Return a copy of what goes out, with the citizen's number masked at any depth, also inside a text."""
    if caller.may("numbers.see"):
        return value
    found = sorted(set(_numbers(value)), key=len, reverse=True)  # the longest first: one may hold another
    return _masked(value, [(number, mask(number)) for number in found if len(number) >= _TELLING])


def _numbers(value: Any) -> Iterator[str]:
    """Yield every citizen's number that stands in what goes out."""
    if isinstance(value, str | float | int):
        return
    if isinstance(value, dict | Mapping):
        if value.get("party") == "citizen" and isinstance(value.get("phone"), str):
            yield value["phone"]  # a call-back that did not reach them
        for name, inner in value.items():
            if name in FIELDS and isinstance(inner, str):
                yield inner
            yield from _numbers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _numbers(inner)


def _masked(value: Any, numbers: Sequence[tuple[str, str]]) -> Any:
    if isinstance(value, str):
        for number, hidden in numbers:
            if number in value:
                value = value.replace(number, hidden)
        return value
    if isinstance(value, float | int):
        return value
    if isinstance(value, dict | Mapping):
        return {name: _masked(inner, numbers) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner, numbers) for inner in value]
    return value
