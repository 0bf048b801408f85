"""Partners, what was exchanged with them, hand-overs and give-backs, the brief for 110."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.exchange.schemas import ExchangeId, GiveBackIn, HandOverIn, PartnerIn, exchange_shown, partner_shown
from api.people.acts import actor_for
from api.people.audit import note_by
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import Number, Word
from api.wire.once import Once, changing
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from workorders import orders
from workorders.civic_tables import Exchange, ExchangeMessage, ExchangePartner
from workorders.exchange import telling
from workorders.exchange.brief import brief
from workorders.exchange.partners import Partner, check_secret
from workorders.exchange.standing import Standing
from workorders.exchange.trade import Trade, words_of
from workorders.life.words import Do
from workorders.models import WorkOrder

router = APIRouter(prefix="/api/exchange", tags=["exchange"], route_class=Once)


def trade_of(request: Request, session: AsyncSession) -> Trade:
    """Return the exchange, in this transaction."""
    return Trade(request.app.state.keeper, session, now_of(request))


@router.get("/partners", dependencies=[needs("exchange.read")])
async def partners(request: Request) -> dict[str, Any]:
    """List the platforms with which orders are exchanged, without their secrets."""
    async with database(request).reading() as session:
        rows = (await session.execute(select(ExchangePartner).order_by(col(ExchangePartner.id)))).scalars().all()
    return {"partners": [partner_shown(Partner.model_validate(row.body)) for row in rows]}


@router.put("/partners/{partner_id}", responses={201: {"description": "Added", "content": {"application/json": {}}}},
            dependencies=[needs("exchange.write")])
async def put_partner(request: Request, response: Response, partner_id: Word, content: PartnerIn) -> dict[str, Any]:
    """Add a platform (201, with its secret) or change it (200; without a secret the known one stays)."""
    try:
        partner = content.partner(partner_id)
    except ValidationError as error:
        raise Problem(422, "invalid", f"平台资料不合规：{error.errors()[0]['msg']}", "按接口说明改正后重发") from error
    secret = check_secret(content.secret) if content.secret is not None else None
    async with database(request).writing() as session:
        new = await trade_of(request, session).put_partner(partner, secret)
    response.status_code = 201 if new else 200
    return partner_shown(partner)


@router.get("/orders", dependencies=[needs("exchange.read")])
async def listed(request: Request, number: Number | None = None, partner: Word | None = None,
                 standing: Annotated[Standing | None, Query()] = None, limit: Limit = 50,
                 cursor: Cursor = None) -> dict[str, Any]:
    """List what was exchanged, the newest first, of the orders that the caller may see."""
    tie = filters_digest("exchange", {"number": number, "partner": partner, "standing": standing})
    place = place_of(tie, cursor, (float, str))
    query = (select(Exchange).join(WorkOrder, col(WorkOrder.number) == col(Exchange.number))
             .where(scope_of(who(request)).orders()))
    for column, value in ((Exchange.number, number), (Exchange.partner, partner), (Exchange.standing, standing)):
        query = query if value is None else query.where(col(column) == value)
    if place is not None:
        query = query.where(tuple_(col(Exchange.created_at), col(Exchange.id)) < tuple_(*place))
    query = query.order_by(col(Exchange.created_at).desc(), col(Exchange.id).desc()).limit(limit)
    async with database(request).reading() as session:
        rows = (await session.execute(query)).scalars().all()
        last = await _last_documents(session, rows)
    more = cursor_of(tie, (rows[-1].created_at, rows[-1].id)) if len(rows) == limit else None
    return {"exchanges": [exchange_shown(row, last.get(row.id)) for row in rows], "next": more}


async def _last_documents(session: AsyncSession, rows: Sequence[Exchange]) -> dict[str, ExchangeMessage]:
    query = (select(ExchangeMessage).where(col(ExchangeMessage.exchange).in_([row.id for row in rows]))
             .order_by(col(ExchangeMessage.turn)))
    return {message.exchange: message for message in (await session.execute(query)).scalars()}


@router.post("/orders", status_code=202, dependencies=[needs("exchange.act")])
async def hand_over(request: Request, content: HandOverIn) -> dict[str, Any]:
    """Ask a platform to take an order. Until it has, the order is ours and its clocks run."""
    caller = who(request)
    async with changing(request) as session:
        await orders.seen(session, content.number, scope_of(caller).orders_to_change())
        trade = trade_of(request, session)
        known = await trade.partner(content.partner)
        kept = await trade.keeper.load(session, content.number)
        row = await trade.hand_over(content.number, known.partner, actor_for(caller, Do.HAND_OVER, kept.order),
                                    content.why)
        return exchange_shown(row, (await _last_documents(session, [row])).get(row.id))


@router.post("/orders/{exchange_id}/give-back", status_code=202, dependencies=[needs("exchange.act")])
async def give_back(request: Request, exchange_id: ExchangeId, content: GiveBackIn) -> dict[str, Any]:
    """Give an order back to the platform it came from. It stays ours until that has agreed."""
    caller = who(request)
    async with changing(request) as session:
        trade = trade_of(request, session)
        row = await trade.exchange(exchange_id)
        await orders.seen(session, row.number, scope_of(caller).orders_to_change())
        known = await trade.partner(row.partner)
        kept = await trade.keeper.load(session, row.number)
        row = await trade.give_back(exchange_id, known.partner, actor_for(caller, Do.HAND_OVER, kept.order),
                                    content.why)
        return exchange_shown(row, (await _last_documents(session, [row])).get(row.id))


@router.get("/briefs/{number}", dependencies=[needs("exchange.act")])
async def brief_of(request: Request, number: Number, partner: Word) -> dict[str, Any]:
    """Give the words to read to another platform on the telephone, and the same as data. Looking is audited."""
    caller, zone = who(request), ZoneInfo(request.app.state.settings.timezone)
    async with database(request).writing() as session:
        await orders.seen(session, number, scope_of(caller).orders())
        trade = trade_of(request, session)
        known = (await trade.partner(partner)).partner
        kept = await trade.keeper.load(session, number)
        telling.may_hand_over(kept.order, known)
        words = telling.visible(kept.order, known.scopes, words_of(kept))
        note_by(session, now_of(request), "number.unmasked", caller, number, brief=partner, told=sorted(words))
    made = brief(kept.order, words, zone, kept.order.lead)
    return {"text": made.text, "data": dict(made.data)}
