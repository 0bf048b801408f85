"""Retention's hand: takes an order's words, leaves its proof. What is taken when is decided elsewhere."""

from __future__ import annotations

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from workorders.errors import Held, NotFound
from workorders.keeping import store
from workorders.keeping.tables import OrderAct
from workorders.life.history import erase
from workorders.models import WorkOrder

PERSONAL = ("summary", "address", "name", "caller")


async def words(session: AsyncSession, number: str, now: float, *, history: bool = True) -> WorkOrder:
    """Take the words of an order, and those of its history if asked; every seal stays valid.

    Raises NotFound, Held for an order under legal hold.
    """
    row = await session.get(WorkOrder, number, with_for_update=True)
    if row is None:
        raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号")
    if row.hold:
        raise Held(f"工单 {number} 在依法保留中，不能删除文字", "解除保留后再删")
    for name in PERSONAL:
        setattr(row, name, "")
    row.call, row.code_hash, row.erased_at = {}, "", now
    key = "rowid" if session.get_bind().dialect.name == "sqlite" else "rank"
    await session.execute(text(f"DELETE FROM order_words WHERE {key} = :rank"), {"rank": row.rank})
    if history:
        await _history(session, number)
    return row


async def _history(session: AsyncSession, number: str) -> None:
    for act in await store.history(session, number):
        gone = erase(act)
        if gone != act:
            await session.execute(
                update(OrderAct).where(col(OrderAct.number) == number, col(OrderAct.seq) == act.seq)
                .values(why=gone.why, text=gone.text, erased=dict(gone.erased)))
