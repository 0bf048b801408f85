"""A whole HTTP house on a database of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.db import Database
from core.secrets import Secrets
from core.settings import Settings
from tests.api.house import House, built
from tests.people.staff import Staff


@pytest.fixture
async def house(home: Settings, secrets: Secrets, db: Database) -> AsyncIterator[House]:
    """A whole HTTP house."""
    async with built(home, secrets, db) as house:
        yield house


@pytest.fixture
async def staff(house: House, db: Database) -> AsyncIterator[Staff]:
    """The house with people who sign on to it; its clock is the test's."""
    made = Staff(house, db)
    house.app.state.clock = lambda: made.now
    try:
        yield made
    finally:
        await made.close()
