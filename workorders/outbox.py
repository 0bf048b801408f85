"""The outbox: what must arrive at the keeper of orders, claimed by lease, sent until acknowledged.

A crash between commit and send, or between send and acknowledgement, sends again with the same Idempotency-Key;
the receiver makes one order of it. Changes of an order wait for the order.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import exists, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from core.db import Database
from core.log import get_logger
from workorders.models import CallRecord, Outbox

LEASE = 60.0  # s a claim lasts; longer than a request may take
_LONGEST_PAUSE = 60.0
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry that is ours to send until the lease ends; `number` is its order's, "" for a new one."""

    key: str
    call_key: str
    appeal: int
    method: str
    body: dict[str, Any]
    number: str
    attempts: int


def pause(attempts: int) -> float:
    """Return the seconds to wait after so many attempts: 1, 2, 4 … 60, scattered by a quarter."""
    return float(min(_LONGEST_PAUSE, 2.0 ** min(attempts - 1, 10))) * random.uniform(0.75, 1.25)


async def claim(session: AsyncSession, worker: str, now: float, limit: int = 20) -> list[Claim]:
    """Take entries that are due. Several workers may do so at once: each entry has one holder."""
    earlier = aliased(Outbox)
    waits = exists().where(col(earlier.call_key) == col(Outbox.call_key), col(earlier.appeal) == col(Outbox.appeal),
                           col(earlier.turn) < col(Outbox.turn), col(earlier.done_at).is_(None))
    query = (select(Outbox).where(col(Outbox.done_at).is_(None), _past(col(Outbox.due_at), now),
                                  _past(col(Outbox.leased_until), now), ~waits)
             .order_by(col(Outbox.due_at)).limit(limit).with_for_update(skip_locked=True))
    rows: Sequence[Outbox] = (await session.execute(query)).scalars().all()
    for row in rows:
        row.leased_by, row.leased_until, row.attempts = worker, now + LEASE, row.attempts + 1
    return [await _claim_of(session, row) for row in rows]


def _past(moment: Any, now: float) -> Any:
    """True for a moment that has come, and for one so far ahead that only a clock set back can explain it."""
    return or_(moment <= now, moment > now + 2 * max(LEASE, _LONGEST_PAUSE))


async def _claim_of(session: AsyncSession, row: Outbox) -> Claim:
    record = await session.get(CallRecord, row.call_key) if row.turn else None
    number = str(record.orders.get(str(row.appeal), "")) if record else ""
    return Claim(row.key, row.call_key, row.appeal, row.method, dict(row.body), number, row.attempts)


async def delivered(session: AsyncSession, key: str, number: str, status: int, now: float) -> None:
    """Note that an entry has arrived and which number its order has."""
    row = await session.get(Outbox, key, with_for_update=True)
    if row is None or row.done_at is not None:
        return
    row.done_at, row.status, row.error, row.leased_until = now, status, "", 0.0
    record = await session.get(CallRecord, row.call_key, with_for_update=True)
    if record is not None and number:
        record.orders = {**record.orders, str(row.appeal): number}


async def failed(session: AsyncSession, key: str, status: int, error: str, now: float) -> None:
    """Note that an entry has not arrived; it comes due again later. Nothing is ever given up."""
    row = await session.get(Outbox, key, with_for_update=True)
    if row is not None and row.done_at is None:
        row.status, row.error, row.leased_until = status, error[:1000], 0.0
        row.due_at = now + pause(row.attempts)


async def waiting(session: AsyncSession) -> int:
    """Return how many entries have not arrived yet."""
    query = select(func.count()).select_from(Outbox).where(col(Outbox.done_at).is_(None))
    return int((await session.execute(query)).scalar_one())


class Courier:
    """Carries the outbox to the keeper of orders at `client`'s base URL. Many may work on one database."""

    def __init__(self, db: Database, client: httpx.AsyncClient, name: str) -> None:
        self._db, self._client, self._name = db, client, name

    async def round(self, now: float) -> int:
        """Send what is due; return how many entries were tried."""
        async with self._db.writing() as session:
            claims = await claim(session, self._name, now)
        for one in claims:
            status, number, error = await self._send(one)
            async with self._db.writing() as session:
                if error:
                    await failed(session, one.key, status, error, now)
                else:
                    await delivered(session, one.key, number, status, now)
        return len(claims)

    async def _send(self, one: Claim) -> tuple[int, str, str]:
        """Return (status, number, error); the error is "" when the other side has acknowledged."""
        path = "/api/work-orders" if one.method == "POST" else f"/api/work-orders/{one.number}"
        try:
            answer = await self._client.request(one.method, path, json=one.body,
                                                headers={"Idempotency-Key": one.key})
            if not answer.is_success:
                return self._refused(one, answer)
            number = str(answer.json()["number"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            return 0, "", f"{type(error).__name__}: {error}"
        return answer.status_code, number, ""

    def _refused(self, one: Claim, answer: httpx.Response) -> tuple[int, str, str]:
        log.warning("order refused by its keeper, will be sent again", key=one.key, status=answer.status_code,
                    answer=answer.text[:300])
        return answer.status_code, "", f"{answer.status_code}: {answer.text[:500]}"
