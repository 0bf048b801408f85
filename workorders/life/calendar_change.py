"""What one calendar changes in another, day by day, and what becomes of a promise that was guessed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta

from workorders.life.acts import Wish, by_system
from workorders.life.calendar import Calendar
from workorders.life.errors import LifeError
from workorders.life.fold import apply
from workorders.life.holidays import Year
from workorders.life.notice import Notice
from workorders.life.order import Order
from workorders.life.perform import perform
from workorders.life.policy import Rules
from workorders.life.words import Do


@dataclass(frozen=True, slots=True)
class Change:
    """What differs. `days`: day → whether it is worked afterwards; `learned`, `forgotten`: years."""

    days: dict[date, bool]
    learned: tuple[int, ...]
    forgotten: tuple[int, ...]
    windows: bool
    zone: bool

    def __bool__(self) -> bool:
        return bool(self.days or self.learned or self.forgotten or self.windows or self.zone)


@dataclass(frozen=True, slots=True)
class Moved:
    """How far the promise that moves most moves, of the citizen's and the units': seconds, later above zero."""

    seconds: float


def change(before: Calendar, after: Calendar) -> Change:
    """Return what `after` changes. Days are told for every year that either of the two knows."""
    old, new = ({year.year for year in one.years} for one in (before, after))
    days = {day: after.works(day) for year in sorted(old | new) for day in days_of(year)
            if after.works(day) != before.works(day)}
    return Change(days, tuple(sorted(new - old)), tuple(sorted(old - new)), before.windows != after.windows,
                  before.zone.key != after.zone.key)


def days_of(year: int) -> Iterator[date]:
    """Yield every day of a year."""
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def anew(order: Order, known: Set[int], now: float) -> Wish | None:
    """Return the wish to reckon a promise again that was guessed, once every year it reaches into is known."""
    if order.unsure and order.unsure <= known:
        return by_system(Do.RECKON_ANEW, now, {}, why="年度放假安排已公布，按新日历重算")
    return None


def moved(order: Order, rules: Rules, now: float) -> Moved | None:
    """Return how far these rules would move an order's promise, None where it stays. The order is left as it is."""
    wish = anew(order, {year.year for year in rules.calendar.years}, now)
    if wish is None:
        return None
    try:
        after = apply(order, perform(order, wish, rules))
    except LifeError:  # the table does not allow it here: the clock stays
        return None
    before, then = _promises(order), _promises(after)
    found = [then[name] - at for name, at in before.items() if then.get(name, at) != at]
    return Moved(max(found, key=abs)) if found else None


def _promises(order: Order) -> dict[str, float]:
    return {"answer": order.round.due, "close": order.round.close_due,
            **{f"reply:{part.unit}": part.reply_due for part in order.current()}}


def announced(calendar: Calendar, notice: Notice, source: str) -> tuple[Calendar, tuple[str, ...]]:
    """Return the calendar with a year as its notice announces it, and what of the notice could not be taken.

    A holiday may reach into the year before or after: such days are added where that year is known.
    """
    years = {known.year: known for known in calendar.years}
    faults = list(notice.faults)
    years[notice.year] = Year(notice.year, source, *(frozenset(day for day in days if day.year == notice.year)
                                                     for days in (notice.off, notice.worked - notice.off)))
    for day in sorted(day for day in notice.off | notice.worked if day.year != notice.year):
        if day.year not in years:
            faults.append(f"{day} 属于 {day.year} 年，该年还没有公布，未导入")
            continue
        years[day.year] = _with(years[day.year], day, worked=day in notice.worked)
    return replace(calendar, years=tuple(years[year] for year in sorted(years))), tuple(faults)


def _with(year: Year, day: date, *, worked: bool) -> Year:
    here = frozenset({day})
    return replace(year, off=year.off - here if worked else year.off | here,
                   worked=year.worked | here if worked else year.worked - here)
