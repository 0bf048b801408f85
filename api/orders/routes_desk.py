"""Many orders at once: an act on each, and on paper."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import col, select

from api import problems
from api.access import database, needs, now_of, who
from api.export import stream
from api.orders.keeping import done, keeper_of, locked, wish_of
from api.orders.paper import POLICY, printed
from api.orders.schemas import BatchIn, BatchOut, Seen
from api.orders.shown import shown_order
from api.orders.sight import sight_of
from api.people.audit import note_by
from api.people.scope import scope_of
from api.problems import Problem, language_for
from api.schemas import Number
from api.wire.once import Once, changing
from workorders.errors import NotFound, WorkOrderError
from workorders.life.words import Do
from workorders.models import WorkOrder

router = APIRouter(prefix="/api/work-order-batches", tags=["work orders"], route_class=Once)
paper = APIRouter(prefix="/api/work-order-prints", tags=["work orders"])
MOST_PRINTED = 100


@router.post("", responses={200: {"model": BatchOut}}, dependencies=[needs("orders.act")])
async def batch(request: Request, wanted: BatchIn) -> dict[str, Any]:
    """Do the same act on many orders, e.g. sign them all; each is done or refused for itself, and told so."""
    async with changing(request) as session:
        results: dict[str, dict[str, Any]] = {}
        for one in sorted(wanted.orders, key=lambda seen: seen.number):  # one order of locks: two batches never wait
            try:
                async with session.begin_nested():
                    results[one.number] = await _one(request, session, wanted, one)
            except (Problem, WorkOrderError) as error:
                results[one.number] = _refused(one, error, language_for(request))
    return {"results": [results[one.number] for one in wanted.orders]}


async def _one(request: Request, session: Any, wanted: BatchIn, one: Seen) -> dict[str, Any]:
    kept = await locked(request, session, one.number, one.version)
    kept = await done(request, session, kept, wish_of(request, Do(wanted.do), why=wanted.why, text=wanted.text))
    return {"number": one.number, "ok": True, "state": kept.order.state.value, "version": kept.order.length}


def _refused(one: Seen, error: Problem | WorkOrderError, language: str) -> dict[str, Any]:
    problem = error if isinstance(error, Problem) else problems.from_order(error)
    return {"number": one.number, "ok": False, "status": problem.status, "code": problem.code,
            **problem.told(language)}


@paper.get("", response_class=HTMLResponse, openapi_extra={"x-refusals": [404]}, dependencies=[needs("orders.read")])
async def prints(request: Request, numbers: Annotated[list[Number], Query(
        min_length=1, max_length=MOST_PRINTED, description="which, in this order")]) -> HTMLResponse:
    """Give orders as a page for the printer: each on a sheet of its own, no more than the caller sees."""
    caller, now, keeper = who(request), now_of(request), keeper_of(request)
    async with database(request).writing() as session:
        query = select(WorkOrder.number).where(col(WorkOrder.number).in_(numbers), scope_of(caller).orders())
        there = set((await session.execute(query)).scalars())
        if missing := [number for number in numbers if number not in there]:
            raise NotFound(f"没有编号为 {missing[0]} 的工单", "核对工单编号")
        rules, sight = await keeper.rules(session, now), await sight_of(session, caller)
        sheets = [shown_order(sight, await keeper.load(session, number), rules, now) for number in numbers]
        note_by(session, now, "orders.printed", caller, numbers[0], numbers=numbers)
    names = await stream.names_of_units(database(request))
    return HTMLResponse(printed(sheets, caller.name, now, keeper.zone, names),
                        headers={"Cache-Control": "no-store", "Content-Security-Policy": POLICY})
