"""Take a backup of a running installation."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from hotline.backup import archive
from hotline.backup.archive import Manifest
from hotline.backup.databases import store_at
from hotline.backup.errors import BackupError
from hotline.backup.places import Wanted, folders, single_files

Progress = Callable[[str], None]
_SPARE = 64 << 20  # bytes that must stay free beside the copy


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished archive."""

    path: Path
    manifest: Manifest
    size: int


def backup(settings: Settings, to: Path, wanted: Wanted, progress: Progress = lambda _: None) -> Taken:
    """Write an archive to `to`. Raises BackupError and leaves no half of one.

    Only reads: calls, orders and people go on meanwhile. The database is read first, as of one moment; the journal
    after it holds at least what the database has already taken from it.
    """
    if to.exists():
        raise BackupError(f"{to} 已存在；换一个文件名")
    store = store_at(settings.database)
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".hotline-backup-", dir=to.parent) as folder:
        _need_room(settings, to.parent)
        copy = Path(folder) / Path(store.file).name
        progress("数据库 · database")
        made_at = time.time()
        dumped = store.dump(copy)
        with archive.writing(to) as out:
            out.add(store.file, copy)
            copy.unlink()
            for place in folders(settings, wanted):
                progress(place.name)
                for name, path in place.files():
                    out.add(name, path)
            for name, path in single_files(settings, wanted):
                out.add(name, path)
            manifest = out.close(Manifest(made_at, store.kind, dumped.tables, dumped.head, city=settings.city))
    return Taken(to, manifest, to.stat().st_size)


def _need_room(settings: Settings, folder: Path) -> None:
    """Refuse early what would fill the disk: an SQLite copy is as large as the database, for a moment twice."""
    path = settings.database.partition("///")[2]
    size = Path(path).stat().st_size if settings.database.startswith("sqlite") and Path(path).exists() else 0
    free = shutil.disk_usage(folder).free
    if free < 2 * size + _SPARE:
        raise BackupError(f"{folder} 只剩 {free >> 20} MB，备份至少要 {(2 * size + _SPARE) >> 20} MB；换一个磁盘")
