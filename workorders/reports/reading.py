"""What the database groups for a report: a few SELECTs, however many orders there are. Reads projections only.

`visible` narrows everything to the orders that whoever asks may see (a condition on WorkOrder).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, func

from workorders.keeping.tables import OrderAct, OrderCase, OrderUnit
from workorders.life.assessment import Measure, Period
from workorders.life.words import Do
from workorders.models import WorkOrder
from workorders.reports.figures import Cases, Figures, Group, Path, Topic, figures, hottest

Condition = ColumnElement[bool]
_OF_ACT = {Do.DISPATCH.value: "dispatched", Do.REFUSE.value: "refused", Do.REOPEN.value: "reopened",
           Do.URGE.value: "urged"}
_PLACE = (col(WorkOrder.first), col(WorkOrder.district), col(WorkOrder.kind), col(WorkOrder.channel))
NOT_DONE = ("refused", "withdrawn")
_PART = aliased(OrderUnit)  # under a name of its own: the reader's scope looks at the same table
EVERYTHING: Condition = true()


def within(column: Any, period: Period) -> Condition:
    """Return the condition that a moment lies in a period."""
    return and_(column >= period.since, column < period.until)


async def read(session: AsyncSession, period: Period, before: Period, visible: Condition = EVERYTHING,
               units: Collection[str] | None = None) -> Figures:
    """Return the figures of `period`; topics are compared with `before`. `units`: only these units' lines and rates."""
    groups = [*await _received(session, period, visible), *await _ended(session, period, visible),
              *await _acts(session, period, visible)]
    lines, measured = await _units(session, period, visible), await cases(session, period, visible)
    if units is not None:
        lines, measured = [one for one in lines if one[0] in units], [one for one in measured if one.unit in units]
    return figures(groups, lines, measured, await topics(session, period, before, visible))


async def _grouped(session: AsyncSession, what: str, *conditions: Condition) -> list[Group]:
    query = select(func.count(), *_PLACE).where(*conditions).group_by(*_PLACE)
    return [Group(what, row[1:], int(row[0])) for row in (await session.execute(query)).all()]


async def _received(session: AsyncSession, period: Period, visible: Condition) -> list[Group]:
    return await _grouped(session, "received", within(col(WorkOrder.created_at), period), visible)


async def _ended(session: AsyncSession, period: Period, visible: Condition) -> list[Group]:
    answered = await _grouped(session, "answered", within(col(WorkOrder.answered_at), period), visible,
                              col(WorkOrder.outcome) == "answered", col(WorkOrder.lead) == "")
    done = and_(within(col(WorkOrder.closed_at), period), col(WorkOrder.outcome).not_in(NOT_DONE), visible)
    kept = func.coalesce(col(WorkOrder.answered_at), col(WorkOrder.closed_at)) <= col(WorkOrder.answer_due)
    return [*answered, *await _grouped(session, "closed", done), *await _grouped(session, "in_time", done, kept)]


async def _acts(session: AsyncSession, period: Period, visible: Condition) -> list[Group]:
    query = (select(func.count(), col(OrderAct.do), *_PLACE)
             .join(WorkOrder, col(WorkOrder.number) == col(OrderAct.number))
             .where(within(col(OrderAct.at), period), col(OrderAct.do).in_(_OF_ACT), visible)
             .group_by(col(OrderAct.do), *_PLACE))
    return [Group(_OF_ACT[row[1]], row[2:], int(row[0])) for row in (await session.execute(query)).all()]


async def _units(session: AsyncSession, period: Period, visible: Condition) -> list[tuple[str, str, int]]:
    """Return what each unit was given as lead and what it replied to, and of that what in time."""
    lead = and_(col(_PART.part) == "lead", col(_PART.void).is_(False))
    given = (select(col(_PART.unit), func.count())
             .join(WorkOrder, col(WorkOrder.number) == col(_PART.number))
             .where(lead, within(col(_PART.since), period), visible).group_by(col(_PART.unit)))
    found = [(str(unit), name, int(number)) for unit, number in (await session.execute(given)).all()
             for name in ("received", "dispatched")]
    for name, also in (("closed", true()), ("in_time", col(OrderAct.at) <= col(_PART.reply_due))):
        query = _replies(period, and_(lead, also, visible))
        found += [(str(unit), name, int(number)) for unit, number in (await session.execute(query)).all()]
    return found


def _replies(period: Period, condition: Condition) -> Any:
    its_own = and_(col(_PART.number) == col(OrderAct.number), col(_PART.unit) == col(OrderAct.unit),
                   col(_PART.since) <= col(OrderAct.at),
                   or_(col(_PART.ended_at).is_(None), col(_PART.ended_at) >= col(OrderAct.at)))
    return (select(col(_PART.unit), func.count()).select_from(OrderAct).join(_PART, its_own)
            .join(WorkOrder, col(WorkOrder.number) == col(OrderAct.number))
            .where(within(col(OrderAct.at), period), col(OrderAct.do) == Do.REPLY.value,
                   col(OrderAct.part).is_(False), condition)
            .group_by(col(_PART.unit)))


async def cases(session: AsyncSession, period: Period, visible: Condition = EVERYTHING) -> list[Cases]:
    """Return the cases of assessment that fall into a period."""
    same = (col(OrderCase.measure), col(OrderCase.unit), col(OrderCase.good), col(OrderCase.struck))
    query = (select(func.count(), *same, *_PLACE)
             .join(WorkOrder, col(WorkOrder.number) == col(OrderCase.number))
             .where(within(col(OrderCase.at), period), visible).group_by(*same, *_PLACE))
    return [Cases(Measure(row[1]), row[2], row[5:], bool(row[3]), bool(row[4]), int(row[0]))
            for row in (await session.execute(query)).all()]


async def topics(session: AsyncSession, period: Period, before: Period, visible: Condition) -> Sequence[Topic]:
    """Return the hot topics. 举报 is not among them: what is reported about whom is nobody's talk."""
    return hottest(await _paths(session, period, visible), await _paths(session, before, visible))


async def _paths(session: AsyncSession, period: Period, visible: Condition) -> dict[Path, int]:
    path = (col(WorkOrder.first), col(WorkOrder.second), col(WorkOrder.third))
    query = select(func.count(), *path).where(
        within(col(WorkOrder.created_at), period), col(WorkOrder.kind) != "report", col(WorkOrder.third) != "",
        visible).group_by(*path)
    return {(row[1], row[2], row[3]): int(row[0]) for row in (await session.execute(query)).all()}


async def received_by(session: AsyncSession, period: Period, column: Any,
                      visible: Condition) -> dict[tuple[str, str], int]:
    """Return how many were received, by the values of `column` and the kind."""
    query = select(func.count(), column, col(WorkOrder.kind)).where(
        within(col(WorkOrder.created_at), period), visible).group_by(column, col(WorkOrder.kind))
    return {(row[1], row[2]): int(row[0]) for row in (await session.execute(query)).all()}
