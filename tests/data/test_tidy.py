"""Files of attachments that no order names are listed, and deleted when that is said; no other file is touched."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from api.people.models import AccessAudit
from core.db import Database, migrate
from core.settings import Settings
from hotline.cli_tidy import app
from tests.postgres import SCRIPTS
from workorders.keeping.tables import Attachment

NAMED, ORPHAN, YOUNG = "att-aa00000000000001", "att-bb00000000000002", "att-bb00000000000003"
HALF = "att-cc00000000000004.part"  # its writer died while writing


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    settings = Settings()
    migrate(settings.database, SCRIPTS)
    for name in (NAMED, ORPHAN, YOUNG, HALF):
        path = settings.attachments_dir / name[4:6] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"bytes")
        if name != YOUNG:
            os.utime(path, (1.0, 1.0))
    asyncio.run(_name(settings))
    return settings


async def _name(settings: Settings) -> None:
    db = Database(settings.database)
    async with db.writing() as session:
        session.add(Attachment(id=NAMED, number="2026-1123-0001", name="a.png", media_type="image/png", size=5,
                               sha256="x", by="a", unit="", at=1.0))
    await db.close()


async def _audited(settings: Settings) -> list[str]:
    db = Database(settings.database)
    async with db.reading() as session:
        found = list((await session.execute(select(AccessAudit.what))).scalars())
    await db.close()
    return found


def _there(settings: Settings) -> set[str]:
    return {path.name for path in settings.attachments_dir.glob("*/*")}


def test_they_are_only_listed_until_it_is_said_that_they_go(house: Settings) -> None:
    told = CliRunner().invoke(app, [])
    assert told.exit_code == 0, told.output
    assert (ORPHAN in told.output, HALF in told.output, NAMED in told.output, YOUNG in told.output) == (
        True, True, False, False)
    assert _there(house) == {NAMED, ORPHAN, YOUNG, HALF}
    gone = CliRunner().invoke(app, ["--run"])
    assert (gone.exit_code, "2 个附件文件" in gone.output) == (0, True)
    assert _there(house) == {NAMED, YOUNG}
    assert asyncio.run(_audited(house)) == ["attachments.tidied"]
    assert "0 个附件文件" in CliRunner().invoke(app, ["--run"]).output
