"""``hotline tidy``: files of attachments that no order names, left by uploads that were cut off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.people.audit import note_by
from api.people.caller import Caller
from core.db import Database
from core.settings import Settings
from hotline.errand import at_database
from workorders.retention import leftovers

app = typer.Typer(help="清理没有工单提到的附件文件 · files that no order names")
_console = Console(highlight=False, soft_wrap=True, markup=False)
CONSOLE = Caller("console", "console", "console", frozenset())
AGE = 3600.0  # s; a younger file may belong to an upload that is going on


@app.command()
def tidy(run: Annotated[bool, typer.Option("--run", help="删除它们 · delete them")] = False) -> None:
    """列出一小时前写下、没有任何工单提到的附件文件;加 --run 删除 · lists them; deletes them with --run."""
    settings = Settings()
    found = at_database(settings, lambda db: _tidied(db, settings.attachments_dir, run=run))
    for path in found:
        _console.print(path)
    done = "已删除" if run else "可以删除，加 --run"
    _console.print(f"✓ {len(found)} 个附件文件没有工单提到{f',{done}' if found else ''} · files that no order names")


async def _tidied(db: Database, folder: Path, *, run: bool) -> list[Path]:
    found = await leftovers.unnamed(db, folder, time.time() - AGE)
    if not run or not found:
        return found
    async with db.writing() as session:
        note_by(session, time.time(), "attachments.tidied", CONSOLE, "", files=len(found))
    await asyncio.to_thread(_delete, found)
    return found


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
