"""Put an archive back: verified whole, into an empty place, or over a full one when that is said twice."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from core.in_use import InUseError, replacing
from core.settings import Settings
from hotline.backup import archive
from hotline.backup.archive import Manifest
from hotline.backup.databases import Store, store_at
from hotline.backup.errors import BackupError, NotEmptyError
from hotline.backup.places import ANCHORS, Wanted, folders, target_of

Progress = Callable[[str], None]


def restore(settings: Settings, source: Path, *, force: bool = False,
            progress: Progress = lambda _: None) -> Manifest:
    """Put the archive at `source` in the place that `settings` names. Raises BackupError, also for a disk's fault.

    Nothing is touched before the archive is verified and the place is found empty (or `force`) and at rest. The
    database is replaced in one transaction; folders are put aside and thrown away only when all is done.
    """
    try:
        progress("核对归档 · verifying")
        manifest = archive.verify(source)
        _check_kind(settings, manifest)
        with replacing(settings.in_use_file):
            _put(settings, source, manifest, force=force, progress=progress)
    except InUseError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        where = f"{error.filename}:" if error.filename else ""
        raise BackupError(f"恢复没有完成：{where}{error.strerror or error}；检查磁盘空间和目录权限，"
                          "改好后加 --force 再恢复一次") from error
    return manifest


def _check_kind(settings: Settings, manifest: Manifest) -> None:
    store = store_at(settings.database)
    if store.kind != manifest.database:
        raise BackupError(f"归档来自 {manifest.database}，这里用的是 {store.kind}；把 HOTLINE_DATABASE_URL 改成同一种")


def _put(settings: Settings, source: Path, manifest: Manifest, *, force: bool, progress: Progress) -> None:
    store = store_at(settings.database)
    _refuse_running(settings)
    if not force:
        _refuse_full(settings, store)
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".hotline-restore-", dir=settings.home) as folder:
        progress("解包 · unpacking")
        unpacked = Path(folder)
        archive.unpack(source, manifest, unpacked)
        progress("数据库 · database")
        store.load(unpacked / store.file)
        _compare(store, manifest)
        progress("文件 · files")
        _put_folders(settings, unpacked)
        _put_files(settings, unpacked)


def _refuse_running(settings: Settings) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.settimeout(2.0)
        if probe.connect_ex(str(settings.control_socket)) == 0:
            raise BackupError("系统正在运行；先停止 hotline serve，再恢复")


def _refuse_full(settings: Settings, store: Store) -> None:
    rows = {name: count for name, count in store.contents().tables.items() if count}
    if rows:
        told = "、".join(f"{name} {count} 行" for name, count in sorted(rows.items())[:4])
        raise NotEmptyError(f"数据库不是空的（{told}）；确要覆盖时加 --force")
    for place in folders(settings, Wanted(recordings=True)):
        if any(place.files()):
            raise NotEmptyError(f"{place.path} 里已有文件；确要覆盖时加 --force")


def _compare(store: Store, manifest: Manifest) -> None:
    there = store.contents()
    wrong = [name for name in manifest.tables.keys() | there.tables.keys()
             if manifest.tables.get(name) != there.tables.get(name)]
    if wrong or there.head != manifest.head:
        raise BackupError(f"恢复后的数据库与清单不符：{'、'.join(sorted(wrong)) or '版本'}；请换一份备份重试")


def _put_folders(settings: Settings, unpacked: Path) -> None:
    """Swap folders. Recordings are added to, not replaced: an archive may hold only what is written about them."""
    aside: list[Path] = []
    for place in folders(settings, Wanted(recordings=True)):
        new = unpacked / place.name
        if place.name == "recordings":
            _add_to(place.path, new)
        elif new.exists():
            aside += _swap(place.path, new)
    for old in aside:
        shutil.rmtree(old)


def _swap(target: Path, new: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(f".{target.name}.before-restore")
    shutil.rmtree(old, ignore_errors=True)
    there = target.exists()
    if there:
        target.rename(old)
    new.rename(target)
    if there:
        yield old


def _add_to(target: Path, new: Path) -> None:
    for path in sorted(new.rglob("*")) if new.exists() else []:
        to = target / path.relative_to(new)
        if path.is_file():
            to.parent.mkdir(parents=True, exist_ok=True)
            path.replace(to)


def _put_files(settings: Settings, unpacked: Path) -> None:
    """Put single files back; anchors that are there stay: later ones show what the archive lacks."""
    if (unpacked / ANCHORS).exists() and not settings.anchors_file.exists():
        settings.anchors_file.parent.mkdir(parents=True, exist_ok=True)
        (unpacked / ANCHORS).replace(target_of(settings, ANCHORS))
    for path in sorted((unpacked / "secret").glob("*")):
        path.replace(target_of(settings, f"secret/{path.name}"))
