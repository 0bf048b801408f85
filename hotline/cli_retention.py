"""``hotline retention``: the rules in force, what they would erase, and erasing it; legal holds."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
import yaml
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from api.people.audit import note_by
from api.people.caller import Caller
from core.db import Database
from core.settings import Settings
from hotline.errand import at_database, give_up
from workorders.retention.due import Due, everything
from workorders.retention.hold import set_hold
from workorders.retention.rules import CHINESE_EVENT, CHINESE_WHAT, InForce, in_force, rules_from, set_rules
from workorders.retention.sweep import Places, Swept, sweep

app = typer.Typer(help="保留期限：规则、预演、清理、依法保留 · retention: rules, dry run, erasing, legal hold")
_console = Console(highlight=False, soft_wrap=True, markup=False)
CONSOLE = Caller("console", "console", "console", frozenset())  # whoever may run this may read the database anyway
T = TypeVar("T")


@app.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说明会清理什么 · only say what would go")] = False,
    run: Annotated[bool, typer.Option("--run", help="执行清理 · erase what is due")] = False,
    rules: Annotated[Path | None, typer.Option("--set", help="用文件里的规则（YAML 或 JSON）· decide on rules")] = None,
    hold: Annotated[str, typer.Option(help="依法保留这张工单 · put an order under legal hold")] = "",
    lift: Annotated[str, typer.Option(help="解除保留 · lift a hold")] = "",
    why: Annotated[str, typer.Option(help="理由、文号、案号 · reason, for --set, --hold, --lift")] = "",
) -> None:
    """不带参数时列出现行规则;清理只按已设定的规则 · without options: the rules; only rules that were set erase."""
    if sum(map(bool, (dry_run, run, rules, hold, lift))) > 1:
        raise typer.BadParameter("一次只做一件事 · one thing at a time")
    settings = Settings()
    if rules is not None:
        _set(settings, rules, why)
    elif hold or lift:
        _hold(settings, hold or lift, bool(hold), why)
    elif dry_run:
        at_database(settings, _foretell)
    elif run:
        at_database(settings, lambda db: _sweep(db, settings))
    else:
        at_database(settings, _show)


async def _in_force(db: Database) -> InForce:
    async with db.reading() as session:
        return await in_force(session, time.time())


async def _show(db: Database) -> None:
    found = await _in_force(db)
    table = Table("规则", "清理什么", "多少天", "从何时起", "诉求类型", "依据")
    for rule in found.rules.rules:
        table.add_row(rule.name, CHINESE_WHAT[rule.what], str(rule.after_days), CHINESE_EVENT[rule.event],
                      " ".join(rule.kinds) or "全部", rule.ground)
    _console.print(table)
    if found.version:
        _console.print(f"第 {found.version} 版 · version in force")
    else:
        _console.print("这是建议，还没有人决定；存成文件，用 --set FILE --why … 设定后才会清理 "
                       "· a proposal, not in force")
        _console.print(json.dumps(found.rules.model_dump(mode="json"), ensure_ascii=False, indent=1))


async def _foretell(db: Database) -> None:
    """Say one line for each thing: what, by which rule, since when it may go; and what a hold keeps."""
    found, now = await _in_force(db), time.time()
    counts: Counter[tuple[str, bool]] = Counter()
    async with db.reading() as session:
        for rule in found.rules.rules:
            async for one in everything(session, rule, now):
                counts[rule.name, one.held] += 1
                _console.print(_line(one))
    for rule in found.rules.rules:
        _console.print(f"{rule.name}：清理 {counts[rule.name, False]}，依法保留 {counts[rule.name, True]}")
    _console.print("预演，什么都没有动 · a dry run: nothing was touched")


def _line(one: Due) -> str:
    zone = ZoneInfo("Asia/Shanghai")
    since, until = (datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d") for at in (one.since, one.due))
    kept = "保留（依法保留）· held" if one.held else "清理 · goes"
    return (f"{kept}  {CHINESE_WHAT[one.rule.what]}  {one.key}  {CHINESE_EVENT[one.rule.event]} {since},"
            f"{one.rule.after_days} 天，{until} 到期  规则“{one.rule.name}”")


async def _sweep(db: Database, settings: Settings) -> None:
    found, now = await _in_force(db), time.time()
    if not found.version:
        give_up("还没有设定保留规则;先用 hotline retention --set FILE --why … 决定 · no rules were decided on")

    def told(session: AsyncSession, swept: Swept) -> None:
        rule = swept.due.rule
        note_by(session, now, "retention.run", CONSOLE, swept.due.key, rule=rule.name, erased=rule.what.value,
                version=found.version, since=swept.due.since, files=swept.files)

    places = Places(settings.recordings_dir, settings.attachments_dir)
    with _console.status("清理 · erasing"):
        count = await sweep(db, found.rules, places, now, told)
    _console.print(f"✓ 清理 {count} 项,每项都写入了审计 · things were erased, each with a line of the audit")


def _set(settings: Settings, file: Path, why: str) -> None:
    try:
        body = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        give_up(f"{file} 无法读取：{error}")

    async def work(db: Database) -> int:
        now = time.time()
        async with db.writing() as session:
            version = await set_rules(session, rules_from(body), CONSOLE.id, why, now)
            note_by(session, now, "retention.set", CONSOLE, f"{version}", why=why)
            return version

    _console.print(f"✓ 保留规则第 {at_database(settings, work)} 版已生效 · in force")


def _hold(settings: Settings, number: str, held: bool, why: str) -> None:
    async def work(db: Database) -> bool:
        async with db.writing() as session:
            changed = await set_hold(session, number, held, why)
            note_by(session, time.time(), "hold.set" if held else "hold.lifted", CONSOLE, number, why=why)
            return changed

    changed = at_database(settings, work)
    state = "依法保留" if held else "不再保留"
    _console.print(f"✓ {number} {state}{'' if changed else '(原已如此)'}")
