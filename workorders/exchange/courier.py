"""Carries documents to other platforms: claimed by lease, sent until answered, the answer believed only if signed.

A crash between commit and sending, or between sending and the answer, sends the same bytes under the same id again;
the other side does it once. Documents of one exchange go in turn. Nothing is given up: whoever looks at the list sees
what has not arrived, since when, and why.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import delete, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from core.db import Database
from core.log import get_logger
from workorders.civic_tables import Exchange, ExchangeHeard, ExchangeMessage
from workorders.errors import WorkOrderError
from workorders.exchange import signature
from workorders.exchange.documents import TEXT_LIMIT, Answer, Document, answer_of, encode
from workorders.exchange.errors import ExchangeError
from workorders.exchange.standing import Event, Standing
from workorders.exchange.trade import Known, Trade
from workorders.keeping.keeper import Keeper
from workorders.life.acts import Actor, Wish
from workorders.life.words import Do, Role
from workorders.models import WorkOrder

LEASE = 60.0  # s a claim lasts; longer than a request may take
MEMORY = 30 * 86400.0  # s a document that came in is known again
PATIENCE = 20.0  # s another platform may take to answer
LONGEST_PAUSE = 900.0  # s between tries
PATH = "/api/exchange/documents"
_BATCH = 20
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A document that is ours to send until the lease ends."""

    id: str
    exchange: str
    body: bytes
    verb: str
    known: Known
    attempts: int


class ExchangeCourier:
    """Sends what is due, and what came of orders that others gave us. Several may work on one database."""

    def __init__(self, db: Database, keeper: Keeper, client: httpx.AsyncClient, name: str) -> None:
        self._db, self._keeper, self._client, self._name = db, keeper, client, name

    async def round(self, now: float) -> int:
        """Note results that are owed, send what is due; return how many documents were tried."""
        async with self._db.reading() as session:  # most rounds find nothing, and keep no writer waiting
            owed, due = bool((await session.execute(_owed())).first()), bool((await session.execute(_due(now))).first())
        if owed:
            await self.owe(now)
        if not owed and not due:
            return 0
        async with self._db.writing() as session:
            claims = await self._claim(Trade(self._keeper, session, now))
        for one in claims:
            status, answer, error = await self._send(one, now)
            if answer is not None and answer.standing != "pending":
                error = await self._take(one, status, answer, now)
            if error or answer is None or answer.standing == "pending":
                async with self._db.writing() as session:
                    await _again(Trade(self._keeper, session, now), one, status, error or "对方尚未决定")
        return len(claims)

    async def _take(self, one: Claim, status: int, answer: Answer, now: float) -> str:
        """Do what an answer means; return why that cannot be done, so that one odd order does not stop the others."""
        try:
            async with self._db.writing() as session:
                await _done(Trade(self._keeper, session, now), one, status, answer)
        except WorkOrderError as error:
            log.error("answer of a platform cannot be taken", message=one.id, error=str(error))
            return f"{type(error).__name__}: {error}"
        return ""

    async def _claim(self, trade: Trade) -> list[Claim]:
        query = _due(trade.now).with_for_update(skip_locked=True)
        rows: Sequence[ExchangeMessage] = (await trade.session.execute(query)).scalars().all()
        found = []
        for row in rows:
            row.leased_by, row.leased_until, row.attempts = self._name, trade.now + LEASE, row.attempts + 1
            known = await trade.partner(row.partner)
            found.append(Claim(row.id, row.exchange, encode(Document.model_validate(row.body)), row.verb, known,
                               row.attempts))
        return found

    async def _send(self, one: Claim, now: float) -> tuple[int, Answer | None, str]:
        """Return (status, answer, error); no answer: to be sent again."""
        partner, secret = one.known.partner, one.known.secret
        headers = {"Content-Type": "application/json", signature.SENDER: partner.own,
                   signature.HEADER: signature.sign(secret, one.id, partner.id, one.body, now)}
        try:
            if not partner.address or not partner.active:
                raise ExchangeError("该平台没有地址，或已停用", "登记地址并启用")
            got = await self._client.post(partner.address + PATH, content=one.body, headers=headers, timeout=PATIENCE,
                                          follow_redirects=False)
            signed = signature.check(secret, got.headers.get(signature.HEADER, ""), partner.own, got.content, now)
            if signed.message != one.id:
                raise ExchangeError("答复对应的是另一份文件", "请对方检查")
            return got.status_code, answer_of(got.content), ""
        except (httpx.HTTPError, WorkOrderError) as error:
            log.warning("document not answered, will be sent again", message=one.id, partner=partner.id,
                        error=f"{type(error).__name__}: {error}")
            return 0, None, f"{type(error).__name__}: {error}"

    async def forget(self, now: float) -> int:
        """Forget which documents came in long ago; return how many. An order's own number still makes it one."""
        old = select(ExchangeHeard.id).where(col(ExchangeHeard.at) < now - MEMORY).limit(1000)
        async with self._db.writing() as session:
            gone: Any = await session.execute(delete(ExchangeHeard).where(col(ExchangeHeard.id).in_(old)))
        return int(gone.rowcount)

    async def owe(self, now: float) -> int:
        """Put into the outbox what came of orders whose result another platform waits for."""
        async with self._db.writing() as session:
            trade = Trade(self._keeper, session, now)
            query = _owed().with_for_update(skip_locked=True, of=Exchange)
            rows: Sequence[Exchange] = (await session.execute(query)).scalars().all()
            for row in rows:
                await self._tell(trade, row)
        return len(rows)

    async def _tell(self, trade: Trade, row: Exchange) -> None:
        try:
            kept = await self._keeper.load(trade.session, row.number)
        except WorkOrderError as error:  # an odd order must not stop the others: it goes to the end of the line
            log.error("result cannot be told", exchange=row.id, order=row.number, error=str(error))
            row.changed_at = trade.now
            return
        await trade.tell_result(row, (await trade.partner(row.partner)).partner, kept)


def _past(moment: Any, now: float) -> Any:
    """True for a moment that has come, and for one so far ahead that only a clock set back can explain it."""
    return or_(moment <= now, moment > now + 2 * LONGEST_PAUSE)


def _due(now: float) -> Any:
    """Return the SELECT of documents that are to be sent, each after those of its exchange before it."""
    earlier = aliased(ExchangeMessage)
    waits = exists().where(col(earlier.exchange) == col(ExchangeMessage.exchange),
                           col(earlier.turn) < col(ExchangeMessage.turn), col(earlier.done_at).is_(None))
    return (select(ExchangeMessage).where(
        col(ExchangeMessage.done_at).is_(None), _past(col(ExchangeMessage.due_at), now),
        _past(col(ExchangeMessage.leased_until), now), ~waits).order_by(col(ExchangeMessage.due_at)).limit(_BATCH))


def _owed() -> Any:
    """Return the SELECT of exchanges whose other side waits for what came of the order."""
    waiting = (Standing.OWED.value, Standing.TOLD.value, Standing.GIVEN_BACK.value)
    return (select(Exchange).join(WorkOrder, col(WorkOrder.number) == col(Exchange.number))
            .where(col(Exchange.standing).in_(waiting), col(Exchange.told) < col(WorkOrder.reopened) + 1,
                   or_(col(WorkOrder.answered_at).is_not(None), col(WorkOrder.closed_at).is_not(None)))
            .order_by(col(Exchange.changed_at)).limit(_BATCH))


async def _again(trade: Trade, one: Claim, status: int, error: str) -> None:
    row = await trade.session.get(ExchangeMessage, one.id, with_for_update=True)
    if row is not None and row.done_at is None:
        pause = min(LONGEST_PAUSE, 2.0 ** min(one.attempts, 12)) * random.uniform(0.75, 1.25)
        row.status, row.error, row.leased_until, row.due_at = status, error[:1000], 0.0, trade.now + pause


async def _done(trade: Trade, one: Claim, status: int, answer: Answer) -> None:
    row = await trade.session.get(ExchangeMessage, one.id, with_for_update=True)
    if row is None or row.done_at is not None:
        return
    row.status, row.error, row.leased_until, row.done_at = status, "", 0.0, trade.now
    row.answer = answer.model_dump(mode="json")
    exchange = await trade.exchange(one.exchange)
    if one.verb == "hand_over":
        await _given(trade, exchange, one.known, answer)
    elif one.verb == "hand_back":
        await _given_back(trade, exchange, one.known, answer)
    elif answer.standing == "refused":
        await trade.act_or_note(exchange.number, _note(trade, f"{one.known.partner.name} 不接收结果：{answer.why}"))


async def _given(trade: Trade, row: Exchange, known: Known, answer: Answer) -> None:
    if row.standing != Standing.ASKED.value:
        return  # its answer was lost, and a later document has told us already
    if answer.standing == "refused" or not answer.number:
        said = f"{known.partner.name} 不接收移交：{answer.why}。{answer.fix}"
        await trade.moved(row, Event.REFUSED, _note(trade, said))
        return
    await trade.taken(row, answer.number)


async def _given_back(trade: Trade, row: Exchange, known: Known, answer: Answer) -> None:
    if answer.standing == "refused":
        row.standing = Standing.OWED.value
        said = f"{known.partner.name} 不同意退回：{answer.why}。按先行受理继续办理"
        await trade.act_or_note(row.number, _note(trade, said))
        return
    await trade.act_or_note(row.number, trade.over(row))


def _note(trade: Trade, said: str) -> Wish:
    return Wish(Do.NOTE, Actor("system", Role.SYSTEM), trade.now, text=said[:TEXT_LIMIT])
