"""Moments and durations as people read them. Moments ``15:08``, durations never so: GB/T 15835-2011 keeps the colon."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from web.texts import Texts


def duration(texts: Texts, seconds: float) -> str:
    """Return ``12 分 08 秒`` or ``1 小时 02 分``."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return texts("js.time.hours", h=hours, m=f"{minutes:02}")
    return texts("js.time.minutes", m=minutes, s=f"{rest:02}") if minutes else texts("js.time.seconds", s=rest)


def term(texts: Texts, seconds: float) -> str:
    """Return how far a deadline is: days above two, else hours, else minutes."""
    minutes = max(0, int(seconds // 60))
    if minutes >= 48 * 60:
        return texts("time.days", n=minutes // 1440)
    return texts("js.time.hours", h=minutes // 60, m=f"{minutes % 60:02}") if minutes >= 60 else texts(
        "time.only_minutes", n=minutes)


def moment(texts: Texts, at: float, now: float, zone: ZoneInfo) -> str:
    """Return ``今天 15:08``, ``昨天 09:20``, or the date."""
    then, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone)
    days = (today.date() - then.date()).days
    clock = f"{then:%H:%M}"
    if days == 0:
        return texts("time.today", clock=clock)
    if days == 1:
        return texts("time.yesterday", clock=clock)
    key = "time.this_year" if then.year == today.year else "time.date"
    month = texts("time.months").split()[then.month - 1]
    return texts(key, year=then.year, month=month, day=then.day, clock=clock)


def exact(at: float, zone: ZoneInfo) -> str:
    """Return a moment as evidence needs it: the date and the second, never "today"."""
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}"


def iso(at: float, zone: ZoneInfo) -> str:
    """Return a moment for ``<time datetime>``."""
    return datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")


def number_for_reading(number: str) -> str:
    """Return a telephone number in groups: 138 0000 1234. What is copied has no spaces (the page sees to that)."""
    if len(number) == 11 and number.startswith("1"):
        return f"{number[:3]} {number[3:7]} {number[7:]}"
    return f"{number[:4]} {number[4:]}" if len(number) == 8 else number
