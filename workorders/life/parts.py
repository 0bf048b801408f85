"""Small moves on an order that many acts share: ending a part, settling a request, charging lost time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workorders.life.acts import Act
from workorders.life.order import Assignment, Charge, GiveBack, Order, Part, Request, Standing
from workorders.life.policy import Terms
from workorders.life.words import State


def new_part(act: Act, unit: str, part: Part, *, on_call: bool = False) -> Assignment:
    """Return a unit's part as this act dispatches it."""
    dues = act.dues
    return Assignment(
        unit=unit, part=part, state=State.DISPATCHED, dispatched_at=act.at, dispatched_by=act.by,
        terms=Terms.model_validate(act.terms["part"]), sign_due=dues["sign"], contact_due=dues["contact"],
        reply_due=dues["reply"], first_reply_due=dues["reply"], terms_since=act.at, on_call=on_call,
        contacted_at=act.at if on_call else None)


def add_part(order: Order, part: Assignment) -> Order:
    """Return the order with one more part."""
    lead = part.unit if part.part == "lead" else order.lead
    part = replace(part, anonymous=order.matter.anonymous)
    return replace(order, assignments=(*order.assignments, part), lead=lead)


def end_part(order: Order, unit: str, at: float, why: str) -> Order:
    """End what `unit` has of it; what it had asked lapses."""
    part = order.part_of(unit)
    if part is None:
        return order
    return lapse(order.with_part(replace(part, ended_at=at, ended_why=why)), unit, at)


def end_all(order: Order, at: float, why: str) -> Order:
    """End every part."""
    for part in tuple(order.current()):
        order = end_part(order, part.unit, at, why)
    return order


def end_lead(order: Order, at: float, why: str) -> Order:
    """End the lead's part, if there is one."""
    return end_part(order, order.leading.unit, at, why) if order.leading else order


def lapse(order: Order, unit: str, at: float) -> Order:
    """Let what `unit` asked for its part fall away undecided."""
    def changed(request: Request) -> Request:
        mine = request.unit == unit and request.standing == "asked" and request.what != "strike"
        return replace(request, standing="lapsed", decided_at=at) if mine else request
    return replace(order, requests=tuple(changed(request) for request in order.requests))


def lapse_all(order: Order, at: float) -> Order:
    """Let everything that is asked fall away undecided, but strikes: those are about what was."""
    return replace(order, requests=tuple(
        replace(r, standing="lapsed", decided_at=at) if r.standing == "asked" and r.what != "strike" else r
        for r in order.requests))


def settle(order: Order, request: Request | None, act: Act, standing: Standing) -> Order:
    """Write down how a request was decided."""
    if request is None:
        return order
    done = replace(request, standing=standing, decided_at=act.at, decided_by=act.by)
    return replace(order, requests=tuple(done if old.seq == request.seq else old for old in order.requests))


def charge(order: Order, whom: str, since: float, until: float | None, why: str) -> Order:
    """Charge time lost to somebody."""
    return replace(order, charges=(*order.charges, Charge(whom, since, until, why)))


def stop_charges(order: Order, at: float) -> Order:
    """Close the charges that were still running."""
    closed = tuple(replace(c, until=at) if c.until is None else c for c in order.charges)
    return replace(order, charges=closed)


def last_back(order: Order, unit: str) -> GiveBack | None:
    """Return the last return or plea of a unit."""
    return next((back for back in reversed(order.give_backs) if back.unit == unit), None)


def with_back(order: Order, changed: GiveBack) -> Order:
    """Return the order with one return or plea decided."""
    return replace(order, give_backs=tuple(changed if old.seq == changed.seq else old for old in order.give_backs))


def on_part(order: Order, unit: str, change: Callable[[Assignment], Assignment]) -> Order:
    """Return the order with a unit's part changed."""
    part = order.part_of(unit)
    return order.with_part(change(part)) if part else order
