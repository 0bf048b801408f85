"""Keeps checks, the rules they go by, and their steps, all in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from core.db import storable
from core.ids import new_id
from workorders.errors import NotFound
from workorders.keeping import rules as versions
from workorders.models import CallRecord
from workorders.quality.life import Do, Standing, step, until
from workorders.quality.rules import SEED_CARD, Candidate, Sampling, Scorecard, draw, total
from workorders.quality.tables import QualityCheck

SAMPLING: Final = "sampling"
SCORECARD: Final = "scorecard"
MOST: Final = 20_000  # calls of a week that are looked at
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


async def draw_week(session: AsyncSession, week: Week, visible: ColumnElement[bool], by: By) -> list[QualityCheck]:
    """Draw a week's calls among those `visible` and return the new checks; what was drawn before is left alone."""
    _, rule = await sampling(session)
    picks = draw(await _candidates(session, week, visible), rule, week.seed)
    query = select(QualityCheck.call, QualityCheck.agent).where(col(QualityCheck.call).in_([one.call for one in picks]))
    there = {(call, agent) for call, agent in (await session.execute(query)).all()}
    made = [QualityCheck(id=new_id("qc"), call=one.call, agent=one.agent, week=week.name, seed=week.seed,
                         reasons=list(one.reasons), drawn_by=by.person, drawn_at=by.now)
            for one in picks if (one.call, one.agent) not in there]
    session.add_all(made)
    await session.flush()
    return made


async def _candidates(session: AsyncSession, week: Week, visible: ColumnElement[bool]) -> list[Candidate]:
    at = col(CallRecord.answered_at)
    query = (select(CallRecord).where(at >= week.begin, at < week.end, col(CallRecord.settled_at).is_not(None), visible)
             .order_by(at, col(CallRecord.key)).limit(MOST))
    return [one for record in (await session.execute(query)).scalars() for one in candidates_of(record)]


def candidates_of(record: CallRecord) -> Sequence[Candidate]:
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


async def tried(session: AsyncSession, week: Week, visible: ColumnElement[bool], rule: Sampling) -> Tried:
    """Return what `rule` would draw; nothing is drawn."""
    found = await _candidates(session, week, visible)
    picks = draw(found, rule, week.seed)
    reasons = Counter(reason for one in picks for reason in one.reasons)
    return Tried(len({one.call for one in found}), len({one.agent for one in found}), len(picks), dict(reasons))


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
