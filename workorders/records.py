"""Keeps call records: facts in, records out, and orders into the outbox, all in the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.db import hold, insert_into, storable
from core.facts import AGENT_STATE, Fact
from core.ids import is_call_key
from workorders import promises
from workorders.models import CallFact, CallRecord, Offset, Outbox
from workorders.projection import KINDS, WRAPPED, Told, project

_AHEAD = 60.0  # s: a fact from further in the future only means that our clock was set back


def told_of(fact: Fact, source: str = "controller") -> Told:
    """Return a fact of the journal as a record's witness tells it."""
    at = round(fact.at, 6)
    name = fact.key or f"{fact.kind}:{fact.call}:{at:.6f}:{digest(fact.data)}"
    name = name if source == "controller" else f"{source}:{name}"
    return Told(name if len(name) <= 200 else digest(name), at, fact.kind, source, fact.data)


def digest(value: Any) -> str:
    """Return a short name of a JSON value's content."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


async def keep(session: AsyncSession, facts: Iterable[Fact], source: str, now: float) -> set[str]:
    """Keep the facts of calls among `facts` and bring their records up to date; return the calls."""
    by_call: dict[str, list[Told]] = defaultdict(list)
    for fact in map(_of_its_call, facts):
        if fact.kind in KINDS and is_call_key(fact.call):
            by_call[fact.call].append(told_of(fact, source))
    for call, told in sorted(by_call.items()):
        await hold(session, call)
        await session.execute(insert_into(session, CallFact).on_conflict_do_nothing(),
                              [_row(call, one) for one in told])
        await refresh(session, call, now)
    return set(by_call)


def _of_its_call(fact: Fact) -> Fact:
    """Return the end of an agent's wrap-up as a fact of the call that it ends for, any other fact as it is."""
    call = fact.data.get("wrapped")
    if fact.kind != AGENT_STATE or not call:
        return fact
    return Fact(fact.seq, fact.at, WRAPPED, str(call), "", {"agent": str(fact.data.get("agent") or "")})


def _row(call: str, told: Told) -> dict[str, Any]:
    return {"id": storable(told.id, 200), "call": call, "at": told.at, "kind": told.kind, "source": told.source,
            "data": _storable(told.data)}


async def refresh(session: AsyncSession, call: str, now: float) -> CallRecord | None:
    """Make the record of `call` anew from its facts; None while nobody has said that it was answered."""
    rows = (await session.execute(select(CallFact).where(col(CallFact.call) == call))).scalars()
    seen = project(Told(r.id, r.at, r.kind, r.source, r.data) for r in rows)
    if seen.answered_at is None:
        return None
    record = await session.get(CallRecord, call, with_for_update=True) or CallRecord(key=call)
    for name, value in asdict(seen).items():
        if getattr(record, name) != value:
            setattr(record, name, _fitting(name, value))
    session.add(record)
    if record.settled_at is not None:
        await promise(session, record, now)
    return record


def _fitting(name: str, value: Any) -> Any:
    length = getattr(CallRecord.__table__.c[name].type, "length", None)  # type: ignore[attr-defined]
    return storable(value, length) if isinstance(value, str) and length else value


def _storable(value: Any) -> Any:
    """Return a JSON value without what PostgreSQL refuses: odd text, numbers that are none."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return storable(value, 20_000)
    if isinstance(value, dict):
        return {storable(str(name), 200): _storable(inner) for name, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list | tuple) else value


async def unsettled(session: AsyncSession, before: float, limit: int = 50) -> Sequence[CallRecord]:
    """Return ended calls that are not settled and of which nothing was heard since `before`, oldest first."""
    quiet = or_(col(CallRecord.last_fact_at) <= before, col(CallRecord.last_fact_at) > before + _AHEAD)
    query = (select(CallRecord).where(col(CallRecord.settled_at).is_(None), col(CallRecord.ended_at).is_not(None),
                                      quiet)
             .order_by(col(CallRecord.ended_at)).limit(limit))
    return (await session.execute(query)).scalars().all()


async def data_of(session: AsyncSession, call: str, kind: str) -> list[tuple[float, dict[str, Any]]]:
    """Return the facts of one kind that were told of a call: epoch seconds, data."""
    query = select(CallFact.at, CallFact.data).where(col(CallFact.call) == call, col(CallFact.kind) == kind)
    return [(at, dict(data)) for at, data in (await session.execute(query.order_by(col(CallFact.at)))).all()]


async def settle(session: AsyncSession, call: str, recordings: list[dict[str, Any]], gap: str, now: float) -> bool:
    """Close a record with its verified recordings and promise what it needs; False when that was done before."""
    record = await session.get(CallRecord, call, with_for_update=True)
    if record is None or record.settled_at is not None:
        return False
    record.recordings, record.recording_gap, record.settled_at = recordings, gap, now
    await promise(session, record, now)
    return True


async def promise(session: AsyncSession, record: CallRecord, now: float) -> None:
    """Bring the outbox to what the record's appeals need: new orders, changed ones, withdrawn ones."""
    wanted = promises.appeals_of(record)
    record.disposition = promises.disposition_of(record)
    for number in sorted({*wanted, *record.orders}):
        chain = await _chain(session, record.key, int(number))
        body = promises.body_of(record, number, wanted[number]) if number in wanted else {"state": "withdrawn"}
        if chain and number in wanted and any(row.body.get("state") for row in chain):
            body["state"] = "accepted"
        rest = promises.change([row.body for row in chain], body)
        if rest:
            session.add(_entry(record.key, int(number), len(chain), rest, now))
    record.orders = {**dict.fromkeys(wanted, ""), **record.orders}


async def _chain(session: AsyncSession, call: str, appeal: int) -> Sequence[Outbox]:
    query = select(Outbox).where(col(Outbox.call_key) == call, col(Outbox.appeal) == appeal)
    return (await session.execute(query.order_by(col(Outbox.turn)))).scalars().all()


def _entry(call: str, appeal: int, turn: int, body: dict[str, Any], now: float) -> Outbox:
    key = f"{call}-{appeal}" if turn == 0 else f"{call}-{appeal}-{turn}"
    return Outbox(key=key, call_key=call, appeal=appeal, turn=turn, method="POST" if turn == 0 else "PATCH",
                  body=body, due_at=now)


async def offset(session: AsyncSession, name: str) -> tuple[int, str]:
    """Return how far the reader `name` has come: (position, mark)."""
    row = await session.get(Offset, name, with_for_update=True)
    return (row.position, row.mark) if row else (0, "")


async def move_offset(session: AsyncSession, name: str, position: int, mark: str = "") -> None:
    """Note how far the reader `name` has come."""
    row = await session.get(Offset, name, with_for_update=True) or Offset(name=name, position=0)
    row.position, row.mark = position, mark
    session.add(row)
