"""What another platform's document does here, and what it is answered. The same document again: the same answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlmodel import col, select

from core.db import hold
from core.ids import new_id
from workorders.civic_tables import Exchange, ExchangeHeard
from workorders.errors import WorkOrderError
from workorders.exchange import telling
from workorders.exchange.documents import TEXT_LIMIT, Answer, Content, Document, content_of, decode
from workorders.exchange.errors import BadDocument, ExchangeError
from workorders.exchange.partners import Partner, heard_from
from workorders.exchange.signature import Signed
from workorders.exchange.standing import Event, Standing, step
from workorders.exchange.trade import Trade
from workorders.keeping.intake import Intake
from workorders.life.acts import Actor, Wish
from workorders.life.words import Do, Role

CHANNEL = "exchange"


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and whether it was given before."""

    answer: Answer
    again: bool = False


async def hear(trade: Trade, partner: Partner, signed: Signed, body: bytes) -> Heard:
    """Do what a document whose signature is good asks, once. Refusals are answers; nothing is half done.

    Raises BadDocument for one that cannot be read: its sender is told, and may send a better one under the same id.
    """
    name, digest = f"{partner.id}:{signed.message}", hashlib.sha256(body).hexdigest()
    await hold(trade.session, name)
    before = await trade.session.get(ExchangeHeard, name)
    if before is not None:
        if before.digest != digest:
            raise BadDocument("这个消息编号已用于另一份文件", "换一个新的消息编号")
        return Heard(Answer.model_validate(before.answer), again=True)
    document = decode(body)
    _addressed(document, partner)
    answer = await _answered(trade, partner, document)
    trade.session.add(ExchangeHeard(id=name, digest=digest, answer=answer.model_dump(mode="json"), at=trade.now))
    return Heard(answer)


def _addressed(document: Document, partner: Partner) -> None:
    if document.sender != partner.id or document.addressee != partner.own:
        raise BadDocument("发件或收件平台与签名不符", "sender 写本平台编号，addressee 写对方编号")


async def _answered(trade: Trade, partner: Partner, document: Document) -> Answer:
    try:
        async with trade.session.begin_nested():
            return await _VERBS[document.verb](trade, partner, document)
    except WorkOrderError as error:
        return Answer(standing="refused", why=str(error), fix=error.fix)


async def _hand_over(trade: Trade, partner: Partner, document: Document) -> Answer:
    """Take an order, provisionally: 国办发〔2022〕12号. One reference of a partner is one order, for ever."""
    key = f"in:{partner.id}:{document.reference}"
    await hold(trade.session, key)
    query = select(Exchange).where(col(Exchange.key) == key)
    there = (await trade.session.execute(query)).scalar_one_or_none()
    if there is not None:
        return _taken(there)
    content = content_of(heard_from(partner.mapping, document.content))
    telling.may_give(content, partner)
    made = await trade.keeper.accept(trade.session, _intake(content, partner), Actor(partner.id, Role.API_CLIENT),
                                     trade.now, why=f"{partner.name} 移交 {document.reference}：{document.why}"[:2000])
    row = Exchange(id=new_id("ex"), key=key, partner=partner.id, inward=True, number=made.kept.order.number,
                   reference=document.reference, standing=Standing.OWED.value, by=partner.id,
                   role=Role.API_CLIENT.value, why=document.why, created_at=trade.now, changed_at=trade.now)
    trade.session.add(row)
    await trade.session.flush()
    return _taken(row)


def _taken(row: Exchange) -> Answer:
    return Answer(standing="accepted", number=row.number, provisional=True)


def _intake(content: Content, partner: Partner) -> Intake:
    return Intake(content.matter(CHANNEL), summary=content.summary, address=content.address, name=content.name,
                  caller=content.number, provisional=True, call={"platform": partner.id})


async def _known(trade: Trade, partner: Partner, document: Document) -> Exchange:
    """Return the exchange a later document is about, by our own number. Raises ExchangeError."""
    query = (select(Exchange).where(col(Exchange.partner) == partner.id, col(Exchange.number) == document.yours)
             .order_by(col(Exchange.created_at).desc()).limit(1).with_for_update())
    row = (await trade.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise ExchangeError(f"与你方没有关于 {document.yours or '（空）'} 的往来", "yours 写本平台的工单编号")
    if row.standing == Standing.ASKED.value:  # whoever speaks of it has it: the answer was lost on its way
        await trade.taken(row, document.reference)
    return row


def _wish(partner: Partner, document: Document, do: Do, at: float) -> Wish:
    data = {"platform": partner.id, "reference": document.reference} if do is Do.RESULT_BACK else {}
    text = f"{partner.name}：{document.text or document.why}" if do is Do.NOTE else document.text
    return Wish(do, Actor(partner.id, Role.API_CLIENT), at, why=document.why or partner.name, text=text[:TEXT_LIMIT],
                data=data)


async def _hand_back(trade: Trade, partner: Partner, document: Document) -> Answer:
    row = await _known(trade, partner, document)
    do = step(Standing(row.standing), Event.HAND_BACK).do or Do.NOTE
    await trade.moved(row, Event.HAND_BACK, _wish(partner, document, do, trade.now))
    return Answer(standing="accepted", number=row.number)


async def _result(trade: Trade, partner: Partner, document: Document) -> Answer:
    row = await _known(trade, partner, document)
    wish = _wish(partner, document, Do.RESULT_BACK, trade.now)
    if row.standing == Standing.ANSWERED.value:  # they reopened it and tell us more
        await trade.act_or_note(row.number, wish)
    else:
        await trade.moved(row, Event.RESULT, wish)
    return Answer(standing="accepted", number=row.number)


async def _progress(trade: Trade, partner: Partner, document: Document) -> Answer:
    row = await _known(trade, partner, document)
    await trade.act_or_note(row.number, _wish(partner, document, Do.NOTE, trade.now))
    return Answer(standing="accepted", number=row.number)


_VERBS = {"hand_over": _hand_over, "hand_back": _hand_back, "result": _result, "progress": _progress}
