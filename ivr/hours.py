"""Is it open? Calendars are data and the time is passed in. Standard library only."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ivr.release import Calendar


def is_open(calendar: Calendar, local: datetime) -> bool:
    """Tell whether `calendar` is open at `local` (wall-clock time of the flow's zone)."""
    minute = local.hour * 60 + local.minute
    today = local.date()
    return _covers(calendar, today, minute) or _covers(calendar, today - timedelta(days=1), minute + 24 * 60)


def _covers(calendar: Calendar, day: date, minute: int) -> bool:
    special = calendar.special.get(day.isoformat())
    if special is not None:
        return any(_within(start, end, minute) for start, end in special)
    weekday = _counts_as(calendar, day)
    return any(weekday in opening.days and _within(opening.start, opening.end, minute) for opening in calendar.weekly)


def _within(start: int, end: int, minute: int) -> bool:
    return start <= minute < (end if end > start else end + 24 * 60)


def _counts_as(calendar: Calendar, day: date) -> int:
    """ISO week day that `day` counts as: 0 on a holiday, another one for a working day moved by decree."""
    name = day.isoformat()
    if name in calendar.holidays:
        return 0
    return calendar.working.get(name, day.isoweekday())
