"""What the hotline releases of an order for everybody to read, in its own words."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import StringConstraints
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.open311.reading import PUBLIC
from api.people.scope import scope_of
from api.schemas import Number, Strict
from api.wire.examples import Example, Examples
from workorders.civic_tables import OrderReleased
from workorders.errors import NotFound
from workorders.models import WorkOrder

router = APIRouter(prefix="/api/open311", tags=["open311"])
Words = Annotated[str, StringConstraints(max_length=2000)]


class ReleaseIn(Strict):
    """The words: without names, numbers, addresses. Empty ones take back what was released."""

    summary: Words = ""
    reply: Words = ""


@router.put("/released/{number}", dependencies=[needs("figures.publish")])
async def release(request: Request, number: Number, content: ReleaseIn) -> dict[str, Any]:
    """Release words of one order for the public façade, or take them back. A report cannot be released."""
    caller, now = who(request), now_of(request)
    async with database(request).writing() as session:
        query = select(WorkOrder.number).where(col(WorkOrder.number) == number, PUBLIC, scope_of(caller).orders())
        if (await session.execute(query)).scalar_one_or_none() is None:
            raise NotFound(f"没有编号为 {number} 的可公开工单", "核对编号；举报、保密和未定类别的工单不公开")
        row = await session.get(OrderReleased, number, with_for_update=True) or OrderReleased(
            number=number, by=caller.id, at=now)
        row.summary, row.reply, row.by, row.at = content.summary, content.reply, caller.id, now
        session.add(row)
    return {"number": number, "summary": row.summary, "reply": row.reply, "by": row.by, "at": row.at}


EXAMPLES: Final[Examples] = {"PUT /api/open311/released/{number}": Example(
    {"number": "2026-1123-0042", "summary": "路灯不亮", "reply": "已更换", "by": "p-0123456789abcdef",
     "at": 1795400000.0}, {"summary": "路灯不亮", "reply": "已更换"})}
