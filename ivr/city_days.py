"""The city's working calendar beside a flow's own: which announced days a calendar of office hours does not know yet.

The State Council announces each year's days off and make-up days (全国年节及纪念日放假办法); an admin enters them once
for the city, and a menu that was written before sends callers to closed doors, or tells them that nobody is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

WEEKEND = frozenset({6, 7})


@dataclass(frozen=True, slots=True)
class CityDays:
    """Days that the city has off, and days worked though they are a weekend's (调休)."""

    off: frozenset[date] = field(default_factory=frozenset)
    worked: frozenset[date] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Missing:
    """What a calendar lacks, in order of time."""

    off: tuple[date, ...]
    worked: tuple[date, ...]

    def __bool__(self) -> bool:
        return bool(self.off or self.worked)


def missing(
    weekdays: Iterable[Collection[int]], holidays: Collection[date], working: Mapping[date, object],
    special: Mapping[date, object], city: CityDays, today: date,
) -> Missing:
    """Return what a calendar lacks from `today` on. One open at weekends goes by rules of its own.

    `weekdays`: the ISO week days of each of its openings.
    """
    opened = frozenset(day for days in weekdays for day in days)
    if opened & WEEKEND or not opened:
        return Missing((), ())
    off = (day for day in city.off if day.isoweekday() in opened and day not in holidays)
    worked = (day for day in city.worked if day not in working)
    return Missing(tuple(_ahead(off, special, today)), tuple(_ahead(worked, special, today)))


def _ahead(days: Iterable[date], special: Mapping[date, object], today: date) -> Iterator[date]:
    return iter(sorted(day for day in days if day >= today and day not in special))
