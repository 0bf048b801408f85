"""When people ring: more on Mondays than on Sundays, at ten and at three, in heating time and in the heat of summer."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import accumulate
from random import Random

from workorders.life.calendar import Calendar

_WEEKDAYS = (1.25, 1.12, 1.06, 1.02, 1.05, 0.72, 0.62)
_MONTHS = (1.1, 0.85, 1.0, 0.95, 0.95, 1.05, 1.15, 1.12, 1.0, 0.92, 1.3, 1.2)
_HOURS = (3, 2, 1, 1, 1, 3, 8, 24, 58, 78, 82, 66, 38, 42, 66, 74, 70, 58, 42, 36, 32, 26, 14, 7)
_HOLIDAY = 0.7
_HOUR = 3600.0
NIGHT = frozenset({20, 21, 22, 23, 0, 1, 2, 3, 4, 5})


def moments(count: int, until: date, days: int, calendar: Calendar, seed: int) -> list[float]:
    """Return `count` moments of the `days` days before `until`, in order, as a city's telephone would ring."""
    rng = Random(f"{seed}:when")
    year = [until - timedelta(days=n) for n in range(days, 0, -1)]
    midnights = [calendar.moment(day, time()) for day in year]
    chosen = rng.choices(range(days), cum_weights=list(accumulate(_weight(day, calendar) for day in year)), k=count)
    hours = rng.choices(range(24), weights=_HOURS, k=count)
    found = (midnights[day] + (hour + rng.random()) * _HOUR for day, hour in zip(chosen, hours, strict=True))
    return sorted(round(at, 3) for at in found)


def _weight(day: date, calendar: Calendar) -> float:
    rest = day.weekday() < 5 and not calendar.works(day)
    return _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * (_HOLIDAY if rest else 1.0)
