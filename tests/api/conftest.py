"""A whole HTTP house on a database of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.db import Database
from core.secrets import Secrets
from core.settings import Settings
from tests.api.house import House, built


@pytest.fixture
async def house(home: Settings, secrets: Secrets, db: Database) -> AsyncIterator[House]:
    """A whole HTTP house."""
    async with built(home, secrets, db) as house:
        yield house
