"""Day, week, month, quarter, year of the city's own calendar, as moments; and the period before, to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from workorders.life.assessment import Period
from workorders.life.errors import BadContent

Span = Literal["day", "week", "month", "quarter", "year"]
CHINESE_SPAN: dict[Span, str] = {"day": "日报", "week": "周报", "month": "月报", "quarter": "季报", "year": "年报"}
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
_MONTHS: dict[Span, int] = {"month": 1, "quarter": 3, "year": 12}


class BadPeriod(BadContent):
    """A day outside the years that are counted."""

    code = "bad_period"


@dataclass(frozen=True, slots=True)
class Reported:
    """A period with its days: from `first` up to, and without, `after`."""

    span: Span
    first: date
    after: date
    zone: ZoneInfo

    @property
    def period(self) -> Period:
        """Return it as moments."""
        return Period(_midnight(self.first, self.zone), _midnight(self.after, self.zone))

    @property
    def before(self) -> Reported:
        """Return the period before it."""
        return reported(self.span, self.first - timedelta(days=1), self.zone)

    @property
    def title(self) -> str:
        """Return how people name it."""
        last = self.after - timedelta(days=1)
        days = f"{self.first:%Y年%m月%d日}" if last == self.first else f"{self.first:%Y年%m月%d日}至{last:%m月%d日}"
        return f"{CHINESE_SPAN[self.span]}({days})"


def reported(span: Span, day: date, zone: ZoneInfo) -> Reported:
    """Return the period of this kind in which `day` lies. Weeks begin on Monday. Raises BadPeriod."""
    if not _FIRST <= day <= _LAST:
        raise BadPeriod(f"{day} 不在可统计的年份内", f"选 {_FIRST.year + 1} 至 {_LAST.year} 年之间的日期")
    if span == "day":
        return Reported(span, day, day + timedelta(days=1), zone)
    if span == "week":
        monday = day - timedelta(days=day.weekday())
        return Reported(span, monday, monday + timedelta(days=7), zone)
    months = _MONTHS[span]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    beyond = first.month - 1 + months
    return Reported(span, first, date(first.year + beyond // 12, beyond % 12 + 1, 1), zone)


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, time(), zone).timestamp()
