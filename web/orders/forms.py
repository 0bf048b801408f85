"""The form of an act: which fields a person fills in. Pure; what may be done and what it needs, the API has said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from web.orders.asked import ASKED_FIRST, GIVEN, KINDS, OF_ACT, OPTIONS, OPTIONS_OF_ACT

# a new order is written at the desk; what is hidden is shown where it stands; a citizen rates by the keypad
ELSEWHERE: Final = frozenset({"accept", "unmask", "rate"})
_WORDS: Final = frozenset({"text", "real_reply"})
_ASIDE: Final = frozenset({"note", "press", "remind", "supervise", "escalate", "urge", "classify", "protect",
                           "ask_strike", "raise_finding", "name_person", "withdraw", "merge", "reckon_anew"})
# fields that hold something of the order itself
_OF_THE_ORDER: Final = frozenset({"class", "place", "finding", "request", "clock"})
_SERIOUS: Final = frozenset({"refuse", "return", "plead", "withdraw", "terminate", "shelve", "protect", "reopen",
                             "merge"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One field: its name, how it is asked for, whether it must be filled in, what may be chosen, what stands first."""

    name: str
    kind: str
    required: bool
    options: tuple[Any, ...] = ()
    first: Any = None


@dataclass(frozen=True, slots=True)
class Form:
    """An act with its fields. `blocked` and `fix` say why it cannot be done at the moment, "" when it can.

    `aside`: it is always there and nothing waits for it; `serious`: it takes the order out of its course.
    """

    do: str
    about: str
    why: bool
    text: bool
    fields: tuple[Asked, ...]
    blocked: str
    fix: str
    real: bool = False
    aside: bool = False
    serious: bool = False
    brings: tuple[Mapping[str, Any], ...] = ()  # files that policy asks for with it: `says`, `there`

    @property
    def bare(self) -> bool:
        """Tell whether it is done by one key: there is nothing to fill in."""
        return not (self.why or self.text or self.fields)

    @property
    def asks_unit(self) -> bool:
        """Tell whether units are to choose from in it."""
        return any(one.kind in ("unit", "units") for one in self.fields)

    @property
    def same_for_all(self) -> bool:
        """Tell whether it looks the same on every order for which it is offered."""
        return (not self.brings and self.do != "raise_finding"
                and not any(one.kind in _OF_THE_ORDER for one in self.fields))


def form_of(offer: Mapping[str, Any]) -> Form | None:
    """Return the form of an act that the API offers, or None if it is done elsewhere."""
    do = str(offer["do"])
    if do in ELSEWHERE:
        return None
    fields = tuple(_asked(do, name, required) for name, required in offer["fields"].items() if _kind(do, name))
    needs = set(offer["needs"])
    return Form(do, offer["about"], "reason" in needs, bool(needs & _WORDS) or do == "note", fields,
                offer["blocked"], offer["fix"], "real_reply" in needs, do in _ASIDE, do in _SERIOUS,
                tuple(offer["brings"]))


def unasked(offer: Mapping[str, Any]) -> set[str]:
    """Return the required fields that no form asks for and nobody else gives: always none, a test says."""
    return {name for name, required in offer["fields"].items()
            if required and not _kind(str(offer["do"]), name) and name not in GIVEN}


def _kind(do: str, name: str) -> str:
    return OF_ACT.get((do, name), KINDS.get(name, ""))


def _asked(do: str, name: str, required: bool) -> Asked:
    options = OPTIONS_OF_ACT.get((do, name), OPTIONS.get(name, ()))
    return Asked(name, _kind(do, name), required, options, ASKED_FIRST.get((do, name)))


def forms_of(offers: Iterable[Mapping[str, Any]]) -> list[Form]:
    """Return the forms, those that can be done now first, and of those what is always there last."""
    found = [form for offer in offers if (form := form_of(offer)) is not None]
    return sorted(found, key=lambda form: (bool(form.blocked), form.aside))
