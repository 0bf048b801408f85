"""When an order must be looked at again, and who of several workers does it.

A timer is claimed by lease: a worker that is killed leaves it to the next one when the lease ends, and what it had
done is in the history or is not, with the timer's next moment, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.db_batch import Statement, run
from workorders.keeping.tables import Timer
from workorders.life.clocks import running
from workorders.life.findings import to_raise
from workorders.life.ladder import next_at
from workorders.life.order import Order
from workorders.life.policy import Rules
from workorders.life.words import Do, State

ORDER = "order"
LEASE = 60.0  # s a claim lasts; a look takes milliseconds
_LONGEST_PAUSE = 600.0  # s between tries of a look that fails
PATIENCE = 86_400.0  # s between looks at what only a person can move on
AFTER = 0.001  # s: a deadline is missed when it is past, not when it is reached
# written out, as every act comes by here: building it costs more than doing it
_WIND = text("INSERT INTO timer (key, kind, number, due_at, leased_until, leased_by, attempts, error) "
             "VALUES (:key, 'order', :number, :at, 0.0, '', 0, '') ON CONFLICT (key) DO UPDATE SET "
             "due_at = excluded.due_at, leased_until = 0.0, leased_by = '', attempts = 0, error = ''")
_FIRST = insert(Timer)
_STOP = text("DELETE FROM timer WHERE key = :key")
# what the system does by itself when the desk's time is over, if nothing speaks against it
AUTOMATIC: dict[State, Do] = {
    State.ANSWERED: Do.CLOSE, State.REVIEWED: Do.CLOSE, State.FOLLOW_UP: Do.CLOSE, State.CLOSED: Do.ARCHIVE,
    State.TERMINATED: Do.ARCHIVE, State.WITHDRAWN: Do.ARCHIVE, State.REFUSED: Do.ARCHIVE,
}


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that is ours until the lease ends."""

    key: str
    number: str
    attempts: int


def key_of(number: str) -> str:
    """Return the name of an order's timer."""
    return f"{ORDER}:{number}"


def next_look(order: Order, rules: Rules, now: float) -> float | None:
    """Return when an order must be looked at: a rung, a missed deadline, an end that comes by itself; None: it is over.

    An order that has climbed the whole ladder is looked at once a day: the rules it stands still by may change.
    """
    if to_raise(order, now):
        return now
    rest = None if order.state is State.ARCHIVED else now + PATIENCE
    return min(_moments(order, rules, now), default=rest)


def _moments(order: Order, rules: Rules, now: float) -> Iterator[float]:
    rung = next_at(order, rules)
    if rung is not None:
        yield max(rung, now)
    yield from (clock.due + AFTER for clock in running(order) if clock.due >= now and order.state is not State.ARCHIVED)
    end = ends_at(order, rules)
    if end is not None and end > now:
        yield end


def ends_at(order: Order, rules: Rules) -> float | None:
    """Return when the system tries to end a step by itself, None where only a person does."""
    if order.stage is None or order.state not in AUTOMATIC:
        return None
    if order.state is State.REFUSED:
        over = rules.calendar.add(order.refusals[-1].at, rules.policy.object_within).at + AFTER
        return max(order.stage.due, over)
    return order.stage.due


def wound(number: str, at: float | None) -> Statement:
    """Return the statement that sets an order's timer, or takes it away; a lease ends with it."""
    if at is None:
        return _STOP, {"key": key_of(number)}
    return _WIND, {"key": key_of(number), "number": number, "at": at}


def first(looks: Iterable[tuple[str, float | None]]) -> Statement:
    """Return the statement that sets the timers of new orders, each by its number; None: it needs none."""
    free = {"leased_until": 0.0, "leased_by": "", "attempts": 0, "error": ""}
    return _FIRST, [{"key": key_of(number), "kind": ORDER, "number": number, "due_at": at, **free}
                    for number, at in looks if at is not None]


async def wind(session: AsyncSession, number: str, at: float | None) -> None:
    """Set an order's timer, or take it away."""
    await run(session, [wound(number, at)])


async def hurry(session: AsyncSession, numbers: Iterable[str], now: float) -> None:
    """Have orders looked at now."""
    keys = [key_of(number) for number in numbers]
    if keys:
        await session.execute(update(Timer).where(col(Timer.key).in_(keys)).values(due_at=now))


async def claim(session: AsyncSession, worker: str, now: float, kind: str = ORDER, limit: int = 50) -> list[Due]:
    """Take timers that are due, the longest overdue first. Several workers may do so at once."""
    query = (select(Timer).where(col(Timer.kind) == kind, col(Timer.due_at) <= now, col(Timer.leased_until) <= now)
             .order_by(col(Timer.due_at)).limit(limit).with_for_update(skip_locked=True))
    rows: Sequence[Timer] = (await session.execute(query)).scalars().all()
    for row in rows:
        row.leased_by, row.leased_until, row.attempts = worker, now + LEASE, row.attempts + 1
    return [Due(row.key, row.number, row.attempts) for row in rows]


async def failed(session: AsyncSession, due: Due, error: str, now: float) -> None:
    """Note that a look went wrong; it is tried again, ever later. Nothing is given up."""
    pause = min(_LONGEST_PAUSE, 2.0 ** min(due.attempts, 12))
    await session.execute(update(Timer).where(col(Timer.key) == due.key).values(
        due_at=now + pause, leased_until=0.0, leased_by="", error=error[:1000]))
