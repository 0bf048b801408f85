"""Keeps checks, the rules they go by, and their steps, all in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, tuple_
from sqlalchemy import select as sql_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from core.db import storable
from core.ids import new_id
from workorders.errors import NotFound
from workorders.keeping import rules as versions
from workorders.models import CallRecord
from workorders.quality.life import Do, Standing, step, until
from workorders.quality.rules import SEED_CARD, Candidate, Drawing, Pick, Sampling, Scorecard, total
from workorders.quality.tables import QualityCheck

_LOOKED_AT: Final = ("key", "answered_at", "ended_at", "rating", "interrupted", "parties", "waits", "appeals")
SAMPLING: Final = "sampling"
SCORECARD: Final = "scorecard"
_PAGE = 1000  # calls that are read at once; all of a week are looked at
_ASKED = 500  # calls that are asked for by name at once
TEXT: Final = 4000


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: a person, and the agent they take calls as, "" for none."""

    person: str
    agent: str
    now: float


@dataclass(frozen=True, slots=True)
class Week:
    """What is drawn from: ``2026-W48`` with its begin and end (epoch s), and the seed of chance."""

    name: str
    begin: float
    end: float
    seed: str


async def sampling(session: AsyncSession) -> tuple[int, Sampling]:
    """Return the rule in force with its version, 0 for what the software came with."""
    there = await versions.versions(session, SAMPLING)
    return (there[0].version, Sampling.model_validate(there[0].body)) if there else (0, Sampling())


async def scorecard(session: AsyncSession, version: int | None = None) -> tuple[int, Scorecard]:
    """Return the newest scorecard, or the one of `version`, with its version; 0 is what the software came with."""
    there = [one for one in await versions.versions(session, SCORECARD) if version is None or one.version == version]
    return (there[0].version, Scorecard.model_validate(there[0].body)) if there else (0, SEED_CARD)


async def version_of(session: AsyncSession, kind: str, version: int) -> Sampling | Scorecard:
    """Return a version of a rule as it was set; 0 is what the software came with. Raises NotFound."""
    if version == 0:
        return Sampling() if kind == SAMPLING else SEED_CARD
    there = next((one for one in await versions.versions(session, kind) if one.version == version), None)
    if there is None:
        raise NotFound(f"没有第 {version} 版规则", "从版本列表中选择")
    return (Sampling if kind == SAMPLING else Scorecard).model_validate(there.body)


async def drawn(session: AsyncSession, week: Week, visible: ColumnElement[bool]) -> list[Pick]:
    """Return which of a week's calls that are `visible` the rule in force draws; nothing is kept."""
    _, rule = await sampling(session)
    drawing = Drawing(rule, week.seed)
    async for one in _candidates(session, week, visible):
        drawing.add(one)
    return drawing.picks()


async def keep(session: AsyncSession, week: Week, picks: Sequence[Pick], by: By) -> list[QualityCheck]:
    """Make the checks of what is drawn and return the new ones; what was drawn before is left alone."""
    there = set[tuple[str, str]]()
    for begin in range(0, len(picks), _ASKED):
        calls = [one.call for one in picks[begin:begin + _ASKED]]
        query = select(QualityCheck.call, QualityCheck.agent).where(col(QualityCheck.call).in_(calls))
        there |= {(call, agent) for call, agent in (await session.execute(query)).all()}
    made = [QualityCheck(id=new_id("qc"), call=one.call, agent=one.agent, week=week.name, seed=week.seed,
                         reasons=list(one.reasons), drawn_by=by.person, drawn_at=by.now)
            for one in picks if (one.call, one.agent) not in there]
    session.add_all(made)
    await session.flush()
    return made


async def _candidates(session: AsyncSession, week: Week, visible: ColumnElement[bool]) -> AsyncIterator[Candidate]:
    """Yield every call of a week, the earliest first; no more than a page of them is held."""
    place = (col(CallRecord.answered_at), col(CallRecord.key))
    query = sql_select(*(col(getattr(CallRecord, name)) for name in _LOOKED_AT)).where(
        place[0] >= week.begin, place[0] < week.end, col(CallRecord.settled_at).is_not(None), visible)
    query = query.order_by(*place).limit(_PAGE)
    found = (await session.execute(query)).all()
    while found:
        for record in found:
            for one in candidates_of(record):
                yield one
        if len(found) < _PAGE:
            return
        found = (await session.execute(query.where(tuple_(*place) > (found[-1].answered_at, found[-1].key)))).all()


def candidates_of(record: CallRecord | Row[Any]) -> Sequence[Candidate]:
    """Return a call as each of its agents took part in it."""
    seconds = max(0.0, (record.ended_at or 0.0) - (record.answered_at or 0.0))
    agents = {str(one["who"]) for one in record.parties
              if one["role"] == "agent" and one["who"] and one["joined_at"] is not None}
    waited = max((float(one["to"] or one["from"]) - float(one["from"]) for one in record.waits), default=0.0)
    kinds = frozenset(str(one.get("kind", "")) for one in record.appeals.values())
    return [Candidate(record.key, agent, seconds, record.rating, record.interrupted, waited, kinds)
            for agent in sorted(agents)]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would draw of a week: calls looked at, agents in them, how many are drawn, and by which reasons."""

    calls: int
    agents: int
    drawn: int
    reasons: dict[str, int]


async def tried(session: AsyncSession, week: Week, visible: ColumnElement[bool],
                rules: Sequence[Sampling]) -> list[Tried]:
    """Return what each of `rules` would draw, the calls read once; nothing is drawn."""
    drawings, calls, agents = [Drawing(rule, week.seed) for rule in rules], 0, set[str]()
    last = ""
    async for one in _candidates(session, week, visible):  # those of one call follow one another
        calls, last = calls + (one.call != last), one.call
        agents.add(one.agent)
        for drawing in drawings:
            drawing.add(one)
    return [Tried(calls, len(agents), len(picks), dict(Counter(reason for one in picks for reason in one.reasons)))
            for picks in (drawing.picks() for drawing in drawings)]


async def locked(session: AsyncSession, check: str, visible: ColumnElement[bool]) -> QualityCheck:
    """Return a check that is `visible`, held for this transaction. Raises NotFound."""
    query = select(QualityCheck).where(col(QualityCheck.id) == check, visible).with_for_update()
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"没有质检 {check}", "从质检列表重新打开")
    return found


async def score(session: AsyncSession, check: QualityCheck, by: By, marks: Mapping[str, int], fatal: Sequence[str],
                comment: str) -> None:
    """Score a check by the newest scorecard. Raises QualityError."""
    _advance(check, "score", by)
    check.card, card = await scorecard(session)
    check.total = check.first_total = total(card, marks, fatal)
    check.marks, check.fatal, check.comment = dict(marks), list(fatal), storable(comment, TEXT)
    check.scored_by, check.scored_at, check.appeal_until = by.person, by.now, until(by.now, card.appeal_days)


def appeal(check: QualityCheck, by: By, why: str) -> None:
    """Appeal against a score. Raises QualityError."""
    _advance(check, "appeal", by)
    check.appeal, check.appealed_at = storable(why, TEXT), by.now


async def decide(session: AsyncSession, check: QualityCheck, by: By, why: str, marks: Mapping[str, int] | None,
                 fatal: Sequence[str]) -> None:
    """Decide an appeal: `marks` anew grant it, None leaves the score as it was. Raises QualityError."""
    _advance(check, "decide", by)
    check.granted, check.decision = marks is not None, storable(why, TEXT)
    check.decided_by, check.decided_at = by.person, by.now
    if marks is not None:
        _, card = await scorecard(session, check.card)
        check.total, check.marks, check.fatal = total(card, marks, fatal), dict(marks), list(fatal)


def _advance(check: QualityCheck, do: Do, by: By) -> None:
    check.state = step(standing(check), do, by.person, by.agent, by.now)


def standing(check: QualityCheck) -> Standing:
    """Return how a check stands."""
    return Standing(check.state, check.agent, check.scored_by, check.appeal_until)
