"""Whether a call that somebody names is the platform's own, made for this order, and what the record says of it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core import facts
from workorders.civic_tables import FollowUpCall
from workorders.followup.attempts import Outcome, outcome_of
from workorders.life.acts import Wish
from workorders.life.errors import NeedsMore
from workorders.life.order import Order
from workorders.models import CallFact, CallRecord, WorkOrder

_IN = frozenset({facts.PARTY_JOINED, facts.PARTY_TOOK})


async def rang_the_citizen(session: AsyncSession, order: Order, wish: Wish) -> None:
    """Hold an attempt against the record of the call it names; one that names none counts for nothing anyway.

    Raises NeedsMore when the platform made no such call for this order, or the call ended otherwise.
    """
    call = wish.data.get("call")
    if not isinstance(call, str) or not call:
        return
    made = await session.get(FollowUpCall, call)
    if made is not None and made.number == order.number:
        began, outcome = made.at, made.outcome
    else:
        began, outcome = await _dialled(session, order, call), ""
    if not outcome:
        told = [(one.kind, str(one.data.get("role", ""))) for one in await _told(session, call)]
        outcome = outcome_of(told, wish.at - began) or ""
    if order.stage is not None and began < order.stage.since:  # the citizen was not asked about this result
        raise NeedsMore(f"通话 {call} 早于本轮回访", "回访开始后再拨打一次")
    if outcome in ("", Outcome.NOT_RUNG):
        raise NeedsMore(f"通话 {call} 没有打到市民那里，或还没有结束", "等通话结束后再记，或重新拨打")
    if (outcome != Outcome.UNREACHED) is not wish.data.get("reached"):
        raise NeedsMore(f"与通话 {call} 的记录不符：是否接通以记录为准", "按通话记录填写 reached")


async def unit_was_in(session: AsyncSession, order: Order, wish: Wish) -> None:
    """Hold a unit's having been in a call against that call's record. Raises NeedsMore."""
    call, unit = wish.data.get("call"), wish.data.get("unit")
    if not wish.data.get("on_call") or not isinstance(call, str) or not call:
        return
    joined = await _is_own(session, order, call) and any(
        one.kind in _IN and one.data.get("role") == "unit" and one.data.get("who") == unit
        for one in await _told(session, call))
    if not joined:
        raise NeedsMore(f"工单 {order.number} 的通话记录里没有该单位参加通话 {call}", "核对通话编号，或去掉“参加通话”")


async def spoke_to_the_citizen(session: AsyncSession, order: Order, wish: Wish) -> None:
    """Hold a unit's contact against the record of the call it names: the order's own, or one to its citizen.

    Raises NeedsMore.
    """
    call = wish.data.get("call")
    if isinstance(call, str) and call and not await _is_own(session, order, call):
        await _dialled(session, order, call)


async def _is_own(session: AsyncSession, order: Order, call: str) -> bool:
    """Tell whether the order came of this call."""
    row, record = await session.get(WorkOrder, order.number), await session.get(CallRecord, call)
    return (row is not None and row.call_key == call) or (
        record is not None and order.number in record.orders.values())


async def _dialled(session: AsyncSession, order: Order, call: str) -> float:
    """Return when the platform rang the citizen of this order in this call."""
    query = select(CallRecord.answered_at).join(WorkOrder, col(WorkOrder.caller) == col(CallRecord.called)).where(
        col(CallRecord.key) == call, col(CallRecord.direction) == "out", col(WorkOrder.number) == order.number,
        col(WorkOrder.caller) != "")
    found = (await session.execute(query)).first()
    if found is None:
        raise NeedsMore(f"平台没有为工单 {order.number} 打过编号为 {call} 的电话",
                        "用平台拨打，或不填 call(平台外的电话不计次数)")
    return float(found[0] or 0.0)


async def _told(session: AsyncSession, call: str) -> list[CallFact]:
    return list((await session.execute(select(CallFact).where(col(CallFact.call) == call))).scalars())
