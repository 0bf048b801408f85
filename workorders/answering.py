"""How quickly and how surely callers reach a person: what a hotline is held to. One SELECT on call records.

Counted is a citizen's call that wanted a person, once it is known what became of its first wait: somebody came, or the
caller or a fault ended it. Who hung up in the menu wanted nobody; who still waits is counted when that is over. A call
that the switch turned away because all places were taken (503) was never answered and stands in no record: not counted.
Sources: GB/T 33358-2016 (answered within 15 s; at least 95 % of calls connected in any continuous 24 h).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, case, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from workorders.models import CallRecord

WINDOW: Final = 24 * 3600.0  # s
SOON: Final = 15.0  # s in which a caller in line is to be answered
CONNECTED_GOAL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Answering:
    """Calls that wanted a person; of these, to whom somebody came; of these, within SOON. `at`: up to then."""

    at: float
    wanted: int = 0
    connected: int = 0
    soon: int = 0

    @property
    def connect_rate(self) -> float | None:
        """Share of `wanted` to whom somebody came, 0 to 1; None when nobody wanted anybody."""
        return self.connected / self.wanted if self.wanted else None

    @property
    def soon_rate(self) -> float | None:
        """Share of `wanted` to whom somebody came within SOON; who gave up before stays in the denominator."""
        return self.soon / self.wanted if self.wanted else None


async def read(session: AsyncSession, now: float) -> Answering:
    """Return the figures of the WINDOW that ends at `now`."""
    first = col(CallRecord.waits)[0]
    began, over = first["from"].as_float(), first["to"].as_float()
    came = or_(col(CallRecord.ended_at).is_(None), over < col(CallRecord.ended_at))
    query = select(func.count(), func.sum(case((came, 1), else_=0)),
                   func.sum(case((and_(came, over - began <= SOON), 1), else_=0))).where(
        col(CallRecord.answered_at) > now - WINDOW, col(CallRecord.answered_at) <= now,
        col(CallRecord.direction) == "in", over.is_not(None))
    wanted, connected, soon = (await session.execute(query)).one()
    return Answering(now, int(wanted), int(connected or 0), int(soon or 0))
