"""Which rows somebody may see, as conditions for use inside a SELECT. Without a role that grants rows: none.

The same rules as `workorders.life.confidential.sees`, said to the database. A 举报 (report) is for those whose office
needs it, and for the unit it was sent to; to the unit complained of, those under it and those above it that it was not
sent to, whatever office their people hold, there is no such order. Of its call, only those named and who was in it
know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Exists, Text, and_, cast, exists, false, not_, or_, true
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from api.people.caller import Caller
from api.people.models import Person, UnitPlace
from workorders.keeping.tables import OrderBarred, OrderFinding, OrderNamed, OrderUnit
from workorders.life.words import UNIT_ROLES, Confidentiality, Kind, Role
from workorders.models import CallRecord, WorkOrder

Condition = ColumnElement[bool]


class Reach(StrEnum):
    """How far a role sees."""

    ALL = "all"  # reports too
    OPEN = "open"  # everything but reports
    UNIT = "unit"  # what the own unit, or one below it, has or had by right; a report only what was sent to it
    OWN = "own"  # what the person took or was named for, reports too


_ALL, _OPEN, _UNIT, _OWN = (frozenset({reach}) for reach in Reach)

ORDERS: Final[Mapping[Role, frozenset[Reach]]] = {
    Role.AGENT: _OPEN | _OWN,  # any agent answers a citizen who asks how the order stands
    Role.EXPERT: _OWN,  # joining a call shows no order; what they accepted themselves is theirs
    Role.TEAM_LEADER: _OPEN | _OWN, Role.BACK_OFFICE: _ALL, Role.QUALITY: _OPEN,
    Role.UNIT_HANDLER: _UNIT, Role.UNIT_LEAD: _UNIT, Role.DUTY_LEADER: _ALL, Role.DEPUTY: _ALL,  # sign reports
    Role.SUPERVISION: _ALL, Role.DISCIPLINE: _ALL}
ORDERS_TO_CHANGE: Final[Mapping[Role, frozenset[Reach]]] = {**ORDERS, Role.AGENT: _OWN}
RECORDS: Final[Mapping[Role, frozenset[Reach]]] = {  # call records and their recordings; live calls
    Role.AGENT: _OWN, Role.TEAM_LEADER: _OPEN | _OWN, Role.BACK_OFFICE: _OPEN | _OWN, Role.QUALITY: _OPEN | _OWN,
    Role.DUTY_LEADER: _OPEN | _OWN, Role.DEPUTY: _OPEN | _OWN, Role.SUPERVISION: _OPEN | _OWN,
    Role.DISCIPLINE: _OPEN | _OWN}
PEOPLE: Final[Mapping[Role, frozenset[Reach]]] = {
    Role.ADMIN: _ALL, Role.AUDITOR: _ALL, Role.UNIT_LEAD: _UNIT}


@dataclass(frozen=True, slots=True)
class Scope:
    """What one caller may see. Each method returns a condition; the default is false."""

    caller: Caller

    def orders(self) -> Condition:
        """Return which orders."""
        return self._orders(self._reach(ORDERS))

    def orders_to_change(self) -> Condition:
        """Return which orders this caller may alter."""
        return self._orders(self._reach(ORDERS_TO_CHANGE))

    def orders_to_act_on(self) -> Condition:
        """Return which orders this caller may act on: also one that their unit must answer a finding of."""
        finding = _of_order(OrderFinding).where(col(OrderFinding.unit) == self.caller.unit)
        answers = bool(self.caller.unit) and bool(self.caller.roles & UNIT_ROLES)
        return or_(self.orders(), and_(finding, self._clear())) if answers else self.orders()

    def names_what_is_kept(self, words: Any) -> Condition:
        """Return whether a column (text, JSON) names the number of an order that is kept from the caller's unit."""
        unit = self.caller.unit
        if not unit or self.caller.own_house:
            return false()
        near = or_(col(OrderBarred.unit).in_(_above(unit)), col(OrderBarred.unit).in_(_below(unit)))
        named = cast(words, Text).contains(col(OrderBarred.number))
        return exists(select(col(OrderBarred.number)).where(near, named).correlate_except(OrderBarred))

    def records(self) -> Condition:
        """Return which call records, and with them which recordings."""
        reach, agent = self._reach(RECORDS), self.caller.agent
        open_ones = not_(_record_of_a_report())
        own = or_(_talked(agent) if agent else false(), _named_for_call(self._names))
        return _any({Reach.ALL: true(), Reach.OPEN: open_ones, Reach.OWN: own}, reach)

    def people(self) -> Condition:
        """Return which people."""
        return _any({Reach.ALL: true(), Reach.UNIT: self.of_units(col(Person.unit))}, self._reach(PEOPLE))

    def of_units(self, column: Any) -> Condition:
        """Return whether `column` names the own unit or one below it."""
        return column.in_(_below(self.caller.unit)) if self.caller.unit else false()

    @property
    def only_units(self) -> bool:
        """Tell whether the caller sees orders of units alone: the own one and those below."""
        return bool(self.caller.unit) and self._reach(ORDERS) == _UNIT

    @property
    def every_record(self) -> bool:
        """Tell whether no call is hidden."""
        return Reach.ALL in self._reach(RECORDS)

    @property
    def every_live_call(self) -> bool:
        """Tell whether live calls of others are seen too."""
        return bool(self._reach(RECORDS) & {Reach.ALL, Reach.OPEN})

    def sees_call(self, view: Mapping[str, Any]) -> bool:
        """Tell whether a live call, as the controller shows it, may be seen: all, or those one is in."""
        return self.every_live_call or (
            bool(self.caller.agent) and any(leg["who"] == self.caller.agent for leg in view.get("parties", ())))

    @property
    def _names(self) -> tuple[str, ...]:
        """Under which the caller stands in histories: as a person and, where a call became the order, as an agent."""
        return (self.caller.id, self.caller.agent) if self.caller.agent else (self.caller.id,)

    def _orders(self, reach: frozenset[Reach]) -> Condition:
        own = col(WorkOrder.agent) == self.caller.agent if self.caller.agent else false()
        return and_(self._clear(), _any({
            Reach.ALL: true(), Reach.OPEN: _open_order(), Reach.OWN: or_(own, _named(self._names)),
            Reach.UNIT: self._of_unit()}, reach))

    def _of_unit(self) -> Condition:
        """Orders that the unit, or one below it, has or had by right, or is offered; programs get no reports."""
        mine = _of_order(OrderUnit).where(col(OrderUnit.void).is_(False), self.of_units(col(OrderUnit.unit)))
        return mine if self.caller.kind == "person" else and_(mine, _open_order())

    def _clear(self) -> Condition:
        """True unless the order is kept from the caller's unit: `confidential.sees`, first lines."""
        unit = self.caller.unit
        if not unit or self.caller.own_house:
            return true()
        barred = _of_order(OrderBarred)
        sent = _of_order(OrderUnit).where(col(OrderUnit.unit) == unit, col(OrderUnit.void).is_(False))
        complained_of = barred.where(col(OrderBarred.unit).in_(_above(unit)))
        looks_into = barred.where(col(OrderBarred.unit).in_(_below(unit)))
        return and_(not_(complained_of), or_(not_(looks_into), sent))

    def _reach(self, table: Mapping[Role, frozenset[Reach]]) -> frozenset[Reach]:
        if self.caller.own_house:
            return _ALL
        if self.caller.kind == "client":
            return _UNIT if self.caller.unit else _OPEN
        return frozenset().union(*(table.get(role, frozenset()) for role in self.caller.roles))


def scope_of(caller: Caller) -> Scope:
    """Return what a caller may see."""
    return Scope(caller)


def _any(conditions: Mapping[Reach, Condition], reach: frozenset[Reach]) -> Condition:
    return or_(false(), *(condition for name, condition in conditions.items() if name in reach))


def _open_order() -> Condition:
    return and_(col(WorkOrder.kind) != Kind.REPORT.value, col(WorkOrder.secrecy) < int(Confidentiality.REPORT))


def _named(names: Sequence[str]) -> Condition:
    return _of_order(OrderNamed).where(col(OrderNamed.person).in_(names))


def _of_order(table: type[OrderUnit] | type[OrderBarred] | type[OrderNamed] | type[OrderFinding]) -> Exists:
    """Return whether the order has a row in `table`; whatever else the query reads, only the order is meant by it."""
    return exists().where(col(table.number) == col(WorkOrder.number)).correlate(WorkOrder)


def _named_for_call(names: Sequence[str]) -> Condition:
    """True for a call of which an order was made that one of these may know all of."""
    return exists().where(col(WorkOrder.call_key) == col(CallRecord.key),
                          col(OrderNamed.number) == col(WorkOrder.number),
                          col(OrderNamed.person).in_(names)).correlate(CallRecord)


def _above(unit: str) -> Any:
    """Return a SELECT of `unit` and every unit above it."""
    start = select(cast(unit, Text).label("unit")).cte(recursive=True)
    step = select(cast(UnitPlace.upper, Text)).join(start, col(UnitPlace.unit) == start.c.unit)
    return select(start.union(step).c.unit)


def _below(unit: str) -> Any:
    """Return a SELECT of `unit` and every unit under it; a circle in the table does no harm."""
    start = select(cast(unit, Text).label("unit")).cte(recursive=True)
    step = select(cast(UnitPlace.unit, Text)).join(start, col(UnitPlace.upper) == start.c.unit)
    return select(start.union(step).c.unit)


def _talked(agent: str) -> Condition:
    """The parties column holds JSON as Python writes it; ids are words, so the text says it exactly."""
    return cast(CallRecord.parties, Text).contains(f'"who": "{agent}"', autoescape=True)


def _record_of_a_report() -> Condition:
    """True for a call of which a report was made, or is about to be."""
    order = exists().where(col(WorkOrder.call_key) == col(CallRecord.key), not_(_open_order())).correlate(CallRecord)
    return or_(order, cast(CallRecord.appeals, Text).contains('"kind": "report"'))
