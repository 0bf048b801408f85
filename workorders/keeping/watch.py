"""What happens to orders by itself: the ladder, findings of the record, ends that come when nobody objects.

Any number of watchers may run on one database. A look is one transaction: what was found due is in the history with
the timer's next moment, or nothing is. Doing it twice does nothing twice: the history knows each rung and finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.db import Database
from core.log import get_logger
from workorders.errors import WorkOrderError
from workorders.keeping import figures, timers
from workorders.keeping.keeper import Keeper, Kept
from workorders.keeping.timers import PATIENCE, Due
from workorders.life.acts import Act, Wish, by_system
from workorders.life.calendar_change import anew
from workorders.life.confidential import level_of
from workorders.life.errors import LifeError
from workorders.life.findings import to_raise
from workorders.life.ladder import due_rungs
from workorders.life.order import Order
from workorders.life.policy import Rules
from workorders.life.words import Confidentiality, Do, State
from workorders.models import WorkOrder

_ANSWERS = frozenset({Do.REPLY, Do.ANSWER, Do.RESULT_BACK, Do.MAIN_ANSWERED})
_NO_ANSWER = frozenset({State.WITHDRAWN, State.REFUSED, State.TERMINATED, State.SHELVED, State.MERGED})
log = get_logger(__name__)


def due_wishes(order: Order, rules: Rules, now: float) -> Iterator[Wish]:
    """Yield what the record and the clocks ask for by `now`."""
    wish = anew(order, {year.year for year in rules.calendar.years}, now)
    if wish is not None:
        yield wish
    yield from (rung.wish(now) for rung in due_rungs(order, rules, now))
    yield from (found.wish(now) for found in to_raise(order, now))


def end_wish(order: Order, rules: Rules, now: float) -> Wish | None:
    """Return the end that is due by itself, if one is."""
    at = timers.ends_at(order, rules)
    if at is None or now < at:
        return None
    return by_system(timers.AUTOMATIC[order.state], now, {}, why="期限已到，无人提出异议")


class Watch:
    """Looks at orders whose timer has come. `name` tells watchers apart."""

    def __init__(self, db: Database, keeper: Keeper, name: str) -> None:
        self._db, self._keeper, self._name = db, keeper, name

    async def round(self, now: float, limit: int = 50) -> int:
        """Look at what is due; return how many orders were looked at."""
        async with self._db.writing() as session:
            claimed = await timers.claim(session, self._name, now, limit=limit)
        for due in claimed:
            await self._guarded(due, now)
        return len(claimed)

    async def adopt(self, limit: int = 50) -> int:
        """Give orders from before there was a history the one they must have had; return how many."""
        query = select(WorkOrder.number).where(col(WorkOrder.version) == 0).limit(limit)
        async with self._db.writing() as session:
            numbers = list((await session.execute(query)).scalars())
            for number in numbers:
                await self._keeper.load(session, number, lock=True)
        return len(numbers)

    async def _guarded(self, due: Due, now: float) -> None:
        try:
            async with self._db.writing() as session:
                await self.look(session, due.number, now)
        except WorkOrderError as error:
            log.error("order could not be looked at", order=due.number, error=str(error), attempts=due.attempts)
            async with self._db.writing() as session:
                await timers.failed(session, due, str(error), now)

    async def look(self, session: AsyncSession, number: str, now: float) -> Kept:
        """Do what is due with one order, and set its timer anew."""
        kept = await self._keeper.load(session, number, lock=True)
        rules = await self._keeper.rules(session, now)
        kept = await self._keeper.go_on(session, kept, list(due_wishes(kept.order, rules, now)), _passed_over)
        kept = await self._follow(session, kept, now)
        end = end_wish(kept.order, rules, now)
        kept = await self._keeper.go_on(session, kept, [end] if end else [], _passed_over)
        await figures.keep(session, kept.order, now, rules.calendar)
        await timers.wind(session, number, self._next(kept.order, rules, now))
        return kept

    @staticmethod
    def _next(order: Order, rules: Rules, now: float) -> float | None:
        at = timers.next_look(order, rules, now)
        end = timers.ends_at(order, rules)
        if end is not None and end <= now:  # a person must do something first
            at = min(now + PATIENCE, now + PATIENCE if at is None else at)
        return at

    async def _follow(self, session: AsyncSession, kept: Kept, now: float) -> Kept:
        """Tell a merged order's citizen what the order that carries on was answered."""
        order = kept.order
        if order.state is not State.MERGED or not order.merged_into:
            return kept
        wish = follow_wish(await self._keeper.load(session, order.merged_into), order, now)
        return await self._keeper.go_on(session, kept, [wish] if wish else [], _passed_over)


def follow_wish(main: Kept, order: Order, now: float) -> Wish | None:
    """Return what becomes of a merged order by what became of the one that carries on: answered, apart, or neither."""
    answered, over = main.order.round.answered_at, main.order.state in _NO_ANSWER
    if level_of(main.order) is Confidentiality.REPORT:  # its reply is nobody else's to read
        return by_system(Do.UNMERGE, now, {}, why="主单已按保密事项办理，本单单独办理")
    reply = _last_answer(main.acts)
    if not over and answered is not None and answered >= order.accepted_at and reply is not None:
        wish = by_system(Do.MAIN_ANSWERED, now, {"unit": main.order.round.answered_by or None})
        return replace(wish, text=reply.text)
    if over or main.order.state is State.ARCHIVED:
        return by_system(Do.UNMERGE, now, {}, why="主单没有答复就结束了，本单单独办理")
    return None


def _last_answer(acts: tuple[Act, ...]) -> Act | None:
    return next((act for act in reversed(acts) if act.do in _ANSWERS and not act.part and act.text), None)


def _passed_over(wish: Wish, error: LifeError) -> None:
    """The table does not allow it here: it is nothing that must be done, or a person must do something first."""
    log.debug("not done by itself", act=wish.do.value, why=str(error))

