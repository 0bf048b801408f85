"""``hotline export``: orders as JSON lines or a workbook, as somebody in an office may see them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.export import files, stream
from api.export.columns import Reading, Value
from api.export.stream import Asked
from api.orders.lists import Filters, conditions
from api.people.audit import note_by
from api.people.caller import Caller
from api.people.reach import shape_of
from api.people.rights import OF_ROLE
from core.db import Database, DatabaseError, migrate
from core.settings import Settings
from hotline.database import MIGRATIONS
from hotline.errand import give_up
from workorders.life.words import UNIT_ROLES, Role

app = typer.Typer(help="导出工单：JSON 行或电子表格 · export orders")
_console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class _Job:
    settings: Settings
    asked: Asked
    to: Path
    form: str


@app.command()
def export(
    to: Annotated[Path, typer.Option(help="写到哪个文件 · the file to write")],
    form: Annotated[str, typer.Option("--format", help="jsonl 或 xlsx,默认看文件名 · or by the file's name")] = "",
    role: Annotated[str, typer.Option(help="以哪个角色所见 · as seen by this role")] = Role.BACK_OFFICE.value,
    unit: Annotated[str, typer.Option(help="该角色所在单位 · the unit of that role")] = "",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="受理日起 · accepted from")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="受理日止，不含 · until")] = None,
) -> None:
    """导出工单;看得见什么、号码是否隐去,按角色 · what is seen, and whether numbers are masked, goes by the role."""
    settings = Settings()
    caller, chosen = _caller(role, unit), _form(form, to)
    zone = ZoneInfo(settings.timezone)
    moments = [day.replace(tzinfo=zone).timestamp() if day else None for day in (since, until)]
    dialect = "sqlite" if settings.database.startswith("sqlite") else "postgresql"
    asked = Asked(caller, conditions(Filters(since=moments[0], until=moments[1]), dialect, shape_of(caller)))
    try:
        migrate(settings.database, MIGRATIONS)
        count = asyncio.run(_export(_Job(settings, asked, to, chosen)))
    except (DatabaseError, OSError) as error:
        give_up(str(error))
    _console.print(f"✓ {count} 张工单 · orders → {to}")


async def _export(job: _Job) -> int:
    """Write beside the file and put it in place when it is whole; the export is an event of the audit."""
    db = Database(job.settings.database)
    part = job.to.with_name(f".{job.to.name}.part")
    try:
        total = await stream.counted(db, job.asked)
        async with db.writing() as session:
            note_by(session, time.time(), "orders.exported", job.asked.caller, job.to.name[:80], orders=total,
                    roles=sorted(job.asked.caller.roles), unit=job.asked.caller.unit)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with _bar() as bar:
            task = bar.add_task("导出 · export", total=total)
            count = await _write(db, job, part, lambda done: bar.update(task, completed=done))
        part.replace(job.to)
        return count
    finally:
        part.unlink(missing_ok=True)
        await db.close()


async def _write(db: Database, job: _Job, part: Path, progress: Callable[[int], None]) -> int:
    lines = stream.lines(db, job.asked)
    if job.form == "xlsx":
        reading = Reading(ZoneInfo(job.settings.timezone), await stream.names_of_units(db))
        return await files.workbook(lines, part, reading, progress)
    return await _json(lines, part, progress)


async def _json(lines: AsyncIterator[dict[str, Value]], part: Path, progress: Callable[[int], None]) -> int:
    count = 0
    with part.open("wb") as out:
        async for line in files.json_lines(lines):
            out.write(line)
            count += 1
            progress(count)
    return count


def _caller(word: str, unit: str) -> Caller:
    role = next((role for role in OF_ROLE if role.value == word), None)
    if role is None:
        raise typer.BadParameter(f"没有角色 {word}；可用 · one of: {' '.join(role.value for role in OF_ROLE)}")
    if "orders.export" not in OF_ROLE[role]:
        raise typer.BadParameter(f"角色 {word} 不能导出工单 · this role may not export orders")
    if role in UNIT_ROLES and not unit:
        raise typer.BadParameter("承办单位的角色要写明 --unit · a unit's role needs its unit")
    return Caller("person", "console", "console", OF_ROLE[role], frozenset({role}), unit=unit)


def _form(form: str, to: Path) -> Literal["jsonl", "xlsx"]:
    word = form or to.suffix.removeprefix(".")
    if word in ("jsonl", "json", "ndjson"):
        return "jsonl"
    if word == "xlsx":
        return "xlsx"
    raise typer.BadParameter("格式只有 jsonl 和 xlsx；写 --format，或用这样的文件名 · only jsonl and xlsx")


def _bar() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                    console=_console)
