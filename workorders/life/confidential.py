"""Who may see what of an order. Asked in every query, search, screen pop, likeness and merge; never answered "maybe".

举报: the unit complained of learns nothing, not even that the order exists (行政机关对举报人信息保密的规定:
《信访工作条例》第三十条, 《市场监督管理投诉举报处理暂行办法》第三十二条). Name, number, recording and history of a
report are for named persons only. Call-backs show 12345 and need no number on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from workorders.life.acts import Actor
from workorders.life.order import Assignment, Order
from workorders.life.words import UNIT_PHASE, UNIT_ROLES, Confidentiality, Role, State


class Field(StrEnum):
    """What may be seen of an order, each by itself."""

    EXISTENCE = "existence"
    MATTER = "matter"
    SUMMARY = "summary"
    REPLY = "reply"
    CLOCKS = "clocks"
    ADDRESS = "address"
    NAME = "name"
    NUMBER = "number"
    RECORDING = "recording"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks. `units`: their unit, and those above and below it that they can look into; `own`: theirs alone."""

    id: str
    role: Role
    units: frozenset[str] = frozenset()
    own: str = ""


F = Field
_SIGHT = frozenset({F.EXISTENCE, F.MATTER, F.SUMMARY, F.REPLY, F.CLOCKS})
_ALL = frozenset(Field)
_NOTHING: frozenset[Field] = frozenset()
_PERSONAL = frozenset({F.NAME, F.NUMBER, F.RECORDING, F.HISTORY, F.ADDRESS})
_STAFF = frozenset({Role.AGENT, Role.TEAM_LEADER, Role.BACK_OFFICE, Role.QUALITY, Role.DUTY_LEADER, Role.DEPUTY,
                    Role.SUPERVISION, Role.DISCIPLINE, Role.AUDITOR})
OPEN_TO: dict[Role, frozenset[Field]] = {  # an ordinary order; the number is masked where NUMBER is missing
    Role.AGENT: _SIGHT | {F.ADDRESS, F.NAME, F.HISTORY},
    Role.TEAM_LEADER: _ALL, Role.BACK_OFFICE: _ALL - {F.RECORDING},
    Role.QUALITY: _SIGHT | {F.RECORDING, F.HISTORY, F.ADDRESS},
    Role.UNIT_HANDLER: _SIGHT | {F.ADDRESS, F.NAME, F.NUMBER}, Role.UNIT_LEAD: _SIGHT | {F.ADDRESS, F.NAME, F.NUMBER},
    Role.EXPERT: frozenset({F.EXISTENCE, F.MATTER, F.SUMMARY}), Role.DUTY_LEADER: _ALL - {F.NUMBER, F.RECORDING},
    Role.DEPUTY: _ALL - {F.NUMBER, F.RECORDING},
    Role.SUPERVISION: _SIGHT | {F.HISTORY, F.ADDRESS}, Role.DISCIPLINE: _SIGHT | {F.HISTORY, F.ADDRESS},
    Role.AUDITOR: frozenset({F.EXISTENCE, F.MATTER, F.CLOCKS, F.HISTORY}), Role.ADMIN: frozenset({F.EXISTENCE}),
    Role.API_CLIENT: _SIGHT, Role.CITIZEN: _NOTHING, Role.SYSTEM: _ALL,
}
HIDDEN: dict[Confidentiality, frozenset[Field]] = {  # what an order's level takes away from units and other systems
    Confidentiality.OPEN: _NOTHING,
    Confidentiality.CALLER: frozenset({F.NAME, F.NUMBER, F.ADDRESS, F.RECORDING}),
    Confidentiality.REPORT: _PERSONAL,
}
MAY_LEAD = frozenset({State.ACCEPTED, State.AWAITING, State.ENDORSED, *UNIT_PHASE, State.REDISPATCHING,
                      State.REOPENED})  # states in which an order can carry others to an answer
UNMASKERS = frozenset({Role.AGENT, Role.TEAM_LEADER, Role.BACK_OFFICE, Role.QUALITY, Role.SUPERVISION,
                       Role.DISCIPLINE, Role.AUDITOR})


def level_of(order: Order) -> Confidentiality:
    """Return how secret an order is: a report by its kind, an anonymous caller by their wish, whatever was ticked."""
    matter = order.matter
    if matter.is_report:
        return Confidentiality.REPORT
    return max(matter.confidentiality, Confidentiality.CALLER) if matter.anonymous else matter.confidentiality


def units_named(part: Assignment) -> frozenset[str]:
    """Return the units that a part has put the order before."""
    return frozenset({part.unit, *(inner.unit for inner in part.inner)})


def involved(order: Order) -> frozenset[str]:
    """Return the units that have it or have worked it; one that was dispatched to by error has no more to see."""
    return frozenset(unit for part in order.assignments if not part.void for unit in units_named(part))


def concerned(order: Order) -> frozenset[str]:
    """Return the units that may act at all: that have or had a part, are offered the lead, or must answer a finding."""
    parts = frozenset(unit for part in order.assignments for unit in units_named(part))
    found = frozenset(finding.unit for finding in order.findings)
    return (parts | found | _offered(order)) - order.matter.barred


def is_named(person: str, order: Order) -> bool:
    """Tell whether a person is one of those who may know; who took the appeal has heard it anyway."""
    return person in order.named or person == order.accepted_by


def sees(reader: Reader, order: Order) -> frozenset[Field]:
    """Return what a person may see; empty: for them the order does not exist."""
    if _barred(reader, order):
        return _NOTHING
    units = reader.units | {reader.own} if reader.own else reader.units
    if reader.role in UNIT_ROLES and not units & (involved(order) | _offered(order)):
        return _NOTHING
    allowed, level = OPEN_TO[reader.role], level_of(order)
    if reader.role is Role.SYSTEM:
        return allowed
    if level is Confidentiality.REPORT:
        return _of_report(reader, order, allowed)
    return allowed - HIDDEN[level] if reader.role not in _STAFF else allowed


def must_answer(reader: Reader, order: Order) -> bool:
    """Tell whether a unit that sees nothing of an order is asked for its word: a finding names it (memo S16).

    It is shown that finding and the order's number, and nothing of the matter or the citizen. From the unit complained
    of a report is kept even so.
    """
    named = reader.own and any(finding.unit == reader.own for finding in order.findings)
    return bool(named) and reader.role in UNIT_ROLES and not _barred(reader, order)


def _barred(reader: Reader, order: Order) -> bool:
    """Tell whether the order does not exist for a reader: complained of, under it, or looking into it from above.

    The unit above may be sent the report itself, to look into it; then it sees it as any unit sees its own.
    """
    barred = order.matter.barred
    if not reader.units & barred and reader.own not in barred:
        return False
    return reader.own in barred or reader.own not in involved(order) | _offered(order)


def _of_report(reader: Reader, order: Order, allowed: frozenset[Field]) -> frozenset[Field]:
    """Return what is seen of a report: nothing by other systems and experts, the person only by those named."""
    if reader.role in (Role.EXPERT, Role.API_CLIENT):
        return _NOTHING
    return allowed | _PERSONAL if is_named(reader.id, order) and reader.role in _STAFF else allowed - _PERSONAL


def _offered(order: Order) -> frozenset[str]:
    offer = order.pending("lead")
    return frozenset({offer.detail}) if offer else frozenset()


def visible(reader: Reader, orders: Iterable[Order]) -> Iterator[Order]:
    """Yield the orders that exist for a person: for lists, search, likeness and the screen pop alike."""
    return (order for order in orders if F.EXISTENCE in sees(reader, order))


def may_be_told(unit: str, order: Order) -> bool:
    """Tell whether a unit may be sent this, invited to its call or be offered its lead."""
    return unit not in order.matter.barred


def may_merge(one: Order, other: Order) -> bool:
    """Tell whether `one` may go into `other`: never a report, never across secrecy, nor into what is over or merged."""
    return (one.number != other.number and level_of(one) == level_of(other) < Confidentiality.REPORT
            and other.state in MAY_LEAD)


def may_unmask(by: Actor, order: Order) -> bool:
    """Tell whether a hidden field may be shown to a person who asks with a reason; the asking is in the history."""
    if by.unit and by.unit in order.matter.barred:
        return False
    if level_of(order) is Confidentiality.REPORT:
        return by.role in _STAFF and any(is_named(name, order) for name in (by.id, by.agent) if name)
    return by.role in UNMASKERS


def mask_number(number: str) -> str:
    """Hide the middle of a telephone number: 138****5678; a short one wholly."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "*" * len(number)


def mask_name(name: str) -> str:
    """Hide a name but for its first character: 张**."""
    return name[:1] + "*" * max(0, len(name) - 1)


def shown(field: Field, value: str, reader: Reader, order: Order) -> str:
    """Return a value as this person may read it: whole, masked, or ""."""
    allowed = sees(reader, order)
    if F.EXISTENCE not in allowed:
        return ""
    if field in allowed:
        return value
    if level_of(order) is Confidentiality.OPEN and field in (F.NUMBER, F.NAME):
        return mask_number(value) if field is F.NUMBER else mask_name(value)
    return ""
