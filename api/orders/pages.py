"""Pages of the list of orders, by keyset. Who may see a row is part of the query.

What a statement says depends on the shape of the caller and of what is asked, never on a value: it is built once for
each shape and kept. Building it anew costs more than the database does for a page. Who asks, and for what, are values
that each run brings along; a run without them fails (docs/adr/0030).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, BindParameter, Float, Integer, Select, Text, bindparam, func, tuple_
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.orders.lists import ANY_OF, Condition, Filters, addresses_for, narrowing, refuse_unseen, told
from api.orders.shown import LISTED
from api.people.reach import Shape
from api.people.scope import Scope, named_orders, named_to_answer
from api.wire.paging import cursor_of, filters_digest, place_of
from core.db import rows_of
from workorders.keeping import words
from workorders.keeping.lists import REACHED, beyond_due, beyond_newest, by_due, newest_of
from workorders.keeping.stretches import Stretch
from workorders.models import WorkOrder

Json = dict[str, Any]
COLUMNS: Final = ("rank", *LISTED)
_MADE: Final = frozenset({"own_due", "in_sight", REACHED})  # columns that are no column of an order
_KEPT = 256  # statements; a house uses some dozens
_MOST: Final = bindparam("most", type_=Integer())
_REACH: Final = bindparam("reach", type_=BigInteger())  # shares of units that are read before sight narrows them
_SLACK = 50  # of these beyond a page, for those that the caller may not see
_FURTHER = 16  # times, when that was not enough: a million shares are five statements
_AFTER: Final[Mapping[str, tuple[BindParameter[Any], ...]]] = {  # by the order: where the page before ended
    "newest": (bindparam("after_rank", type_=BigInteger()),),
    "due": (bindparam("after_due", type_=Float(53)), bindparam("after_number", type_=Text()))}
_DAYS: Final = bindparam("days", type_=ARRAY(BigInteger()))
_UNIT: Final = bindparam("unit", type_=Text())
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {"newest": (int,), "due": (float, str)}
_TABLE = WorkOrder.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Shape:
    """All that decides what a statement says. No value is among it."""

    dialect: str
    caller: Shape
    filters: frozenset[str]
    sort: str
    behind: bool = False  # there is a page before
    words: int = 0  # of the query
    common: bool = False  # many orders hold them
    by_days: bool = False  # a stretch of days of them
    units: int = 0  # at whose orders the list begins
    whole: bool = False
    all_at_once: bool = False  # however far back

    @property
    def by_own_due(self) -> bool:
        """Tell whether it is a unit's list, by the deadlines that are the unit's own."""
        return self.sort == "due" and "unit" in self.filters

    @property
    def by_words(self) -> bool:
        """Tell whether words alone are asked for, the newest first, by somebody who sees more than units' orders."""
        return self.sort == "newest" and self.filters == {"q"} and not self.units

    @property
    def by_shares(self) -> bool:
        """Tell whether the list begins at so many shares of units and, where the caller sees too few, reads on."""
        newest = self.units > 0 and not self.filters and self.sort == "newest"
        return not self.all_at_once and (newest or (self.by_own_due and self.filters == {"unit"}))

    @property
    def says_reached(self) -> bool:
        """Tell whether each row says how many shares the list began with."""
        return self.by_shares and self.by_own_due

    @property
    def may_be_out_of_sight(self) -> bool:
        """Tell whether orders are listed that the caller's unit does not see, because it must answer a finding."""
        return "to_answer" in self.filters

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of what each row has."""
        return (*COLUMNS, *(["call"] if self.whole else []), *(["own_due"] if self.by_own_due else []),
                *([REACHED] if self.says_reached else []), *(["in_sight"] if self.may_be_out_of_sight else []))


async def page(session: AsyncSession, scope: Scope, asked: Filters, cursor: str | None, limit: int,
               units: Sequence[str] = (), *, whole: bool = True) -> tuple[list[Json], str | None]:
    """Return a page of orders, each by name of column, and the cursor of the next page, None at the end.

    `units`: those whose orders alone the caller sees, if that is so; the list then begins at theirs. `whole`: with
    the calls' own records, which are long. Raises Problem, BadContent.
    """
    refuse_unseen(asked, scope.caller)
    given = told(asked)
    tie = filters_digest("work-orders", {**given, "sort": asked.sort})
    place = place_of(tie, cursor, _KINDS[asked.sort])
    shape = _Shape(session.get_bind().dialect.name, scope.shape, frozenset(given), asked.sort, place is not None,
                   units=len(units), whole=whole)
    values = {**given, **_numbered("unit", units), **_after(asked.sort, place), "most": limit + 1}
    way = words.Way()
    if asked.q is not None:
        shape, sought, way = await _with_words(session, shape, asked.q, place)
        values |= sought
    read = _read_by_days(session, shape, values | scope.values, way.stretches) if way.stretches else _read(
        session, shape, values | scope.values)
    names, found = shape.columns, await read
    rows = [dict(zip(names, row, strict=True)) for row in found]
    for row in rows if shape.says_reached else ():
        del row[REACHED]
    following = cursor_of(tie, _place(shape, rows[limit - 1])) if len(rows) > limit else None
    return list({row["number"]: row for row in rows[:limit]}.values()), following


async def counted(session: AsyncSession, scope: Scope, asked: Filters, most: int) -> int:
    """Return how many orders a list without words has for the caller, counted no further than `most`.

    Raises Problem.
    """
    refuse_unseen(asked, scope.caller)
    given = told(asked)
    shape = _Shape(session.get_bind().dialect.name, scope.shape, frozenset(given), asked.sort, all_at_once=True)
    found = await rows_of(session, _counting(shape), {**given, "most": most, **scope.values})
    return int(found[0][0])


async def _read(session: AsyncSession, shape: _Shape, values: Json) -> Sequence[Any]:
    """Return the rows of a page and the one behind it. No number of orders that are hidden ends a list early."""
    if not shape.by_shares:
        return await rows_of(session, _statement(shape), values)
    reach = values["most"] + _SLACK
    while True:
        at_hand = values | {"reach": reach}
        found = await rows_of(session, _statement(shape), at_hand)
        if len(found) >= values["most"] or not await _more(session, shape, found, at_hand):
            return found
        reach *= _FURTHER


async def _more(session: AsyncSession, shape: _Shape, found: Sequence[Any], at_hand: Json) -> bool:
    """Tell whether more shares lie beyond those a list began with: by deadline its rows say it, if there are any."""
    if shape.says_reached and found and found[0][shape.columns.index(REACHED)] < at_hand["reach"]:
        return False
    return bool(await rows_of(session, _beyond(shape), at_hand))


async def _read_by_days(session: AsyncSession, shape: _Shape, values: Json,
                        stretches: Sequence[Stretch]) -> Sequence[Any]:
    """Return the rows of a page and the one behind it, looked for in one stretch of days after the other."""
    found, wanted = list[Any](), values["most"]
    dated = _statement(replace(shape, by_days=True))
    for stretch in stretches:
        found += await rows_of(session, dated, values | {"days": list(stretch.tokens)})
        if len(found) >= wanted:
            return found[:wanted]
    older = {_AFTER["newest"][0].key: stretches[-1].begin}
    found += await rows_of(session, _statement(replace(shape, behind=True)), values | older)
    return found[:wanted]


async def _with_words(session: AsyncSession, shape: _Shape, query: str,
                      place: tuple[Any, ...] | None) -> tuple[_Shape, Json, words.Way]:
    """Return the shape of the statement that looks for these words too, their values, and how they are found.

    Raises BadContent.
    """
    sought, way = words.sought(shape.dialect, query), words.Way()
    if shape.by_words and shape.dialect != "sqlite":
        way = await words.way_of(session, query, None if place is None else place[0])
    return replace(shape, words=len(sought.words), common=way.common), sought.values, way


@lru_cache(_KEPT)
def _statement(shape: _Shape) -> Select[Any]:
    """Return the statement of a shape, with a place for each value."""
    way = _by_own_due if shape.by_own_due else _by_words if shape.by_words and not shape.common else _by_columns
    if shape.may_be_out_of_sight:
        listed, seen = named_to_answer(shape.caller)
        return way(shape).add_columns(seen.label("in_sight")).where(listed).limit(_MOST)
    return way(shape).where(named_orders(shape.caller)).limit(_MOST)


@lru_cache(_KEPT)
def _counting(shape: _Shape) -> Select[Any]:
    """Return the statement that counts what the statement of a shape lists; in which order does not matter then."""
    listed = _statement(shape).with_only_columns(col(WorkOrder.number), maintain_column_froms=True).order_by(None)
    return sql_select(func.count(listed.subquery().c.number.distinct()))


@lru_cache(_KEPT)
def _beyond(shape: _Shape) -> Select[Any]:
    """Return the statement that tells whether more shares lie beyond those that a shape's statement reads."""
    if shape.by_own_due:
        return beyond_due(_UNIT, _AFTER["due"] if shape.behind else None, _REACH)
    return beyond_newest(_units(shape), _AFTER["newest"][0] if shape.behind else None, _REACH)


def _by_columns(shape: _Shape) -> Select[Any]:
    """Return orders as they stand in the table: the newest first, or what falls due first."""
    query = sql_select(*_selected(shape)).where(*_narrowed(shape))
    if shape.sort == "due":
        keys = (col(WorkOrder.due), col(WorkOrder.number))
        return (query.where(tuple_(*keys) > tuple_(*_AFTER["due"])) if shape.behind else query).order_by(*keys)
    if shape.by_shares:
        query = query.where(newest_of(_units(shape), _AFTER["newest"][0] if shape.behind else None, _REACH))
    query = query.where(col(WorkOrder.rank) < _AFTER["newest"][0]) if shape.behind else query
    return query.order_by(col(WorkOrder.rank).desc())


def _by_own_due(shape: _Shape) -> Select[Any]:
    """Return a unit's live orders by the deadlines that are the unit's own."""
    query = by_due(_selected(shape), _UNIT, _AFTER["due"] if shape.behind else None,
                   _REACH if shape.by_shares else None)
    return query.where(*_narrowed(shape, but="unit"))


def _by_words(shape: _Shape) -> Select[Any]:
    """Return the newest orders that hold the words, by the index of grams."""
    return words.newest(shape.dialect, sql_select(*_selected(shape)), words.named(shape.dialect, shape.words),
                        addresses_for(shape.caller), _AFTER["newest"][0] if shape.behind else None,
                        _DAYS if shape.by_days else None)


def _selected(shape: _Shape) -> list[Any]:
    return [_TABLE.c[name] for name in shape.columns if name not in _MADE]


def _units(shape: _Shape) -> list[BindParameter[str]]:
    return [bindparam(name, type_=Text()) for name in _numbered("unit", range(shape.units))]


def _narrowed(shape: _Shape, *, but: str = "") -> list[Condition]:
    """Return the filters of a shape as conditions, with a place for each value."""
    found = narrowing({name: bindparam(name, expanding=name in ANY_OF) for name in sorted(shape.filters - {but})})
    if shape.words:
        sought = words.named(shape.dialect, shape.words)
        found.append(words.holding(shape.dialect, sought, common=shape.common,
                                   addresses=addresses_for(shape.caller)))
    return found


def _numbered(name: str, values: Iterable[Any]) -> Json:
    return {f"{name}{place}": value for place, value in enumerate(values)}


def _after(sort: str, place: tuple[Any, ...] | None) -> Json:
    return {} if place is None else {one.key: value for one, value in zip(_AFTER[sort], place, strict=True)}


def _place(shape: _Shape, row: Json) -> tuple[float | str, ...]:
    if shape.sort == "newest":
        return (row["rank"],)
    return row["own_due" if shape.by_own_due else "due"], row["number"]
