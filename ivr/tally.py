"""What callers did in the menu, per release and step: entered, pressed, how long, left, reached a person. Pure.

Made from the trace lines of call records, so it can be made anew for any days and any release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_STAYED = frozenset({"wrong_key", "repeat"})


@dataclass(slots=True)
class StepTally:
    """One step of one release. `seconds` is the sum over those who went on; `left` hung up here."""

    entered: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    wrong: int = 0
    left: int = 0
    person: int = 0
    seconds: float = 0.0
    timed: int = 0
    to: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON data; `mean_seconds` is None where nothing was timed."""
        mean = round(self.seconds / self.timed, 2) if self.timed else None
        return {"entered": self.entered, "keys": dict(self.keys), "silent": self.silent, "wrong": self.wrong,
                "left": self.left, "reached_person": self.person, "mean_seconds": mean, "to": dict(self.to)}


@dataclass(slots=True)
class Tally:
    """All calls counted: by release and step, and by called number."""

    calls: int = 0
    releases: dict[str, dict[str, StepTally]] = field(default_factory=dict)
    called: Counter[str] = field(default_factory=Counter)

    def add(self, path: Sequence[Mapping[str, Any]], called: str, answered_at: float | None, person: bool) -> None:
        """Count one call: its trace lines in order (`at` in epoch s), the number it rang, whether it got a person."""
        self.calls += 1
        self.called[called] += 1
        before, previous, seen = answered_at, "", set()
        for line in path:
            step, why = str(line.get("step", "")), str(line.get("why", ""))
            found = self.releases.setdefault(str(line.get("release", "")), {}).setdefault(step, StepTally())
            if previous not in _STAYED or step not in seen:
                found.entered += 1
            if step not in seen:
                found.person += int(person)
            seen.add(step)
            _count(found, why, str(line.get("pressed", "")), str(line.get("to", "")))
            at = line.get("at")
            if at is not None and before is not None and at >= before:
                found.seconds, found.timed = found.seconds + at - before, found.timed + 1
            before, previous = at if at is not None else before, why


def _count(found: StepTally, why: str, pressed: str, to: str) -> None:
    if pressed:
        found.keys[pressed if len(pressed) == 1 else "…"] += 1
    found.silent += int(why == "time_out")
    found.wrong += int(why in ("wrong_key", "retries"))
    found.left += int(why == "broken_off")
    if to and why not in _STAYED:
        found.to[to] += 1


def tally(calls: Iterable[tuple[Sequence[Mapping[str, Any]], str, float | None, bool]]) -> Tally:
    """Count calls, each as ``Tally.add`` takes it."""
    found = Tally()
    for call in calls:
        found.add(*call)
    return found
