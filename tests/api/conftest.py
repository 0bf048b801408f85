"""Databases of both kinds, and a whole HTTP house on each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.db import Database
from core.secrets import Secrets
from core.settings import Settings
from tests.api.house import House, built
from tests.postgres import database_url, db, postgres  # noqa: F401


@pytest.fixture
async def house(home: Settings, secrets: Secrets, db: Database) -> AsyncIterator[House]:  # noqa: F811
    """A whole HTTP house."""
    async with built(home, secrets, db) as house:
        yield house
