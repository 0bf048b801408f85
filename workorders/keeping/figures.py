"""Cases of assessment as they are stored, and their sums by local day, kept in step with every act.

A case is made by `life.assessment` alone; here it is only written down. A month is the sum of its days: reading it
costs the number of units and days, however many orders there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, insert
from sqlalchemy import select as sql_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from core.db import insert_into, rows_of
from workorders.keeping.tables import FigureDay, OrderCase
from workorders.life.assessment import Figure, Measure, Rate, Tallied, cases
from workorders.life.calendar import Calendar
from workorders.life.order import Order

_Key = tuple[int, str, str]
_MEASURES: Final = {one.value: one for one in Measure}


@dataclass(frozen=True, slots=True)
class Case:
    """A case with the local day (YYYYMMDD) it falls into."""

    day: int
    told: Tallied


def day_number(day: date) -> int:
    """Return a day as figures name it."""
    return day.year * 10_000 + day.month * 100 + day.day


def cases_of(order: Order, now: float, calendar: Calendar) -> list[Case]:
    """Return the cases an order gives by `now`, in a fixed order."""
    found = [Case(day_number(calendar.day(one.at)), one) for one in cases(order, now)]
    return sorted(found, key=lambda c: (c.told.measure.value, c.told.unit, c.told.at, c.told.good, c.told.struck))


async def stored(session: AsyncSession, number: str) -> list[Case]:
    """Return the cases that stand in the database."""
    query = select(OrderCase).where(col(OrderCase.number) == number).order_by(col(OrderCase.place))
    rows: Sequence[OrderCase] = (await session.execute(query)).scalars().all()
    return [Case(row.day, Tallied(Measure(row.measure), row.unit, row.number, row.at, row.good, row.struck))
            for row in rows]


async def keep(session: AsyncSession, order: Order, now: float, calendar: Calendar) -> None:
    """Bring the stored cases of an order, and the sums of their days, to what the order says by `now`."""
    if not (order.assignments or order.give_backs or order.follow_ups):
        return  # most acts: nothing is read for what cannot be
    old, new = await stored(session, order.number), cases_of(order, now, calendar)
    if old == new:
        return
    if old:
        await session.execute(delete(OrderCase).where(col(OrderCase.number) == order.number))
    if new:
        await session.execute(insert(OrderCase), [_row(place, one) for place, one in enumerate(new)])
    await _add(session, changes(old, new))


def _row(place: int, one: Case) -> dict[str, object]:
    told = one.told
    return {"number": told.number, "place": place, "measure": told.measure.value, "unit": told.unit, "at": told.at,
            "day": one.day, "good": told.good, "struck": told.struck}


def changes(old: Iterable[Case], new: Iterable[Case]) -> dict[_Key, list[int]]:
    """Return by how much each day's sums change: numerator, denominator, and both without what was struck out."""
    sums: dict[_Key, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for sign, found in ((-1, old), (1, new)):
        for one in found:
            row, told = sums[one.day, one.told.unit, one.told.measure.value], one.told
            for place, counts in enumerate((told.good, True, told.good and not told.struck, not told.struck)):
                row[place] += sign * counts
    return {key: row for key, row in sums.items() if any(row)}


async def _add(session: AsyncSession, sums: Mapping[_Key, Sequence[int]]) -> None:
    """Add to the sums, always in one order, so that two acts cannot wait for each other."""
    names = ("good", "cases", "kept_good", "kept")
    for (day, unit, measure), row in sorted(sums.items()):
        added = insert_into(session, FigureDay).values(day=day, unit=unit, measure=measure,
                                                       **dict(zip(names, row, strict=True)))
        more = {name: getattr(FigureDay, name) + getattr(added.excluded, name) for name in names}
        await session.execute(added.on_conflict_do_update(index_elements=["day", "unit", "measure"], set_=more))


async def assessed(session: AsyncSession, first: date, last: date,
                   units: Iterable[str] | None = None) -> dict[tuple[str, Measure], Figure]:
    """Return the figures of the local days `first` to `last`, both included, of all units or of `units`."""
    values = {"first": day_number(first), "last": day_number(last), "units": list(units or ())}
    rows = await rows_of(session, _sums(of_units=units is not None), values)
    return {(unit, _MEASURES[measure]): Figure(Rate(int(good), int(whole)), Rate(int(kept_good), int(kept)))
            for unit, measure, good, whole, kept_good, kept in rows}


@lru_cache
def _sums(*, of_units: bool) -> Select[Any]:
    """Return the statement that adds up days; where nothing was measured there is no row."""
    days = FigureDay.__table__.c  # type: ignore[attr-defined]
    whole = func.sum(days.cases)
    query = sql_select(days.unit, days.measure, func.sum(days.good), whole, func.sum(days.kept_good),
                       func.sum(days.kept)).where(days.day.between(bindparam("first"), bindparam("last")))
    if of_units:
        query = query.where(days.unit.in_(bindparam("units", expanding=True)))
    return query.group_by(days.unit, days.measure).having(whole > 0)
