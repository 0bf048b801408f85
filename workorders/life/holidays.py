"""The years that are known, as the State Council's yearly notice announced them; admins add the next.

Each year: days off that are no Sunday or Saturday by rule, and weekend days that are worked (调休). Published each
November for the year after (全国年节及纪念日放假办法), so a promise that reaches into the next year may have to be
reckoned by weekdays first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the calendar: `source` is the document that announced it."""

    year: int
    source: str
    off: frozenset[date]
    worked: frozenset[date]


def _days(year: int, words: str) -> frozenset[date]:
    """Read ``1.1-1.3 4.4`` as days of `year`."""
    found: set[date] = set()
    for word in words.split():
        first, _, last = word.partition("-")
        begin, end = (date(year, *map(int, part.split("."))) for part in (first, last or first))
        found.update(begin + timedelta(days=n) for n in range((end - begin).days + 1))
    return frozenset(found)


def year_of(year: int, source: str, off: str, worked: str = "") -> Year:
    """Return a year from words like ``1.1-1.3 4.4``. Raises ValueError for a day that does not exist."""
    return Year(year, source, _days(year, off), _days(year, worked))


KNOWN_YEARS = (
    year_of(2024, "国办发明电〔2023〕7号", "1.1 2.10-2.17 4.4-4.6 5.1-5.5 6.10 9.15-9.17 10.1-10.7",
            "2.4 2.18 4.7 4.28 5.11 9.14 9.29 10.12"),
    year_of(2025, "国办发明电〔2024〕12号", "1.1 1.28-2.4 4.4-4.6 5.1-5.5 5.31-6.2 10.1-10.8",
            "1.26 2.8 4.27 9.28 10.11"),
    year_of(2026, "国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日）",
            "1.1-1.3 2.15-2.23 4.4-4.6 5.1-5.5 6.19-6.21 9.25-9.27 10.1-10.7",
            "1.4 2.14 2.28 5.9 9.20 10.10"),
)
