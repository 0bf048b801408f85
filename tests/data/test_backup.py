"""A backup taken while somebody writes, restored elsewhere: whole, counted, chained; and what restore refuses."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from core.db import Database, migrate
from core.in_use import replacing, working_on
from core.settings import PROJECT, Settings
from hotline.backup import archive
from hotline.backup.databases import store_at
from hotline.backup.errors import BackupError, BrokenArchiveError, NotEmptyError
from hotline.backup.places import Wanted
from hotline.backup.restore import restore
from hotline.backup.take import backup
from hotline.seed.lives import Year
from tests.postgres import SCRIPTS, Postgres
from workorders.keeping.intake import Intake
from workorders.keeping.keeper import Keeper
from workorders.life.acts import Actor
from workorders.life.history import verify
from workorders.life.words import Role
from workorders.models import WorkOrder

ZONE = ZoneInfo("Asia/Shanghai")
NOW = 1_795_500_000.0
Town = tuple[Database, Year]


@pytest.fixture
def house(town: Town, database_url: str, tmp_path: Path) -> Settings:
    """An installation with the town's database and some files."""
    settings = Settings(home=tmp_path / "house", database_url=database_url)
    for name, text in {"journal/00000001.jsonl": '{"seq": 1}\n', "attachments/ab/abcd": "a picture",
                       "release/flow.json": "{}", "recordings/k-mixed.alaw": "sound", "recordings/k.json": "{}",
                       "secrets.json": "{}", "anchors.jsonl": "{}\n"}.items():
        path = settings.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return settings


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Settings:
    """Another installation, with nothing in it, with a database of the same kind."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.db'}"
    if not database_url.startswith("sqlite"):
        server: Postgres = request.getfixturevalue("postgres")
        url = server.database()
    return Settings(home=tmp_path / "elsewhere", database_url=url)


async def _write(db: Database, done: asyncio.Event, wrote: asyncio.Event) -> int:
    """Accept orders, one transaction each, until told to stop."""
    keeper, count = Keeper(ZONE), 0
    while not done.is_set():
        async with db.writing() as session:
            await keeper.accept(session, Intake(summary=f"第{count}件"), Actor("a1", Role.AGENT), NOW + 100.0 + count)
        count += 1
        wrote.set()
        await asyncio.sleep(0)
    return count


async def test_a_backup_taken_while_somebody_writes_comes_back_whole(
        town: Town, house: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    done, wrote = asyncio.Event(), asyncio.Event()
    writer = asyncio.create_task(_write(town[0], done, wrote))
    await asyncio.wait_for(wrote.wait(), 30)
    taken = await asyncio.to_thread(backup, house, tmp_path / "backup.tar", Wanted())
    done.set()
    written = await writer
    manifest = await asyncio.to_thread(restore, elsewhere, taken.path)
    assert 40 < manifest.tables["work_order"] <= 40 + written
    assert dict(store_at(elsewhere.database).contents().tables) == dict(manifest.tables)
    assert (elsewhere.home / "attachments/ab/abcd").read_text() == "a picture"
    assert elsewhere.anchors_file.read_text() == "{}\n"
    await _every_chain_holds(elsewhere, manifest.tables["work_order"])


async def _every_chain_holds(settings: Settings, count: int) -> None:
    migrate(settings.database, SCRIPTS)
    db, keeper = Database(settings.database), Keeper(ZONE)
    try:
        async with db.reading() as session:
            numbers = (await session.execute(select(WorkOrder.number))).scalars().all()
            assert len(numbers) == count
            assert all([verify((await keeper.load(session, number)).acts).whole for number in numbers])
    finally:
        await db.close()


def test_sound_and_secrets_are_only_in_it_when_asked_for(house: Settings, tmp_path: Path) -> None:
    plain = backup(house, tmp_path / "plain.tar", Wanted()).manifest.files
    full = backup(house, tmp_path / "full.tar", Wanted(recordings=True, secrets=True)).manifest.files
    assert "recordings/k.json" in plain
    assert full.keys() - plain.keys() == {"recordings/k-mixed.alaw", "secret/secrets.json"}
    assert (tmp_path / "full.tar").stat().st_mode & 0o077 == 0


def test_a_full_place_is_refused_and_left_alone_unless_forced(house: Settings, tmp_path: Path) -> None:
    taken = backup(house, tmp_path / "b.tar", Wanted())
    (house.home / "attachments/ab/abcd").write_text("a later picture", encoding="utf-8")
    with pytest.raises(NotEmptyError, match="--force"):
        restore(house, taken.path)
    assert (house.home / "attachments/ab/abcd").read_text() == "a later picture"
    restore(house, taken.path, force=True)
    assert (house.home / "attachments/ab/abcd").read_text() == "a picture"
    assert (house.home / "recordings/k-mixed.alaw").read_text() == "sound"  # only added to
    assert dict(store_at(house.database).contents().tables) == dict(taken.manifest.tables)


def _flip(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[body.find(b"a picture")] ^= 1
    path.write_bytes(body)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096 * 4])


def _add(name: str) -> Callable[[Path], None]:
    def add(path: Path) -> None:
        with tarfile.open(path, "a") as tar:
            tar.addfile(tarfile.TarInfo(name))
    return add


@pytest.mark.parametrize("spoil", [
    _flip, _cut, _add("journal/more"), _add("../outside"), _add("journal/../../outside")])
def test_an_archive_that_is_not_whole_touches_nothing(
        small: Settings, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    taken = backup(small, tmp_path / "b.tar", Wanted())
    spoil(taken.path)
    target = Settings(home=tmp_path / "target")
    with pytest.raises(BrokenArchiveError):
        restore(target, taken.path)
    assert not target.home.exists()


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """An installation with an empty database and one picture."""
    settings = Settings(home=tmp_path / "small")
    migrate(settings.database, SCRIPTS)
    picture = settings.attachments_dir / "ab" / "abcd"
    picture.parent.mkdir(parents=True)
    picture.write_text("a picture", encoding="utf-8")
    return settings


def test_a_running_installation_is_not_restored_over(small: Settings, tmp_path: Path) -> None:
    taken = backup(small, tmp_path / "b.tar", Wanted())
    small.control_socket.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(small.control_socket))
        listening.listen()
        with pytest.raises(BackupError, match="正在运行"):
            restore(small, taken.path, force=True)


def test_nothing_is_restored_under_a_web_or_worker_process(small: Settings, tmp_path: Path) -> None:
    taken = backup(small, tmp_path / "b.tar", Wanted())
    with working_on(small.in_use_file), working_on(small.in_use_file), pytest.raises(BackupError, match="正在运行"):
        restore(small, taken.path, force=True)
    restore(small, taken.path, force=True)


@pytest.mark.parametrize("process", ["hotline.web", "hotline.worker"])
def test_neither_web_nor_worker_starts_while_a_backup_is_restored(small: Settings, process: str) -> None:
    environment = {**os.environ, "HOTLINE_HOME": str(small.home)}
    with replacing(small.in_use_file):
        ended = subprocess.run([sys.executable, "-m", process], env=environment, cwd=PROJECT, timeout=60, check=False,
                               capture_output=True, text=True)
    assert (ended.returncode, "正在恢复备份" in ended.stderr, "Traceback" in ended.stderr) == (1, True, False)


def test_a_disk_that_fails_is_said_with_what_to_do(small: Settings, tmp_path: Path) -> None:
    taken = backup(small, tmp_path / "b.tar", Wanted())
    target = Settings(home=tmp_path / "target")
    (tmp_path / "target").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(BackupError, match=r"恢复没有完成.*检查磁盘空间和目录权限"):
        restore(target, taken.path)


def test_the_wrong_kind_of_database_is_said_before_anything_is_touched(small: Settings, tmp_path: Path) -> None:
    taken = backup(small, tmp_path / "b.tar", Wanted())
    other = Settings(home=tmp_path / "other", database_url="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(BackupError, match="sqlite"):
        restore(other, taken.path)


def test_a_backup_never_replaces_another(small: Settings, tmp_path: Path) -> None:
    taken = backup(small, tmp_path / "b.tar", Wanted())
    before = taken.path.read_bytes()
    with pytest.raises(BackupError, match="已存在"):
        backup(small, taken.path, Wanted())
    assert taken.path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


def test_the_manifest_can_be_read_by_anybody(small: Settings, tmp_path: Path) -> None:
    taken = backup(small, tmp_path / "b.tar", Wanted())
    with tarfile.open(taken.path) as tar:
        told = tar.extractfile(archive.MANIFEST)
        assert told is not None
        assert json.load(told)["files"]["attachments/ab/abcd"]["size"] == len("a picture")
