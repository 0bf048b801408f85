"""Clones of orders, from which the database's benchmark is made: as whole as what they are clones of."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from bench.figures import BenchError
from bench.orders import asking, clones, fill
from bench.orders.clones import COPY
from core.db import Database, migrate
from hotline.seed.lives import Year
from tests.postgres import SCRIPTS
from workorders.keeping.keeper import Keeper
from workorders.life.history import verify
from workorders.models import OrderDay, WorkOrder

NOW = 1_795_500_000.0


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill, "BASE", 20)


async def _whole(url: str, count: int) -> None:
    """Open every order as the house does: its chain holds, its number is its own, days are numbered without gap."""
    db, keeper = Database(url), Keeper(ZoneInfo("Asia/Shanghai"))
    try:
        async with db.reading() as session:
            numbers = (await session.execute(select(WorkOrder.number))).scalars().all()
            assert len(numbers) == count
            for number in numbers:
                kept = await keeper.load(session, number)
                assert kept.order.number == number
                assert verify(kept.acts).whole
            for day in (await session.execute(select(OrderDay))).scalars():
                assert {f"{day.day}-{n:04d}" for n in range(1, day.last + 1)} <= set(numbers)
    finally:
        await db.close()


@pytest.mark.usefixtures("few")
async def test_every_clone_is_an_order_of_its_own_with_a_chain_that_holds(database_url: str) -> None:
    migrate(database_url, SCRIPTS)
    if database_url.startswith("sqlite"):
        fill.sqlite(database_url.partition("///")[2], 60, NOW)
    else:
        fill.postgres(database_url, 60, NOW)
    await _whole(database_url, 60)


def test_a_text_with_what_copy_takes_for_its_own_stays_one_value() -> None:
    assert COPY.text("a\tb\\c\nd") == "a\\tb\\\\c\\nd"


def test_a_clone_takes_its_life_s_number_nowhere_along() -> None:
    year = Year(42, 5, date(2026, 11, 25))
    life = next(iter(year.lives()))
    lines: dict[str, list[str]] = defaultdict(list)
    clones.clone(clones.mould(life, year.rules, NOW, COPY), "2031-0101-0007", 1, lines)
    assert not any(life.number in line or (life.intake.call_key or "none") in line for those in lines.values()
                   for line in those)


def test_sizes_that_are_none_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_SQLITE", "many")
    with pytest.raises(BenchError, match="BENCH_SQLITE"):
        asking.sizes("sqlite")

