"""Real calls for real tests: the city beside the switch under test. Registered in tests/conftest.py.

    async def test_...(switch, city): call = await city.citizen(); await city.phone("6001").answered(10); ...

Fixtures: `city` (up, all plain agents' phones registered at `switch`), `lone_city` (its own only switch: citizens can
ring the city's own numbers, ``called="66010001"``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.secrets import Secrets, load_secrets
from core.settings import Settings
from hotline.demo.behaviours import TONES, Behaviour
from hotline.demo.city import City
from hotline.demo.errors import CityError, RefusedError, TooLateError
from hotline.demo.legs import CityCall, Leg, Phone, PhoneLeg
from hotline.demo.tones import ToneSpan, heard, largest_gap, level_db, read_sound
from hotline.switch import EmbeddedSwitch
from routing.directory import Directory

__all__ = [
    "SIPP_SCENARIOS", "TONES", "Behaviour", "City", "CityCall", "CityError", "Leg", "Phone", "PhoneLeg", "RefusedError",
    "ToneSpan", "TooLateError", "city", "heard", "largest_gap", "level_db", "lone_city", "read_sound",
]

SIPP_SCENARIOS = Path(__file__).parent / "sipp"


@pytest.fixture
async def city(
    switch: EmbeddedSwitch, home: Settings, secrets: Secrets, directory: Directory,
) -> AsyncIterator[City]:
    """The telephone network round the switch of this test; every plain agent's phone is registered."""
    async with City(home, secrets, directory) as city:
        await city.phones_registered(10)
        yield city


@pytest.fixture
async def lone_city(asterisk_root: Path, home: Settings, directory: Directory) -> AsyncIterator[City]:
    """A city whose trunk leads back to itself: whoever a citizen calls is a telephone of the city."""
    alone = home.model_copy(update={"sip_address": home.network_address, "sip_port": home.network_port})
    async with City(alone, load_secrets(home), directory) as city:
        yield city
