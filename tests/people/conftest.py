"""A whole HTTP house with an admin in it; its clock is the test's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.db import Database
from core.secrets import Secrets
from core.settings import Settings
from tests.api.house import built
from tests.people.staff import Staff


@pytest.fixture
async def staff(home: Settings, secrets: Secrets, db: Database) -> AsyncIterator[Staff]:
    """The house, and people who sign on to it."""
    async with built(home, secrets, db) as house:
        made = Staff(house, db)
        house.app.state.clock = lambda: made.now
        try:
            yield made
        finally:
            await made.close()
