"""The form of an act: which fields a person fills in. Pure; what may be done and what it needs, the API has said.

An act whose required data no field of this page can take is not offered here; it has a page of its own, or none yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

# field of an act's data → how it is asked for; the labels are ``field.<name>`` in the catalogue
FIELDS: Final[Mapping[str, str]] = {
    "reached": "yes", "solved": "yes", "told_citizen": "yes", "stay": "yes", "ground": "words", "proper": "unit",
    "unit": "unit", "term": "term", "due": "moment"}
# the same word means another thing in these acts: they are done elsewhere
ELSEWHERE: Final = frozenset({"refuse", "accept", "protect", "unmask", "classify", "merge", "revisit", "rate"})
_WORDS: Final = frozenset({"text", "real_reply"})
_ASIDE: Final = frozenset({"note", "press", "remind", "supervise"})  # always there: after what the clock waits for


@dataclass(frozen=True, slots=True)
class Asked:
    """One field: its name, how it is asked for, whether it must be filled in."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Form:
    """An act with its fields. `blocked` and `fix` say why it cannot be done at the moment, "" when it can."""

    do: str
    about: str
    why: bool
    text: bool
    fields: tuple[Asked, ...]
    blocked: str
    fix: str


def form_of(offer: Mapping[str, Any]) -> Form | None:
    """Return the form of an act that the API offers, or None if this page cannot ask for what it requires."""
    missing = {name for name, required in offer["fields"].items() if required and name not in FIELDS}
    if missing or offer["do"] in ELSEWHERE:
        return None
    fields = tuple(Asked(name, FIELDS[name], required) for name, required in offer["fields"].items() if name in FIELDS)
    needs = set(offer["needs"])
    return Form(offer["do"], offer["about"], "reason" in needs, bool(needs & _WORDS) or offer["do"] == "note", fields,
                offer["blocked"], offer["fix"])


def forms_of(offers: Iterable[Mapping[str, Any]]) -> list[Form]:
    """Return the forms, those that can be done now first, and of those what is always there last."""
    found = [form for offer in offers if (form := form_of(offer)) is not None]
    return sorted(found, key=lambda form: (bool(form.blocked), form.do in _ASIDE))
