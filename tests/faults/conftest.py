"""A town whose controller is a process of its own, so that it can be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.secrets import load_secrets
from routing.directory import load_directory
from tests.conftest import settings_for
from tests.support.town import Town


@pytest.fixture
async def town(tmp_path: Path, asterisk_root: Path) -> AsyncIterator[Town]:
    """Switch, city and a controller process; web process and worker can be put beside them (`Processes`)."""
    settings = settings_for(tmp_path / "home")
    town = Town(settings, load_secrets(settings), load_directory(settings.directory))
    try:
        await town.start()
        await town.start_process()
        yield town
    finally:
        await town.stop()
