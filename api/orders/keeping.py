"""The keeper of orders, as a route reaches it: only what the caller sees, and in an office that the caller holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import now_of, who
from api.people.acts import first_allowed, offices_for
from api.people.scope import scope_of
from api.wire.versions import check
from workorders import orders
from workorders.keeping.keeper import Keeper, Kept
from workorders.keeping.prepare import prepared
from workorders.life.acts import Actor, Wish
from workorders.life.perform import perform
from workorders.life.words import Do, Role

NOBODY: Final = Actor("-", Role.CITIZEN)  # until the office is found


def keeper_of(request: Request) -> Keeper:
    """Return the keeper of orders."""
    keeper: Keeper = request.app.state.keeper
    return keeper


def wish_of(request: Request, do: Do, **more: object) -> Wish:
    """Return a wish as of now, by nobody yet."""
    return Wish(do, NOBODY, now_of(request), **more)  # type: ignore[arg-type]


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
