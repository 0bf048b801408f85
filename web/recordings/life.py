"""An order's acts and its calls woven into one time line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from routing.directory import Directory

Entry = dict[str, Any]


def woven(history: Iterable[Mapping[str, Any]], calls: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return entries ``{at, line}``, ``{at, call}`` and ``{at, mark}``, the oldest first.

    A call without a time stands at the top; a mark says that its call was not recorded for a while.
    """
    found = [_entry(one["at"], line=one["line"]) for one in history]
    talks = []
    for call in calls:
        began = call.get("answered_at") or 0.0
        talks.append(_entry(began, call=call))
        talks += [_entry(began + mark["at"], mark=mark) for mark in call.get("marks") or ()
                  if mark["kind"] == "unrecorded"]
    return sorted([*talks, *found], key=lambda one: float(one["at"]))


def _entry(at: float, **what: Any) -> Entry:
    return {"at": at, "line": "", "call": None, "mark": None} | what


def names_of(directory: Directory, units: Mapping[str, str]) -> dict[str, str]:
    """Return how everybody who can be in a call is called: agents, units, experts, leaders, emergency desks."""
    return {**directory.names, **units}
