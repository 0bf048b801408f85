"""What stands at the top of every page: one line a place, shown to whoever may go there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from api.people.caller import Caller
from api.people.scope import scope_of


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the bar. `key` ends its sentence ``nav.<key>`` in the catalogue; `shown` says to whom."""

    key: str
    href: str
    shown: Callable[[Caller], bool]


def _sees_all_calls(caller: Caller) -> bool:
    return caller.may("calls.read") and scope_of(caller).every_live_call


def _meets_briefs(caller: Caller) -> bool:
    """Tell whether reports of important matters may exist for somebody: writers, signers, readers, units."""
    return caller.kind == "person" and (
        bool(caller.unit) or any(caller.may(f"reports.{what}") for what in ("read", "write", "sign")))


PLACES: Final[tuple[Place, ...]] = (
    Place("desk", "/desk", lambda caller: bool(caller.agent) and caller.may("agents.act")),
    Place("orders", "/orders", lambda caller: caller.may("orders.read")),
    Place("followup", "/follow-up", lambda caller: caller.may("calls.dial") and not caller.own_house),
    Place("recordings", "/recordings", lambda caller: caller.may("recordings.listen")),
    Place("knowledge", "/knowledge", lambda caller: caller.may("knowledge.read") and not caller.own_house),
    Place("phrases", "/phrases", lambda caller: caller.may("phrases.write")),
    Place("quality", "/quality", lambda caller: caller.may("quality.read")),
    Place("reports", "/reports", lambda caller: caller.may("figures.read") and caller.kind == "person"),
    Place("briefs", "/briefs", _meets_briefs),
    Place("roster", "/roster", lambda caller: bool(caller.unit) or caller.may("rosters.write")),
    Place("lines", "/lines", lambda caller: bool(caller.unit) and caller.may("lines.write")),
    Place("wall", "/wall", _sees_all_calls),
    Place("days", "/notices", lambda caller: caller.may("flows.read")),
    Place("numbers", "/numbers", lambda caller: caller.may("flows.read")),
    Place("flows", "/menu", lambda caller: caller.may("flows.read")),
    Place("figures", "/menu/figures", lambda caller: caller.may("flows.read")),
    Place("people", "/people", lambda caller: caller.may("people.read")),
    Place("directory", "/directory", lambda caller: caller.may("directory.write")),
    Place("phones", "/phones", lambda caller: caller.may("phones.read")),
    Place("units", "/units", lambda caller: caller.may("people.write")),  # others meet units in their own work
    Place("policy", "/policy", lambda caller: caller.may("policy.write")),
    Place("quality_rules", "/quality/rules", lambda caller: caller.may("policy.write")),
    Place("classification", "/classification", lambda caller: caller.may("classification.write")),
    Place("calendar", "/calendar", lambda caller: caller.may("calendar.write")),
)


def places_for(caller: Caller) -> list[Place]:
    """Return the places that `caller` may go to, in the order they are shown."""
    return [place for place in PLACES if place.shown(caller)]
