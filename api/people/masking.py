"""Telephone numbers of citizens as a caller may see them: masked, unless the caller's permissions say otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.people.caller import Caller
from core.log import mask

FIELDS: Final = frozenset({"caller"})  # a citizen's number wherever it stands; duty phones of units are no secret

_NUMERIC: Final = frozenset({float, int, bool, type(None)})  # hold nothing, and are most of what a call has
_BARE: Final = _NUMERIC | {str}
_LISTS: Final = (list, tuple)
_TELLING: Final = 6  # digits; shorter ones are desks that everybody may ring


def shown_to(caller: Caller, value: Any) -> Any:
    """Return a copy of what goes out, with the citizen's number masked at any depth, also inside a text."""
    if caller.may("numbers.see"):
        return value
    found = sorted(_numbers(value), key=len, reverse=True)  # the longest first: one may hold another
    return _masked(value, [(number, mask(number)) for number in found if len(number) >= _TELLING])


def _numbers(value: Any) -> set[str]:
    """Return every citizen's number that stands in what goes out."""
    found, ahead = set[str](), [value]
    while ahead:
        one = ahead.pop()
        if _is_dict(one):
            if one.get("party") == "citizen" and isinstance(one.get("phone"), str):
                found.add(one["phone"])  # a call-back that did not reach them
            found.update(inner for name in FIELDS if isinstance(inner := one.get(name), str))
            ahead += [inner for inner in one.values() if type(inner) not in _BARE]
        elif isinstance(one, _LISTS):
            ahead += [inner for inner in one if type(inner) not in _BARE]
    return found


def _masked(value: Any, numbers: Sequence[tuple[str, str]]) -> Any:
    if isinstance(value, str):
        for number, hidden in numbers:
            if number in value:
                value = value.replace(number, hidden)
        return value
    if _is_dict(value):
        return {name: inner if type(inner) in _NUMERIC else _masked(inner, numbers) for name, inner in value.items()}
    if isinstance(value, _LISTS):
        return [inner if type(inner) in _NUMERIC else _masked(inner, numbers) for inner in value]
    return value


def _is_dict(value: Any) -> bool:
    return type(value) is dict or isinstance(value, Mapping)  # what asks for a Mapping takes ten times as long
