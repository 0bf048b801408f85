"""Every answered call has one record, and what it promised goes into the outbox once. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import inspect, text
from sqlmodel import SQLModel, col, select

import api.directory.models
import api.people.models
import api.phones.models
import api.rosters.models  # noqa: F401  (tables that the same migrations make)
from core.db import Database, migrate
from core.facts import Fact
from tests.postgres import SCRIPTS
from tests.workorders.story import BEGIN, KEY, fact, whole_call
from workorders import outbox
from workorders.models import CallFact, CallRecord, Outbox
from workorders.records import keep, move_offset, offset, settle, unsettled

NOW = BEGIN + 100
SOUND = [{"path": f"{KEY}-mixed.alaw", "role": "mixed", "seconds": 60.0, "sha256": "ab" * 32, "gap": ""}]


async def told(db: Database, facts: Sequence[Fact], source: str = "controller") -> None:
    async with db.writing() as session:
        await keep(session, facts, source, NOW)


async def settled(db: Database, call: str = KEY) -> bool:
    async with db.writing() as session:
        return await settle(session, call, SOUND, "", NOW)


async def record(db: Database, call: str = KEY) -> CallRecord | None:
    async with db.reading() as session:
        return await session.get(CallRecord, call)


async def outgoing(db: Database) -> list[Outbox]:
    async with db.reading() as session:
        return list((await session.execute(select(Outbox).order_by(col(Outbox.key)))).scalars())


async def test_the_migrations_make_the_tables_of_the_models_up_and_down(database_url: str) -> None:
    migrate(database_url, SCRIPTS)
    migrate(database_url, SCRIPTS)
    db = Database(database_url)
    async with db.engine.connect() as connection:
        found = await connection.run_sync(
            lambda c: {t: {x["name"] for x in inspect(c).get_columns(t)} for t in inspect(c).get_table_names()})
    await db.close()
    wanted = {name: {column.name for column in table.columns} for name, table in SQLModel.metadata.tables.items()}
    of_the_database = ("alembic_version", "order_words", "knowledge_words")
    ours = {name: columns for name, columns in found.items() if not name.startswith(of_the_database)}
    assert ours == wanted
    assert {"order_words", "knowledge_words"} <= found.keys()  # indexes of words: the database's own, no model has them
    migrate(database_url, SCRIPTS, "base")
    migrate(database_url, SCRIPTS)


async def test_a_call_that_was_answered_has_one_record_however_often_it_is_told(db: Database) -> None:
    for _ in range(2):
        await told(db, whole_call())
        await told(db, list(reversed(whole_call())), "cel")
    row = await record(db)
    assert row is not None
    assert (row.caller, row.rating, row.source) == ("13800001234", 5, "controller")
    async with db.reading() as session:
        facts = (await session.execute(select(CallFact))).scalars().all()
    assert len([one for one in facts if one.source == "controller"]) == len(
        [one for one in whole_call() if one.kind != "talk.ended"])


async def test_a_call_that_nobody_answered_has_no_record_until_somebody_says_so(db: Database) -> None:
    first, *rest = whole_call()
    await told(db, rest)
    assert await record(db) is None
    await told(db, [first])
    row = await record(db)
    assert row is not None
    assert row.rating == 5


async def test_facts_that_are_no_calls_are_passed_over(db: Database) -> None:
    await told(db, [fact(1, 0, "agent.state", call="", agent="a1"), fact(2, 0, "call.answered", call="../../etc")])
    async with db.reading() as session:
        assert not (await session.execute(select(CallFact))).scalars().all()


async def test_an_appeal_goes_out_once_when_the_call_is_settled(db: Database) -> None:
    await told(db, whole_call())
    assert await outgoing(db) == []
    async with db.reading() as session:
        assert [one.key for one in await unsettled(session, NOW)] == [KEY]
    assert await settled(db)
    assert not await settled(db)
    sent = await outgoing(db)
    assert [(one.key, one.method, one.body["summary"]) for one in sent] == [(f"{KEY}-1", "POST", "楼上漏水")]
    assert sent[0].body["call"]["recordings"] == SOUND


async def test_a_call_without_an_appeal_has_a_disposition_and_nothing_goes_out(db: Database) -> None:
    await told(db, [one for one in whole_call() if one.kind in ("call.answered", "call.hung_up")])
    await settled(db)
    row = await record(db)
    assert row is not None
    assert (row.disposition, row.orders) == ("hung_up_in_menu", {})
    assert await outgoing(db) == []


async def test_what_the_agent_writes_after_the_call_changes_the_order(db: Database) -> None:
    await told(db, whole_call())
    await settled(db)
    later = fact(50, 90, "appeal.saved", agent="a1", number=1, appeal={"kind": "complaint", "summary": "三楼漏水"})
    await told(db, [later])
    await told(db, [later])
    assert [(one.key, one.method, one.body) for one in (await outgoing(db))[1:]] == [
        (f"{KEY}-1-1", "PATCH", {"summary": "三楼漏水"})]


async def test_a_second_appeal_after_the_call_is_an_order_of_its_own(db: Database) -> None:
    await told(db, whole_call())
    await settled(db)
    await told(db, [fact(50, 90, "appeal.saved", agent="a1", number=2, appeal={"kind": "praise"})])
    assert [one.key for one in await outgoing(db)] == [f"{KEY}-1", f"{KEY}-2"]


async def test_a_call_disposed_of_after_its_end_takes_its_unwritten_order_back(db: Database) -> None:
    await told(db, [one for one in whole_call() if one.kind != "appeal.saved"])
    await settled(db)
    await told(db, [fact(50, 90, "call.disposed", agent="a1", disposition="wrong_number")])
    row = await record(db)
    assert row is not None
    assert row.disposition == "wrong_number"
    assert [one.body for one in (await outgoing(db))[1:]] == [{"state": "withdrawn"}]


async def test_a_change_waits_for_its_order_and_knows_its_number(db: Database) -> None:
    await told(db, whole_call())
    await settled(db)
    await told(db, [fact(50, 90, "appeal.saved", agent="a1", number=1, appeal={"summary": "b"})])
    async with db.writing() as session:
        (first,) = await outbox.claim(session, "w1", NOW)
        assert await outbox.claim(session, "w2", NOW) == []
        await outbox.delivered(session, first.key, "2026-1123-0001", 201, NOW)
    async with db.writing() as session:
        (second,) = await outbox.claim(session, "w2", NOW)
    assert (second.method, second.number) == ("PATCH", "2026-1123-0001")
    row = await record(db)
    assert row is not None
    assert row.orders == {"1": "2026-1123-0001"}


async def test_a_claim_is_held_by_one_worker_and_free_again_when_its_lease_ends(db: Database) -> None:
    await told(db, whole_call())
    await settled(db)

    async def take(name: str, now: float) -> int:
        async with db.writing() as session:
            return len(await outbox.claim(session, name, now))

    assert sum(await asyncio.gather(*(take(f"w{n}", NOW) for n in range(5)))) == 1
    assert await take("w9", NOW + outbox.LEASE - 1) == 0
    assert await take("w9", NOW + outbox.LEASE + 1) == 1


async def test_a_failed_delivery_comes_due_again_later_and_is_never_given_up(db: Database) -> None:
    await told(db, whole_call())
    await settled(db)
    now = NOW
    for attempt in range(1, 13):
        async with db.writing() as session:
            (one,) = await outbox.claim(session, "w", now)
            assert one.attempts == attempt
            await outbox.failed(session, one.key, 503, "away", now)
        async with db.reading() as session:
            row = await session.get_one(Outbox, one.key)
            assert now < row.due_at <= now + 76
            assert await outbox.waiting(session) == 1
            now = row.due_at


async def test_two_witnesses_at_once_leave_nothing_out(db: Database) -> None:
    halves = [whole_call()[::2], whole_call()[1::2]]
    await asyncio.gather(*(told(db, half, source) for half in halves for source in ("controller", "cel")))
    row = await record(db)
    assert row is not None
    assert (row.rating, row.first_responder, len(row.parties), row.ended_at) == (5, "housing", 2, BEGIN + 60)


async def test_strange_names_are_stored_safely(db: Database) -> None:
    gbk = "你好".encode("gbk").decode("utf-8", "surrogateescape")
    for name in ("😀" * 1000, "名" * 4096, gbk, "a\0b", "'; DROP TABLE call_record; --", "${SHELL(id)}", "x\r\ny"):
        first, *rest = whole_call()
        strange = Fact(1, first.at, first.kind, KEY, f"k-{name}", {**first.data, "caller": name, gbk: name})
        appeal = fact(77, 31, "appeal.saved", agent=name, number=1, appeal={"summary": name, "kind": name})
        await told(db, [strange, *rest, appeal])
        await settled(db)
        assert await record(db) is not None


async def test_an_offset_moves_with_what_was_read_or_not_at_all(db: Database) -> None:
    async with db.writing() as session:
        await move_offset(session, "journal", 7)
    try:
        async with db.writing() as session:
            await keep(session, whole_call(), "controller", NOW)
            await move_offset(session, "journal", 16)
            raise RuntimeError("crash before the commit")
    except RuntimeError:
        pass
    async with db.reading() as session:
        assert await offset(session, "journal") == (7, "")
    assert await record(db) is None


async def test_a_clock_set_back_an_hour_holds_nothing_up(db: Database) -> None:
    await told(db, whole_call())
    await settled(db)
    async with db.writing() as session:
        (one,) = await outbox.claim(session, "w", NOW)
        await outbox.failed(session, one.key, 503, "away", NOW)
    async with db.writing() as session:
        assert await outbox.claim(session, "w", NOW - 3600)
    await told(db, whole_call("f" * 32))
    async with db.reading() as session:
        assert [one.key for one in await unsettled(session, NOW - 3600)] == ["f" * 32]


async def test_orders_of_the_version_before_come_along_with_a_place_among_the_new_ones(database_url: str) -> None:
    migrate(database_url, SCRIPTS, "0003")
    db = Database(database_url)
    old = ("INSERT INTO work_order (number, state, kind, urgency, summary, address, unit, caller, agent, call, "
           "created_at, changed_at) VALUES (:number, 'accepted', :kind, 0, '旧单', '', '', '', 'a1', '{}', 1.0, 1.0)")
    async with db.writing() as session:
        for number, kind in (("2026-1123-0042", "report"), ("2026-1123-12345", "help")):
            await session.execute(text(old), {"number": number, "kind": kind})
    migrate(database_url, SCRIPTS)
    async with db.reading() as session:
        found = await session.execute(text("SELECT rank, secrecy, version FROM work_order ORDER BY rank"))
        assert [tuple(row) for row in found] == [(2026112300000042, 2, 0), (2026112300012345, 0, 0)]
    await db.close()
    migrate(database_url, SCRIPTS, "base")
