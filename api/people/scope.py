"""Which rows somebody may see, as conditions for use inside a SELECT. Without a role that grants rows: none.

A 举报 (report) is for those whose office needs it; nobody learns by list, number or search that it exists. What kind
an order has is not told at first, so units see an order only once it is told and is no report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Text, and_, cast, exists, false, not_, or_, true
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from api.people.caller import Caller
from api.people.models import Person, UnitPlace
from workorders.life.words import Role
from workorders.models import CallRecord, WorkOrder

Condition = ColumnElement[bool]


class Reach(StrEnum):
    """How far a role sees."""

    ALL = "all"  # reports too
    OPEN = "open"  # everything but reports
    UNIT = "unit"  # the own unit and those below it, no reports
    OWN = "own"  # what the person took, reports too


_ALL, _OPEN, _UNIT, _OWN = (frozenset({reach}) for reach in Reach)

ORDERS: Final[Mapping[Role, frozenset[Reach]]] = {
    Role.AGENT: _OPEN | _OWN,  # any agent answers a citizen who asks how the order stands
    Role.EXPERT: _OWN,  # joining a call shows no order; what they accepted themselves is theirs
    Role.TEAM_LEADER: _OPEN | _OWN, Role.BACK_OFFICE: _ALL, Role.QUALITY: _OPEN,
    Role.UNIT_HANDLER: _UNIT, Role.UNIT_LEAD: _UNIT, Role.DUTY_LEADER: _OPEN, Role.DEPUTY: _OPEN,
    Role.SUPERVISION: _ALL, Role.DISCIPLINE: _ALL}
ORDERS_TO_CHANGE: Final[Mapping[Role, frozenset[Reach]]] = {**ORDERS, Role.AGENT: _OWN}
RECORDS: Final[Mapping[Role, frozenset[Reach]]] = {  # call records and their recordings; live calls
    Role.AGENT: _OWN, Role.TEAM_LEADER: _OPEN | _OWN, Role.BACK_OFFICE: _ALL, Role.QUALITY: _OPEN,
    Role.DUTY_LEADER: _OPEN, Role.DEPUTY: _OPEN, Role.SUPERVISION: _ALL, Role.DISCIPLINE: _ALL}
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

    def records(self) -> Condition:
        """Return which call records, and with them which recordings."""
        reach, agent = self._reach(RECORDS), self.caller.agent
        open_ones = not_(_record_of_a_report())
        return _any({Reach.ALL: true(), Reach.OPEN: open_ones,
                     Reach.OWN: _talked(agent) if agent else false()}, reach)

    def people(self) -> Condition:
        """Return which people."""
        return _any({Reach.ALL: true(), Reach.UNIT: self.of_units(col(Person.unit))}, self._reach(PEOPLE))

    def of_units(self, column: Any) -> Condition:
        """Return whether `column` names the own unit or one below it."""
        return column.in_(_below(self.caller.unit)) if self.caller.unit else false()

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

    def _orders(self, reach: frozenset[Reach]) -> Condition:
        own = col(WorkOrder.agent) == self.caller.agent if self.caller.agent else false()
        told = col(WorkOrder.kind).not_in(("", "report"))
        return _any({Reach.ALL: true(), Reach.OPEN: col(WorkOrder.kind) != "report", Reach.OWN: own,
                     Reach.UNIT: and_(self.of_units(col(WorkOrder.unit)), told)}, reach)

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


def _below(unit: str) -> Any:
    """Return a SELECT of `unit` and every unit under it; a circle in the table does no harm."""
    start = select(cast(unit, Text).label("unit")).cte("below", recursive=True)
    step = select(cast(UnitPlace.unit, Text)).join(start, col(UnitPlace.upper) == start.c.unit)
    return select(start.union(step).c.unit)


def _talked(agent: str) -> Condition:
    """The parties column holds JSON as Python writes it; ids are words, so the text says it exactly."""
    return cast(CallRecord.parties, Text).contains(f'"who": "{agent}"', autoescape=True)


def _record_of_a_report() -> Condition:
    """True for a call of which a report was made, or is about to be."""
    order = exists().where(col(WorkOrder.call_key) == col(CallRecord.key), col(WorkOrder.kind) == "report")
    return or_(order, cast(CallRecord.appeals, Text).contains('"kind": "report"'))
