"""Legal hold: an order that may be evidence keeps its words, sound and files until the hold is lifted."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from workorders.errors import NotFound
from workorders.life.errors import BadContent
from workorders.models import WorkOrder


async def set_hold(session: AsyncSession, number: str, held: bool, why: str) -> bool:
    """Put an order under hold, or lift it; tell whether that changed anything. Raises NotFound, BadContent.

    Who did it and why is the audit's: the caller writes that line in the same transaction.
    """
    if not why.strip():
        raise BadContent("没有写理由", "写明案号或依据")
    row = await session.get(WorkOrder, number, with_for_update=True)
    if row is None:
        raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号")
    changed, row.hold = row.hold is not held, held
    return changed
