"""Work orders: made once per Idempotency-Key, read, changed."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from api.access import database, needs, now_of, who
from api.people.acts import as_agent
from api.people.caller import Caller
from api.people.masking import shown_to
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import CallKey, Number, OrderChange, OrderIn
from api.wire.once import Once, changing
from workorders import orders
from workorders.models import WorkOrder

router = APIRouter(prefix="/api/work-orders", tags=["work orders"], route_class=Once)


@router.post("", status_code=201, dependencies=[needs("orders.write")])
async def make(request: Request, response: Response, content: OrderIn) -> dict[str, Any]:
    """Make an order. The same key with the same content gives the same answer again; with another content: 409."""
    caller = who(request)
    columns = _as_its_own(caller, content.model_dump())
    zone = ZoneInfo(request.app.state.settings.timezone)
    async with changing(request) as session:  # committed before the answer: what is acknowledged is kept
        made = await orders.make(session, columns, now_of(request), zone)
    response.headers["Location"] = f"/api/work-orders/{made.number}"
    return shown(caller, made)


@router.get("", dependencies=[needs("orders.read")])
async def listed(request: Request, call_key: CallKey | None = None, before: Number | None = None,
                 limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """List orders, newest first; `next` is what to pass as `before` for the following page."""
    caller = who(request)
    async with database(request).reading() as session:
        found = await orders.listed(session, scope_of(caller).orders(), call_key=call_key, before=before, limit=limit)
    rows = [shown(caller, one) for one in found]
    return {"work_orders": rows, "next": found[-1].number if len(found) == limit else None}


@router.get("/{number}", dependencies=[needs("orders.read")])
async def read(request: Request, number: Number) -> dict[str, Any]:
    """Show one order."""
    caller = who(request)
    async with database(request).reading() as session:
        return shown(caller, await orders.seen(session, number, scope_of(caller).orders()))


@router.patch("/{number}", dependencies=[needs("orders.write")])
async def change(request: Request, number: Number, content: OrderChange) -> dict[str, Any]:
    """Change an order. With an Idempotency-Key a change that comes again is not made again."""
    caller = who(request)
    changes = content.model_dump(exclude_none=True)
    _refuse_evidence(caller, changes)
    if "agent" in changes:
        as_agent(caller, changes["agent"])
    async with changing(request) as session:
        await orders.seen(session, number, scope_of(caller).orders_to_change())
        return shown(caller, await orders.alter(session, number, changes, now_of(request)))


def shown(caller: Caller, order: WorkOrder) -> dict[str, Any]:
    """Return an order as it goes out to `caller`."""
    body: dict[str, Any] = shown_to(caller, order.model_dump())
    return body


def _as_its_own(caller: Caller, columns: dict[str, Any]) -> dict[str, Any]:
    """Return a new order's columns with the agent who makes it: nobody makes one in another's name."""
    _refuse_evidence(caller, columns)
    if caller.kind == "person":
        columns["agent"] = as_agent(caller, columns["agent"]) if columns["agent"] else caller.agent
    return columns


def _refuse_evidence(caller: Caller, columns: dict[str, Any]) -> None:
    if columns.get("call") and caller.kind == "person":
        raise Problem(403, "evidence", "通话情况由系统写入,不能人工填写", "去掉 call;备注写在 summary 里")
