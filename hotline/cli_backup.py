"""``hotline backup``: one archive of a running installation."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.db import DatabaseError
from core.settings import Settings
from hotline.backup.errors import BackupError
from hotline.backup.places import Wanted
from hotline.backup.take import backup as take

app = typer.Typer(help="备份：运行中即可，一个带校验清单的归档 · back up while running")
_console = Console(highlight=False, soft_wrap=True)


@app.command()
def backup(
    to: Annotated[Path | None, typer.Option(help="归档文件，默认在数据目录的 backups/ 下 · where to")] = None,
    recordings: Annotated[bool, typer.Option("--recordings", help="连同录音 · with the sound itself")] = False,
    secrets: Annotated[bool, typer.Option("--secrets", help="连同密钥和设置 · with secrets and settings")] = False,
) -> None:
    """备份数据库、日志、附件、菜单、录音清单 · database, journal, attachments, menu, manifests of recordings."""
    settings = Settings()
    name = f"hotline-{time.strftime('%Y%m%d-%H%M%S')}.tar"
    try:
        with _console.status("备份 · backing up") as status:
            taken = take(settings, to or settings.home / "backups" / name, Wanted(recordings, secrets), status.update)
    except (BackupError, DatabaseError) as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from error
    rows = sum(taken.manifest.tables.values())
    _console.print(f"✓ {taken.path}（{taken.size / 1e6:.1f} MB,{len(taken.manifest.files)} 个文件，{rows} 行）")
    if not recordings:
        _console.print("  只含录音清单，不含声音；要声音加 --recordings · the sound is not in it")
