"""Reads the State Council's yearly notice of holidays as it is pasted in: which days are off, which are worked.

The notice says ``2月15日(农历腊月二十八、周日)至23日(周一)放假调休,共9天。2月14日(周六)、2月28日(周六)上班。``
Plain lists are read as well: ``2026-02-15 至 2026-02-23 休``, ``2026-02-14 班``. Nothing is guessed: a day whose
weekday is not the one in the calendar, a number of days that does not come out, a date of which nobody says whether
it is off, are told as faults.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = "一二三四五六日"
MOST = 20_000  # characters of a notice
_LONGEST = 30  # days of one holiday
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_ASIDE = re.compile(r"[((]([^()()]*)[))]")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DATE = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:⟨([一二三四五六日])⟩)?")
_TO = re.compile(r"\s*(?:至|到|-|—|–|~)+\s*")
_CLAUSE = re.compile(r"[,,。;;::\n]")
_YEAR = re.compile(r"(20\d\d|21\d\d)年")
_WORKED, _OFF, _COUNT = re.compile("上班|补班|班"), re.compile("放假|休"), re.compile(r"(\d{1,2})天")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says. `faults`: Chinese sentences about what could not be taken as it stands."""

    year: int
    off: frozenset[date]
    worked: frozenset[date]
    faults: tuple[str, ...]


def year_named(text: str) -> int | None:
    """Return the year a notice is about: the one it names most often."""
    found = _YEAR.findall(text)
    return int(max(found, key=found.count)) if found else None


def read(text: str, year: int) -> Notice:
    """Read a notice about `year`; a date without a year is one of that year."""
    reader = _Reader(year)
    for clause in _CLAUSE.split(_plain(text[:MOST])):
        reader.clause(clause)
    reader.end()
    both = sorted(reader.off & reader.worked)
    faults = [*reader.faults, *(f"{day} 既说放假又说上班" for day in both)]
    return Notice(year, frozenset(reader.off), frozenset(reader.worked), tuple(faults))


def _plain(text: str) -> str:
    """Return the text with ISO dates as Chinese ones, and of each aside nothing but the weekday it names."""
    def weekday(aside: re.Match[str]) -> str:
        named = _WEEKDAY.search(aside[1])
        return f"⟨{named[1].replace('天', '日')}⟩" if named else ""

    return _ISO.sub(lambda one: f"{one[1]}年{one[2]}月{one[3]}日", _ASIDE.sub(weekday, text))


class _Reader:
    """Goes through the clauses of a notice; days without a verb wait for the clause that has one."""

    def __init__(self, year: int) -> None:
        self.off: set[date] = set()
        self.worked: set[date] = set()
        self.faults: list[str] = []
        self._year, self._month = year, 0
        self._waiting: list[date] = []
        self._last: list[date] = []  # the holiday that "共 N 天" is about

    def clause(self, clause: str) -> None:
        """Take one clause."""
        days = self._days(clause)
        self._waiting += days
        worked, off = _WORKED.search(clause), _OFF.search(clause)
        if self._waiting and (worked or off):
            (self.worked if worked else self.off).update(self._waiting)
            self._last, self._waiting = ([] if worked else self._waiting), []
        count = _COUNT.search(clause)
        if count and self._last:
            self._counted(int(count[1]))

    def end(self) -> None:
        """Tell which days nobody said anything about. The day on which a notice is signed lies in the year before."""
        self.faults += [f"没有说明 {day} 是放假还是上班" for day in self._waiting if day.year == self._year]

    def _counted(self, said: int) -> None:
        if said != len(self._last):
            self.faults.append(f"{self._last[0]} 起的假期写着共 {said} 天，日期却有 {len(self._last)} 天")
        self._last = []

    def _days(self, clause: str) -> list[date]:
        found: list[date] = []
        since, end = None, 0
        for match in _DATE.finditer(clause):
            day = self._day(match)
            if day is None:
                continue
            ranged = since is not None and _TO.fullmatch(clause[end:match.start()])
            found += self._range(since, day) if ranged and since else [day]
            since, end = day, match.end()
        return found

    def _day(self, match: re.Match[str]) -> date | None:
        year, month, day, weekday = match.groups()
        self._month = int(month or self._month)
        try:
            found = date(int(year or self._year), self._month, int(day))
        except ValueError:
            self.faults.append(f"没有这一天：{match[0].replace('⟨', '（周').replace('⟩', '）')}")
            return None
        if weekday and WEEKDAYS[found.weekday()] != weekday:
            self.faults.append(f"{found} 是周{WEEKDAYS[found.weekday()]}，通知里写的是周{weekday}：年份是否选对")
        return found

    def _range(self, since: date, until: date) -> list[date]:
        length = (until - since).days
        if not 0 < length <= _LONGEST:
            self.faults.append(f"{since} 至 {until} 不像一个假期")
            return [until]
        return [since + timedelta(days=n) for n in range(1, length + 1)]
