"""A keeper at work on a database of each kind."""

from __future__ import annotations

import pytest

from core.db import Database
from tests.workorders.office import Office


@pytest.fixture
def office(db: Database) -> Office:
    """A keeper at work."""
    return Office(db)
