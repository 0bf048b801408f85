"""Acts on an order, its history, what is hidden of it, and the code its citizen asks by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import database, directory_of, needs, now_of, who
from api.orders.keeping import done, keeper_of, locked, seen, wish_of
from api.orders.schemas import ActIn, CodeOut, HistoryOut, OrderOut, UnmaskIn, UnmaskOut, _ActBase
from api.orders.shown import shown_history, shown_order
from api.orders.sight import Sight, sight_of
from api.people.audit import note_by
from api.people.names import names_in_history
from api.people.places import unit_names
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import Number
from api.wire.once import Once, changing
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from api.wire.versions import etag_of, expected
from workorders import orders
from workorders.keeping import numbers
from workorders.keeping.keeper import Kept
from workorders.life.acts import Act
from workorders.life.confidential import Field
from workorders.life.words import Do

router = APIRouter(prefix="/api/work-orders/{number}", tags=["work orders"], route_class=Once)
_COLUMNS = {"number": (Field.NUMBER, "caller"), "name": (Field.NAME, "name")}


@router.post("/acts", status_code=201, responses={201: {"model": OrderOut}}, openapi_extra={"x-refusals": [412, 428]},
             dependencies=[needs("orders.act")])
async def act(request: Request, response: Response, number: Number,
              wanted: Annotated[ActIn, Body()]) -> dict[str, Any]:
    """Do one act of the order's life, in the office the table of steps asks for; answers with the order after it.

    People say in If-Match which version they saw, or ``*``. Who may not, or not now, is told why and what to do.
    """
    caller, said = who(request), _said(wanted)
    version = expected(request, required=caller.kind == "person")
    async with changing(request) as session:
        kept = await locked(request, session, number, version)
        data = said.data.model_dump(mode="json", exclude_unset=True)  # type: ignore[attr-defined]
        wish = wish_of(request, Do(said.do), why=said.why, text=said.text,  # type: ignore[attr-defined]
                       about=said.about, on_behalf=said.on_behalf, data=data)
        kept = await done(request, session, kept, wish)
        body = await _shown(request, session, kept)
    response.headers["ETag"] = etag_of(kept.order.length)
    return body


def _said(wanted: Any) -> _ActBase:
    assert isinstance(wanted, _ActBase)
    return wanted


@router.get("/history", responses={200: {"model": HistoryOut}}, dependencies=[needs("orders.read")])
async def history(request: Request, response: Response, number: Number, cursor: Cursor = None,
                  limit: Limit = 200) -> dict[str, Any]:
    """Show who did what when, the first act first; not for units, and of a report only for the persons named."""
    tie = filters_digest("history", {"number": number})
    place = place_of(tie, cursor, (int,))
    async with database(request).reading() as session:
        kept, _ = await _seen(request, session, number, Field.HISTORY)
        rest = [one for one in kept.acts if place is None or one.seq > place[0]]
        names = {**directory_of(request).names, **await _names(session, rest[:limit])}
    response.headers["ETag"] = etag_of(kept.order.length)
    more = cursor_of(tie, (rest[limit - 1].seq,)) if len(rest) > limit else None
    return {"number": number, "version": kept.order.length, "history": shown_history(rest[:limit], names), "next": more}


@router.post("/unmask", responses={200: {"model": UnmaskOut}}, dependencies=[needs("numbers.unmask")])
async def unmask(request: Request, response: Response, number: Number, wanted: UnmaskIn) -> dict[str, Any]:
    """Show a hidden field for a reason: the asking stands in the order's history and in the audit of access."""
    caller, (field, column) = who(request), _COLUMNS[wanted.field]
    async with changing(request) as session:
        kept = await locked(request, session, number, None)
        sight = await sight_of(session, caller)
        if field not in sight.fields(kept.order):
            kept = await done(request, session, kept, wish_of(request, Do.UNMASK, why=wanted.why,
                                                              data={"field": wanted.field}))
        note_by(session, now_of(request), "number.unmasked", caller, number, why=wanted.why, field=wanted.field)
        value = getattr(kept.row, column)
    response.headers["Cache-Control"] = "no-store"
    return {"field": wanted.field, "value": value}


@router.post("/code", status_code=201, responses={201: {"model": CodeOut}}, dependencies=[needs("orders.write")])
async def code(request: Request, response: Response, number: Number) -> dict[str, Any]:
    """Make the code by which the citizen asks for progress; the one before is worthless. It is told this once."""
    async with changing(request) as session:
        await orders.seen(session, number, scope_of(who(request)).orders_to_change())
        kept = await locked(request, session, number, None)
        made = numbers.new_code()
        kept.row.code_hash = numbers.code_hash(number, made)
    response.headers["Cache-Control"] = "no-store"
    return {"number": number, "code": made}


async def _shown(request: Request, session: AsyncSession, kept: Kept) -> dict[str, Any]:
    now = now_of(request)
    rules = await keeper_of(request).rules(session, now)
    return shown_order(await sight_of(session, who(request)), kept, rules, now)


async def _seen(request: Request, session: AsyncSession, number: str, field: Field) -> tuple[Kept, Sight]:
    """Return an order of which the caller sees `field`. Raises NotFound, Problem 403."""
    await seen(session, who(request), number)
    kept, sight = await keeper_of(request).load(session, number), await sight_of(session, who(request))
    if field not in sight.fields(kept.order):
        raise Problem(403, "hidden", "这部分内容不对您公开", "请指定的知情人或热线工作人员处理")
    return kept, sight


async def _names(session: AsyncSession, acts: Sequence[Act]) -> dict[str, str]:
    """Return how the people and units of a history are called; who took a call stands there as an agent."""
    ids = {one.by for one in acts} | {one.on_behalf for one in acts}
    units = {unit: name for unit, name in await unit_names(session) if name}
    return units | {key: name for key, name in (await names_in_history(session, ids)).items() if name}
