"""Real calls out of the journal: for whoever replays them without the database."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from core.facts import CALL_ANSWERED, MENU_STEP, Fact
from ivr.replay import RealCall, real_call


def calls_of(facts: Iterable[Fact], last: int) -> list[RealCall]:
    """Return the last calls that were in the menu, the oldest first; of a call that was resumed, its steps in order."""
    begun: dict[str, tuple[float, str, str]] = {}
    paths: dict[str, list[dict[str, Any]]] = {}
    order: deque[str] = deque()
    for fact in facts:
        if fact.kind == CALL_ANSWERED:
            begun[fact.call] = (fact.at, str(fact.data.get("caller", "")), str(fact.data.get("called", "")))
        elif fact.kind == MENU_STEP:
            if fact.call not in paths:
                order.append(fact.call)
                begun.setdefault(fact.call, (fact.at, "", ""))
            paths.setdefault(fact.call, []).append(fact.data)
            if len(order) > last:
                gone = order.popleft()
                paths.pop(gone)
                begun.pop(gone, None)
    found = (real_call(key, datetime.fromtimestamp(begun[key][0], UTC), paths[key], *begun[key][1:]) for key in order)
    return [call for call in found if call is not None]
