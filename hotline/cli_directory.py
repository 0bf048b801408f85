"""``hotline directory``: the directory as a file, out and in. Works on the database itself; pages do the rest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.directory import keeping
from api.directory.importing import Step, steps_to, take_over
from core.db import Database
from core.settings import Settings
from hotline.cli_people import CONSOLE
from hotline.errand import at_database
from ivr.errors import IvrError
from ivr.shelf import Shelf
from routing.directory import Directory, load_directory
from routing.directory_file import directory_in_force
from routing.directory_toml import as_toml

app = typer.Typer(help="通讯录：导出、导入 · the directory as a file", no_args_is_help=True)
_SIGNS: Final = {(False, True): "+", (True, True): "~", (True, False): "-"}


@app.command("export")
def export() -> None:
    """导出现行通讯录(TOML)到标准输出 · print the directory in force"""
    typer.echo(as_toml(directory_in_force(Settings()).now()), nl=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="TOML 通讯录 · the file")],
    write: Annotated[bool, typer.Option("--write", help="写入；不加只显示差异 · write it, not only show it")] = False,
    why: Annotated[str, typer.Option(help="原因 · why")] = "导入通讯录文件",
) -> None:
    """导入整份通讯录:先整份检查,显示差异,--write 才生效 · take a whole file over, in force at once"""
    settings, wanted = Settings(), load_directory(file)
    steps = at_database(settings, lambda db: _work(settings, db, wanted, why if write else ""))
    for step in steps:
        typer.echo("\n".join(_told(step)))
    if not steps:
        typer.echo("与现行通讯录相同 · nothing changes")
    elif not write:
        typer.echo(f"共 {len(steps)} 处;加 --write 才写入 · {len(steps)} change(s), not written: add --write")
    else:
        typer.echo(f"✓ 已写入 {len(steps)} 处，下一次振铃起生效 · written, in force for the next ring")


async def _work(settings: Settings, db: Database, wanted: Directory, why: str) -> list[Step]:
    """Return what the file changes; `why` "": change nothing."""
    await keeping.take_stock(db, directory_in_force(settings), time.time())
    if not why:
        async with db.reading() as session:
            return steps_to(await keeping.last_versions(session), wanted)
    async with db.writing() as session:
        steps = await take_over(session, CONSOLE, wanted, _menu(settings), why, time.time())
    await keeping.publish(db, settings.directory_file)
    return steps


def _menu(settings: Settings) -> dict[str, Any]:
    try:
        shelf = Shelf(settings.release_dir)
        number = shelf.index().current
        return shelf.document(number) if number else {}
    except IvrError:
        return {}


def _told(step: Step) -> Iterator[str]:
    before, after = step.before or {}, step.after or {}
    yield f"{_SIGNS[bool(before), bool(after)]} {keeping.LISTS[step.role]} {step.id} {(after or before)['name']}"
    if before and after:
        yield from (f"    {key}: {before.get(key)} → {value}" for key, value in after.items()
                    if before.get(key) != value)
