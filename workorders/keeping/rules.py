"""Policy, calendar, classification as the city set them: versions and when they hold from; until then the seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, time
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import column, table, update
from sqlalchemy import select as sql_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from workorders.keeping.tables import RuleVersion, Timer
from workorders.life.calendar import Calendar
from workorders.life.classification import ClassTree, check_tree
from workorders.life.errors import BadContent
from workorders.life.holidays import KNOWN_YEARS, Year
from workorders.life.policy import Policy, Rules

_PLACES = table("unit_place", column("unit"), column("upper"))  # kept with the people, read here for reports
FRESH = 5.0  # s a process may go by rules that another has just replaced
POLICY, CALENDAR, CLASSES = "policy", "calendar", "classes"


def calendar_json(calendar: Calendar) -> dict[str, Any]:
    """Return a calendar as data."""
    return {
        "years": [{"year": y.year, "source": y.source, "off": sorted(map(str, y.off)),
                   "worked": sorted(map(str, y.worked))} for y in calendar.years],
        "windows": [[begin.isoformat("minutes"), end.isoformat("minutes")] for begin, end in calendar.windows],
        "zone": calendar.zone.key}


def calendar_from(data: dict[str, Any]) -> Calendar:
    """Read a calendar. Raises BadContent with what is wrong."""
    try:
        years = tuple(_year(one) for one in data["years"])
        windows = tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in data["windows"])
        zone = ZoneInfo(data["zone"])
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise BadContent(f"日历数据有误：{error}", "按 years、windows、zone 的格式改正") from error
    _check(years, windows)
    return Calendar(years, windows, zone)


def _year(one: dict[str, Any]) -> Year:
    off, worked = (frozenset(map(date.fromisoformat, one[name])) for name in ("off", "worked"))
    return Year(int(one["year"]), str(one["source"]), off, worked)


def _check(years: tuple[Year, ...], windows: tuple[tuple[time, time], ...]) -> None:
    if len({known.year for known in years}) != len(years):
        raise BadContent("日历里同一年出现了两次", "每年只保留一份")
    for known in years:
        if known.off & known.worked or any(day.year != known.year for day in known.off | known.worked):
            raise BadContent(f"{known.year} 年的放假和调休日期互相矛盾，或不在当年", "对照国务院办公厅通知改正")
    ends = [moment for window in windows for moment in window]
    if not windows or ends != sorted(set(ends)):
        raise BadContent("办公时间要从早到晚，不能重叠", "例如 08:30-12:00、14:00-17:30")


class Rulebook:
    """The rules of a process, read anew every few seconds. `zone` is the installation's until a calendar names one."""

    def __init__(self, zone: ZoneInfo, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._seed = Rules(Policy(), Calendar(KNOWN_YEARS, zone=zone))
        self._read_at = float("-inf")
        self._versions: dict[str, list[tuple[float, Any]]] = {kind: [] for kind in _READ}
        self._below: dict[str, frozenset[str]] = {}

    def forget(self) -> None:
        """Read the rules anew at the next asking."""
        self._read_at = float("-inf")

    async def rules(self, session: AsyncSession, at: float) -> Rules:
        """Return the rules that hold at `at`."""
        if self._clock() - self._read_at > FRESH:
            await self._read(session)
            self._read_at = self._clock()
        policy, calendar, classes = (self._holding(kind, at) for kind in _READ)
        return Rules(policy or self._seed.policy, calendar or self._seed.calendar, self._below,
                     classes or self._seed.classes)

    def _holding(self, kind: str, at: float) -> Any:
        return next((made for since, made in reversed(self._versions[kind]) if since <= at), None)

    async def _read(self, session: AsyncSession) -> None:
        query = select(RuleVersion).where(col(RuleVersion.kind).in_(_READ)).order_by(
            col(RuleVersion.valid_from), col(RuleVersion.version))
        versions: dict[str, list[tuple[float, Any]]] = {kind: [] for kind in _READ}
        for row in (await session.execute(query)).scalars():
            versions[row.kind].append((row.valid_from, _READ[row.kind](row.body)))
        self._versions = versions
        rows = await session.execute(sql_select(_PLACES.c.unit, _PLACES.c.upper).where(_PLACES.c.upper != ""))
        self._below = below({unit: upper for unit, upper in rows})


_READ: Final[Mapping[str, Callable[[dict[str, Any]], Any]]] = {
    POLICY: Policy.model_validate, CALENDAR: calendar_from,
    CLASSES: lambda body: ClassTree.model_validate(body).tree}


def below(uppers: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return every unit under each unit, at every level, from what stands above each. A circle does no harm."""
    under: dict[str, set[str]] = defaultdict(set)
    for unit in uppers:
        above, seen = uppers.get(unit, ""), {unit}
        while above and above not in seen:
            under[above].add(unit)
            seen.add(above)
            above = uppers.get(above, "")
    return {unit: frozenset(found) for unit, found in under.items()}


async def set_policy(session: AsyncSession, policy: Policy, valid_from: float, by: str, why: str, now: float) -> int:
    """Add a version of the policy; return its number. Orders keep the terms they were promised by."""
    return await add_version(session, POLICY, policy.model_dump(mode="json"), valid_from, by, why, now)


async def set_calendar(session: AsyncSession, calendar: Calendar, valid_from: float, by: str, why: str,
                       now: float) -> int:
    """Add a version of the calendar; return its number. Every open order is looked at: it may have been guessed."""
    data = calendar_json(calendar)
    calendar_from(data)
    version = await add_version(session, CALENDAR, data, valid_from, by, why, now)
    await session.execute(update(Timer).where(col(Timer.kind) == "order", col(Timer.due_at) > now).values(due_at=now))
    return version


async def set_classes(session: AsyncSession, told: ClassTree, valid_from: float, by: str, why: str,
                      now: float) -> int:
    """Add a version of the classification; return its number. Orders keep the class they have. Raises BadContent."""
    check_tree(told)
    return await add_version(session, CLASSES, told.model_dump(mode="json"), valid_from, by, why, now)


async def add_version(session: AsyncSession, kind: str, body: dict[str, Any], valid_from: float, by: str, why: str,
                      now: float) -> int:
    """Add a version of a kind of rule; return its number."""
    last = (await session.execute(select(func.max(RuleVersion.version)).where(col(RuleVersion.kind) == kind))).scalar()
    version = int(last or 0) + 1
    session.add(RuleVersion(kind=kind, version=version, valid_from=max(valid_from, now), body=body, by=by, why=why,
                            at=now))
    await session.flush()
    return version


async def versions(session: AsyncSession, kind: str) -> list[RuleVersion]:
    """Return every version of a kind of rule, the newest first."""
    query = select(RuleVersion).where(col(RuleVersion.kind) == kind).order_by(col(RuleVersion.version).desc())
    return list((await session.execute(query)).scalars())
