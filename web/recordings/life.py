"""An order's acts and its calls woven into one time line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from routing.directory import Directory

Entry = dict[str, Any]


def woven(history: Iterable[Mapping[str, Any]], calls: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return entries ``{at, line}`` and ``{at, call}``, the oldest first; a call without a time stands at the top."""
    acts: list[Entry] = [{"at": one["at"], "line": one["line"], "call": None} for one in history]
    talks: list[Entry] = [{"at": one.get("answered_at") or 0.0, "line": "", "call": one} for one in calls]
    return sorted([*talks, *acts], key=lambda one: float(one["at"]))


def names_of(directory: Directory, units: Mapping[str, str]) -> dict[str, str]:
    """Return how everybody who can be in a call is called: agents, units, experts, leaders, emergency desks."""
    parties = {party.id: party.name for _, party in directory.parties()}
    return {**{agent.id: agent.name for agent in directory.agents}, **parties, **units}
