"""Carries text messages to the gateway and what citizens write back from it. Several may work on one database."""

from __future__ import annotations

import asyncio
import random

from sqlmodel import col, select

from core.db import Database
from core.log import get_logger
from workorders import records
from workorders.civic_tables import TextMessage
from workorders.followup.gateway import Gateway, GatewayError, Outgoing
from workorders.followup.keeping import Asking
from workorders.keeping.keeper import Keeper
from workorders.models import Offset

LEASE = 60.0  # s
LONGEST_PAUSE = 900.0  # s between tries
STALE = 2 * 86400.0  # s after which a question is not worth asking any more
_BATCH, _INBOX = 20, "texts"
log = get_logger(__name__)


class FollowUpCourier:
    """The errands of follow-up."""

    def __init__(self, db: Database, keeper: Keeper, gateway: Gateway | None, city: str, name: str) -> None:
        self._db, self._keeper, self._gateway, self._city, self._name = db, keeper, gateway, city, name

    async def round(self, now: float) -> int:
        """Count calls; where there is a gateway ask, send, hear. Return how much was done."""
        gateway, done = self._gateway, 0
        async with self._db.reading() as session:  # most rounds find nothing, and keep no writer waiting
            asking = Asking(self._keeper, self._city, session, now)
            to_count, to_ask = await asking.to_count(), bool(gateway) and await asking.to_ask()
        if to_count or to_ask:
            async with self._db.writing() as session:
                asking = Asking(self._keeper, self._city, session, now)
                done = await asking.count_calls() + (await asking.ask() if to_ask else 0)
        return done + (await self._send(gateway, now) + await self._hear(gateway, now) if gateway else 0)

    async def _send(self, gateway: Gateway, now: float) -> int:
        claims = await self._claim(now)
        for message, attempts in claims:
            error = ""
            try:
                await asyncio.to_thread(gateway.send, message)
            except GatewayError as failure:
                error = str(failure) or "网关没有说明原因"
                log.warning("text message not taken, will be sent again", key=message.key, error=error)
            async with self._db.writing() as session:
                row = await session.get_one(TextMessage, message.key, with_for_update=True)
                row.leased_until, row.error = 0.0, error[:1000]
                row.done_at = row.done_at if error else now
                row.due_at = now + min(LONGEST_PAUSE, 2.0 ** min(attempts, 12)) * random.uniform(0.75, 1.25)
        return len(claims)

    async def _claim(self, now: float) -> list[tuple[Outgoing, int]]:
        query = (select(TextMessage).where(
            col(TextMessage.done_at).is_(None), col(TextMessage.due_at) <= now, col(TextMessage.leased_until) <= now,
            col(TextMessage.at) > now - STALE).order_by(col(TextMessage.due_at)).limit(_BATCH))
        async with self._db.reading() as session:
            if (await session.execute(query)).first() is None:
                return []
        found = []
        async with self._db.writing() as session:
            for row in (await session.execute(query.with_for_update(skip_locked=True))).scalars().all():
                row.leased_by, row.leased_until, row.attempts = self._name, now + LEASE, row.attempts + 1
                found.append((Outgoing(row.key, row.to, row.body), row.attempts))
        return found

    async def _hear(self, gateway: Gateway, now: float) -> int:
        """Take what came in; the place up to which it was read is moved in the same transaction."""
        async with self._db.reading() as session:
            known = await session.get(Offset, _INBOX)
        place = known.position if known else 0
        if (await asyncio.to_thread(gateway.received, place))[1] == place:
            return 0
        async with self._db.writing() as session:
            place, _ = await records.offset(session, _INBOX)
            incoming, further = await asyncio.to_thread(gateway.received, place)
            asking = Asking(self._keeper, self._city, session, now)
            for one in incoming:
                if not await asking.take(one):
                    log.info("a text message that answers no question", length=len(one.body))
            if further != place:
                await records.move_offset(session, _INBOX, further)
        return len(incoming)
