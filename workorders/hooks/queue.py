"""Messages on their way: written with the act they tell of, claimed by lease, tried again, given up in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import delete, exists, insert, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from workorders.hooks.events import TRIAL, concerns, message
from workorders.hooks.signing import MOST_TRIES, pause
from workorders.hooks.tables import WebhookDelivery, WebhookSubscription
from workorders.life.acts import Act
from workorders.life.order import Order
from workorders.life.words import Confidentiality
from workorders.models import WorkOrder

LEASE = 60.0  # s a claim lasts; longer than a request may take
FRESH = 5.0  # s a process may go without knowing of a subscription that another has just made
KEEP = 30 * 86400.0  # s that what arrived stays in the lists


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to send until the lease ends. `withheld`: its order has become a report meanwhile."""

    id: int
    subscription: str
    url: str
    secret_turn: int
    body: dict[str, Any]
    attempts: int
    withheld: bool


class Listeners:
    """Who wants to be told, as a process knows it: read anew every few seconds, so that an act need not ask."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._read_at = clock, float("-inf")
        self._wanted: tuple[tuple[str, tuple[str, ...], str], ...] = ()  # id, events, unit

    def forget(self) -> None:
        """Read anew at the next act."""
        self._read_at = float("-inf")

    async def tell(self, session: AsyncSession, order: Order, acts: Sequence[Act]) -> None:
        """Write down whom to tell of these acts, in the transaction that keeps them."""
        if self._clock() - self._read_at > FRESH:
            query = select(WebhookSubscription).where(col(WebhookSubscription.active))
            found = (await session.execute(query)).scalars().all()
            self._wanted = tuple((one.id, tuple(one.events), one.unit) for one in found)
            self._read_at = self._clock()
        rows = [_row(name, order.number, message(order, act), act.at) for act in acts
                for name, events, unit in self._wanted if concerns(events, unit, order, act)]
        if rows:
            await session.execute(insert(WebhookDelivery), rows)


async def try_out(session: AsyncSession, subscription: str, now: float) -> None:
    """Write down a trial message for a subscription."""
    body = {"event": TRIAL, "event_name": "测试", "number": "", "version": 0, "at": now}
    await session.execute(insert(WebhookDelivery), [_row(subscription, "", body, now)])


def _row(subscription: str, number: str, body: dict[str, Any], at: float) -> dict[str, Any]:
    return {"subscription": subscription, "number": number, "body": body, "at": at, "attempts": 0, "due_at": at,
            "leased_until": 0.0, "leased_by": "", "status": 0, "error": ""}


async def claim(session: AsyncSession, worker: str, now: float, limit: int = 20) -> list[Claim]:
    """Take messages that are due. One of an order waits for the one before it, unless that is dead."""
    earlier, this = aliased(WebhookDelivery), WebhookDelivery
    waits = exists().where(
        col(earlier.subscription) == col(this.subscription), col(earlier.number) == col(this.number),
        col(earlier.id) < col(this.id), col(earlier.done_at).is_(None), col(earlier.dead_at).is_(None))
    due = select(WebhookDelivery).where(
        col(WebhookDelivery.done_at).is_(None), col(WebhookDelivery.dead_at).is_(None),
        col(WebhookDelivery.due_at) <= now, col(WebhookDelivery.leased_until) <= now, ~waits)
    rows = (await session.execute(due.order_by(col(WebhookDelivery.due_at)).limit(limit).with_for_update(
        skip_locked=True))).scalars().all()
    return [one for row in rows if (one := await _claimed(session, row, worker, now)) is not None]


async def _claimed(session: AsyncSession, row: WebhookDelivery, worker: str, now: float) -> Claim | None:
    told = await session.get(WebhookSubscription, row.subscription)
    if told is None or not told.active:
        row.done_at, row.error = now, "subscription removed or switched off"
        return None
    secrecy = (await session.execute(select(WorkOrder.secrecy).where(
        col(WorkOrder.number) == row.number))).scalar_one_or_none()
    row.leased_by, row.leased_until, row.attempts = worker, now + LEASE, row.attempts + 1
    assert row.id is not None
    return Claim(row.id, told.id, told.url, told.secret_turn, dict(row.body), row.attempts,
                 secrecy == int(Confidentiality.REPORT))


async def arrived(session: AsyncSession, message_id: int, status: int, now: float, why: str = "") -> None:
    """Note that a message has arrived, or need not go any more."""
    await session.execute(update(WebhookDelivery).where(
        col(WebhookDelivery.id) == message_id, col(WebhookDelivery.done_at).is_(None)).values(
        done_at=now, status=status, error=why, leased_until=0.0))


async def failed(session: AsyncSession, one: Claim, status: int, error: str, now: float) -> bool:
    """Note that a message has not arrived; tell whether it is given up."""
    dead = one.attempts >= MOST_TRIES
    await session.execute(update(WebhookDelivery).where(
        col(WebhookDelivery.id) == one.id, col(WebhookDelivery.done_at).is_(None)).values(
        status=status, error=error[:500], leased_until=0.0, due_at=now + pause(one.attempts),
        dead_at=now if dead else None))
    return dead


async def revive(session: AsyncSession, subscription: str, now: float) -> int:
    """Send again what was given up; return how many messages that is."""
    done: Any = await session.execute(update(WebhookDelivery).where(
        col(WebhookDelivery.subscription) == subscription, col(WebhookDelivery.dead_at).is_not(None)).values(
        dead_at=None, attempts=0, due_at=now))
    return int(done.rowcount)


async def sweep(session: AsyncSession, now: float, most: int = 5000) -> int:
    """Forget what arrived or was given up long ago, at most so many at once; return how many."""
    over = func.coalesce(col(WebhookDelivery.done_at), col(WebhookDelivery.dead_at)) < now - KEEP
    old = select(WebhookDelivery.id).where(over).limit(most).with_for_update(skip_locked=True)
    done: Any = await session.execute(delete(WebhookDelivery).where(col(WebhookDelivery.id).in_(old)))
    return int(done.rowcount)


async def dead(session: AsyncSession) -> int:
    """Return how many messages were given up and not sent again."""
    query = select(func.count()).select_from(WebhookDelivery).where(col(WebhookDelivery.dead_at).is_not(None))
    return int((await session.execute(query)).scalar_one())
