"""Work orders: made once per Idempotency-Key, read, changed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access import database, needs, now_of, who
from api.people.acts import actor_for, as_agent
from api.people.caller import Caller
from api.people.masking import shown_to
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import CallKey, Number, OrderChange, OrderIn
from api.wire.once import Once, changing
from workorders import orders
from workorders.keeping.amend import SYSTEM, Told, accept_with_evidence, amend
from workorders.keeping.intake import from_columns
from workorders.keeping.keeper import Keeper, taker
from workorders.life.words import Do
from workorders.models import WorkOrder

INTERNAL = {"code_hash", "rank"}
router = APIRouter(prefix="/api/work-orders", tags=["work orders"], route_class=Once)


@router.post("", status_code=201, dependencies=[needs("orders.write")])
async def make(request: Request, response: Response, content: OrderIn) -> dict[str, Any]:
    """Make an order. The same key with the same content gives the same answer again; with another content: 409."""
    caller = who(request)
    columns = _as_its_own(caller, content.model_dump())
    by = taker(columns["agent"]) if caller.own_house else actor_for(caller, Do.ACCEPT, None)
    async with changing(request) as session:  # committed before the answer: what is acknowledged is kept
        made = await accept_with_evidence(keeper_of(request), session, from_columns(columns), by, now_of(request))
    response.headers["Location"] = f"/api/work-orders/{made.kept.row.number}"
    return shown(caller, made.kept.row)


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
        by = SYSTEM if caller.own_house else actor_for(caller, Do.CLASSIFY, None)
        told = Told(changes, by, now_of(request), lenient=caller.own_house)
        return shown(caller, (await amend(keeper_of(request), session, number, told)).row)


def keeper_of(request: Request) -> Keeper:
    """Return the keeper of orders."""
    keeper: Keeper = request.app.state.keeper
    return keeper


def shown(caller: Caller, order: WorkOrder) -> dict[str, Any]:
    """Return an order as it goes out to `caller`."""
    body: dict[str, Any] = shown_to(caller, order.model_dump(exclude=INTERNAL))
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
