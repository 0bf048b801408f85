"""Who is served next, and by whom. Pure functions over plain data.

Order: emergencies first; then those who were already served and lost their agent (they are first in line); then by the
time they first queued. The longest-idle agent who has the skill is rung. After a lost leg the same agent is preferred
for a few seconds: while that lasts nobody else is rung for this citizen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A citizen in line. Times are epoch seconds; `urgency` 0 normal, 1 urgent, 2 emergency."""

    call: str
    queued: float
    skill: str = "general"
    urgency: int = 0
    returning: bool = False
    prefer: str = ""
    prefer_until: float = 0.0
    ringing: bool = False  # an agent is being rung for this citizen already, or on the way to them


@dataclass(frozen=True, slots=True)
class Free:
    """An agent who can be rung. `only_for`: rung for this call alone (their leg was lost a moment ago)."""

    agent: str
    skills: frozenset[str]
    idle_since: float
    only_for: str = ""


def in_line(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return the waiting citizens in the order in which they are served."""
    return sorted(waiting, key=lambda w: (-w.urgency, not w.returning, w.queued, w.call))


def can_take(agent: Free, citizen: Waiting) -> bool:
    """Tell whether this agent may be rung for this citizen. `general` is a skill that everybody has."""
    if agent.only_for and agent.only_for != citizen.call:
        return False
    return citizen.skill in ("", "general") or citizen.skill in agent.skills


def _choose(citizen: Waiting, free: Sequence[Free], now: float) -> Free | None:
    if citizen.prefer and now < citizen.prefer_until:
        return next((a for a in free if a.agent == citizen.prefer and can_take(a, citizen)), None)
    able = [a for a in free if not a.only_for and can_take(a, citizen)]
    return min(able, key=lambda a: (a.idle_since, a.agent), default=None)


def match(waiting: Iterable[Waiting], free: Iterable[Free], now: float) -> list[tuple[str, str]]:
    """Return (call, agent) pairs to ring now. Nobody stands twice; who is being rung already is passed over."""
    left = list(free)
    pairs: list[tuple[str, str]] = []
    for citizen in in_line(waiting):
        chosen = None if citizen.ringing else _choose(citizen, left, now)
        if chosen is not None:
            left.remove(chosen)
            pairs.append((citizen.call, chosen.agent))
    return pairs


def places(waiting: Iterable[Waiting]) -> dict[str, int]:
    """Return call -> place in line, 1 being next."""
    return {citizen.call: place for place, citizen in enumerate(in_line(waiting), start=1)}


def estimate_minutes(place: int, agents: int, handle_seconds: float) -> int:
    """Return the minutes somebody at `place` will wait, rounded up, at least 1.

    `agents` are those on duty (0 counts as 1); `handle_seconds` is the mean time from answer to free again.
    """
    return max(1, math.ceil(place * handle_seconds / max(1, agents) / 60))
