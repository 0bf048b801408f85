"""People for tests: added by the code that adds them, signed on over HTTP like anybody."""

from __future__ import annotations

from typing import Any

import httpx
from argon2 import PasswordHasher
from sqlmodel import col, select

from api.people import register
from api.people.caller import Caller
from api.people.models import AccessAudit, Person
from api.people.passwords import Passwords
from core.db import Database
from tests.api.house import House
from tests.support.patient import Patient
from workorders.life.words import Role

BEGIN = 1_795_400_000.0  # 2026-11-23
PASSWORD = "一句很长的话 correct horse"
TESTER = Caller("console", "tester", "tester", frozenset())


class Staff:
    """The house, its database, the time, and everybody who signed on."""

    def __init__(self, house: House, db: Database) -> None:
        self.house, self.db, self.now = house, db, BEGIN
        self.clients: list[httpx.AsyncClient] = []
        house.app.state.passwords = passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
        self._hashed = passwords.hash(PASSWORD)  # argon2 as in life, but quick: a test signs on hundreds of times

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()

    async def person(self, login: str, *roles: Role, unit: str = "", agent: str = "", fresh: bool = False) -> Person:
        """Add a person with PASSWORD; `fresh`: who must still change it."""
        async with self.db.writing() as session:
            made = await register.add(session, TESTER, login, login, roles, unit, agent, self._hashed, self.now)
            made.must_change = fresh
        return made

    async def log_in(self, login: str, password: str = PASSWORD, **headers: str) -> tuple[httpx.AsyncClient, Any]:
        """Try to sign on in a browser of one's own; return it with the answer."""
        client = httpx.AsyncClient(base_url=str(self.house.client.base_url), timeout=60, transport=Patient())
        self.clients.append(client)
        answer = await client.post("/api/session", json={"login": login, "password": password}, headers=headers)
        if answer.is_success:
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client, answer

    async def signed_on(self, login: str, *roles: Role, unit: str = "", agent: str = "") -> httpx.AsyncClient:
        """Add a person and sign them on."""
        await self.person(login, *roles, unit=unit, agent=agent)
        client, answer = await self.log_in(login)
        assert answer.status_code == 201, answer.text
        return client

    async def audit(self, what: str) -> list[AccessAudit]:
        """Return the rows of the audit of one kind, the oldest first."""
        async with self.db.reading() as session:
            query = select(AccessAudit).where(col(AccessAudit.what) == what).order_by(col(AccessAudit.id))
            return list((await session.execute(query)).scalars())
