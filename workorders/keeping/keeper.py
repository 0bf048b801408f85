"""The keeper: one door through which every act of every order goes into its history, with all that follows from it.

The caller's transaction is the act: the history, the projection, the cases and the timer are written together or not
at all. The order's row is locked first, so two acts at once come one after the other; who says which version they
saw (`expect`) is told when somebody was quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import col, select

from core import db_batch
from core.db import memo_of
from core.db_batch import Statement
from workorders.errors import AppealTaken, LostUpdate, NotFound
from workorders.hooks.queue import Listeners
from workorders.keeping import birth, figures, intake, numbers, store, timers, words
from workorders.keeping.birth import PUT_IN, TABLES, Born, Coming
from workorders.keeping.folds import Folds
from workorders.keeping.intake import Intake
from workorders.keeping.prepare import prepared
from workorders.keeping.rules import Rulebook
from workorders.keeping.shares import columns_of, shares_of
from workorders.life.acts import Act, Actor, Wish
from workorders.life.errors import LifeError, NotYours
from workorders.life.history import SHA256, advance, digest_named, replay
from workorders.life.order import Order
from workorders.life.policy import Rules
from workorders.life.words import Do, Role, State
from workorders.models import WorkOrder

SKEW = 60.0  # s by which clocks of two machines may differ before an act is refused
_TAKEN_OUT = {name: delete(table).where(table.number == bindparam("of")) for name, table in TABLES}


@dataclass(frozen=True, slots=True)
class Kept:
    """An order as it is kept: its row, the order as folded, and its acts."""

    row: WorkOrder
    order: Order
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A new order, and the code by which its citizen asks for progress: stored nowhere, so told now or never."""

    kept: Kept
    code: str


def _folded(row: WorkOrder, acts: Sequence[Act]) -> Kept:
    return Kept(row, store.folded(row, acts), tuple(acts))


class Keeper:
    """Keeps the orders of one installation. One in a process; holds no session, and of orders what was folded."""

    def __init__(self, zone: ZoneInfo, digest: str = "sha256") -> None:
        self.zone = zone
        self.rulebook = Rulebook(zone)
        self.listeners = Listeners()
        self._folds = Folds()
        self.digest = SHA256 if digest == "sha256" else digest_named(digest)

    async def rules(self, session: AsyncSession, at: float) -> Rules:
        """Return the rules that hold at `at`."""
        return await self.rulebook.rules(session, at)

    # -- reading -----------------------------------------------------------------------------------------------
    async def load(self, session: AsyncSession, number: str, *, lock: bool = False) -> Kept:
        """Return an order with its whole history. Raises NotFound, BrokenHistory."""
        row = await session.get(WorkOrder, number, with_for_update=True if lock else None, populate_existing=lock)
        if row is None:
            raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号，例如 2026-1123-0042")
        if row.version == 0:
            return await self._adopt(session, row) if lock else Kept(row, self._born(row, await self.rules(
                session, row.created_at))[0])
        memo, key = memo_of(session), (number, row.version, row.head)
        if memo is not None and not lock and key in memo:
            known: Kept = memo[key]
            return known
        kept = _folded(row, await store.history(session, number))
        if memo is not None:
            memo[key] = kept
        return kept

    async def standing(self, session: AsyncSession, rows: Sequence[WorkOrder]) -> list[Order]:
        """Return how the orders of these rows stand. Those folded of late are known; for the others there is one
        question, however many. Raises BrokenHistory.
        """
        found = {row.number: known for row in rows if (known := self._folds.find(row)) is not None}
        acts = await store.histories(session, [row.number for row in rows if row.version and row.number not in found])
        for row in rows:
            if row.number in acts:
                found[row.number] = self._folds.keep(row, store.folded(row, acts[row.number]))
        return [found[row.number] if row.number in found else (await self.load(session, row.number)).order
                for row in rows]

    # -- writing -----------------------------------------------------------------------------------------------
    async def act(self, session: AsyncSession, number: str, wish: Wish, *, expect: int | None = None) -> Kept:
        """Do one act. Raises NotFound, LostUpdate when `expect` is no longer the order's version, LifeError."""
        return await self.acts(session, number, [wish], expect=expect)

    async def acts(self, session: AsyncSession, number: str, wishes: Sequence[Wish], *,
                   expect: int | None = None) -> Kept:
        """Do several acts, all or none."""
        kept = await self.load(session, number, lock=True)
        self.expect(kept, expect)
        return await self.go_on(session, kept, wishes)

    async def act_in_office(self, session: AsyncSession, number: str, wish: Wish,
                            offices: Callable[[Do, Order], Sequence[Actor]], *, expect: int | None = None) -> Kept:
        """Do one act in the first of the actor's `offices` that the table allows. Raises the first one's error."""
        kept = await self.load(session, number, lock=True)
        self.expect(kept, expect)
        first: LifeError | None = None
        for office in offices(wish.do, kept.order):
            try:
                return await self.go_on(session, kept, [replace(wish, by=office)])
            except LifeError as error:
                first = first or error
        raise first or NotYours("您没有可以办理工单的岗位", "请管理员授予角色")

    @staticmethod
    def expect(kept: Kept, version: int | None) -> None:
        """Raise LostUpdate unless the order is still as it was seen; None: whoever asks does not care."""
        if version is not None and kept.order.length != version:
            said = f"您看到的是第 {version} 步，现在是第 {kept.order.length} 步"
            raise LostUpdate(f"工单 {kept.row.number} 已被别人改动：{said}", "重新打开工单，看过最新情况后再办")

    async def go_on(self, session: AsyncSession, kept: Kept, wishes: Sequence[Wish],
                    instead: Callable[[Wish, LifeError], Wish | None] | None = None) -> Kept:
        """Do acts on an order that this transaction has locked by `load`.

        `instead`: what is done in place of a wish that cannot be, None for nothing; without it the error is raised.
        """
        order, done = kept.order, list[Act]()
        for wish in wishes:
            try:
                order, one = await self._one(session, order, wish)
            except LifeError as error:
                if instead is None:
                    raise
                other = instead(wish, error)
                if other is None:
                    continue
                order, one = await self._one(session, order, other)
            done.append(one)
        if done:
            await self.write(session, kept.row, kept.order, order, done)
        return Kept(kept.row, order, (*kept.acts, *done))

    async def _one(self, session: AsyncSession, order: Order, wish: Wish) -> tuple[Order, Act]:
        ready = await prepared(session, order, in_order(wish, order))
        return advance(order, ready, await self.rules(session, wish.at), self.digest)

    async def accept(self, session: AsyncSession, appeal: Intake, by: Actor, at: float, *, why: str = "") -> Made:
        """Make the order of an appeal. Raises AppealTaken when this appeal of this call has its order, LifeError.

        That a request comes again is seen by whoever stands before it (api.wire.once).
        """
        await refuse_second(session, appeal)
        number, code = await numbers.next_number(session, at, self.zone), numbers.new_code()
        rules = await self.rules(session, at)
        order, one = birth.accepted(Coming(appeal, by, at, why), number, rules, self.digest)
        return Made(await self._keep_new(session, birth.born(appeal, order, [one], code)), code)

    async def bring_in(self, session: AsyncSession, appeal: Intake, acts: Sequence[Act], now: float,
                       code: str = "") -> Kept:
        """Keep a whole life that was made elsewhere (the seed, an archive). Raises BrokenHistory."""
        return await self._keep_new(session, birth.born(appeal, replay(acts), acts, code), now)

    async def _keep_new(self, session: AsyncSession, child: Born, now: float | None = None) -> Kept:
        await self.keep_new(session, [child], now)
        row = child.row()
        make_transient_to_detached(row)  # it is written already: from here on the session follows its changes
        session.add(row)
        return Kept(row, child.order, child.acts)

    async def keep_new(self, session: AsyncSession, children: Sequence[Born], now: float | None = None,
                       more: Iterable[Statement] = ()) -> None:
        """Write new orders down, all in one go; `now`: when that is, if not when they last moved; `more`: with it."""
        looks, calendars = [], []
        for one in children:
            at = one.order.last_at if now is None else now
            rules = await self.rules(session, at)
            looks.append(timers.next_look(one.order, rules, at))
            calendars.append((at, rules.calendar))
        await db_batch.run(session, [*birth.written(session.get_bind().dialect.name, children, looks), *more])
        for one, (at, calendar) in zip(children, calendars, strict=True):
            await figures.keep(session, one.order, at, calendar)
            if now is None:  # what is brought in from elsewhere happened long ago
                await self.listeners.tell(session, one.order, one.acts)

    async def write(self, session: AsyncSession, row: WorkOrder, before: Order | None, order: Order,
                    acts: Sequence[Act]) -> None:
        """Write acts down, and bring everything that is folded out of the history up to date."""
        at = order.last_at
        rules = await self.rules(session, at)
        for name, value in columns_of(order).items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        timer = timers.wound(order.number, timers.next_look(order, rules, at))
        await db_batch.run(session, [store.added([(order.number, acts)]), *_share_changes(before, order), timer])
        await figures.keep(session, order, at, rules.calendar)
        await _tell_followers(session, before, order, at)
        await self.listeners.tell(session, order, acts)

    # -- orders from before there was a history ------------------------------------------------------------------
    def _born(self, row: WorkOrder, rules: Rules) -> tuple[Order, list[Act]]:
        """Return the history that an order without one must have had: accepted, perhaps withdrawn."""
        by = taker(row.agent)
        matter = intake.matter_of(row.model_dump())
        data = {"number": row.number, "matter": matter.model_dump(mode="json"), "call": row.call_key or ""}
        order, first = advance(None, Wish(Do.ACCEPT, by, row.created_at, data=data), rules, self.digest)
        if row.state != State.WITHDRAWN.value:
            return order, [first]
        gone = Wish(Do.WITHDRAW, Actor(row.agent or "system", Role.AGENT), row.changed_at, why="历史数据：已撤回",
                    data={"evidence": row.call_key or row.number})
        order, second = advance(order, gone, rules, self.digest)
        return order, [first, second]

    async def _adopt(self, session: AsyncSession, row: WorkOrder) -> Kept:
        order, acts = self._born(row, await self.rules(session, row.created_at))
        await self.write(session, row, None, order, acts)
        await words.keep(session, row)
        return Kept(row, order, tuple(acts))


def taker(agent: str) -> Actor:
    """Return who takes an appeal: the agent, or the system where nobody was there."""
    return Actor(agent, Role.AGENT) if agent else Actor("system", Role.SYSTEM)


def in_order(wish: Wish, order: Order) -> Wish:
    """Return the wish not before the last act, where only the clocks of two machines differ."""
    return replace(wish, at=order.last_at) if 0 < order.last_at - wish.at <= SKEW else wish


async def refuse_second(session: AsyncSession, appeal: Intake) -> None:
    """Raise AppealTaken when this appeal of this call has its order."""
    if appeal.call_key is None or appeal.appeal is None:
        return
    query = select(WorkOrder.number).where(col(WorkOrder.call_key) == appeal.call_key,
                                           col(WorkOrder.appeal) == appeal.appeal)
    there = (await session.execute(query)).scalar_one_or_none()
    if there is not None:
        raise AppealTaken(f"这通电话的第 {appeal.appeal} 项诉求已有工单 {there}", f"修改工单 {there}，不要再建")


def _share_changes(before: Order | None, order: Order) -> Iterator[Statement]:
    old, new = shares_of(before), shares_of(order)
    for name, _ in TABLES:
        was, now = getattr(old, name), getattr(new, name)
        if was == now:
            continue
        if was:
            yield _TAKEN_OUT[name], {"of": order.number}
        if now:
            yield PUT_IN[name], list(now)


async def _tell_followers(session: AsyncSession, before: Order | None, order: Order, now: float) -> None:
    """Have merged orders looked at when the one that carries on moves: each citizen is told, or theirs comes apart."""
    if before is None or (before.state is order.state and before.matter == order.matter):
        return
    query = select(WorkOrder.number).where(col(WorkOrder.merged_into) == order.number,
                                           col(WorkOrder.state) == State.MERGED.value)
    await timers.hurry(session, (await session.execute(query)).scalars(), now)
