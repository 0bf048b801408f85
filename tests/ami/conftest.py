"""The bare switch, and the event loop the controller runs on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop

from tests.ami.bare_switch import BareSwitch


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop the controller runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def bare(asterisk_root: Path, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[BareSwitch]:
    """A real Asterisk with little on it."""
    switch = BareSwitch(asterisk_root, tmp_path / "bare", free_port())
    try:
        await switch.start()
        yield switch
    finally:
        await switch.stop()
