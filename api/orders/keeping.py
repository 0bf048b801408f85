"""The keeper of orders, as a route reaches it: only what the caller sees, and in an office that the caller holds."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from fastapi import Request
from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import now_of, who
from api.people.acts import first_allowed, offices_for
from api.people.caller import Caller
from api.people.reach import Shape
from api.people.scope import named_orders, named_to_answer, scope_of
from api.wire.versions import check
from core.db import once
from workorders import orders
from workorders.keeping.keeper import Keeper, Kept
from workorders.keeping.prepare import prepared
from workorders.life.acts import Actor, Wish
from workorders.life.perform import perform
from workorders.life.words import UNIT_ROLES, Do, Role
from workorders.models import WorkOrder

_SHAPES: Final = 256  # of callers: each set of offices is one
NOBODY: Final = Actor("-", Role.CITIZEN)  # until the office is found


def keeper_of(request: Request) -> Keeper:
    """Return the keeper of orders."""
    keeper: Keeper = request.app.state.keeper
    return keeper


def wish_of(request: Request, do: Do, **more: object) -> Wish:
    """Return a wish as of now, by nobody yet."""
    return Wish(do, NOBODY, now_of(request), **more)  # type: ignore[arg-type]


async def seen(session: AsyncSession, caller: Caller, number: str, *, to_act_on: bool = False) -> WorkOrder:
    """Return an order that the caller sees; `to_act_on`: also one that their unit must answer a finding of.

    On a page of several answers it is asked for once. Raises NotFound.
    """
    scope = scope_of(caller)
    wider = to_act_on and scope.shape.has_unit and bool(scope.shape.roles & UNIT_ROLES)

    async def read() -> WorkOrder:
        found = await session.execute(_one(scope.shape, wider=wider), {"number": number, **scope.values})
        return orders.there(number, found.scalar_one_or_none())

    return await once(session, ("seen", number, caller.id, caller.unit, caller.agent, scope.shape, wider), read)


@lru_cache(_SHAPES)
def _one(shape: Shape, *, wider: bool) -> Any:
    """Return the question for one order, as callers of a shape see orders, or may act on them."""
    seen_ones = named_to_answer(shape)[0] if wider else named_orders(shape)
    return select(WorkOrder).where(col(WorkOrder.number) == bindparam("number"), seen_ones)


async def locked(request: Request, session: AsyncSession, number: str, version: int | None) -> Kept:
    """Return an order that the caller sees, locked for the rest of the transaction. Raises NotFound, Problem 412."""
    await orders.seen(session, number, scope_of(who(request)).orders_to_act_on())
    kept = await keeper_of(request).load(session, number, lock=True)
    check(kept.order.length, version)
    return kept


async def done(request: Request, session: AsyncSession, kept: Kept, wish: Wish) -> Kept:
    """Do an act in whichever of the caller's offices the table allows it. Raises the LifeError of the likeliest."""
    keeper, order = keeper_of(request), kept.order
    rules = await keeper.rules(session, wish.at)
    ready = await prepared(session, order, replace(wish, at=max(wish.at, order.last_at)))
    offices = offices_for(who(request), wish.do, order)

    def tried(office: Actor) -> Wish:
        perform(order, replace(ready, by=office), rules)
        return replace(ready, by=office)

    return await keeper.go_on(session, kept, [first_allowed(offices, tried)])
