"""Two whole installations that exchange orders over HTTP, and one with people in it; their clocks are the test's."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from core.db import Database, migrate
from core.secrets import Secrets, load_secrets
from core.settings import Settings
from tests.api.house import built
from tests.conftest import settings_for
from tests.people.staff import BEGIN, Staff
from tests.postgres import SCRIPTS, Postgres
from workorders.exchange.courier import ExchangeCourier
from workorders.keeping.keeper import Keeper
from workorders.life.words import Role

SECRET = "a secret that both platforms know"


@pytest.fixture
async def one(blank: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A database with all tables, quickly."""
    shutil.copy(blank, tmp_path / "one.db")
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'one.db'}")
    yield db
    await db.close()


@pytest.fixture
async def staff(home: Settings, secrets: Secrets, one: Database) -> AsyncIterator[Staff]:
    """One installation, and people who sign on to it."""
    async with _staffed(home, secrets, one) as made:
        yield made


@pytest.fixture
async def staff_each(home: Settings, secrets: Secrets, db: Database) -> AsyncIterator[Staff]:
    """The same on a database of each kind."""
    async with _staffed(home, secrets, db) as made:
        yield made


@asynccontextmanager
async def _staffed(home: Settings, secrets: Secrets, db: Database) -> AsyncIterator[Staff]:
    async with built(home, secrets, db) as house:
        made = Staff(house, db)
        house.app.state.clock = lambda: made.now
        try:
            yield made
        finally:
            await made.close()


@dataclass
class Clock:
    """The time of both."""

    now: float = BEGIN


@dataclass
class Platform:
    """One of the two: its people, its courier, what its line loses."""

    clock: Clock
    staff: Staff
    desk: httpx.AsyncClient
    courier: ExchangeCourier
    address: str
    lost: list[str] = field(default_factory=list)  # answers that are to be lost, one a line

    async def deliver(self) -> int:
        """Let the courier go round once, a minute later than before."""
        self.clock.now += 60
        return await self.courier.round(self.clock.now)


class LossyLine(httpx.AsyncBaseTransport):
    """A real line that loses an answer when it is told to: the request has arrived, its sender does not know."""

    def __init__(self, lost: list[str]) -> None:
        self._inner, self._lost = httpx.AsyncHTTPTransport(), lost
        self.sent: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = await self._inner.handle_async_request(request)
        if self._lost:
            await answer.aread()
            await answer.aclose()
            raise httpx.ReadError(self._lost.pop())
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables, made once; tests take copies."""
    path = tmp_path_factory.mktemp("blank") / "hotline.db"
    migrate(f"sqlite+aiosqlite:///{path}", SCRIPTS)
    return path


@pytest.fixture
async def two(blank: Path, tmp_path: Path) -> AsyncIterator[tuple[Platform, Platform]]:
    """The city's platform and the district's, each with a database, a web process and a back office of its own."""
    for name in ("city", "district"):
        shutil.copy(blank, tmp_path / f"{name}.db")
    async with AsyncExitStack() as stack:
        yield await _both(stack, tmp_path, [f"sqlite+aiosqlite:///{tmp_path / name}.db" for name in
                                            ("city", "district")])


@pytest.fixture
async def two_on_postgres(postgres: Postgres, tmp_path: Path) -> AsyncIterator[tuple[Platform, Platform]]:
    """The same on PostgreSQL."""
    urls = [postgres.database(), postgres.database()]
    for url in urls:
        migrate(url, SCRIPTS)
    async with AsyncExitStack() as stack:
        yield await _both(stack, tmp_path, urls)


async def _both(stack: AsyncExitStack, homes: Path, urls: list[str]) -> tuple[Platform, Platform]:
    clock, found = Clock(), []
    for name, url in zip(("city", "district"), urls, strict=True):
        db = Database(url)
        stack.push_async_callback(db.close)
        found.append(await _platform(stack, clock, homes / name, db))
    return found[0], found[1]


async def _platform(stack: AsyncExitStack, clock: Clock, home: Path, db: Database) -> Platform:
    settings = settings_for(home)
    house = await stack.enter_async_context(built(settings, load_secrets(settings), db))
    made = Staff(house, db)
    stack.push_async_callback(made.close)
    house.app.state.clock = lambda: clock.now
    desk = await made.signed_on("desk", Role.BACK_OFFICE)
    lost: list[str] = []
    line = await stack.enter_async_context(httpx.AsyncClient(transport=LossyLine(lost), timeout=20))
    courier = ExchangeCourier(db, Keeper(ZoneInfo(settings.timezone)), line, "test")
    return Platform(clock, made, desk, courier, f"http://127.0.0.1:{settings.web_port}", lost)
