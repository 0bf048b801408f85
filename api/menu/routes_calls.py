"""What callers did: counts per release and step and per number, one call's trace, real calls through a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import Select, bindparam, func
from sqlalchemy import select as sql_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.menu.desk import Desk, desk, run
from api.menu.schemas import DraftId, ReplayIn
from api.people.scope import scope_of
from api.schemas import CallKey
from core.db import rows_of
from core.facts import MENU_STEP
from ivr.errors import IvrError
from ivr.flow import compile_flow
from ivr.notices import PROMPT
from ivr.release import Prompt
from ivr.releases import load_release
from ivr.replay import RealCall, Replayed, real_call, replay
from ivr.requests import TraceEntry
from ivr.tally import Tally
from ivr.timing import Seconds, begun, seconds_of
from ivr.walk import named, told
from workorders.errors import NotFound
from workorders.models import CallFact, CallRecord

router = APIRouter(prefix="/api/menu", tags=["menu"])
_MOST_CALLS = 20_000
_AT_ONCE = 400  # calls whose facts are read with one question
_DAY = 86400.0
_COUNTED = (col(CallRecord.key), col(CallRecord.called), col(CallRecord.answered_at), col(CallRecord.parties))
Moment = Annotated[float | None, Query(ge=0, lt=10_000_000_000)]


@router.get("/figures", dependencies=[needs("flows.read")])
async def figures(request: Request, since: Moment = None, until: Moment = None) -> dict[str, Any]:
    """Count, per release and step: entered, keys, seconds, left, reached a person; and calls by called number.

    `whole` is false where there were more calls than are counted at once (the latest are).
    """
    end = now_of(request) if until is None else until
    begin = end - 7 * _DAY if since is None else since
    found = Tally()
    async with database(request).reading() as session:
        records = await rows_of(session, _latest(*_COUNTED), {"begin": begin, "end": end})
        for at in range(0, len(records), _AT_ONCE):
            await _count(session, found, records[at:at + _AT_ONCE])
    releases = {release: {step: tally.as_dict() for step, tally in steps.items()}
                for release, steps in found.releases.items()}
    return {"since": begin, "until": end, "calls": found.calls, "whole": found.calls < _MOST_CALLS,
            "releases": releases, "called": dict(found.called)}


async def calls_by_number(request: Request, since: float, until: float) -> tuple[dict[str, int], bool]:
    """Count calls by called number as `figures` does, and nothing else; tell whether all of them were counted."""
    async with database(request).reading() as session:
        rows = await rows_of(session, _by_number(), {"begin": since, "end": until})
    found = {str(called): int(calls) for called, calls in rows}
    return found, sum(found.values()) < _MOST_CALLS


@cache
def _by_number() -> Select[Any]:
    latest = _latest(col(CallRecord.called)).subquery()
    return sql_select(latest.c.called, func.count()).group_by(latest.c.called)


def _latest(*columns: Any) -> Select[Any]:
    """Return the question for the latest calls that came in between two moments, which are its values."""
    answered = col(CallRecord.answered_at)
    query = sql_select(*columns).where(answered >= bindparam("begin"), answered < bindparam("end"),
                                       col(CallRecord.direction) == "in")
    return query.order_by(answered.desc()).limit(_MOST_CALLS)


async def _count(session: AsyncSession, found: Tally, records: Sequence[Any]) -> None:
    paths = await _paths(session, [key for key, *_ in records])
    for key, called, answered_at, parties in records:
        person = any(party.get("joined_at") for party in parties)
        found.add(paths.get(key, []), called, answered_at, person)


async def _paths(session: AsyncSession, keys: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    paths: dict[str, list[dict[str, Any]]] = {}
    for call, at, data in await rows_of(session, _steps(), {"calls": list(keys)}):
        paths.setdefault(call, []).append({"at": at, **data})
    return paths


@cache
def _steps() -> Select[Any]:
    columns: tuple[Any, ...] = (CallFact.call, CallFact.at, CallFact.data)
    query = sql_select(*columns).where(col(CallFact.call).in_(bindparam("calls", expanding=True)),
                                       col(CallFact.kind) == MENU_STEP)
    return query.order_by(col(CallFact.at), col(CallFact.id))


@router.get("/calls/{key}/trace", dependencies=[needs("records.read")])
async def trace(request: Request, key: CallKey) -> dict[str, Any]:
    """Tell what one caller heard and pressed, step by step, with why the menu led on as it did.

    `texts` is what was said, until a key was pressed, and `title` what the step is called: as the call's own
    release has them.
    """
    async with database(request).reading() as session:
        conditions = [col(CallRecord.key) == key, scope_of(who(request)).records()]
        record = (await session.execute(select(CallRecord).where(*conditions))).scalar_one_or_none()
        if record is None:
            raise NotFound(f"没有通话 {key}", "核对通话编号")
        lines = (await _paths(session, [key])).get(key, [])
    return {"call": key, "called": record.called, "answered_at": record.answered_at, "outcome": record.outcome,
            "lines": await run(_readable, desk(request), lines, record.answered_at)}


@dataclass(frozen=True, slots=True)
class _Story:
    """What a release says, how long each prompt takes and what its steps are called; empty: it is there no longer."""

    prompts: Mapping[str, Mapping[str, Prompt]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    seconds: Seconds = lambda name, lang: 0.0


def _readable(at: Desk, lines: list[dict[str, Any]], answered: float | None) -> list[dict[str, Any]]:
    """Put words beside the names that a trace is made of. A step begins where the one before it ends."""
    stories = {name: _story(at, name) for name in {str(line.get("release", "")) for line in lines}}
    began = [answered, *(line.get("at") for line in lines)]
    return [line | _in_words(line, stories[str(line.get("release", ""))], since)
            for line, since in zip(lines, began, strict=False)]


def _story(at: Desk, release_id: str) -> _Story:
    try:
        release = load_release(at.publishing.shelf.folder, release_id)
        if release.id != release_id:
            return _Story()
        steps = at.publishing.shelf.document(int(release_id.split("-", 1)[0]))["steps"]
    except (IvrError, ValueError):
        return _Story()
    titles = {name: step["title"] for name, step in steps.items() if step.get("title")}
    return _Story(release.prompts, titles, seconds_of(release, at.publishing.prompts.folder))


def _in_words(line: dict[str, Any], story: _Story, since: float | None) -> dict[str, Any]:
    entry, lang = _entry(line), str(line.get("lang", ""))
    heard, at = entry.heard, line.get("at")
    if entry.key and at and since:
        heard = heard[:begun(heard, lang, at - since, story.seconds)]
    said = [spoken.get(lang) or next(iter(spoken.values()), None) if (spoken := story.prompts.get(name)) else None
            for name in heard]
    texts = [one.text if one else "紧急通知" if name.startswith(PROMPT) else name
             for name, one in zip(heard, said, strict=True)]
    shown = named(entry, story.titles)
    return {"words": told(shown), "title": shown.step, "texts": texts}


def _entry(line: dict[str, Any]) -> TraceEntry:
    words = (str(line.get(name, "")) for name in ("step", "verb", "pressed", "why", "to"))
    step, verb, pressed, why, to = words
    return TraceEntry(step, verb, tuple(line.get("heard", ())), pressed, why, to)


@router.post("/drafts/{draft}/replay", dependencies=[needs("flows.read")])
async def replayed(request: Request, draft: DraftId, wish: ReplayIn) -> dict[str, Any]:
    """Walk the keys of the last real calls through a draft, and count who would end elsewhere than today."""
    at = desk(request)
    await run(at.drafts.get, draft)
    async with database(request).reading() as session:
        query = select(CallRecord).where(col(CallRecord.direction) == "in", col(CallRecord.answered_at).is_not(None))
        query = query.order_by(col(CallRecord.answered_at).desc()).limit(wish.last)
        calls = [_real(record) for record in (await session.execute(query)).scalars()]
    found = await run(_replay, at, draft, [call for call in calls if call is not None])
    return asdict(found) | {"words": f"重放 {found.calls} 通来电，{found.calls - found.same} 通的结果不同，"
                                     f"其中 {found.worse} 通原来转到人工、现在转不到"}


def _real(record: CallRecord) -> RealCall | None:
    at = datetime.fromtimestamp(record.answered_at or 0.0, UTC)
    return real_call(record.key, at, record.path, record.caller, record.called)


def _replay(at: Desk, draft_id: str, calls: list[RealCall]) -> Replayed:
    _, flow = at.flow(draft_id)
    after = compile_flow(flow, at.publishing.prompts.file_of)
    before = load_release(at.publishing.shelf.folder)
    return replay(calls, before, after, seconds_of(after, at.publishing.prompts.folder))
