"""Which rows somebody may see, as conditions for use inside a SELECT. Without a role that grants rows: none.

The same rules as `workorders.life.confidential.sees`, said to the database. A 举报 (report) is for those whose office
needs it, and for the unit it was sent to; to the unit complained of, those under it and those above it that it was not
sent to, whatever office their people hold, there is no such order. Of its call, only those named and who was in it
know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from sqlalchemy import Boolean, Exists, Text, and_, bindparam, cast, exists, false, not_, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col, select

from api.people.caller import Caller
from api.people.models import Person, UnitPlace
from api.people.reach import ORDERS, ORDERS_TO_CHANGE, PEOPLE, RECORDS, UNIT, Reach, Shape, Table, shape_of
from workorders.keeping.tables import OrderBarred, OrderFinding, OrderNamed, OrderUnit
from workorders.life.words import UNIT_ROLES, Confidentiality, Kind
from workorders.models import CallRecord, WorkOrder

Condition = ColumnElement[bool]
Made = TypeVar("Made")
_KEPT = 256  # callers of late whose conditions are not made anew


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks, as it stands in the conditions: the values themselves, or places for them."""

    id: Any
    unit: Any
    agent: Any


@dataclass(frozen=True, slots=True)
class Scope:
    """What one caller may see. Each method returns a condition; the default is false."""

    caller: Caller

    def orders(self) -> Condition:
        """Return which orders."""
        return self._rules.seen

    def orders_to_change(self) -> Condition:
        """Return which orders this caller may alter."""
        return self._rules.changed

    def orders_to_act_on(self) -> Condition:
        """Return which orders this caller may act on: also one that their unit must answer a finding of."""
        return self._rules.answered[0]

    def names_what_is_kept(self, words: Any) -> Condition:
        """Return whether a column (text, JSON) names the number of an order that is kept from the caller's unit."""
        unit = self.caller.unit
        if not unit or self.caller.own_house:
            return false()
        near = or_(_Among(col(OrderBarred.unit), _above(unit)), _Among(col(OrderBarred.unit), _below(unit)))
        named = cast(words, Text).contains(col(OrderBarred.number))
        return exists(select(col(OrderBarred.number)).where(near, named).correlate_except(OrderBarred))

    def records(self) -> Condition:
        """Return which call records, and with them which recordings."""
        return self._rules.heard

    def training(self) -> Condition:
        """Return which call records others may learn from: never those of reports."""
        return not_(_record_of_a_report())

    def people(self) -> Condition:
        """Return which people."""
        return _any({Reach.ALL: true(), Reach.UNIT: self.of_units(col(Person.unit))}, self.shape.reach(PEOPLE))

    def of_units(self, column: Any) -> Condition:
        """Return whether `column` names the own unit or one below it."""
        return _Among(column, _below(self.caller.unit)) if self.caller.unit else false()

    def kept(self, make: Callable[[Scope], Made]) -> Made:
        """Return what `make`, a function of a module, builds of these conditions; it is kept as long as they are.

        It may ask this scope for conditions and for nothing else: what it returns serves every caller of the same
        shape and name.
        """
        made = self._rules.made
        if make not in made:
            made[make] = make(self)
        found: Made = made[make]
        return found

    @property
    def only_units(self) -> bool:
        """Tell whether the caller sees orders of units alone: the own one and those below."""
        return bool(self.caller.unit) and self.shape.reach(ORDERS) == UNIT

    @property
    def every_record(self) -> bool:
        """Tell whether no call is hidden."""
        return Reach.ALL in self.shape.reach(RECORDS)

    @property
    def every_live_call(self) -> bool:
        """Tell whether live calls of others are seen too."""
        return bool(self.shape.reach(RECORDS) & {Reach.ALL, Reach.OPEN})

    def sees_call(self, view: Mapping[str, Any]) -> bool:
        """Tell whether a live call, as the controller shows it, may be seen: all, or those one is in."""
        return self.every_live_call or (
            bool(self.caller.agent) and any(leg["who"] == self.caller.agent for leg in view.get("parties", ())))

    @property
    def shape(self) -> Shape:
        """Return what decides which conditions hold."""
        return shape_of(self.caller)

    @property
    def values(self) -> dict[str, str]:
        """Return what a statement with `named_orders` is run with."""
        return {"me_id": self.caller.id, "me_unit": self.caller.unit, "me_agent": self.caller.agent}

    @property
    def _rules(self) -> _Rules:
        return _rules_of(self.shape, Me(self.caller.id, self.caller.unit, self.caller.agent))


class _Rules:
    """Which orders a caller of one shape sees. Who it is stands nowhere but in `me`.

    The units above and below are asked for once in a statement, however many conditions mean them.
    """

    def __init__(self, shape: Shape, me: Me) -> None:
        self.shape, self.me = shape, me
        self.made: dict[Any, Any] = {}  # statements with these conditions, by who makes them

    @property
    def names(self) -> tuple[Any, ...]:
        """Under which the caller stands in histories: as a person and, where a call became the order, as an agent."""
        return (self.me.id, self.me.agent) if self.shape.has_agent else (self.me.id,)

    @cached_property
    def seen(self) -> Condition:
        """Which orders are in sight."""
        return self.orders(ORDERS)

    @cached_property
    def changed(self) -> Condition:
        """Which orders may be altered."""
        return self.orders(ORDERS_TO_CHANGE)

    @cached_property
    def answered(self) -> tuple[Condition, Condition]:
        """Which orders may be acted on; and which of them are in sight."""
        return self.orders_to_answer()

    @cached_property
    def heard(self) -> Condition:
        """Which call records are in sight."""
        talk = talked(self.me.agent) if self.shape.has_agent else false()
        return _any({Reach.ALL: true(), Reach.OPEN: not_(_record_of_a_report()),
                     Reach.OWN: or_(talk, _named_for_call(self.names))}, self.shape.reach(RECORDS))

    @cached_property
    def _above(self) -> Any:
        return _above(self.me.unit)

    @cached_property
    def _below(self) -> Any:
        return _below(self.me.unit)

    def orders(self, table: Table) -> Condition:
        """Return which orders, as far as `table` lets the caller's offices see."""
        reach = self.shape.reach(table)
        own = col(WorkOrder.agent) == self.me.agent if self.shape.has_agent else false()
        return and_(self.clear(), _any({
            Reach.ALL: true(), Reach.OPEN: _open_order(), Reach.OWN: or_(own, _named(self.names)),
            Reach.UNIT: self._of_unit() if self.shape.has_unit else false()}, reach))

    def orders_to_answer(self) -> tuple[Condition, Condition]:
        """Return which orders are in sight or have a finding that the own unit must answer; and which are in sight."""
        seen = self.orders(ORDERS)
        if not self.shape.has_unit or not self.shape.roles & UNIT_ROLES:
            return seen, seen
        finding = _of_order(OrderFinding).where(col(OrderFinding.unit) == self.me.unit)
        return or_(seen, and_(finding, self.clear())), seen

    def _of_unit(self) -> Condition:
        """Orders that the unit, or one below it, has or had by right, or is offered; programs get no reports."""
        mine = _of_order(OrderUnit).where(col(OrderUnit.void).is_(False), _Among(col(OrderUnit.unit), self._below))
        return mine if self.shape.kind == "person" else and_(mine, _open_order())

    def clear(self) -> Condition:
        """True unless the order is kept from the caller's unit: `confidential.sees`, first lines."""
        if not self.shape.has_unit or self.shape.own_house:
            return true()
        sent = _of_order(OrderUnit).where(col(OrderUnit.unit) == self.me.unit, col(OrderUnit.void).is_(False))
        complained_of = _Among(col(OrderBarred.unit), self._above)
        looks_into = and_(_Among(col(OrderBarred.unit), self._below), not_(sent))
        return not_(_of_order(OrderBarred).where(or_(complained_of, looks_into)))


@lru_cache(_KEPT)
def _rules_of(shape: Shape, me: Me) -> _Rules:
    """Return the rules of one caller, kept with what was made of them: only the values in the tables change."""
    return _Rules(shape, me)


class _Among(FunctionElement[bool]):
    """Whether a column names one of the units that a SELECT gives.

    PostgreSQL reads those once, into an array, and plans one table less.
    """

    type = Boolean()
    inherit_cache = True


@compiles(_Among)
def _in(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, units = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} IN {units}"


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, units = (compiler.process(one, **how) for one in element.clauses)
    return f"{column} = ANY (ARRAY{units})"


def named_orders(shape: Shape) -> Condition:
    """Return which orders any caller of a shape sees, with places for who it is.

    The places have no values of their own: a statement that is run without `Scope.values` fails, and shows nothing.
    """
    return _named_rules(shape).orders(ORDERS)


def named_to_answer(shape: Shape) -> tuple[Condition, Condition]:
    """Return which orders a caller of a shape may answer a finding of, and which of them they see; places as above."""
    return _named_rules(shape).orders_to_answer()


def _named_rules(shape: Shape) -> _Rules:
    return _Rules(shape, Me(*(bindparam(name, type_=Text()) for name in ("me_id", "me_unit", "me_agent"))))


def scope_of(caller: Caller) -> Scope:
    """Return what a caller may see."""
    return Scope(caller)


def _any(conditions: Mapping[Reach, Condition], reach: frozenset[Reach]) -> Condition:
    return or_(false(), *(condition for name, condition in conditions.items() if name in reach))


def _open_order() -> Condition:
    return and_(col(WorkOrder.kind) != Kind.REPORT.value, col(WorkOrder.secrecy) < int(Confidentiality.REPORT))


def _named(names: Sequence[Any]) -> Condition:
    return _of_order(OrderNamed).where(col(OrderNamed.person).in_(names))


def _of_order(table: type[OrderUnit] | type[OrderBarred] | type[OrderNamed] | type[OrderFinding]) -> Exists:
    """Return whether the order has a row in `table`; whatever else the query reads, only the order is meant by it."""
    return exists().where(col(table.number) == col(WorkOrder.number)).correlate(WorkOrder)


def _named_for_call(names: Sequence[Any]) -> Condition:
    """True for a call of which an order was made that one of these may know all of."""
    return exists().where(col(WorkOrder.call_key) == col(CallRecord.key),
                          col(OrderNamed.number) == col(WorkOrder.number),
                          col(OrderNamed.person).in_(names)).correlate(CallRecord)


def _above(unit: Any) -> Any:
    """Return a SELECT of `unit` and every unit above it."""
    start = select(cast(unit, Text).label("unit")).cte(recursive=True)
    step = select(cast(UnitPlace.upper, Text)).join(start, col(UnitPlace.unit) == start.c.unit)
    return select(start.union(step).c.unit).scalar_subquery()


def _below(unit: Any) -> Any:
    """Return a SELECT of `unit` and every unit under it; a circle in the table does no harm."""
    start = select(cast(unit, Text).label("unit")).cte(recursive=True)
    step = select(cast(UnitPlace.unit, Text)).join(start, col(UnitPlace.upper) == start.c.unit)
    return select(start.union(step).c.unit).scalar_subquery()


def talked(agent: str) -> Condition:
    """Return whether somebody was in a call. The column is JSON as Python writes it and ids are words: see its text."""
    return cast(CallRecord.parties, Text).contains(f'"who": "{agent}"', autoescape=True)


def _record_of_a_report() -> Condition:
    """True for a call of which a report was made, or is about to be; and for a call-back to somebody who made one."""
    order = exists().where(col(WorkOrder.call_key) == col(CallRecord.key), not_(_open_order())).correlate(CallRecord)
    called_back = and_(col(CallRecord.direction) == "out", col(CallRecord.caller) != "", exists().where(
        col(WorkOrder.caller) == col(CallRecord.caller), not_(_open_order())).correlate(CallRecord))
    return or_(order, called_back, cast(CallRecord.appeals, Text).contains('"kind": "report"'))
