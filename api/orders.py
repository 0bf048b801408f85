"""Work orders: made once per Idempotency-Key, read, changed."""

from __future__ import annotations

import time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from api.access import IdempotencyKeyHeader, needs
from api.schemas import CallKey, Number, OrderChange, OrderIn
from core.db import Database
from workorders import orders
from workorders.models import WorkOrder
from workorders.records import digest

router = APIRouter(prefix="/api/work-orders", tags=["work orders"])


@router.post("", status_code=201, dependencies=[needs("orders.write")])
async def make(request: Request, response: Response, content: OrderIn, key: IdempotencyKeyHeader) -> dict[str, Any]:
    """Make an order: 201. The same key with the same content returns that order: 200; with another content: 409."""
    db: Database = request.app.state.db
    columns = content.model_dump()
    zone = ZoneInfo(request.app.state.settings.timezone)
    async with db.writing() as session:  # committed before the answer leaves: what is acknowledged is kept
        made = await orders.make(session, columns, key, digest(columns), time.time(), zone)
    response.status_code = 201 if made.new else 200
    response.headers["Location"] = f"/api/work-orders/{made.order.number}"
    return shown(made.order)


@router.get("", dependencies=[needs("orders.read")])
async def listed(request: Request, call_key: CallKey | None = None, before: Number | None = None,
                 limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """List orders, newest first; `next` is what to pass as `before` for the following page."""
    db: Database = request.app.state.db
    async with db.reading() as session:
        found = await orders.listed(session, call_key=call_key, before=before, limit=limit)
    return {"work_orders": [shown(one) for one in found], "next": found[-1].number if len(found) == limit else None}


@router.get("/{number}", dependencies=[needs("orders.read")])
async def read(request: Request, number: Number) -> dict[str, Any]:
    """Show one order."""
    db: Database = request.app.state.db
    async with db.reading() as session:
        return shown(await orders.get(session, number))


@router.patch("/{number}", dependencies=[needs("orders.write")])
async def change(request: Request, number: Number, content: OrderChange) -> dict[str, Any]:
    """Change an order. With an Idempotency-Key a change that comes again is not made again."""
    db: Database = request.app.state.db
    changes = content.model_dump(exclude_none=True)
    key = request.headers.get("idempotency-key", "")[:200]
    async with db.writing() as session:
        return shown(await orders.alter(session, number, changes, time.time(), key, digest(changes)))


def shown(order: WorkOrder) -> dict[str, Any]:
    """Return an order as it goes out."""
    return order.model_dump()
