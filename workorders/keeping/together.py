"""Several appeals become orders in one transaction: one range of numbers, one statement a table. All of them or none.

Whoever calls leaves out beforehand what no group can settle (`taken`); it comes again alone, and is told why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from workorders.keeping import birth, numbers
from workorders.keeping.amend import evidence, noted
from workorders.keeping.answered import answer_from, answering
from workorders.keeping.birth import Born, Coming
from workorders.keeping.intake import Intake
from workorders.keeping.keeper import Keeper, Kept, Made, refuse_second
from workorders.life.acts import Actor, Wish
from workorders.life.errors import LifeError
from workorders.life.history import Digest, advance
from workorders.life.order import Order
from workorders.life.policy import Rules
from workorders.life.words import Do
from workorders.models import WorkOrder

_Appeal = tuple[str, int]


def appeal_of(appeal: Intake) -> _Appeal | None:
    """Return the call and the appeal in it that may have one order only, None where it is of no call."""
    return None if appeal.call_key is None or appeal.appeal is None else (appeal.call_key, appeal.appeal)


async def taken(session: AsyncSession, appeals: Sequence[Intake]) -> set[_Appeal]:
    """Return which of the appeals have their order."""
    named = [one for appeal in appeals if (one := appeal_of(appeal)) is not None]
    if not named:
        return set()
    both = col(WorkOrder.call_key), col(WorkOrder.appeal)
    found = await session.execute(select(*both).where(tuple_(*both).in_(named)))
    return {(key, appeal) for key, appeal in found if key is not None and appeal is not None}


async def number_all(keeper: Keeper, session: AsyncSession, comings: Sequence[Coming]) -> list[Born]:
    """Return the orders that appeals become, with what their calls already show; none is written. Raises LifeError."""
    found = await numbers.next_numbers(session, [one.at for one in comings], keeper.zone)
    return [bear(one, number, await keeper.rules(session, one.at), keeper.digest)
            for one, number in zip(comings, found, strict=True)]


def bear(coming: Coming, number: str, rules: Rules, digest: Digest) -> Born:
    """Return the order that an appeal becomes, with what its call already shows. Raises LifeError."""
    order, first = birth.accepted(coming, number, rules, digest)
    acts = [first]
    for wish in _shown(coming, order, rules):
        try:
            order, one = advance(order, wish, rules, digest)
        except LifeError as error:
            if wish.do is Do.ANSWER and not coming.appeal.call:  # nobody's call: whoever asks is there to mend it
                raise
            order, one = advance(order, noted(wish, error), rules, digest)
        acts.append(one)
    return birth.born(coming.appeal, order, acts, numbers.new_code())


def _shown(coming: Coming, order: Order, rules: Rules) -> Iterator[Wish]:
    yield from evidence(order, coming.appeal.call, coming.at)
    answer = answer_from(coming.appeal.answer)
    if answer is not None:
        yield answering(answer, coming.by, coming.at, rules.policy)


async def accept_with_evidence(keeper: Keeper, session: AsyncSession, appeal: Intake, by: Actor, at: float) -> Made:
    """Accept one appeal, and with it what its call already shows. Raises AppealTaken, LifeError."""
    await refuse_second(session, appeal)
    (one,) = await number_all(keeper, session, [Coming(appeal, by, at)])
    await keeper.keep_new(session, [one])
    return Made(Kept(one.row(), one.order, one.acts), one.code)
