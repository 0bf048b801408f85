"""What lists, scope and search need of an order, folded out of it: plain functions, the same order the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workorders.keeping.numbers import rank_of
from workorders.life.clocks import clocks_of
from workorders.life.confidential import level_of
from workorders.life.order import Assignment, Inner, Order
from workorders.life.states import owner
from workorders.life.words import Confidentiality, State

NEVER = 9_999_999_999.0  # a deadline of nobody
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shares:
    """Rows beside the order's own: keyword arguments of OrderUnit, OrderBarred, OrderNamed, OrderFinding."""

    units: tuple[Row, ...] = ()
    barred: tuple[Row, ...] = ()
    named: tuple[Row, ...] = ()
    findings: tuple[Row, ...] = ()


NOTHING = Shares()


def columns_of(order: Order) -> Row:
    """Return the projected columns of WorkOrder."""
    matter, now, whose = order.matter, order.round, owner(order)
    return {
        "state": order.state.value, "kind": matter.kind.value, "urgency": int(matter.urgency),
        "first": matter.classification.first, "second": matter.classification.second,
        "third": matter.classification.third, "district": matter.place.district, "street": matter.place.street,
        "asker": matter.asker.value, "anonymous": matter.anonymous, "channel": matter.channel,
        "secrecy": int(level_of(order)), "provisional": order.provisional, "owner": whose, "lead": order.lead,
        "first_responder": order.first_responder, "due": due_of(order, whose), "answer_due": now.due,
        "close_due": now.close_due, "answered_at": now.answered_at, "closed_at": now.closed_at,
        "archived_at": order.last_at if order.state is State.ARCHIVED else None, "outcome": order.outcome,
        "merged_into": order.merged_into, "reopened": order.reopened, "urges": order.urges,
        "refusal": order.refusals[-1].number if order.refusals else "", "findings": len(order.findings),
        "version": order.length, "head": order.head, "changed_at": order.last_at}


def due_of(order: Order, whose: str) -> float:
    """Return the nearest running deadline of whoever owns the order, or the citizen's, or NEVER."""
    if order.state is State.ARCHIVED:
        return NEVER
    dues = [clock.due for clock in clocks_of(order) if clock.running and clock.whom == whose]
    return min(dues, default=order.round.close_due if order.round.closed_at is None else NEVER)


def shares_of(order: Order | None) -> Shares:
    """Return the rows beside an order; none of an order that is not there."""
    if order is None:
        return NOTHING
    named = order.named | {order.accepted_by} if level_of(order) is Confidentiality.REPORT else order.named
    return Shares(
        units=tuple(_units(order)),
        barred=tuple({"number": order.number, "unit": unit} for unit in sorted(order.matter.barred)),
        named=tuple({"number": order.number, "person": person} for person in sorted(named)),
        findings=tuple({
            "number": order.number, "key": found.key, "kind": found.kind, "unit": found.unit, "by": found.by,
            "raised_at": found.raised_at, "answered_at": found.answered_at, "decided_at": found.decided_at,
            "established": found.established, "referred_at": found.referred_at} for found in order.findings))


def _units(order: Order) -> Iterator[Row]:
    for place, part in enumerate(order.assignments):
        yield _part(order, str(place), part)
        for below, inner in enumerate(part.inner):
            yield _inner(order, f"{place}.{below}", part, inner)
    offer = order.pending("lead")
    if offer is not None:
        yield _row(order, "offer", offer.detail, "offered", order.state.value, offer.at)


def _part(order: Order, place: str, part: Assignment) -> Row:
    live = part.ended_at is None and order.state is not State.ARCHIVED
    clocks = ((part.sign_due, part.signed_at), (part.contact_due, part.contacted_at), (part.reply_due, part.replied_at))
    due = min((due for due, done in clocks if done is None), default=NEVER) if live else NEVER
    return _row(order, place, part.unit, part.part, part.state.value, part.dispatched_at, live=live, void=part.void,
                due=due, sign_due=part.sign_due, reply_due=part.reply_due, ended_at=part.ended_at,
                ended_why=part.ended_why)


def _inner(order: Order, place: str, part: Assignment, inner: Inner) -> Row:
    live = part.ended_at is None and inner.replied_at is None and part.replied_at is None
    ended = part.ended_at if inner.replied_at is None else inner.replied_at
    return _row(order, place, inner.unit, "inner", part.state.value, inner.at, live=live, void=part.void,
                due=inner.due if live else NEVER, reply_due=inner.due, ended_at=ended)


def _row(order: Order, place: str, unit: str, part: str, state: str, since: float, *, live: bool = True,
         void: bool = False, due: float = NEVER, sign_due: float | None = None, reply_due: float | None = None,
         ended_at: float | None = None, ended_why: str = "") -> Row:
    return {"number": order.number, "place": place, "unit": unit, "rank": rank_of(order.number), "part": part,
            "state": state, "live": live, "void": void, "since": since, "due": due, "sign_due": sign_due,
            "reply_due": reply_due, "ended_at": ended_at, "ended_why": ended_why}
