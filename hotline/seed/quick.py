"""A calendar that remembers what it has reckoned: a year of orders asks the same terms of the same days."""

from __future__ import annotations

from datetime import date, time
from functools import cached_property
from typing import Any

from workorders.life.calendar import Calendar

_MOST = 400_000


class QuickCalendar(Calendar):
    """The same answers as Calendar, each reckoned once."""

    @cached_property
    def _kept(self) -> dict[tuple[Any, ...], Any]:
        return {}

    def _once(self, *key: Any) -> Any:
        kept = self._kept
        if key not in kept:
            if len(kept) > _MOST:
                kept.clear()
            kept[key] = getattr(super(), key[0])(*key[1:])
        return kept[key]

    def works(self, day: date) -> bool:
        """As Calendar.works."""
        return bool(self._once("works", day))

    def moment(self, day: date, hour: time) -> float:
        """As Calendar.moment."""
        return float(self._once("moment", day, hour))

    def business(self, since: float, until: float) -> float:
        """As Calendar.business."""
        return float(self._once("business", since, until))

    def add_business(self, at: float, seconds: float) -> Any:
        """As Calendar.add_business."""
        return self._once("add_business", at, seconds)
