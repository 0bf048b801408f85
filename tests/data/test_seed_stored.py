"""The seed city in a database: what the keeper would have written, on either database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import ColumnElement, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from api.orders.lists import Filters
from api.orders.pages import page
from api.people.caller import Caller
from api.people.models import Person, UnitPlace
from api.people.scope import scope_of
from core.db import Database
from hotline.seed import store
from hotline.seed.directory import directory_toml
from hotline.seed.lives import Year
from hotline.seed.store import SeedError
from routing.directory import load_directory
from workorders.keeping import figures, words
from workorders.keeping import stretches as keeping_stretches
from workorders.keeping.keeper import Keeper
from workorders.keeping.tables import FigureDay, OrderAct, OrderCase
from workorders.life.history import verify
from workorders.models import WorkOrder

Town = tuple[Database, Year]
HOUSE = Caller("installation", "installation", "installation", frozenset())


def _holding(session: AsyncSession, query: str) -> ColumnElement[bool]:
    dialect = session.get_bind().dialect.name
    return words.holding(dialect, words.sought(dialect, query))


async def test_every_order_can_be_opened_and_goes_on_from_where_it_is(town: Town) -> None:
    db, year = town
    keeper = Keeper(ZoneInfo("Asia/Shanghai"))
    told = {life.number: life for life in year.__class__(year.seed, year.count, year.until).lives()}
    async with db.reading() as session:
        for number in (await session.execute(select(WorkOrder.number))).scalars().all():
            kept = await keeper.load(session, number)
            assert kept.order == told[number].order
            assert verify(kept.acts).whole
    assert len(told) == year.count


async def test_the_sums_of_days_are_those_of_the_cases(town: Town) -> None:
    db, _ = town
    async with db.reading() as session:
        days = (await session.execute(select(func.sum(FigureDay.cases), func.sum(FigureDay.good)))).one()
        cases = (await session.execute(select(OrderCase))).scalars().all()
    assert tuple(days) == (len(cases), sum(case.good for case in cases))
    assert figures.changes((), ()) == {}


async def test_an_order_is_found_by_its_words(town: Town) -> None:
    db, _ = town
    async with db.reading() as session:
        row = (await session.execute(select(WorkOrder).order_by(col(WorkOrder.number)).limit(1))).scalar_one()
        found = select(WorkOrder.number).where(_holding(session, row.summary[5:11]))
        assert row.number in (await session.execute(found)).scalars().all()


@pytest.mark.parametrize("way", ["by grams", "read back", "by days"])
async def test_each_way_to_look_for_words_finds_the_same_orders(
        town: Town, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    db, _ = town
    monkeypatch.setattr(words, "OFTEN", 0.0 if way == "read back" else 2.0)
    monkeypatch.setattr(words, "MANY", 0.0)
    monkeypatch.setattr(words, "FEW", -1.0 if way == "by days" else 1e9)
    monkeypatch.setattr(keeping_stretches, "_AIM", 0.5)  # so that there are several stretches, and orders behind them
    async with db.writing() as session:
        await session.execute(text("ANALYZE"))
    async with db.reading() as session:
        (await session.connection()).info.clear()
        for query in ("云汀区", "小区 楼", "没有这样的词", "供热"):
            if not db.is_sqlite:
                found_by = await words.way_of(session, query, None)
                assert (found_by.common, bool(found_by.stretches)) == (way == "read back", way == "by days")
            wanted = select(WorkOrder.number).where(_holding(session, query)).order_by(col(WorkOrder.rank).desc())
            numbers = list((await session.execute(wanted)).scalars())
            assert await _paged(session, query) == numbers, query


async def _paged(session: AsyncSession, query: str) -> list[str]:
    found, cursor = list[str](), None
    while True:
        rows, cursor = await page(session, scope_of(HOUSE), Filters(q=query), cursor, 3)
        found += [row["number"] for row in rows]
        if cursor is None:
            return found


async def test_units_and_people_are_there_once_also_when_it_is_done_again(town: Town) -> None:
    db, year = town
    assert await store.settled(db, year.cast) == []
    await store.settle(db, year, [])
    async with db.reading() as session:
        units = (await session.execute(select(func.count()).select_from(UnitPlace))).scalar_one()
        people = (await session.execute(select(func.count()).select_from(Person))).scalar_one()
        acts = (await session.execute(select(func.count()).select_from(OrderAct))).scalar_one()
    assert (units, people) == (len(year.city.units), len(year.cast.members))
    assert acts > 3 * year.count


async def test_invented_orders_are_never_put_among_real_ones(town: Town) -> None:
    with pytest.raises(SeedError, match="已有 40 张工单"):
        await store.refuse_lived_in(town[0])


def test_the_directory_of_the_seed_city_is_one_that_can_be_used(tmp_path: Path) -> None:
    year = Year(42, 0, date(2026, 11, 25))
    file = tmp_path / "directory.toml"
    file.write_text(directory_toml(year.cast, year.city), encoding="utf-8")
    directory = load_directory(file)
    assert len(directory.units) == len(year.city.units)
    assert len(directory.agents) == 24
