"""The bare switch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.ami.bare_switch import BareSwitch


@pytest.fixture
async def bare(asterisk_root: Path, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[BareSwitch]:
    """A real Asterisk with little on it."""
    switch = BareSwitch(asterisk_root, tmp_path / "bare", free_port())
    try:
        await switch.start()
        yield switch
    finally:
        await switch.stop()
