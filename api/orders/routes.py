"""Work orders: made once per Idempotency-Key, listed, read, changed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of, seen
from api.orders.lists import Filters
from api.orders.pages import page
from api.orders.schemas import OrderOut, OrderPage
from api.orders.shown import shown_order, shown_row
from api.orders.sight import sight_of
from api.orders.together import Together, Wanted, answer
from api.people.acts import actor_for, as_agent
from api.people.caller import Caller
from api.people.scope import scope_of
from api.problems import Problem, language_for
from api.schemas import Number, OrderChange, OrderIn
from api.wire.once import Once, changing, turn_of
from api.wire.paging import Cursor, Limit
from api.wire.versions import check, etag_of, expected, unchanged
from api.wording.sentences import say_within
from workorders import orders
from workorders.errors import AppealTaken, NotFound
from workorders.keeping.amend import SYSTEM, Told, amend
from workorders.keeping.birth import Coming
from workorders.keeping.intake import from_columns
from workorders.keeping.keeper import Kept, taker
from workorders.keeping.together import accept_with_evidence
from workorders.life.words import Do
from workorders.models import WorkOrder

router = APIRouter(prefix="/api/work-orders", tags=["work orders"], route_class=Once)


@router.post("", status_code=201, responses={201: {"model": OrderOut}}, dependencies=[needs("orders.write")])
async def make(request: Request, content: OrderIn) -> Response:
    """Make an order. The same key with the same content gives the same answer again; with another content: 409."""
    caller, now = who(request), now_of(request)
    columns = _as_its_own(caller, content.model_dump())
    by = taker(columns["agent"]) if caller.own_house else actor_for(caller, Do.ACCEPT, None)
    coming, ticket = Coming(from_columns(columns), by, now), await turn_of(request).ticket()
    if ticket is not None and (told := await together_of(request).make(Wanted(caller, ticket, coming))) is not None:
        return told
    async with changing(request) as session:  # committed before the answer: what is acknowledged is kept
        kept = await _accepted(request, session, coming)
        body = shown_order(await sight_of(session, caller), kept, await keeper_of(request).rules(session, now), now)
    return answer(body, kept)


@router.get("", responses={200: {"model": OrderPage}}, dependencies=[needs("orders.read")])
async def listed(request: Request, asked: Annotated[Filters, Depends()], cursor: Cursor = None,
                 limit: Limit = 50) -> dict[str, Any]:
    """List orders, newest first or what falls due first; `next` is the `cursor` of the following page."""
    async with database(request).reading() as session:
        scope, sight = scope_of(who(request)), await sight_of(session, who(request))
        units = sorted(sight.units) if scope.only_units else ()
        rows, following = await page(session, scope, asked, cursor, limit, units, whole=scope.caller.own_house)
    return {"work_orders": [shown_row(sight, row) for row in rows], "next": following}


@router.get("/{number}", responses={200: {"model": OrderOut}}, response_model=None,
            dependencies=[needs("orders.read")])
async def read(request: Request, response: Response, number: Number) -> dict[str, Any] | Response:
    """Show one order: as far as the caller sees it, with its clocks and what the caller could do to it now."""
    caller, now, keeper = who(request), now_of(request), keeper_of(request)
    async with database(request).reading() as session:
        row = await seen(session, caller, number, to_act_on=True)
        kept, sight = await keeper.load(session, number), await sight_of(session, caller)
        if not sight.fields(kept.order) and not sight.only_finding(kept.order):
            raise NotFound(f"没有编号为 {number} 的工单", "核对工单编号，例如 2026-1123-0042")
        if (same := unchanged(request, row.version)) is not None:
            return same
        body = shown_order(sight, kept, await keeper.rules(session, now), now)
    response.headers.update({"ETag": etag_of(kept.order.length), "Vary": "Accept-Language"})
    body["acts"] = say_within(body["acts"], language_for(request), ("blocked", "fix"))
    return body


@router.patch("/{number}", responses={200: {"model": OrderOut}}, openapi_extra={"x-refusals": [412, 428]},
              dependencies=[needs("orders.write")])
async def change(request: Request, response: Response, number: Number, content: OrderChange) -> dict[str, Any]:
    """Change an order's words and class. People say which version they saw (If-Match); with a key it is done once."""
    caller, now, keeper = who(request), now_of(request), keeper_of(request)
    changes = content.model_dump(exclude_none=True)
    _refuse_evidence(caller, changes)
    if "agent" in changes:
        as_agent(caller, changes["agent"])
    version = expected(request, required=caller.kind == "person")
    async with changing(request) as session:
        row = await orders.seen(session, number, scope_of(caller).orders_to_change())
        check(row.version, version)
        by = SYSTEM if caller.own_house else actor_for(caller, Do.CLASSIFY, None)
        told = Told(changes, by, now, lenient=caller.own_house)
        kept = await amend(keeper, session, number, told, expect=version)
        body = shown_order(await sight_of(session, caller), kept, await keeper.rules(session, now), now)
    response.headers["ETag"] = etag_of(kept.order.length)
    return body


async def _accepted(request: Request, session: AsyncSession, coming: Coming) -> Kept:
    """Accept an appeal. That an order exists which the caller may not see, nobody learns from its number."""
    appeal = coming.appeal
    try:
        return (await accept_with_evidence(keeper_of(request), session, appeal, coming.by, coming.at)).kept
    except AppealTaken as error:
        same = col(WorkOrder.call_key) == appeal.call_key, col(WorkOrder.appeal) == appeal.appeal
        seen = select(WorkOrder.number).where(*same, scope_of(who(request)).orders())
        if (await session.execute(seen)).scalar_one_or_none() is None:
            raise AppealTaken("这通电话的这项诉求已有工单", "由受理岗位跟进，不要再建") from error
        raise


def together_of(request: Request) -> Together:
    """Return who makes orders together."""
    made: Together = request.app.state.together
    return made


def _as_its_own(caller: Caller, columns: dict[str, Any]) -> dict[str, Any]:
    """Return a new order's columns with the agent who makes it: nobody makes one in another's name."""
    _refuse_evidence(caller, columns)
    if caller.kind == "person":
        columns["agent"] = as_agent(caller, columns["agent"]) if columns["agent"] else caller.agent
    return columns


def _refuse_evidence(caller: Caller, columns: dict[str, Any]) -> None:
    if columns.get("call") and caller.kind == "person":
        raise Problem(403, "evidence", "通话情况由系统写入，不能人工填写", "去掉 call；备注写在 summary 里")
