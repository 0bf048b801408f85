"""A database whose disk is full: writing is refused as away, so that whoever writes waits; what is read is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.db import Database, DatabaseDown, migrate
from core.facts import Fact
from hotline.database import MIGRATIONS
from tests.support.small_disk import small_disk
from workorders import records

pytestmark = pytest.mark.slow
READER, KEY = "journal:here", "c" * 32


def told(*numbers: int) -> list[Fact]:
    return [Fact(n, 1000.0 + n, "call.answered", KEY, f"fact-{n}", {"caller": "1" * 1000}) for n in numbers]


async def test_facts_are_refused_whole_while_it_is_full_and_kept_once_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        url = f"sqlite+aiosqlite:///{disk.folder}/house.db"
        migrate(url, MIGRATIONS)
        db = Database(url)
        async with db.writing() as session:  # as a house that has been running
            await records.keep(session, told(0), "controller", 2000.0)
        disk.fill()
        with pytest.raises(DatabaseDown, match="full"):
            async with db.writing() as session:
                await records.keep(session, told(*range(1, 400)), "controller", 2000.0)
        async with db.reading() as session:
            assert len(await records.data_of(session, KEY, "call.answered")) == 1
        disk.empty()
        async with db.writing() as session:
            await records.keep(session, told(*range(1, 400)), "controller", 2000.0)
        async with db.reading() as session:
            assert len(await records.data_of(session, KEY, "call.answered")) == 400
        await db.close()
