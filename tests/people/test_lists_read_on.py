"""However many orders in a row are kept from a unit, its lists go on behind them, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from api.orders.lists import Filters
from api.orders.pages import counted, page
from api.people.caller import Caller
from api.people.models import UnitPlace
from api.people.scope import scope_of
from core.db import Database
from tests.people.staff import Staff
from workorders.keeping.tables import OrderBarred, OrderUnit
from workorders.life.words import Kind, Role
from workorders.models import WorkOrder

COUNT, BARRED = 290, range(40, 240)  # the 200 stand together, by number as by deadline
OF_BOTH = range(0, COUNT, 7)  # the upper unit's; the others are the lower one's
CALLER = Caller("person", "p-1", "x", frozenset(), frozenset({Role.UNIT_LEAD}), unit="housing")


def _rows() -> Iterator[object]:
    yield from (UnitPlace(unit=unit, name=unit, upper=upper) for unit, upper in (
        ("housing", ""), ("section", "housing")))
    for rank in range(COUNT):
        number, at = f"2026-1123-{rank:04d}", 1_795_400_000.0 + rank
        yield WorkOrder(number=number, rank=rank, kind=Kind.REPORT, secrecy=2, created_at=at, changed_at=at, due=at)
        for place, unit in enumerate(("housing", "section") if rank in OF_BOTH else ("section",)):
            yield OrderUnit(number=number, place=str(place), unit=unit, rank=rank, part="lead", state="signed",
                            live=True, void=False, since=at, due=at)
        if rank in BARRED:
            yield OrderBarred(number=number, unit="housing")


@pytest.fixture
async def stretch(db: Database) -> Database:
    async with db.writing() as session:
        session.add_all(_rows())
    return db


@pytest.mark.parametrize("units", [("housing",), ("housing", "section")])
async def test_a_list_goes_on_behind_orders_that_its_reader_may_not_see(stretch: Database,
                                                                         units: tuple[str, ...]) -> None:
    own = select(WorkOrder.number).where(scope_of(CALLER).orders(), col(WorkOrder.number).in_(
        select(OrderUnit.number).where(col(OrderUnit.unit).in_(units))))
    async with stretch.reading() as session:
        wanted = list((await session.execute(own.order_by(col(WorkOrder.rank).desc()))).scalars())
    assert await _all(stretch, Filters(), units) == wanted
    assert len(wanted) == (COUNT - len(BARRED) if "section" in units else sum(n not in BARRED for n in OF_BOTH))


@pytest.mark.parametrize("unit", ["housing", "section"])
async def test_a_units_list_by_deadline_goes_on_behind_them_too(stretch: Database, unit: str) -> None:
    wanted = [f"2026-1123-{rank:04d}" for rank in (OF_BOTH if unit == "housing" else range(COUNT))
              if rank not in BARRED]
    asked = Filters(unit=unit, sort="due")
    assert await _all(stretch, asked, ()) == wanted
    async with stretch.reading() as session:
        assert await counted(session, scope_of(CALLER), asked, COUNT) == len(wanted)


async def test_a_list_of_nothing_but_hidden_orders_is_empty(stretch: Database) -> None:
    async with stretch.writing() as session:
        session.add_all(OrderBarred(number=f"2026-1123-{rank:04d}", unit="housing")
                        for rank in range(COUNT) if rank not in BARRED)
    assert await _all(stretch, Filters(), ("housing", "section")) == []
    assert await _all(stretch, Filters(unit="section", sort="due"), ()) == []


async def test_a_page_reads_the_tree_of_units_once(staff: Staff) -> None:
    lead = await staff.signed_on("lead", Role.UNIT_LEAD, unit="housing")
    said = list[str]()

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(staff.db.engine.sync_engine, "before_cursor_execute", hear)
    try:
        answer = await lead.get("/api/work-orders")
    finally:
        event.remove(staff.db.engine.sync_engine, "before_cursor_execute", hear)
    assert answer.status_code == 200, answer.text
    assert sum("FROM unit_place" in one and "work_order" not in one for one in said) == 1


async def _all(db: Database, asked: Filters, units: tuple[str, ...]) -> list[str]:
    """Return the numbers of every page of a list, in order."""
    found, cursor = list[str](), None
    async with db.reading() as session:
        for _ in range(COUNT):
            rows, cursor = await page(session, scope_of(CALLER), asked, cursor, 20, units)
            found += [row["number"] for row in rows]
            if cursor is None:
                return found
    raise AssertionError("the list does not end")
