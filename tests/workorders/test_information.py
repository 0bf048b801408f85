"""Information by text message: promised once, however often the journal is read."""

from __future__ import annotations

from sqlmodel import select

from core.db import Database
from core.facts import MENU_SMS, Fact
from tests.people.one_database import db, empty_tables  # noqa: F401  the statement is tried on both by others of its form
from workorders.civic_tables import TextMessage
from workorders.information import promise

CALL = "a" * 32


def wish(number: str, key: str = "k/1/sms", call: str = CALL) -> Fact:
    return Fact(1, 1000.0, MENU_SMS, call, key, {"number": number, "text": "今天停水。", "step": "water"})


async def rows(db: Database) -> list[TextMessage]:  # noqa: F811
    async with db.reading() as session:
        return list((await session.execute(select(TextMessage))).scalars())


async def test_a_wish_becomes_one_message_however_often_it_is_read(db: Database) -> None:  # noqa: F811
    for _ in range(2):
        async with db.writing() as session:
            assert await promise(session, [wish("13800001111")], "示范市", 2000.0) == 1
    found = await rows(db)
    assert [(row.to, row.body, row.purpose, row.done_at) for row in found] == [
        ("13800001111", "【示范市12345】今天停水。", "information", None)]
    assert found[0].answered_at == 2000.0  # nothing that is written back is an answer to it


async def test_a_hidden_number_or_a_landline_gets_none(db: Database) -> None:  # noqa: F811
    async with db.writing() as session:
        facts = [wish(""), wish("057188881234"), wish("13800001111", call="x")]
        assert await promise(session, facts, "示范市", 2000.0) == 0
    assert await rows(db) == []
