"""要情专报 as they are kept: history beside the row that lists need, written together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.ids import new_id
from workorders.civic_tables import ImportantEntry, ImportantReport
from workorders.errors import NotFound
from workorders.life.errors import BrokenHistory
from workorders.reports.importance import Entry, Report, apply, broken_at, entry_from, fold, plain

Decision = Callable[[Report | None], Entry]


@dataclass(frozen=True, slots=True)
class Kept:
    """A report, its row, its history."""

    row: ImportantReport
    report: Report
    entries: tuple[Entry, ...]


async def load(session: AsyncSession, report_id: str, *, lock: bool = False) -> Kept:
    """Return a report with its history. Raises NotFound, BrokenHistory when it was changed afterwards."""
    row = await session.get(ImportantReport, report_id, with_for_update=True if lock else None)
    if row is None:
        raise no_such(report_id)
    query = select(ImportantEntry).where(col(ImportantEntry.report) == report_id).order_by(col(ImportantEntry.seq))
    entries = tuple(entry_from(one.body) for one in (await session.execute(query)).scalars())
    if broken_at(entries) or len(entries) != row.length or entries[-1].digest != row.head:
        raise BrokenHistory(f"专报 {report_id} 的历史被改过", "不要使用，报审计人员核查")
    return Kept(row, fold(entries), entries)


def no_such(report_id: str) -> NotFound:
    """Return what is said of a report that is not there, or not for whoever asks."""
    return NotFound(f"没有编号为 {report_id[:40]} 的专报", "核对专报编号")


async def begin(session: AsyncSession, decide: Decision) -> Kept:
    """Write a new report. Raises LifeError."""
    entry = decide(None)
    row = ImportantReport(id=new_id("yq"), state=entry.to.value, title="", receivers=[], length=0, head="",
                          written_at=entry.at, changed_at=entry.at)
    session.add(row)
    return await _write(session, row, None, (), entry)


async def go_on(session: AsyncSession, kept: Kept, decide: Decision) -> Kept:
    """Do a step on a report that this transaction has locked. Raises LifeError."""
    return await _write(session, kept.row, kept.report, kept.entries, decide(kept.report))


async def _write(session: AsyncSession, row: ImportantReport, before: Report | None, entries: Sequence[Entry],
                 entry: Entry) -> Kept:
    report = apply(before, entry)
    row.state, row.title, row.receivers = report.at.value, report.words.title, list(report.words.receivers)
    row.orders = list(report.words.orders)
    row.length, row.head, row.changed_at = report.length, report.head, entry.at
    session.add(ImportantEntry(report=row.id, seq=entry.seq, body=plain(entry)))
    await session.flush()
    return Kept(row, report, (*entries, entry))
