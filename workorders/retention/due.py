"""What is due under a rule, and what a legal hold keeps: conditions for the database, read a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, not_, or_, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from workorders.keeping.tables import Attachment, OrderAct
from workorders.life.words import State
from workorders.models import CallFact, CallRecord, WorkOrder
from workorders.retention.rules import Event, Rule, What

PAGE = 200
GONE = "gone_at"  # in an entry of CallRecord.recordings: when its sound was erased
_ENDED = (State.CLOSED, State.ARCHIVED, State.TERMINATED, State.WITHDRAWN, State.REFUSED)
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Due:
    """Something a rule lets go. `key`: number of an order, key of a call, id of an attachment; `held`: it stays."""

    rule: Rule
    key: str
    since: float
    held: bool

    @property
    def due(self) -> float:
        """Return since when it may go."""
        return self.rule.due(self.since)


async def due(session: AsyncSession, rule: Rule, now: float, *, held: bool, after: tuple[float, str] = (0.0, ""),
              limit: int = PAGE) -> list[Due]:
    """Return a page of what `rule` lets go by `now`, the longest due first; `held`: that which a hold keeps."""
    key, since, condition, kept = _sought(rule)
    query = select(key, since).where(condition, since <= rule.cut(now), kept if held else not_(kept),
                                     or_(since > after[0], and_(since == after[0], key > after[1])))
    rows = (await session.execute(query.order_by(since, key).limit(limit))).all()
    return [Due(rule, name, at, held) for name, at in rows]


async def counted(session: AsyncSession, rule: Rule, now: float, *, held: bool) -> int:
    """Return how much `rule` lets go by `now`, or how much more a hold keeps from it."""
    key, since, condition, kept = _sought(rule)
    query = select(func.count(key)).where(condition, since <= rule.cut(now), kept if held else not_(kept))
    return int((await session.execute(query)).scalar_one())


async def everything(session: AsyncSession, rule: Rule, now: float) -> AsyncIterator[Due]:
    """Yield all that a rule lets go, then all that a hold keeps from it."""
    for held in (False, True):
        after = (0.0, "")
        while page := await due(session, rule, now, held=held, after=after):
            for one in page:
                yield one
            after = (page[-1].since, page[-1].key)


def _sought(rule: Rule) -> tuple[Any, Any, Condition, Any]:
    """Return key, moment, condition and hold of what a rule is about."""
    if rule.what is What.RECORDING:
        there = cast(CallRecord.recordings, Text)
        sound = and_(there.not_in(("[]", "null", "")), not_(there.contains(f'"{GONE}"')))
        return col(CallRecord.key), col(CallRecord.ended_at), sound, _held_call()
    if rule.what is What.CALL_WORDS:
        facts = exists().where(col(CallFact.call) == col(CallRecord.key))
        told = or_(col(CallRecord.caller) != "", facts)
        return col(CallRecord.key), col(CallRecord.ended_at), told, _held_call()
    since = col(WorkOrder.archived_at if rule.event is Event.ARCHIVED else WorkOrder.closed_at)
    order = and_(since.is_not(None), col(WorkOrder.state).in_([state.value for state in _ENDED]), _kinds(rule))
    if rule.what is What.ATTACHMENT:
        both = and_(order, col(Attachment.number) == col(WorkOrder.number), col(Attachment.gone_at).is_(None))
        return col(Attachment.id), since, both, col(WorkOrder.hold)
    return col(WorkOrder.number), since, and_(order, _words_left(rule)), col(WorkOrder.hold)


def _kinds(rule: Rule) -> Condition:
    return col(WorkOrder.kind).in_([kind.value for kind in rule.kinds]) if rule.kinds else true()


def _words_left(rule: Rule) -> Condition:
    """True where the rule still finds words: an order that was erased once has none, its history perhaps."""
    fresh = col(WorkOrder.erased_at).is_(None)
    if rule.what is What.ORDER_WORDS:
        return fresh
    said = or_(col(OrderAct.why) != "", col(OrderAct.text) != "")
    return or_(fresh, exists().where(col(OrderAct.number) == col(WorkOrder.number), said))


def _held_call() -> Condition:
    """True where an order that came of the call is under legal hold: what was said is its evidence."""
    return exists().where(col(WorkOrder.call_key) == col(CallRecord.key), col(WorkOrder.hold))
