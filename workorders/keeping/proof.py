"""Whether the history is what it was: every chain, every end, every number, and the anchors kept elsewhere.

A chain shows any change inside it. That an end was cut off or a whole order is gone is shown by its row, by the count
of its day, and, where somebody could have changed these too, by an anchor: one digest over the ends of all histories
as they were at a moment.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from core.db import Database
from workorders.errors import NotFound
from workorders.keeping import mirror, store
from workorders.keeping.numbers import rank_of
from workorders.keeping.tables import OrderAct
from workorders.life.acts import Act
from workorders.life.errors import BrokenHistory
from workorders.life.history import digest_named, replay, verify
from workorders.models import OrderDay, WorkOrder

PAGE = 200  # orders read at once
SETTLED = 120.0  # s after which no act of before can still be on its way into the database


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: `seq` 0 when it is no single act."""

    number: str
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """One digest over the ends of all histories as they were at `at`."""

    at: float
    orders: int
    digest: str


@dataclass
class _Sum:
    """An anchor under construction."""

    at: float
    name: str
    orders: int = 0
    sum: Any = field(init=False)

    def __post_init__(self) -> None:
        digest_named(self.name)  # refuses one that is missing or weak
        self.sum = hashlib.new(self.name)

    def add(self, number: str, acts: Sequence[Act]) -> None:
        """Add an order's end, if it was there then."""
        then = [act for act in acts if act.at <= self.at]
        if then:
            self.orders += 1
            self.sum.update(f"{number} {then[-1].digest}\n".encode())

    def made(self) -> Anchor:
        return Anchor(self.at, self.orders, f"{self.name}:{self.sum.hexdigest()}")


@dataclass
class Result:
    """What a check found. `orders`, `acts`: how many were looked at."""

    orders: int = 0
    acts: int = 0
    faults: list[Fault] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)


async def check_one(db: Database, number: str) -> Result:
    """Check one order's history. Raises NotFound."""
    async with _still(db) as session:
        row = await session.get(WorkOrder, number)
        if row is None:
            raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号")
        result = Result()
        _check(result, row, await _acts(session, number), [])
    return result


async def check_all(db: Database, anchors: Sequence[Anchor] = (), *, make_at: float | None = None,
                    digest: str = "sha256", beside: bool = False) -> Result:
    """Check every history, and that `anchors` still hold.

    `make_at`: also make the anchor of that moment; `beside`: also check what was folded out of the histories.
    """
    result = Result()
    sums = [_Sum(one.at, one.digest.partition(":")[0]) for one in anchors]
    sums += [_Sum(make_at, digest)] if make_at is not None else []
    async for row, acts in _histories(db):
        whole = _check(result, row, acts, sums)
        if beside and whole:
            await _beside(db, result, row)
    await _nothing_missing(db, result)
    if beside:
        await _sums(db, result)
    result.anchors = [one.made() for one in sums]
    for known, now in zip(anchors, result.anchors, strict=False):
        if known != now:
            counts = f"当时 {known.orders} 张，现在 {now.orders} 张"
            result.faults.append(Fault("", 0, f"与 {known.at:.0f} 时的锚不符：{counts}，或末尾被改过"))
    return result


@asynccontextmanager
async def _still(db: Database) -> AsyncIterator[AsyncSession]:
    """Give a session in which nothing moves between two reads. On SQLite every session is one."""
    async with db.reading() as session:
        if not db.is_sqlite:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


async def _beside(db: Database, result: Result, row: WorkOrder) -> None:
    async with _still(db) as session:  # read again: orders go on while they are checked
        now, acts = await session.get_one(WorkOrder, row.number), await store.history(session, row.number)
        for wrong in await mirror.differences(session, now, replay(acts)):
            result.faults.append(Fault(row.number, 0, wrong))


async def _sums(db: Database, result: Result) -> None:
    async with _still(db) as session:
        for day, unit, measure in await mirror.sums_differ(session):
            result.faults.append(Fault("", 0, f"{day} {unit} {measure} 的合计与逐件不符"))


def _check(result: Result, row: WorkOrder, acts: Sequence[Act] | BrokenHistory,
           sums: Sequence[_Sum]) -> bool:
    """Check one history; tell whether it can be folded."""
    result.orders += 1
    if isinstance(acts, BrokenHistory):
        result.faults.append(Fault(row.number, 0, str(acts)))
        return False
    result.acts += len(acts)
    verdict = verify(acts)
    if not verdict.whole:
        result.faults.append(Fault(row.number, verdict.broken_at, verdict.why))
    elif len(acts) != row.version or (acts and acts[-1].digest != row.head):
        result.faults.append(Fault(row.number, len(acts), f"应有 {row.version} 步，实有 {len(acts)} 步，或末尾不符"))
    for one in sums:
        one.add(row.number, acts)
    return bool(acts) and verdict.whole


async def _histories(db: Database) -> AsyncIterator[tuple[WorkOrder, Sequence[Act] | BrokenHistory]]:
    last = -1
    while True:
        async with _still(db) as session:
            query = select(WorkOrder).where(col(WorkOrder.rank) > last).order_by(col(WorkOrder.rank)).limit(PAGE)
            rows = (await session.execute(query)).scalars().all()
            found = await _acts_of(session, [row.number for row in rows])
        for row in rows:
            yield row, found[row.number]
        if len(rows) < PAGE:
            return
        last = rows[-1].rank


async def _acts(session: AsyncSession, number: str) -> Sequence[Act] | BrokenHistory:
    return (await _acts_of(session, [number]))[number]


async def _acts_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, Sequence[Act] | BrokenHistory]:
    query = select(OrderAct).where(col(OrderAct.number).in_(numbers)).order_by(
        col(OrderAct.number), col(OrderAct.seq))
    rows: dict[str, list[OrderAct]] = defaultdict(list)
    for row in (await session.execute(query)).scalars():
        rows[row.number].append(row)
    return {number: _read(rows[number]) for number in numbers}


def _read(rows: Sequence[OrderAct]) -> Sequence[Act] | BrokenHistory:
    try:
        return [store.act_of(row) for row in rows]
    except BrokenHistory as error:
        return error


async def _nothing_missing(db: Database, result: Result) -> None:
    """Find histories without an order, and days on which fewer orders are there than numbers were given."""
    async with _still(db) as session:
        alone = select(OrderAct.number).where(col(OrderAct.seq) == 1, ~exists().where(
            col(WorkOrder.number) == col(OrderAct.number))).limit(100)
        for number in (await session.execute(alone)).scalars():
            result.faults.append(Fault(number, 0, "有历史，没有工单"))
        for day, last in (await session.execute(select(OrderDay.day, OrderDay.last))).all():
            first = rank_of(f"{day}-0000")
            count = select(func.count()).select_from(WorkOrder).where(
                col(WorkOrder.rank).between(first, rank_of(f"{day}-99999999")))
            there = int((await session.execute(count)).scalar_one())
            if there < last:
                result.faults.append(Fault(f"{day}-…", 0, f"当日应有 {last} 张工单，实有 {there} 张"))
