"""What an act needs to know of other orders and of numbers, which the pure life is handed."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from workorders.errors import NotFound
from workorders.keeping.rung import rang_the_citizen, spoke_to_the_citizen, unit_was_in
from workorders.keeping.tables import Attachment
from workorders.life.acts import Wish
from workorders.life.confidential import MAY_LEAD
from workorders.life.errors import NeedsMore
from workorders.life.order import Order
from workorders.life.shapes import FileAdded, Noted, shape
from workorders.life.words import Do, State
from workorders.models import WorkOrder

_HELD_AGAINST_CALLS = {
    Do.TRY_CITIZEN: rang_the_citizen, Do.CONTACT: spoke_to_the_citizen, Do.DISPATCH: unit_was_in,
    Do.REDISPATCH: unit_was_in, Do.ARBITRATE_MOVE: unit_was_in}


async def prepared(session: AsyncSession, order: Order, wish: Wish) -> Wish:
    """Return the wish with what only the keeper can say. Raises NotFound, NeedsMore."""
    if wish.do is Do.MERGE:
        return await _merge(session, wish)
    if check := _HELD_AGAINST_CALLS.get(wish.do):
        await check(session, order, wish)
    if wish.do is Do.NOTE and wish.data.get("file") is not None:
        await _file_is_there(session, order, wish)
    if wish.do is Do.REFUSE and not wish.data.get("refusal"):
        number = f"{order.number}-R{len(order.refusals) + 1}"
        return replace(wish, data={**wish.data, "refusal": number})
    return wish


async def _file_is_there(session: AsyncSession, order: Order, wish: Wish) -> None:
    """Hold a note that a file was added against the file: a reply may have to bring one. Raises NeedsMore."""
    told = shape(Do.NOTE, wish.data)
    assert isinstance(told, Noted)
    assert told.file is not None
    made = await session.get(Attachment, told.file.id)
    known = made and FileAdded(id=made.id, media_type=made.media_type, sha256=made.sha256)
    if made is None or known != told.file or (made.number, made.unit) != (order.number, wish.by.unit):
        raise NeedsMore(f"工单 {order.number} 没有本单位上传的这个附件", "用上传附件的接口上传，不必自己写 file")


async def _merge(session: AsyncSession, wish: Wish) -> Wish:
    """Read how secret the order is that carries on: nobody is believed about that."""
    into = str(wish.data.get("into", ""))
    main = await session.get(WorkOrder, into)
    if main is None:
        raise NotFound(f"没有编号为 {into} 的工单", "核对主单编号")
    if State(main.state) not in MAY_LEAD:
        raise NeedsMore(f"工单 {into} 不能作主单", "并到一张正在办理的工单")
    return replace(wish, data={**wish.data, "secrecy": main.secrecy})
