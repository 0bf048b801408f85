"""Statements that go to the driver together stand or fall with their transaction, on either database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import func, select

from core.db import Database
from core.db_batch import fetched, run
from workorders.keeping import timers
from workorders.keeping.tables import OrderUnit, Timer

_UNITS = insert(OrderUnit)
_DUE = text("SELECT due_at FROM timer WHERE key = :key")
_DAY = text("INSERT INTO order_day (day, last) VALUES (:day, 1) RETURNING last")


def _unit(place: str) -> dict[str, Any]:
    return {"number": "2026-1123-0001", "place": place, "unit": "housing", "rank": 1, "part": "lead",
            "state": "dispatched", "live": True, "void": False, "since": 1.5, "due": 2.5, "sign_due": None}


async def test_what_goes_together_is_what_was_meant_with_the_tables_own_defaults(db: Database) -> None:
    async with db.writing() as session:
        await run(session, [(_UNITS, [_unit("0"), _unit("1")]), timers.wound("2026-1123-0001", 7.0)])
    async with db.reading() as session:
        rows = (await session.execute(select(OrderUnit).order_by(OrderUnit.place))).scalars().all()
        timer = await session.get_one(Timer, "order:2026-1123-0001")
    assert [(one.place, one.live, one.void, one.since, one.ended_why) for one in rows] == [
        ("0", True, False, 1.5, ""), ("1", True, False, 1.5, "")]
    assert timer.due_at == 7.0


async def test_of_a_batch_with_a_fault_nothing_is_kept_and_the_fault_is_told_as_any_other(db: Database) -> None:
    with pytest.raises(DBAPIError) as told:
        async with db.writing() as session:
            await run(session, [(_UNITS, [_unit("0"), _unit("0")]), timers.wound("2026-1123-0001", 7.0)])
    assert type(told.value).__name__ == "IntegrityError"
    async with db.writing() as session:  # the connection is usable afterwards
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1
        for table in (OrderUnit, Timer):
            assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 0


async def test_rows_of_one_errand_are_the_transactions_own_and_a_fault_is_told_as_any_other(db: Database) -> None:
    async with db.writing() as session:
        await run(session, [timers.wound("2026-1123-0001", 7.0)])
        assert await fetched(session, _DUE, {"key": "order:2026-1123-0001"}) == [(7.0,)]
        assert await fetched(session, _DUE, {"key": "another"}) == []
        assert await fetched(session, _DAY, {"day": "2026-1123"}) == [(1,)]
    with pytest.raises(DBAPIError) as told:
        async with db.writing() as session:
            await fetched(session, _DAY, {"day": "2026-1123"})
    assert type(told.value).__name__ == "IntegrityError"
