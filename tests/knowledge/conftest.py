"""A house with people, on a database of each kind."""

from __future__ import annotations

from tests.api.conftest import house, staff  # noqa: F401  the same house as the API's tests
