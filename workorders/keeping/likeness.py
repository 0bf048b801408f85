"""Whether an appeal was stated before: a second call about the same thing is an urge (催单), not a new order.

Nobody is shown through likeness what a list would not show them, and a report is like nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from workorders.life.states import acts_from
from workorders.life.words import Confidentiality, Do, State
from workorders.models import WorkOrder

WITHIN = 30 * 86400.0  # s: how far back a like appeal may lie
_OWN, _OTHERS = 20, 300  # candidates looked at: of the same caller, and the newest of the same district or class
ENOUGH = 60.0  # of 100: from here on two texts tell the same
SAME_CALLER = 25.0  # what the same number adds
_STATES = frozenset(state.value for state in State if any(step.do is Do.URGE for step in acts_from(state)))


@dataclass(frozen=True, slots=True)
class Stated:
    """An appeal that is about to be accepted."""

    caller: str = ""
    summary: str = ""
    address: str = ""
    first: str = ""
    district: str = ""
    is_report: bool = False


@dataclass(frozen=True, slots=True)
class Like:
    """An order that may be the same. `score` 0 to 100; `same_caller`: its number is the caller's."""

    number: str
    score: float
    same_caller: bool


def score(stated: Stated, row: WorkOrder) -> float:
    """Return how like an order is to what is stated, 0 to 100."""
    same = bool(stated.caller) and row.caller == stated.caller
    words = fuzz.ratio(stated.summary, row.summary)
    if stated.summary and row.summary:
        words = max(words, 0.9 * fuzz.partial_ratio(stated.summary, row.summary))
    shown = row.secrecy == int(Confidentiality.OPEN)  # else a guess of a hidden address would be told by the score
    place = fuzz.ratio(stated.address, row.address) if shown and stated.address and row.address else words
    return min(100.0, 0.8 * words + 0.2 * place + SAME_CALLER * same)


async def like(session: AsyncSession, stated: Stated, visible: ColumnElement[bool], now: float,
               limit: int = 5) -> list[Like]:
    """Return open orders that may be the same, the likest first, among those `visible` to whoever asks."""
    if stated.is_report or not (stated.caller or stated.summary):
        return []
    rows = {row.number: row for row in [*await _own(session, stated, visible, now),
                                        *await _others(session, stated, visible, now)]}
    found = [Like(row.number, round(score(stated, row), 1), bool(stated.caller) and row.caller == stated.caller)
             for row in rows.values()]
    return _best(found, limit)


def _best(found: Iterable[Like], limit: int) -> list[Like]:
    likely = (one for one in found if one.score >= ENOUGH)
    return sorted(likely, key=lambda one: (-one.score, one.number))[:limit]


async def _own(session: AsyncSession, stated: Stated, visible: ColumnElement[bool], now: float) -> Sequence[WorkOrder]:
    if not stated.caller:
        return []
    return await _newest(session, [col(WorkOrder.caller) == stated.caller, visible], now, _OWN)


async def _others(session: AsyncSession, stated: Stated, visible: ColumnElement[bool],
                  now: float) -> Sequence[WorkOrder]:
    if not stated.summary:
        return []
    near = [col(column) == value for column, value in (
        (WorkOrder.district, stated.district), (WorkOrder.first, stated.first)) if value]
    return await _newest(session, [*near, visible], now, _OTHERS)


async def _newest(session: AsyncSession, conditions: Iterable[ColumnElement[bool]], now: float,
                  limit: int) -> Sequence[WorkOrder]:
    query = select(WorkOrder).where(
        *conditions, col(WorkOrder.secrecy) < int(Confidentiality.REPORT), col(WorkOrder.state).in_(_STATES),
        col(WorkOrder.created_at) >= now - WITHIN)
    return (await session.execute(query.order_by(col(WorkOrder.rank).desc()).limit(limit))).scalars().all()
