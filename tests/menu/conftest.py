"""A whole HTTP house with an admin who edits the menu."""

from __future__ import annotations

import httpx
import pytest

from tests.people.conftest import staff  # noqa: F401
from tests.people.one_database import db, empty_tables  # noqa: F401  the menu is files; one database will do
from tests.people.staff import Staff
from workorders.life.words import Role


@pytest.fixture
async def admin(staff: Staff) -> httpx.AsyncClient:  # noqa: F811
    """An admin, signed on."""
    return await staff.signed_on("guanli", Role.ADMIN)
