"""要情专报: written, signed, sent, receipted. Whoever is not to read one does not learn that it exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints
from sqlalchemy import Text, and_, cast, exists, false, not_, or_, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.people.acts import first_allowed
from api.people.caller import Caller
from api.people.scope import scope_of
from api.schemas import Strict
from api.wire.once import Once, changing
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from workorders.civic_tables import ImportantEntry, ImportantReport
from workorders.life.acts import Actor
from workorders.life.errors import NotYours
from workorders.life.words import UNIT_ROLES, Role
from workorders.reports import keeping
from workorders.reports.importance import (
    CHINESE_AT,
    CHINESE_DEED,
    TEXT_LIMIT,
    At,
    Deed,
    Entry,
    Id,
    Report,
    Wanted,
    decide,
    possible,
)

router = APIRouter(prefix="/api/reports", tags=["reports"], route_class=Once)
ReportId = Annotated[str, StringConstraints(pattern=r"^yq-[0-9a-f]{16}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LIMIT)]
_OUT: Final = (At.SENT.value, At.RECEIPTED.value)


class WordsIn(Strict):
    """A report. `receivers`: ids of persons or units; `orders`: numbers it speaks of."""

    title: Title
    text: Body
    receivers: list[Id] = Field(min_length=1, max_length=50)
    orders: list[Id] = Field(default_factory=list, max_length=200)


class WhyIn(Strict):
    """The reason, where the step asks for one."""

    why: Annotated[str, StringConstraints(max_length=2000)] = ""


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """Return which reports exist for somebody: for writers and signers all; for the others those that went out.

    For nobody, whatever their office, one that speaks of an order which is kept from their unit (举报).
    """
    secret = exists().where(col(ImportantEntry.report) == col(ImportantReport.id),
                            scope_of(caller).names_what_is_kept(col(ImportantEntry.body)))
    kept = not_(secret.correlate(ImportantReport))
    if caller.may("reports.write") or caller.may("reports.sign"):
        return kept
    out = col(ImportantReport.state).in_(_OUT)
    names = [caller.id, caller.unit if caller.roles & UNIT_ROLES else ""]
    mine = or_(false(), *(cast(ImportantReport.receivers, Text).contains(f'"{name}"', autoescape=True)
                          for name in names if name))
    return and_(kept, out, true() if caller.may("reports.read") else mine)


@router.get("", dependencies=[needs("self")])
async def listed(request: Request, state: At | None = None, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """List reports, the newest first: all for those who write and sign, those that went out for the others."""
    tie = filters_digest("reports", {"state": state})
    place = place_of(tie, cursor, (float, str))
    query = select(ImportantReport).where(visible_to(who(request)))
    query = query if state is None else query.where(col(ImportantReport.state) == state.value)
    if place is not None:
        query = query.where(tuple_(col(ImportantReport.written_at), col(ImportantReport.id)) < tuple_(*place))
    query = query.order_by(col(ImportantReport.written_at).desc(), col(ImportantReport.id).desc()).limit(limit)
    async with database(request).reading() as session:
        rows = (await session.execute(query)).scalars().all()
    more = cursor_of(tie, (rows[-1].written_at, rows[-1].id)) if len(rows) == limit else None
    return {"reports": [_line(row) for row in rows], "next": more}


@router.get("/{report_id}", dependencies=[needs("self")])
async def read(request: Request, report_id: ReportId) -> dict[str, Any]:
    """Show a report with its receipts and its history."""
    async with database(request).reading() as session:
        return shown(request, await _seen(session, who(request), report_id))


@router.post("", status_code=201, dependencies=[needs("reports.write")])
async def write(request: Request, response: Response, content: WordsIn) -> dict[str, Any]:
    """Draft a report."""
    async with changing(request) as session:
        kept = await keeping.begin(session, _deciding(request, Deed.WRITE, words=content.model_dump()))
    response.headers["Location"] = f"/api/reports/{kept.row.id}"
    return shown(request, kept)


@router.put("/{report_id}", dependencies=[needs("reports.write")])
async def rewrite(request: Request, report_id: ReportId, content: WordsIn) -> dict[str, Any]:
    """Change a draft. What was signed is never changed."""
    async with database(request).writing() as session:
        kept = await _seen(session, who(request), report_id, lock=True)
        decision = _deciding(request, Deed.WRITE, words=content.model_dump())
        return shown(request, await keeping.go_on(session, kept, decision))


async def _step(request: Request, report_id: str, deed: Deed, why: str) -> dict[str, Any]:
    async with changing(request) as session:
        kept = await _seen(session, who(request), report_id, lock=True)
        return shown(request, await keeping.go_on(session, kept, _deciding(request, deed, why)))


@router.post("/{report_id}/submit", dependencies=[needs("reports.write")])
async def submit(request: Request, report_id: ReportId, content: WhyIn) -> dict[str, Any]:
    """Send a draft to the leader on duty."""
    return await _step(request, report_id, Deed.SUBMIT, content.why)


@router.post("/{report_id}/send-back", dependencies=[needs("reports.sign")])
async def send_back(request: Request, report_id: ReportId, content: WhyIn) -> dict[str, Any]:
    """Send it back to be written anew, with the reason."""
    return await _step(request, report_id, Deed.SEND_BACK, content.why)


@router.post("/{report_id}/sign", dependencies=[needs("reports.sign")])
async def sign(request: Request, report_id: ReportId, content: WhyIn) -> dict[str, Any]:
    """Sign it: it goes out as it stands."""
    return await _step(request, report_id, Deed.SIGN, content.why)


@router.post("/{report_id}/send", dependencies=[needs("reports.write")])
async def send(request: Request, report_id: ReportId, content: WhyIn) -> dict[str, Any]:
    """Send a signed report to its receivers; from now on it exists for them."""
    return await _step(request, report_id, Deed.SEND, content.why)


@router.post("/{report_id}/withdraw", dependencies=[needs("self")])
async def withdraw(request: Request, report_id: ReportId, content: WhyIn) -> dict[str, Any]:
    """Withdraw one that was not sent; a signed one only by who signs."""
    return await _step(request, report_id, Deed.WITHDRAW, content.why)


@router.post("/{report_id}/receipt", dependencies=[needs("self")])
async def receipt(request: Request, report_id: ReportId, content: WhyIn) -> dict[str, Any]:
    """Receipt a report for oneself or one's unit."""
    return await _step(request, report_id, Deed.RECEIPT, content.why)


async def _seen(session: AsyncSession, caller: Caller, report_id: str, *, lock: bool = False) -> keeping.Kept:
    query = select(ImportantReport.id).where(col(ImportantReport.id) == report_id, visible_to(caller))
    if (await session.execute(query)).scalar_one_or_none() is None:
        raise keeping.no_such(report_id)
    return await keeping.load(session, report_id, lock=lock)


def _deciding(request: Request, deed: Deed, why: str = "", words: Mapping[str, Any] | None = None) -> keeping.Decision:
    """Return the decision in the office of the caller that the table allows."""
    caller, now, digest = who(request), now_of(request), request.app.state.keeper.digest
    offices = offices_of(caller)

    def decided(report: Report | None) -> Entry:
        if not offices:
            raise NotYours("您没有可以办理专报的岗位", "请管理员授予角色")
        return first_allowed(offices, lambda by: decide(report, Wanted(deed, by, now, why, words or {}), digest))

    return decided


def _line(row: ImportantReport) -> dict[str, Any]:
    return {"id": row.id, "state": row.state, "state_name": CHINESE_AT[At(row.state)], "title": row.title,
            "receivers": row.receivers, "written_at": row.written_at, "changed_at": row.changed_at}


def offices_of(caller: Caller) -> list[Actor]:
    """Return the offices in which somebody may do a step."""
    return [Actor(caller.id, role, caller.unit) for role in Role if role in caller.roles]


def shown(request: Request, kept: keeping.Kept) -> dict[str, Any]:
    """Return a report as it goes out. `can`: what the caller may do with it now."""
    report = kept.report
    can = possible(report, offices_of(who(request)), now_of(request))
    return {**_line(kept.row), "can": [deed.value for deed in can], "text": report.words.text,
            "orders": list(report.words.orders),
            "signed_by": report.signed_by, "signed_at": report.signed_at, "sent_at": report.sent_at,
            "receipts": [{"receiver": name, "by": by, "at": at} for name, (by, at) in report.receipts.items()],
            "owing": list(report.owing),
            "history": [{"seq": one.seq, "at": one.at, "deed": one.deed.value, "name": CHINESE_DEED[one.deed],
                         "by": one.by, "role": one.role.value, "why": one.why, "digest": one.digest}
                        for one in kept.entries]}
