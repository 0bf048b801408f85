"""What was raised of late and not taken back: a small memory of the journal's alarms, for screens that come later."""

from __future__ import annotations

from typing import Any, Final

from core import facts
from core.facts import Fact

LASTING: Final = 3600.0  # s: some alarms have no end of their own and are raised again while it lasts
_MOST: Final = 20


class Alarms:
    """The last alarm of each kind."""

    def __init__(self) -> None:
        self._last: dict[str, dict[str, Any]] = {}

    def fold(self, fact: Fact) -> None:
        """Learn from a fact of the journal; the kind not raised for longest is forgotten first."""
        if fact.kind != facts.ALARM:
            return
        what = str(fact.data.get("what", ""))
        self._last.pop(what, None)
        if fact.data.get("raised", True):
            self._last[what] = {"what": what, "detail": str(fact.data.get("detail", ""))[:200], "at": fact.at}
        if len(self._last) > _MOST:
            del self._last[next(iter(self._last))]

    def now(self, at: float) -> list[dict[str, Any]]:
        """Return `what`, `detail`, `at` of each that was raised within LASTING, the latest first."""
        return [one for one in reversed(list(self._last.values())) if at - one["at"] < LASTING]
