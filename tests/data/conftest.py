"""A small seed city in a database of either kind."""

from __future__ import annotations

from datetime import date

import pytest

from core.db import Database
from hotline.seed import store
from hotline.seed.cast import Member
from hotline.seed.lives import Year
from hotline.seed.store import Hashed

UNTIL = date(2026, 11, 25)
COUNT = 40  # enough for reports, units below, mishaps; more costs each test time
NOW = 1_795_500_000.0  # 2026-11-25 local forenoon


def nobody_hashed(members: list[Member]) -> list[Hashed]:
    """Return people whose password nobody knows: these tests never log in."""
    return [Hashed(member, "no password") for member in members]


@pytest.fixture
async def town(db: Database) -> tuple[Database, Year]:
    """A database with a city of COUNT orders, and the year they were told in."""
    year = Year(42, COUNT, UNTIL)
    await store.settle(db, year, nobody_hashed(year.cast.members))
    await store.fill(db, year, NOW)
    return db, year
