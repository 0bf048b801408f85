"""What became of a call that the platform made to a citizen. A plain function over the call's facts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from core import facts

PATIENCE = 300.0  # s after which a call of which nothing was heard never rang anybody
LONGEST = 4 * 3600.0  # s after which a call whose end nobody told is over
_OVER = frozenset({facts.CALL_HUNG_UP, facts.CALL_INTERRUPTED})
_CAME, _WENT = frozenset({facts.PARTY_JOINED, facts.PARTY_TOOK}), frozenset({facts.PARTY_LEFT, facts.PARTY_GONE})


class Outcome(StrEnum):
    """Only the first two are attempts: a call in which the agent never came rang no citizen."""

    REACHED = "reached"
    UNREACHED = "unreached"
    NOT_RUNG = "not_rung"


def outcome_of(told: Iterable[tuple[str, str]], age: float) -> Outcome | None:
    """Return what became of it, None while that is open. `told`: (kind of fact, role of its party); `age`: s since.

    A citizen who answers is reached at once: what they say is written down while they speak.
    """
    seen = list(told)
    kinds = {kind for kind, _ in seen}
    agent = {kind for kind, role in seen if role == "agent"}
    over = bool(kinds & _OVER) or age > LONGEST
    if facts.CALL_ANSWERED in kinds:
        return Outcome.REACHED
    if agent & _CAME:
        return Outcome.UNREACHED if over or agent & _WENT else None
    return Outcome.NOT_RUNG if over or age > PATIENCE else None
