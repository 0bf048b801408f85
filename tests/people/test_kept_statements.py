"""Statements of lists are kept for everybody of one shape: they show each caller what the caller's own scope shows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.orders.lists import Filters
from api.orders.pages import counted, page
from api.people.caller import Caller
from api.people.models import UnitPlace
from api.people.reach import shape_of
from api.people.scope import Scope, named_orders, scope_of
from core.db import Database
from workorders.keeping.tables import OrderBarred, OrderNamed, OrderUnit
from workorders.life.words import Kind, Role
from workorders.models import WorkOrder

UPPER = {"city": "", "bureau": "city", "housing": "bureau", "section": "housing", "water": "city"}
UNITS, AGENTS, PEOPLE = ("", *UPPER), ("", "a1", "a2"), ("p-1", "p-2")
COUNT = 80


def _rows(rng: Random) -> Iterator[object]:
    """Yield orders of every kind with shares, bars and names by chance: far more tangled than any life makes them."""
    yield from (UnitPlace(unit=unit, name=unit, upper=upper) for unit, upper in UPPER.items())
    for rank in range(COUNT):
        number, at = f"2026-1123-{rank:04d}", 1_795_400_000.0 + rank
        report = rng.random() < 0.5
        yield WorkOrder(number=number, rank=rank, agent=rng.choice(AGENTS), secrecy=rng.choice((0, 2)) if report else 0,
                        kind=Kind.REPORT if report else Kind.COMPLAINT, summary="水管漏水", created_at=at,
                        changed_at=at, due=rng.random())
        for place, unit in enumerate(rng.sample(list(UPPER), rng.randint(0, 3))):
            yield OrderUnit(number=number, place=str(place), unit=unit, rank=rank, part="lead", state="signed",
                            live=rng.random() < 0.7, void=rng.random() < 0.2, since=at, due=rng.random())
        if report:
            yield from (OrderBarred(number=number, unit=unit) for unit in rng.sample(list(UPPER), rng.randint(0, 2)))
            yield from (OrderNamed(number=number, person=who) for who in rng.sample([*PEOPLE, "a1"], rng.randint(0, 2)))


def _callers() -> Iterator[Caller]:
    offices = [frozenset({role}) for role in Role]
    offices += [frozenset(), frozenset({Role.AGENT, Role.UNIT_LEAD}), frozenset({Role.UNIT_HANDLER, Role.SUPERVISION})]
    for roles, unit, agent, person in product(offices, UNITS, AGENTS, PEOPLE):
        yield Caller("person", person, "x", frozenset(), roles, unit=unit, agent=agent)
    yield from (Caller("client", "c-1", "x", frozenset(), unit=unit) for unit in UNITS)
    yield Caller("installation", "i", "x", frozenset())


@pytest.fixture
async def tangle(db: Database) -> Database:
    async with db.writing() as session:
        session.add_all(_rows(Random(20261123)))
    return db


async def _numbers(session: AsyncSession, caller: Caller, asked: Filters) -> list[str]:
    rows, following = await page(session, scope_of(caller), asked, None, COUNT)
    assert following is None
    return [row["number"] for row in rows]


async def test_whoever_asks_sees_in_a_kept_statement_what_their_own_scope_shows(tangle: Database) -> None:
    callers = list(_callers())
    Random(1).shuffle(callers)  # so that those of one shape come in between each other
    seen = set[frozenset[str]]()
    async with tangle.reading() as session:
        for caller in callers:
            own = select(WorkOrder.number).where(scope_of(caller).orders()).order_by(col(WorkOrder.rank).desc())
            wanted = list((await session.execute(own)).scalars())
            assert await _numbers(session, caller, Filters()) == wanted, caller
            seen.add(frozenset(wanted))
    assert len({shape_of(caller) for caller in callers}) < len(callers) / 4
    assert len(seen) > 20


def _of_scope(scope: Scope) -> Any:
    return select(WorkOrder.number).where(scope.orders()).order_by(col(WorkOrder.number))


async def test_a_statement_that_is_kept_with_a_caller_s_conditions_serves_that_caller_alone(tangle: Database) -> None:
    callers = [*_callers()]
    Random(2).shuffle(callers)
    seen = set[tuple[str, ...]]()
    async with tangle.reading() as session:
        for caller in (*callers[::3], *callers[::6]):  # some a second time, when others have been
            kept = (await session.execute(scope_of(caller).kept(_of_scope))).scalars().all()
            assert kept == (await session.execute(_of_scope(scope_of(caller)))).scalars().all(), caller
            seen.add(tuple(kept))
    assert len(seen) > 15


@pytest.mark.parametrize("asked", [Filters(finding="open"), Filters(to_answer="housing"),
                                   Filters(sort="due", unit="housing"), Filters()])
async def test_orders_are_counted_as_they_are_listed(tangle: Database, asked: Filters) -> None:
    caller = Caller("person", "p-1", "x", frozenset(), frozenset({Role.SUPERVISION}))
    async with tangle.reading() as session:
        listed = await _numbers(session, caller, asked)
        assert await counted(session, scope_of(caller), asked, COUNT) == len(listed)
        assert await counted(session, scope_of(caller), Filters(), 1) == 1


@pytest.mark.parametrize("asked", [Filters(q="漏水"), Filters(sort="due"), Filters(kind=[Kind.REPORT])])
async def test_no_way_to_ask_shows_a_report_to_the_unit_complained_of(tangle: Database, asked: Filters) -> None:
    async with tangle.reading() as session:
        barred: dict[str, set[str]] = {}
        for row in (await session.execute(select(OrderBarred))).scalars():
            barred.setdefault(row.unit, set()).add(row.number)
        for unit, role in product(UPPER, (Role.UNIT_LEAD, Role.SUPERVISION, Role.AGENT)):
            caller = Caller("person", "p-1", "x", frozenset(), frozenset({role}), unit=unit, agent="a1")
            kept_from = set[str]().union(*(barred.get(one, set()) for one in _up(unit)))
            assert not kept_from & set(await _numbers(session, caller, asked)), (unit, role)


def _up(unit: str) -> Iterator[str]:
    while unit:
        yield unit
        unit = UPPER[unit]


def test_a_kept_statement_holds_no_value_of_anybody() -> None:
    for caller in _callers():
        made = select(WorkOrder.number).where(named_orders(shape_of(caller))).compile()
        own = {name: value for name, value in made.params.items() if name.startswith("me_")}
        assert set(own.values()) <= {None}
        assert not {caller.id, caller.unit, caller.agent} & {value for value in made.params.values() if value}


async def test_a_statement_that_is_not_told_who_asks_fails_and_shows_nothing(tangle: Database) -> None:
    caller = Caller("person", "p-1", "x", frozenset(), frozenset({Role.UNIT_LEAD}), unit="housing")
    async with tangle.reading() as session:
        query = select(WorkOrder.number).where(named_orders(shape_of(caller)))
        with pytest.raises(StatementError, match="value is required"):
            await session.execute(query)
        assert (await session.execute(text("SELECT count(*) FROM work_order"))).scalar_one() == COUNT
