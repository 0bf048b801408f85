"""Random people, acts, hours and restarts over the store: what is kept is whole, and is what the history says.

The lives are those of tests/life/walker.py; here each act is a transaction of the keeper, the watch does what falls
due, and the process that did it all is gone every now and then.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from core.db import Database
from tests.life.lives import DEFAULT
from tests.life.walker import Walker
from tests.workorders.office import ZONE
from workorders.errors import WorkOrderError
from workorders.keeping import mirror
from workorders.keeping.intake import Intake
from workorders.keeping.keeper import Keeper
from workorders.keeping.proof import check_all
from workorders.keeping.tables import Attachment, Timer
from workorders.keeping.timers import key_of
from workorders.keeping.watch import Watch
from workorders.life.acts import Wish
from workorders.life.clocks import running
from workorders.life.matters import Matter
from workorders.life.words import Do, State


def _uploaded(number: str, wish: Wish) -> Attachment:
    return Attachment(**wish.data["file"], number=number, name="a", size=1, by=wish.by.id, unit=wish.by.unit,
                      at=wish.at)


class Town:
    """Some orders that live at random on one database."""

    def __init__(self, url: str, seed: int) -> None:
        self.walker, self.url, self.done = Walker(seed, DEFAULT), url, Counter[Do]()
        self.numbers: list[str] = []
        self.open()

    def open(self) -> None:
        """A process begins: nothing is known but what the database holds."""
        self.db, self.keeper = Database(self.url), Keeper(ZONE)

    async def restart(self) -> None:
        await self.db.close()
        self.open()

    async def accept(self) -> None:
        wish = self.walker.begin()
        appeal = Intake(Matter.model_validate(wish.data["matter"]), summary="楼上漏水",
                        first_responder=wish.data["first_responder"] or "")
        async with self.db.writing() as session:
            made = await self.keeper.accept(session, appeal, wish.by, self.walker.now)
        self.numbers.append(made.kept.row.number)

    async def step(self) -> None:
        """Somebody tries something on one of the orders."""
        number = self.walker.dice.choice(self.numbers)
        try:
            async with self.db.writing() as session:
                kept = await self.keeper.load(session, number, lock=True)
                wish = self._wish(self.walker.next(kept.order))
                if wish.data.get("file") and self.walker.dice.random() < 0.8:  # else nobody uploaded it
                    session.add(_uploaded(number, wish))
                    await session.flush()
                await self.keeper.go_on(session, kept, [wish])
            self.done[wish.do] += 1
        except WorkOrderError:
            pass

    def _wish(self, wish: Wish) -> Wish:
        if wish.do is Do.MERGE:
            return replace(wish, data={"into": self.walker.dice.choice(self.numbers)})
        return wish

    async def watch(self) -> None:
        """The worker does what has fallen due, until nothing has."""
        for _ in range(200):
            if not await Watch(self.db, self.keeper, "w").round(self.walker.now):
                return
        raise AssertionError("the timers never come to rest")

    async def check(self) -> None:
        """Every order has owner, clock, timer and history, and everything beside it is folded out of that."""
        assert (await check_all(self.db)).faults == []
        async with self.db.reading() as session:
            for number in self.numbers:
                kept = await self.keeper.load(session, number)
                assert kept.row.owner
                assert await mirror.differences(session, kept.row, kept.order) == []
                over = kept.order.state is State.ARCHIVED
                assert over or list(running(kept.order))
                assert over or await session.get(Timer, key_of(number)) is not None
                assert not await mirror.cases_differ(session, kept.order, self.walker.now, DEFAULT.calendar), number
            assert await mirror.sums_differ(session) == []


async def live(url: str, seed: int, orders: int, steps: int) -> Town:
    """Let a town live and check it again and again."""
    town = Town(url, seed)
    try:
        for _ in range(orders):
            await town.accept()
        for n in range(1, steps + 1):
            await town.step()
            if n % (steps // 4) == 0:
                await town.restart()
                await town.watch()
                await town.check()
    finally:
        await town.db.close()
    return town


async def test_whatever_happens_each_order_has_owner_clock_and_history_and_all_figures_are_its_own(
        db: Database, database_url: str) -> None:
    town = await live(database_url, 7, 6, 120)
    assert len(town.done) > 12


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
async def test_long_random_lives_are_kept_whole(db: Database, database_url: str, seed: int) -> None:
    town = await live(database_url, 100 + seed, 12, 800)
    assert len(town.done) > 30
