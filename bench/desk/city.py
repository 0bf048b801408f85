"""A city to look at: a database with a few thousand orders, a controller, and the application, called in this process.

The controller is the real one, without a switch: it knows its agents, and that nobody rings. The application is the web
process's own, called as its server calls it; sockets and the parsing of HTTP are not counted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, MutableMapping
from datetime import date, time
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from api.access import COOKIE
from api.people import sessions
from api.people.models import Person
from bench.figures import BenchError
from bench.house import controller, lay_prompts
from core.db import Database, migrate
from core.secrets import load_secrets
from core.settings import Settings
from hotline.database import MIGRATIONS
from hotline.seed import store
from hotline.seed.directory import directory_toml
from hotline.seed.lives import Year
from hotline.seed.store import Hashed
from hotline.web import build
from routing.directory import load_directory
from workorders.models import WorkOrder

UNTIL = date(2026, 11, 25)
SEED, ORDERS = 42, 3000


class City:
    """The application and its database."""

    def __init__(self, app: Any, db: Database, now: float) -> None:
        self.app, self.db, self._now = app, db, now

    async def signed_on(self, login: str) -> str:
        """Sign somebody on without a password; return the cookie."""
        async with self.db.writing() as session:
            await session.execute(update(Person).where(col(Person.login) == login).values(must_change=False))
            person = (await session.execute(select(Person).where(col(Person.login) == login))).scalar_one()
            token, _ = await sessions.begin(session, person, "127.0.0.1", "bench", self._now)
        return f"{COOKIE}={token}"

    async def an_order(self) -> str:
        """Return the number of an order that has lived for a while."""
        async with self.db.reading() as session:
            query = select(WorkOrder.number).order_by(col(WorkOrder.rank).desc()).offset(ORDERS // 20).limit(1)
            return str((await session.execute(query)).scalar_one())

    async def ask(self, path: str, cookie: str) -> int:
        """Ask for a page as the server would; return how many bytes it has. Raises BenchError when it is refused."""
        said: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(message)

        await self.app(_scope(path, cookie), receive, send)
        if said[0]["status"] != 200:
            raise BenchError(f"{path} answered {said[0]['status']}")
        return sum(len(message.get("body", b"")) for message in said)


def _scope(address: str, cookie: str) -> dict[str, Any]:
    path, _, query = address.partition("?")
    headers = [(b"host", b"hotline.invalid"), (b"accept", b"text/html"), (b"cookie", cookie.encode())]
    return {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 80), "state": {}}


@contextlib.asynccontextmanager
async def city(settings: Settings) -> AsyncIterator[City]:
    """Build and fill it; `settings` name its home, its database and its free ports."""
    year = Year(SEED, ORDERS, UNTIL)
    now = year.rules.calendar.moment(UNTIL, time())
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.directory.write_text(_directory(year), encoding="utf-8")
    await asyncio.to_thread(lay_prompts, settings)
    await asyncio.to_thread(migrate, settings.database, MIGRATIONS)
    db = Database(settings.database)
    app, _ = build(settings, load_secrets(settings), load_directory(settings.directory), db)
    app.state.clock = lambda: now  # nobody's session is noted as used in between
    try:
        await store.settle(db, year, [Hashed(member, "") for member in year.cast.members])
        await store.fill(db, year, now)
        async with controller(settings):
            yield City(app, db, now)
    finally:
        await db.close()


def _directory(year: Year) -> str:
    """Return the city's directory; its agents have their telephone in the page."""
    return directory_toml(year.cast, year.city).replace("[[agents]]", '[[agents]]\nkind = "web"')
