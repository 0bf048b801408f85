"""The list of orders: filters, and pages by keyset. Who may see a row is part of the query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import Query
from sqlalchemy import Executable, Select, exists, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from api.schemas import CallKey
from api.wire.paging import cursor_of, filters_digest, place_of
from workorders.keeping import words
from workorders.keeping.lists import by_due, newest_of
from workorders.keeping.tables import OrderUnit
from workorders.life.words import Kind, State
from workorders.models import WorkOrder

Word = Annotated[str | None, Query(max_length=60)]
Unit = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_.-]{1,40}$")]
Moment = Annotated[float | None, Query(ge=0, lt=10_000_000_000)]
Condition = ColumnElement[bool]
Q = TypeVar("Q", bound=Executable)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; what is left out is not asked."""

    state: Annotated[list[State] | None, Query(max_length=25, description="any of these")] = None
    owner: Annotated[str | None, Query(max_length=50, description="unit:<id> or desk:<name>")] = None
    unit: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_.-]{1,40}$",
                                      description="a unit that has part in it now")] = None
    kind: Annotated[list[Kind] | None, Query(max_length=7)] = None
    urgency: Annotated[int | None, Query(ge=0, le=2, description="this or above")] = None
    district: Word = None
    street: Word = None
    first: Word = None
    second: Word = None
    third: Word = None
    agent: Unit = None
    call_key: CallKey | None = None
    due_before: Moment = None
    since: Moment = None
    until: Moment = None
    q: Annotated[str | None, Query(min_length=1, max_length=100, description="words of the summary or address")] = None
    sort: Annotated[Literal["newest", "due"], Query(description="due: what falls due first")] = "newest"


_EQUAL: Final = ("owner", "district", "street", "first", "second", "third", "agent", "call_key")


async def page(session: AsyncSession, visible: Condition, asked: Filters, cursor: str | None, limit: int,
               units: Sequence[str] = (), *, whole: bool = True) -> tuple[Sequence[WorkOrder], str | None]:
    """Return a page of orders and the cursor of the next one, None at the end. Raises Problem, BadContent.

    `units`: those whose orders alone the caller sees, if that is so; the list then begins at theirs. `whole`: with
    the calls' own records, which are long.
    """
    tie = filters_digest("work-orders", asdict(asked))
    if asked.unit is not None and asked.sort == "due":
        return await _by_own_due(session, asked.unit, visible, asked, tie, cursor, limit, whole=whole)
    words_alone = not units and asked.q is not None and asked == Filters(q=asked.q)
    if words_alone and session.get_bind().dialect.name == "sqlite":
        orders = _whole(select(WorkOrder).where(visible), whole)
        return await _by_words(session, orders, asked.q or "", tie, cursor, limit)
    # a unit's few are not found by reading everybody's
    common = words_alone and await words.is_common(session, asked.q or "")
    narrowed = conditions(asked, session.get_bind().dialect.name, common=common)
    if units and asked == Filters():
        before = place_of(tie, cursor, (int,))
        narrowed = [newest_of(units, before[0] if before else None, limit)]
    query = select(WorkOrder).where(visible, *narrowed)
    query = _whole(query, whole)
    found = (await session.execute(_from(query, asked.sort, tie, cursor).limit(limit + 1))).scalars().all()
    rows = found[:limit]
    more = len(found) > limit
    return rows, cursor_of(tie, _place(rows[-1], asked.sort)) if more else None


async def _by_own_due(session: AsyncSession, unit: str, visible: Condition, asked: Filters, tie: str,
                      cursor: str | None, limit: int, *, whole: bool) -> tuple[Sequence[WorkOrder], str | None]:
    """Return a page of a unit's live orders by the deadline that is the unit's own."""
    narrowed = conditions(replace(asked, unit=None), session.get_bind().dialect.name)
    query = by_due(unit, place_of(tie, cursor, (float, str)), None if narrowed else limit)
    query = query.where(visible, *narrowed).limit(limit + 1)
    found = (await session.execute(_whole(query, whole))).all()
    rows = {row.number: (row, due) for row, due in found[:limit]}
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return [row for row, _ in rows.values()], cursor_of(tie, (last[1], last[0].number)) if last is not None else None


def _whole(query: Q, whole: bool) -> Q:
    """Leave out the calls' own records unless they are wanted."""
    return query if whole else query.options(defer(WorkOrder.call, raiseload=True))  # type: ignore[arg-type]


async def _by_words(session: AsyncSession, orders: Select[Any], query: str, tie: str, cursor: str | None,
                    limit: int) -> tuple[Sequence[WorkOrder], str | None]:
    """Return a page of the newest of `orders` that hold the words, from SQLite. Raises BadContent."""
    if (place := place_of(tie, cursor, (int,))) is not None:
        orders = orders.where(col(WorkOrder.rank) < place[0])
    found = (await session.execute(words.newest_in_sqlite(orders, query).limit(limit + 1))).scalars().all()
    rows = found[:limit]
    return rows, cursor_of(tie, (rows[-1].rank,)) if len(found) > limit else None


def conditions(asked: Filters, dialect: str, *, common: bool = False) -> list[Condition]:
    """Return the filters as conditions. Raises BadContent for words that cannot be looked for.

    `common`: the words are those of so many orders that their index does not help.
    """
    found: list[Condition] = [col(getattr(WorkOrder, name)) == value for name in _EQUAL
                              if (value := getattr(asked, name)) is not None]
    if asked.state:
        found.append(col(WorkOrder.state).in_([one.value for one in asked.state]))
    if asked.kind:
        found.append(col(WorkOrder.kind).in_([one.value for one in asked.kind]))
    if asked.urgency is not None:
        found.append(col(WorkOrder.urgency) >= asked.urgency)
    if asked.unit is not None:
        found.append(exists().where(col(OrderUnit.number) == col(WorkOrder.number), col(OrderUnit.unit) == asked.unit,
                                    col(OrderUnit.live)))
    for bound, column in ((asked.due_before, WorkOrder.due), (asked.until, WorkOrder.created_at)):
        found += [] if bound is None else [col(column) < bound]
    if asked.since is not None:
        found.append(col(WorkOrder.created_at) >= asked.since)
    if asked.q is not None:
        found.append(words.holding(dialect, asked.q, common=common))
    return found


def _from(query: Select[Any], sort: str, tie: str, cursor: str | None) -> Select[Any]:
    """Order the list, and begin it behind the place of the cursor."""
    if sort == "newest":
        place = place_of(tie, cursor, (int,))
        query = query if place is None else query.where(col(WorkOrder.rank) < place[0])
        return query.order_by(col(WorkOrder.rank).desc())
    key = tuple_(col(WorkOrder.due), col(WorkOrder.number))
    place = place_of(tie, cursor, (float, str))
    query = query if place is None else query.where(key > tuple_(*place))
    return query.order_by(col(WorkOrder.due), col(WorkOrder.number))


def _place(row: WorkOrder, sort: str) -> tuple[float | str, ...]:
    return (row.rank,) if sort == "newest" else (row.due, row.number)
