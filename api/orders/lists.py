"""What a list of orders is narrowed to, and the conditions that say so to the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from operator import eq, ge, lt
from typing import Annotated, Any, Final, Literal

from fastapi import Query
from sqlalchemy import Select, bindparam, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from api.people.caller import Caller
from api.people.reach import Shape
from api.problems import Problem
from api.schemas import CallKey
from core.db import rows_of
from workorders.keeping import words
from workorders.keeping.tables import OrderFinding, OrderUnit
from workorders.life.confidential import OPEN_TO, Field
from workorders.life.words import UNIT_ROLES, Kind, State
from workorders.models import WorkOrder

Word = Annotated[str | None, Query(max_length=60)]
Unit = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_.-]{1,40}$")]
Moment = Annotated[float | None, Query(ge=0, lt=10_000_000_000)]
Condition = ColumnElement[bool]


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
    finding: Annotated[Literal["open", "established", "cleared", "referred"] | None,
                       Query(description="has a finding that stands so; for those who see histories")] = None
    to_answer: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_.-]{1,40}$",
                                           description="a unit that has not answered an open finding about it yet; "
                                                       "for its own people, and those who see histories")] = None
    q: Annotated[str | None, Query(min_length=1, max_length=100, description="words of the summary, or of an address "
                                         "that the list shows the caller")] = None
    sort: Annotated[Literal["newest", "due"], Query(description="due: what falls due first")] = "newest"


def _with_part_of(unit: Any) -> Condition:
    return exists().where(col(OrderUnit.number) == col(WorkOrder.number), col(OrderUnit.unit) == unit,
                          col(OrderUnit.live))


def _with_finding(stands: Any) -> Condition:
    """Return whether an order has a finding that stands so. What was referred was established before."""
    row = OrderFinding
    now = case((col(row.referred_at).is_not(None), "referred"), (col(row.established).is_(True), "established"),
               (col(row.decided_at).is_not(None), "cleared"), else_="open")
    return col(WorkOrder.number).in_(select(col(row.number)).where(now == stands))


def _waits_for_the_word_of(unit: Any) -> Condition:
    row = OrderFinding
    return col(WorkOrder.number).in_(select(col(row.number)).where(
        col(row.unit) == unit, col(row.decided_at).is_(None), col(row.answered_at).is_(None)))


_EQUAL: Final = ("owner", "district", "street", "first", "second", "third", "agent", "call_key")
ANY_OF: Final = frozenset({"state", "kind"})
_NARROWED: Final[Mapping[str, Callable[[Any], Condition]]] = {  # `q` is a matter of its own
    **{name: partial(eq, col(getattr(WorkOrder, name))) for name in _EQUAL},
    **{name: col(getattr(WorkOrder, name)).in_ for name in sorted(ANY_OF)},
    "urgency": partial(ge, col(WorkOrder.urgency)), "unit": _with_part_of,
    "finding": _with_finding, "to_answer": _waits_for_the_word_of,
    "due_before": partial(lt, col(WorkOrder.due)),
    "since": partial(ge, col(WorkOrder.created_at)), "until": partial(lt, col(WorkOrder.created_at))}
_NAMES: Final = tuple(one.name for one in fields(Filters) if one.name != "sort")


def told(asked: Filters) -> dict[str, Any]:
    """Return the filters that are set, by name, as the database knows their values."""
    found = {name: value for name in _NAMES if (value := getattr(asked, name)) is not None}
    return found | {name: [one.value for one in found[name]] for name in ANY_OF & found.keys()}


def conditions(asked: Filters, dialect: str, caller: Shape) -> list[Condition]:
    """Return the filters as conditions. Raises BadContent for words that cannot be looked for."""
    narrowed = narrowing(told(asked))
    if asked.q is None:
        return narrowed
    return [*narrowed, words.holding(dialect, words.sought(dialect, asked.q), addresses=addresses_for(caller))]


def addresses_for(caller: Shape) -> words.Addresses:
    """Return in whose addresses a caller's words are looked for: those that a list shows them (sight.of_row)."""
    if caller.own_house:
        return words.Addresses.ALL
    shown = any(Field.ADDRESS in OPEN_TO[role] for role in caller.roles)
    return words.Addresses.OPEN if shown else words.Addresses.NONE


def refuse_unseen(asked: Filters, caller: Caller) -> None:
    """Refuse a filter by what the caller is not shown: which orders match would tell it. Raises Problem 403."""
    if sees_every_finding(caller):
        return
    if asked.finding is not None:
        raise Problem(403, "forbidden", "没有按疑似问题查找的权限", "去掉 finding；本单位的疑似问题用 to_answer 查找")
    if asked.to_answer is not None and asked.to_answer != caller.unit:
        raise Problem(403, "forbidden", "只能查找等待本单位说明的工单", "to_answer 填本单位")


def sees_every_finding(caller: Caller) -> bool:
    """Tell whether a caller is shown the findings of every order they see, not of their own unit alone."""
    histories = not caller.roles & UNIT_ROLES and any(Field.HISTORY in OPEN_TO[role] for role in caller.roles)
    return caller.own_house or histories


async def open_findings(session: AsyncSession, caller: Caller, numbers: Sequence[str]) -> dict[str, int]:
    """Return which of these orders have findings that nobody has decided yet and the caller is shown: how many."""
    if not sees_every_finding(caller) and not (caller.unit and caller.roles & UNIT_ROLES):
        return {}
    every = sees_every_finding(caller)
    values = {"numbers": numbers} if every else {"numbers": numbers, "unit": caller.unit}
    return {number: count for number, count in await rows_of(session, _open(every), values)}


@cache
def _open(every: bool) -> Select[str, int]:
    row = OrderFinding
    query = select(col(row.number), func.count()).where(
        col(row.number).in_(bindparam("numbers", expanding=True)), col(row.decided_at).is_(None))
    return (query if every else query.where(col(row.unit) == bindparam("unit"))).group_by(col(row.number))


def narrowing(found: Mapping[str, Any]) -> list[Condition]:
    """Return filters by name, all but the words, as conditions; what they are compared with: values, or places."""
    return [_NARROWED[name](value) for name, value in found.items() if name in _NARROWED]
