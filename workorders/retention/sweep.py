"""Does what the rules say, one thing a transaction, and writes down that it was done and by which rule.

A file is unlinked after its row says that it is gone: whoever dies in between leaves a file that the next sweep takes
(`leftovers`); never a row that promises a file which is not there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.db import Database
from workorders.civic_tables import Exchange, ExchangeMessage, TextMessage, WebRequest
from workorders.errors import Held
from workorders.keeping import erase, files
from workorders.keeping.tables import Attachment
from workorders.models import CallFact, CallRecord, WorkOrder
from workorders.retention import leftovers
from workorders.retention.due import GONE, Due, due
from workorders.retention.rules import RuleSet, What


@dataclass(frozen=True, slots=True)
class Places:
    """Where files lie."""

    recordings: Path
    attachments: Path


@dataclass(frozen=True, slots=True)
class Swept:
    """What was erased under a rule, and how many files went with it."""

    due: Due
    files: int


Told = Callable[[AsyncSession, Swept], None]  # writes the audit's line, in the transaction of the erasing
Progress = Callable[[Swept], None]
_Doing = Callable[[AsyncSession, Due, Places, float], Awaitable[list[Path] | None]]


async def sweep(db: Database, rules: RuleSet, places: Places, now: float, told: Told,
                progress: Progress = lambda _: None) -> int:
    """Erase all that is due and not held; return how many things went."""
    await _leftovers(db, places)
    count = 0
    for rule in rules.rules:
        while True:
            async with db.reading() as session:
                page = await due(session, rule, now, held=False)
            done = [swept for one in page if (swept := await _erase(db, one, places, now, told)) is not None]
            for swept in done:
                progress(swept)
            count += len(done)
            if not done:
                break
    return count


async def _leftovers(db: Database, places: Places) -> None:
    for path in (*await leftovers.sounds(db, places.recordings),
                 *await leftovers.attachments(db, places.attachments)):
        path.unlink(missing_ok=True)


async def _erase(db: Database, one: Due, places: Places, now: float, told: Told) -> Swept | None:
    """Erase one thing; None where a hold came in between or somebody was quicker."""
    async with db.writing() as session:
        if await _held_by_now(session, one):
            return None
        gone = await _DOING[one.rule.what](session, one, places, now)
        if gone is None:
            return None
        swept = Swept(one, len(gone))
        told(session, swept)
    for path in gone:
        path.unlink(missing_ok=True)
    return swept


async def _held_by_now(session: AsyncSession, one: Due) -> bool:
    """Tell whether an order it belongs to is under hold; its row is locked, so no hold comes while we erase."""
    query = select(WorkOrder.hold)
    if one.rule.what in (What.RECORDING, What.CALL_WORDS):
        query = query.where(col(WorkOrder.call_key) == one.key)
    elif one.rule.what is What.ATTACHMENT:
        query = query.join(Attachment, col(Attachment.number) == col(WorkOrder.number)).where(
            col(Attachment.id) == one.key)
    else:
        query = query.where(col(WorkOrder.number) == one.key)
    holds = (await session.execute(query.with_for_update(of=WorkOrder))).scalars().all()
    return any(holds)


async def _recording(session: AsyncSession, one: Due, places: Places, now: float) -> list[Path] | None:
    """The record keeps what there was (seconds, hash), when it went, and by which rule."""
    record = await session.get(CallRecord, one.key, with_for_update=True)
    if record is None or any(GONE in entry for entry in record.recordings):
        return None
    record.recordings = [{**entry, GONE: now, "gone_by": one.rule.name} for entry in record.recordings]
    return sorted(places.recordings.glob(f"{one.key}-*.alaw"))


async def _order_words(session: AsyncSession, one: Due, _: Places, now: float) -> list[Path] | None:
    return await _words(session, one, now, history=False)


async def _history_words(session: AsyncSession, one: Due, _: Places, now: float) -> list[Path] | None:
    return await _words(session, one, now, history=True)


async def _words(session: AsyncSession, one: Due, now: float, *, history: bool) -> list[Path] | None:
    try:
        await erase.words(session, one.key, now, history=history)
    except Held:
        return None
    await session.execute(delete(WebRequest).where(col(WebRequest.number) == one.key))
    await session.execute(delete(TextMessage).where(col(TextMessage.number) == one.key))
    await _exchanged(session, one.key, now)
    return []


async def _exchanged(session: AsyncSession, number: str, now: float) -> None:
    """Take the words of what other platforms were told; what has not arrived by now is not sent any more."""
    ours = select(Exchange.id).where(col(Exchange.number) == number)
    messages = update(ExchangeMessage).where(col(ExchangeMessage.exchange).in_(ours))
    waiting = messages.where(col(ExchangeMessage.done_at).is_(None))
    await session.execute(waiting.values(done_at=now, leased_until=0.0))
    await session.execute(messages.values(body={}, answer={}, error=""))
    await session.execute(update(Exchange).where(col(Exchange.number) == number).values(why=""))


async def _attachment(session: AsyncSession, one: Due, places: Places, now: float) -> list[Path] | None:
    """The row stays: which file there was, its hash and size, and when it went."""
    row = await session.get(Attachment, one.key, with_for_update=True)
    if row is None or row.gone_at is not None:
        return None
    row.gone_at = now
    return [files.path_of(places.attachments, row.id)]


async def _call_words(session: AsyncSession, one: Due, _: Places, __: float) -> list[Path] | None:
    record = await session.get(CallRecord, one.key, with_for_update=True)
    if record is None:
        return None
    record.caller, record.appeals, record.path = "", {}, []
    await session.execute(delete(CallFact).where(col(CallFact.call) == one.key))
    return []


_DOING: dict[What, _Doing] = {
    What.RECORDING: _recording, What.ORDER_WORDS: _order_words, What.HISTORY_WORDS: _history_words,
    What.ATTACHMENT: _attachment, What.CALL_WORDS: _call_words,
}

