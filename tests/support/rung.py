"""A call of the platform's own to an order's citizen, as its record stands when it is over."""

from __future__ import annotations

from uuid import uuid4

from core import facts
from core.db import Database
from workorders.civic_tables import FollowUpCall
from workorders.models import CallFact


async def rang(db: Database, number: str, at: float, *, reached: bool = True) -> str:
    """Record a counted call to the citizen of an order; return its key."""
    key = uuid4().hex
    async with db.writing() as session:
        session.add(FollowUpCall(call=key, number=number, by="a1", role="agent", at=at, counted_at=at,
                                 outcome="reached" if reached else "unreached"))
    return key


async def joined(db: Database, call: str, unit: str, at: float) -> None:
    """Record that a unit came into a call."""
    async with db.writing() as session:
        session.add(CallFact(id=f"{call}:{unit}", call=call, at=at, kind=facts.PARTY_JOINED, source="controller",
                             data={"role": "unit", "who": unit}))
