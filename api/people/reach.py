"""How far each office sees, and what of a caller decides that: the shape, never who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.people.caller import Caller
from workorders.life.words import Role


class Reach(StrEnum):
    """How far a role sees."""

    ALL = "all"  # reports too
    OPEN = "open"  # everything but reports
    UNIT = "unit"  # what the own unit, or one below it, has or had by right; a report only what was sent to it
    OWN = "own"  # what the person took or was named for, reports too


Reaches = frozenset[Reach]
Table = Mapping[Role, Reaches]
ALL, OPEN, UNIT, OWN = (frozenset({reach}) for reach in Reach)

ORDERS: Final[Table] = {
    Role.AGENT: OPEN | OWN,  # any agent answers a citizen who asks how the order stands
    Role.EXPERT: OWN,  # joining a call shows no order; what they accepted themselves is theirs
    Role.TEAM_LEADER: OPEN | OWN, Role.BACK_OFFICE: ALL, Role.QUALITY: OPEN,
    Role.UNIT_HANDLER: UNIT, Role.UNIT_LEAD: UNIT, Role.DUTY_LEADER: ALL, Role.DEPUTY: ALL,  # sign reports
    Role.SUPERVISION: ALL, Role.DISCIPLINE: ALL}
ORDERS_TO_CHANGE: Final[Table] = {**ORDERS, Role.AGENT: OWN}
RECORDS: Final[Table] = {  # call records and their recordings; live calls
    Role.AGENT: OWN, Role.TEAM_LEADER: OPEN | OWN, Role.BACK_OFFICE: OPEN | OWN, Role.QUALITY: OPEN | OWN,
    Role.DUTY_LEADER: OPEN | OWN, Role.DEPUTY: OPEN | OWN, Role.SUPERVISION: OPEN | OWN, Role.DISCIPLINE: OPEN | OWN}
PEOPLE: Final[Table] = {Role.ADMIN: ALL, Role.AUDITOR: ALL, Role.UNIT_LEAD: UNIT}


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a caller that decides which conditions hold. Callers of one shape may share the text of a statement."""

    kind: str
    roles: frozenset[Role]
    has_unit: bool
    has_agent: bool

    @property
    def own_house(self) -> bool:
        """Tell whether the installation itself asks."""
        return self.kind == "installation"

    def reach(self, table: Table) -> Reaches:
        """Return how far a caller of this shape sees what `table` is about; without a role that grants it: nothing."""
        if self.own_house:
            return ALL
        if self.kind == "client":
            return UNIT if self.has_unit else OPEN
        return frozenset().union(*(table.get(role, frozenset()) for role in self.roles))


def shape_of(caller: Caller) -> Shape:
    """Return a caller's shape."""
    return Shape(caller.kind, caller.roles, bool(caller.unit), bool(caller.agent))
