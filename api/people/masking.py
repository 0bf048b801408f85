"""Telephone numbers of citizens as a caller may see them: masked, unless the caller's permissions say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.people.caller import Caller
from core.log import mask

FIELDS: Final = frozenset({"caller"})  # a citizen's number wherever it stands; duty phones of units are no secret


def shown_to(caller: Caller, value: Any) -> Any:
    """Return a copy of what goes out, with the citizen's number masked at any depth."""
    return value if caller.may("numbers.see") else _masked(value)


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: mask(inner) if name in FIELDS and isinstance(inner, str) else _masked(inner)
                for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner) for inner in value]
    return value
