"""Working days and hours of the city, from data; a year that is not in the data is reckoned by weekdays and named.

Times are epoch seconds. The day on which a term begins is not counted (民法典第二百零一条); a term in days ends
when business ends on its last day (第二百零三条); a term in hours runs from the very moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from workorders.life.errors import BadContent
from workorders.life.holidays import KNOWN_YEARS, Year

_FURTHEST = 3700  # days a search for working days may walk: no term of a city reaches ten years
_REMEMBERED = 2000  # days whose hours a calendar keeps at hand
SATURDAY = 5
_Spans = tuple[tuple[float, float], ...]


class Unit(StrEnum):
    """What a term is counted in."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


_SECONDS = {Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.WORKING_HOURS: 3600}


class Term(BaseModel):
    """A length of time as a rule writes it: five working days, two hours."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    amount: int = Field(ge=1, le=1000)
    unit: Unit


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A moment, and the years that had to be guessed by weekdays to find it."""

    at: float
    unsure: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Calendar:
    """Working days, business hours and zone. `windows`: business hours of every working day, in order."""

    years: tuple[Year, ...] = KNOWN_YEARS
    windows: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(14), time(17, 30)))
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))

    def __post_init__(self) -> None:
        edges = [hour for window in self.windows for hour in window]
        if not edges or edges != sorted(set(edges)):
            raise BadContent("营业时间段是空的、颠倒的或重叠的", "按先后写出每段的开始和结束时间")

    @cached_property
    def _by_year(self) -> dict[int, Year]:
        return {known.year: known for known in self.years}

    def knows(self, day: date) -> bool:
        """Tell whether the year of `day` has been announced."""
        return day.year in self._by_year

    def works(self, day: date) -> bool:
        """Tell whether `day` is worked; by weekday alone in a year that is not known."""
        year = self._by_year.get(day.year)
        if year is not None and (day in year.off or day in year.worked):
            return day in year.worked
        return day.weekday() < SATURDAY

    def day(self, at: float) -> date:
        """Return the local day of a moment."""
        return datetime.fromtimestamp(at, self.zone).date()

    def moment(self, day: date, hour: time) -> float:
        """Return the moment of a local day and hour."""
        return datetime.combine(day, hour, self.zone).timestamp()

    def add(self, at: float, term: Term) -> Reckoned:
        """Return when `term` ends that begins at `at`."""
        if term.unit is Unit.WORKING_DAYS:
            return self._add_days(at, term.amount)
        if term.unit is Unit.WORKING_HOURS:
            return self.add_business(at, term.amount * 3600.0)
        return Reckoned(at + term.amount * _SECONDS[term.unit])

    def shift(self, at: float, since: float, until: float, unit: Unit) -> Reckoned:
        """Return the due moment `at` put off by what passed from `since` to `until`, counted in `unit`."""
        if unit is Unit.WORKING_DAYS:
            passed = self._between(since, until)
            days = sum(self.works(day) for day in passed)
            guessed = frozenset().union(*(self._guess(day) for day in passed))
            found = self._add_days(at, days) if days else Reckoned(at)
            return Reckoned(found.at, found.unsure | guessed)
        if unit is Unit.WORKING_HOURS:
            return self.add_business(at, self.business(since, until))
        return Reckoned(at + max(0.0, until - since))

    def business(self, since: float, until: float) -> float:
        """Return the seconds of business hours from `since` to `until`; 0 when it is not later."""
        found = 0.0
        for day in (self.day(since), *self._between(since, until)):
            for begin, end in self._open(day):
                if begin >= since and end <= until:  # nearly every one: loops like this are walked with every act
                    found += end - begin
                else:
                    found += max(0.0, min(end, until) - max(begin, since))
        return found

    def add_business(self, at: float, seconds: float) -> Reckoned:
        """Return when so many seconds of business hours have passed since `at`."""
        if seconds <= 0:
            return Reckoned(at)
        unsure: set[int] = set()
        for day in self._from(self.day(at)):
            if day.year not in self._by_year:
                unsure.add(day.year)
            for begin, end in self._open(day):
                start = begin if begin > at else at
                if end <= start:
                    continue
                if seconds <= end - start:
                    return Reckoned(start + seconds, frozenset(unsure))
                seconds -= end - start
        raise BadContent("期限太长，无法计算", "把期限定在十年以内")

    def _add_days(self, at: float, days: int) -> Reckoned:
        """Return when so many working days after the day of `at` end. The same few are asked for with every act."""
        asked = self.day(at), days
        found = self._ends.get(asked)
        if found is None:
            if len(self._ends) >= _REMEMBERED:
                self._ends.clear()
            found = self._ends[asked] = self._end(*asked)
        return found

    @cached_property
    def _ends(self) -> dict[tuple[date, int], Reckoned]:
        return {}

    def _end(self, first: date, days: int) -> Reckoned:
        unsure: set[int] = set()
        for day in self._from(first + timedelta(days=1)):
            if day.year not in self._by_year:
                unsure.add(day.year)
            days -= self.works(day)
            if days == 0:
                return Reckoned(self.moment(day, self.windows[-1][1]), frozenset(unsure))
        raise BadContent("期限太长，无法计算", "把期限定在十年以内")

    def _open(self, day: date) -> _Spans:
        """Return the business hours of a day as moments. The same few days are asked for with every act."""
        found = self._spans.get(day)
        if found is None:
            if len(self._spans) >= _REMEMBERED:
                self._spans.clear()
            worked = self.windows if self.works(day) else ()
            found = self._spans[day] = tuple((self.moment(day, begin), self.moment(day, end)) for begin, end in worked)
        return found

    @cached_property
    def _spans(self) -> dict[date, _Spans]:
        return {}

    def _guess(self, day: date) -> frozenset[int]:
        return frozenset() if self.knows(day) else frozenset({day.year})

    def _from(self, first: date) -> Iterator[date]:
        return (first + timedelta(days=n) for n in range(_FURTHEST))

    def _between(self, since: float, until: float) -> Sequence[date]:
        """Return the local days after the day of `since` up to that of `until`."""
        first, last = self.day(since), self.day(until)
        return [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
