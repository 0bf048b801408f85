"""Yesterday's real calls through tomorrow's menu: every caller's keys walked through a draft, and who ends elsewhere.

A call is replayed answer by answer. Where the draft asks more than the caller was asked, they are silent; where it asks
less, the rest of their keys goes unheard. Both menus are walked by the same interpreter, so that only the menus differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.hours import is_open
from ivr.interpreter import local_time
from ivr.release import Hours, Release
from ivr.requests import CallFacts, Outcome
from ivr.timing import Seconds
from ivr.walk import Walked, walk

_PRESSED = frozenset({"key", "wrong_key", "repeat", "retries", "sms"})
_SILENT = frozenset({"time_out", "recorded"})
_EXAMPLES = 5  # calls named with each difference


@dataclass(frozen=True, slots=True)
class RealCall:
    """What a caller did in the menu. `at` is aware; `presses` as for a walk; `end` where they got in fact."""

    key: str
    at: datetime
    presses: tuple[str, ...]
    caller: str = ""
    called: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """So many callers who got `before` now get `after`; `hours` says when ("" where it makes no difference)."""

    before: str
    after: str
    hours: str
    calls: int
    of: int
    examples: tuple[str, ...]
    words: str


@dataclass(slots=True)
class Replayed:
    """Every call that was replayed, and the differences, the most frequent first."""

    calls: int = 0
    same: int = 0
    worse: int = 0
    differences: list[Difference] = field(default_factory=list)


def real_call(key: str, at: datetime, path: Sequence[Mapping[str, Any]], caller: str, called: str) -> RealCall | None:
    """Return a call from its trace lines (menu.step facts in order), or None if it has none."""
    if not path:
        return None
    presses: list[str] = []
    for line in path:
        why, pressed = str(line.get("why", "")), str(line.get("pressed", ""))
        if why in _PRESSED or (why == "next" and line.get("verb") == "information"):
            presses.append(pressed or "t")
        elif why in _SILENT:
            presses.append("t")
        elif why == "broken_off":
            presses.append("h")
    return RealCall(key, at, tuple(presses), caller, called)


def replay(calls: Iterable[RealCall], before: Release, after: Release, seconds: Seconds) -> Replayed:
    """Walk every call through both menus and count who ends elsewhere."""
    found = Replayed()
    counts: Counter[tuple[str, str, str]] = Counter()
    reached: Counter[str] = Counter()
    examples: dict[tuple[str, str, str], list[str]] = {}
    for call in calls:
        old, new = (_end(_walked(call, release, seconds)) for release in (before, after))
        found.calls += 1
        reached[old] += 1
        if old == new:
            found.same += 1
            continue
        found.worse += int(_worse(old, new))
        row = (old, new, _hours(call, after))
        counts[row] += 1
        examples.setdefault(row, []).append(call.key)
    found.differences = list(_rows(counts, reached, examples))
    return found


def _rows(
    counts: Counter[tuple[str, str, str]], reached: Counter[str], examples: Mapping[tuple[str, str, str], list[str]],
) -> Iterator[Difference]:
    for (old, new, hours), number in counts.most_common():
        when = f"{hours}" if hours else ""
        words = f"原来{old}的 {reached[old]:,} 位来电人中，有 {number:,} 位现在{when}{new}"
        named = tuple(examples[old, new, hours][:_EXAMPLES])
        yield Difference(old, new, hours, number, reached[old], named, words)


def _walked(call: RealCall, release: Release, seconds: Seconds) -> Walked:
    return walk(release, call.presses, call.at, seconds, CallFacts(call.key, call.caller, call.called))


def _end(walked: Walked) -> str:
    return "自己挂机" if walked.outcome is None else _said(walked.outcome)


def _said(outcome: Outcome) -> str:
    if outcome.kind == "service":
        unit = f"、单位 {outcome.unit}" if outcome.unit else ""
        return f"转到人工（技能 {outcome.skill}{unit}）"
    return {"information": "听完信息结束", "message": "留言结束", "hangup": "被挂断"}[outcome.kind]


def _worse(old: str, new: str) -> bool:
    return old.startswith("转到人工") and not new.startswith("转到人工")


def _hours(call: RealCall, release: Release) -> str:
    """When the call came, by the first calendar that the menu looks at."""
    calendar = next((step.calendar for step in release.steps.values() if isinstance(step, Hours)), None)
    if calendar is None:
        return ""
    return "在工作时间内" if is_open(release.calendars[calendar], local_time(call.at, release.timezone)) else (
        "在工作时间外")
