"""What every test may ask for: a home of its own, free ports, a real switch. Nothing here outlives its test."""

from __future__ import annotations

import contextlib
import os
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import hypothesis
import pytest

from core.log import configure
from core.secrets import Secrets, load_secrets
from core.settings import Settings
from hotline.switch import EmbeddedSwitch, Installation
from routing.directory import Directory, load_directory
from tests.postgres import database_url, db, postgres  # noqa: F401  one server a test worker
from tests.support.city import city, lone_city  # noqa: F401  the fixtures of real calls

# On a machine that other tests keep busy, slow is no fault. In continuous integration the same examples every time.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("house")

RTP_PORTS = 200  # a test's share


# files whose few tests take long, and how many usual tests they weigh: begun last they would run on alone
_WEIGHS = {"test_as_described.py": 1000, "test_talks.py": 900, "test_controller_killed.py": 800,
           "test_listening.py": 700, "test_worker.py": 600, "test_seed_stored.py": 500, "test_bad_days.py": 400,
           "test_desk_talk.py": 300}
_REAL = frozenset({"asterisk_root", "switch", "city", "lone_city", "town"})


def pytest_configure() -> None:
    """Log as our processes do: a library's own way would print every local variable of a fault, which takes seconds."""
    configure("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever stands on a real switch, and put the files that take longest first.

    `make test` plays real calls by themselves, when nothing else computes.
    """
    for item in items:
        if _REAL & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.switch)
    weight = Counter(item.path for item in items)
    items.sort(key=lambda item: -_WEIGHS.get(item.path.name, weight[item.path]))  # stable: a file's tests stay together


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A file that could not be read is no failed test: its tests did not run at all, and no second look finds them."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and any(isinstance(one, pytest.CollectReport) for one in reporter.stats.get("error", ())):
        session.exitstatus = pytest.ExitCode.INTERRUPTED


def take_port(kind: socket.SocketKind = socket.SOCK_STREAM, address: str = "127.0.0.1") -> int:
    """Return a port that is free now, below the range the kernel hands out by itself."""
    chance = random.SystemRandom()
    for _ in range(200):
        port = chance.randrange(11000, 29000)
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as probe:
            probe.bind((address, port))
            return port
    raise AssertionError("no free port found in 200 tries")


def take_rtp_range(count: int = RTP_PORTS) -> tuple[int, int]:
    """Return the first and last port of a range whose ends are free now; the first is even."""
    for _ in range(200):
        first = take_port(socket.SOCK_DGRAM) & ~1
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", first + count - 1))
            return first, first + count - 1
    raise AssertionError("no free RTP range found in 200 tries")


def settings_for(home: Path) -> Settings:
    """Return the settings of an installation in `home` that meets no other one: every port is free."""
    first, last = take_rtp_range()
    return Settings(
        home=home, sip_port=take_port(socket.SOCK_DGRAM), network_port=take_port(socket.SOCK_DGRAM, "127.0.0.2"),
        rtp_first=first, rtp_last=last, ami_port=take_port(), agi_port=take_port(), ws_port=take_port(),
        web_port=take_port(),
    )


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that returns a free TCP port of loopback."""
    return take_port


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an installation of this test alone; also what a child process would read (HOTLINE_HOME)."""
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    return settings_for(tmp_path / "home")


@pytest.fixture
def secrets(home: Settings) -> Secrets:
    """The secrets of this test's installation."""
    return load_secrets(home)


@pytest.fixture(scope="session")
def directory() -> Directory:
    """The demo city's directory."""
    return load_directory(Settings().directory)


@pytest.fixture(scope="session")
def asterisk_root() -> Path:
    """The root of a real Asterisk; the tests that need one fail where there is none."""
    installation = Installation(Settings().asterisk)
    if not installation.present:
        pytest.fail("no Asterisk here; get it with: hotline switch fetch")
    return installation.root


@pytest.fixture
async def switch(
    asterisk_root: Path, home: Settings, secrets: Secrets, directory: Directory,
) -> AsyncIterator[EmbeddedSwitch]:
    """A real switch that is up, with this test's settings and the demo city's directory."""
    switch = EmbeddedSwitch(home, secrets, directory)
    try:
        await switch.start()
        yield switch
    finally:
        await switch.stop()
