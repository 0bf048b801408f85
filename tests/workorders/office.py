"""A keeper at work on a test's database, and appeals to give it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import select

from core.db import Database
from tests.life.lives import AGENT, HOUSING, HOUSING_LEAD, OFFICE, REPLY, SYSTEM, when
from workorders.keeping import store
from workorders.keeping.amend import Told, amend
from workorders.keeping.intake import Intake
from workorders.keeping.keeper import Keeper, Kept
from workorders.life.acts import Actor, Wish
from workorders.life.matters import Matter
from workorders.life.words import Do, Kind
from workorders.models import WorkOrder

ZONE = ZoneInfo("Asia/Shanghai")
NOW = when("2026-03-02 09:00")
CALL = "0123456789abcdef0123456789abcdef"


class Office:
    """A keeper at work on one database; every act is a transaction and a minute of its own."""

    def __init__(self, db: Database) -> None:
        self.db, self.keeper, self.now = db, Keeper(ZONE), NOW

    async def accept(self, appeal: Intake | None = None, by: Actor = AGENT) -> str:
        async with self.db.writing() as session:
            made = await self.keeper.accept(session, appeal or complaint(), by, self.now)
        return made.kept.row.number

    async def do(self, number: str, do: Do, by: Actor, *, expect: int | None = None, about: str = "",
                 **data: Any) -> Kept:
        self.now += 60
        wish = Wish(do, by, self.now, "因为如此", REPLY, data, about)
        async with self.db.writing() as session:
            return await self.keeper.act(session, number, wish, expect=expect)

    async def replied(self, number: str) -> None:
        await self.do(number, Do.DISPATCH, OFFICE, unit="housing")
        await self.do(number, Do.SIGN_FOR, HOUSING)
        await self.do(number, Do.CONTACT, HOUSING, reached=True)
        await self.do(number, Do.START, HOUSING)
        await self.do(number, Do.REPLY, HOUSING_LEAD, solved=True)

    async def rows(self, table: type[Any], number: str) -> list[Any]:
        async with self.db.reading() as session:
            return list((await session.execute(select(table).where(table.number == number))).scalars())

    async def row(self, number: str) -> WorkOrder:
        async with self.db.reading() as session:
            return await session.get_one(WorkOrder, number)

    async def acts(self, number: str) -> list[str]:
        async with self.db.reading() as session:
            return [act.do.value for act in await store.history(session, number)]

    async def amend(self, number: str, by: Actor = SYSTEM, *, lenient: bool = True, **changes: Any) -> Kept:
        self.now += 60
        async with self.db.writing() as session:
            return await amend(self.keeper, session, number, Told(changes, by, self.now, lenient))


def complaint(**more: Any) -> Intake:
    words = {"summary": "三楼水管漏水", "address": "中山路 1 号", "caller": "13800001234"}
    return Intake(Matter(kind=Kind.COMPLAINT), **words, **more)


def report(*units: str) -> Intake:
    return replace(complaint(), matter=Matter(kind=Kind.REPORT, complained_of=units))
