"""A database of one kind, for what does not depend on which: its tables are made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.db import Database, migrate
from hotline.database import MIGRATIONS


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("tables") / "hotline.db"
    migrate(f"sqlite+aiosqlite:///{path}", MIGRATIONS)
    return path


@pytest.fixture
async def db(empty_tables: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A database with all tables."""
    for part in empty_tables.parent.glob("hotline.db*"):
        shutil.copy(part, tmp_path / part.name)
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}")
    yield made
    await made.close()
