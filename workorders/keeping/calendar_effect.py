"""What a calendar would do to the open orders if it held from now: a dry run by the orders' own clocks.

Only a promise that was guessed by weekdays is reckoned anew (`life.calendar_change.anew`); every other deadline stays
as it was promised, also where its day is no longer worked, and is only counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from sqlalchemy import String, and_, cast, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from workorders.errors import WorkOrderError
from workorders.keeping.keeper import Keeper
from workorders.keeping.tables import OrderAct
from workorders.life.calendar import Calendar
from workorders.life.calendar_change import Change, moved
from workorders.models import WorkOrder

MOST = 2000  # orders whose life is read for one answer; the oldest promises first
_OPEN = (col(WorkOrder.closed_at).is_(None), col(WorkOrder.answered_at).is_(None))
_SPANS = 60  # stretches of days that are put into one statement


@dataclass
class Effect:
    """Counts of orders. `open`: not answered yet; `guessed`: whose promise was guessed, `looked` of them looked at.

    `later`, `sooner`: how many of these move which way; `farthest`: the longest way, s. `kept`: promised for a day that
    is no longer worked, or is worked anew, and staying as promised.
    """

    open: int = 0
    guessed: int = 0
    looked: int = 0
    later: int = 0
    sooner: int = 0
    farthest: float = 0.0
    kept: int = 0
    moving: set[str] = field(default_factory=set)


async def effect(session: AsyncSession, keeper: Keeper, calendar: Calendar, what: Change, now: float) -> Effect:
    """Return what `calendar` would do; nothing is written."""
    rules = replace(await keeper.rules(session, now), calendar=calendar)
    found = Effect(open=await _count(session, *_OPEN))
    numbers = await _guessed(session)
    found.guessed = len(numbers)
    for number in numbers[:MOST]:
        try:
            order = (await keeper.load(session, number)).order
        except WorkOrderError:  # a broken history is the audit's to tell; no clock of it moves
            continue
        found.looked += 1
        way = moved(order, rules, now)
        if way is not None:
            _tell(found, number, way.seconds)
    found.kept = await _kept(session, calendar, what, found.moving)
    return found


def _tell(found: Effect, number: str, seconds: float) -> None:
    found.moving.add(number)
    found.later += seconds > 0
    found.sooner += seconds < 0
    found.farthest = max(found.farthest, seconds, key=abs)


async def _guessed(session: AsyncSession) -> Sequence[str]:
    """Return the orders that once had a guess in their history, the nearest promise first."""
    guess = select(OrderAct.number).where(cast(col(OrderAct.unsure), String).not_in(("[]", "null")))
    query = select(WorkOrder.number).where(*_OPEN, col(WorkOrder.number).in_(guess)).order_by(
        col(WorkOrder.answer_due), col(WorkOrder.number))
    return (await session.execute(query)).scalars().all()


async def _kept(session: AsyncSession, calendar: Calendar, what: Change, moving: set[str]) -> int:
    """Count the open orders that are promised for a day that changes and do not move."""
    found: set[str] = set()
    spans = [(calendar.moment(first, time()), calendar.moment(last + timedelta(days=1), time()))
             for first, last in stretches(sorted(what.days))]
    for place in range(0, len(spans), _SPANS):
        there = or_(*(and_(col(WorkOrder.answer_due) >= since, col(WorkOrder.answer_due) < until)
                      for since, until in spans[place:place + _SPANS]))
        found.update((await session.execute(select(WorkOrder.number).where(*_OPEN, there))).scalars())
    return len(found - moving)


def stretches(days: Sequence[date]) -> list[tuple[date, date]]:
    """Return the days as stretches without a gap: first and last day."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


async def _count(session: AsyncSession, *conditions: object) -> int:
    query = select(func.count()).select_from(WorkOrder).where(*conditions)  # type: ignore[arg-type]
    return int((await session.execute(query)).scalar_one())
