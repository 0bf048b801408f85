"""A page that is made of several answers reads one moment of the database."""

from __future__ import annotations

from core.db import Database, insert_into, memo_of
from workorders.models import Offset


async def test_readings_within_one_share_a_transaction_and_those_outside_do_not(db: Database) -> None:
    async with db.one_reading(), db.reading() as one, db.reading() as other:
        assert one is other
        assert memo_of(one) == {}
    async with db.reading() as one, db.reading() as other:
        assert one is not other
        assert memo_of(one) is None


async def test_what_is_written_meanwhile_is_read_after_it(db: Database) -> None:
    async with db.one_reading():
        async with db.reading() as one:
            assert (await one.get(Offset, "cel")) is None
        async with db.writing() as session:
            await session.execute(insert_into(session, Offset).values(name="cel", position=1))
        assert memo_of(session) is None
    async with db.reading() as later:
        assert (await later.get(Offset, "cel")) is not None
