"""Which days a search looks through before those that lie further back, so that it opens a page and not a year. Pure.

PostgreSQL's index of words holds a day, a month and a year of each order besides its grams (`tokens`): asked for both,
it leaves out what lies elsewhere without reading it. A rank says its day (numbers.rank_of).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAY, MONTH, YEAR = 10**8, 10**10, 10**12  # what a rank is divided by to give 20261125, 202611, 2026
TOKENS: Final = f"(ARRAY[order_words.rank / {DAY}, order_words.rank / {MONTH}, order_words.rank / {YEAR}])"
_AIM = 400.0  # orders that hold the words, expected in the first stretch: some pages, for they come in clusters
_WIDER = 8  # times as long as the one before
_MOST = 4  # stretches; then all that is left
_AHEAD = timedelta(days=366)  # orders may have come since the newest was looked up


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days: as the index has them, and the least rank in them."""

    tokens: tuple[int, ...]
    begin: int


def day_of(rank: int) -> date:
    """Return the day of an order. Raises ValueError for what is no rank of an order."""
    day = rank // DAY
    return date(day // 10_000, day // 100 % 100, day % 100)


def stretches(newest: int, oldest: int, orders: float, share: float, before: int | None) -> tuple[Stretch, ...]:
    """Return the stretches to look through, the newest first; none where ranks are not those of days.

    `share`: of orders, that hold the words. `before`: the rank at which the page before ended, None for the first.
    What is older than the last stretch is left.
    """
    try:
        top, first = day_of(newest), day_of(oldest)
        last = top + _AHEAD if before is None else day_of(before)
    except (ValueError, OverflowError):
        return ()
    a_day = max(orders / ((top - first).days + 1), 1.0)
    length = math.ceil(_AIM / max(share * a_day, _AIM / 36_500))
    found, end = list[Stretch](), min(last, top)
    while len(found) < _MOST and end >= first:
        begin = max(end - timedelta(days=length - 1), first)
        found.append(Stretch(tuple(cover(begin, end if found else last)), _rank(begin)))
        end, length = begin - timedelta(days=1), length * _WIDER
    return tuple(found)


def cover(begin: date, end: date) -> Iterator[int]:
    """Yield years, months and days that together are the days from `begin` to `end`, as few as will do."""
    while begin <= end:
        year, month = date(begin.year, 12, 31), _month_end(begin)
        if begin.day == begin.month == 1 and year <= end:
            yield begin.year
            begin = year
        elif begin.day == 1 and month <= end:
            yield begin.year * 100 + begin.month
            begin = month
        else:
            yield begin.year * 10_000 + begin.month * 100 + begin.day
        begin += timedelta(days=1)


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _rank(day: date) -> int:
    return (day.year * 10_000 + day.month * 100 + day.day) * DAY
