"""``hotline restore``: an archive back into its place, after it has been verified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.db import DatabaseError, migrate
from core.settings import Settings
from hotline.backup.errors import BackupError
from hotline.backup.restore import restore as put_back
from hotline.database import MIGRATIONS

app = typer.Typer(help="恢复：先核对再动手 · restore, after verifying")
_console = Console(highlight=False, soft_wrap=True)


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="hotline backup 写的归档 · the archive")],
    force: Annotated[bool, typer.Option("--force", help="覆盖已有数据 · over what is there")] = False,
) -> None:
    """把归档恢复到本机;目标不空时须加 --force · refuses a place that is not empty."""
    settings = Settings()
    try:
        with _console.status("恢复 · restoring") as status:
            manifest = put_back(settings, archive, force=force, progress=status.update)
            migrate(settings.database, MIGRATIONS)
    except (BackupError, DatabaseError) as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(1) from error
    rows = sum(manifest.tables.values())
    _console.print(f"✓ 已恢复 {rows} 行、{len(manifest.files)} 个文件，与清单一致 · restored, as the manifest says")
