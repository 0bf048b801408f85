"""Browsers without a screen: pages over HTTP, as somebody who is signed on or not."""

from __future__ import annotations

import httpx

from tests.people.staff import PASSWORD, Staff
from tests.support.patient import Patient
from workorders.life.words import Role

BROWSER = {"Accept": "text/html"}


async def browser(staff: Staff) -> httpx.AsyncClient:
    """A browser that nobody is signed on in."""
    client = httpx.AsyncClient(base_url=str(staff.house.client.base_url), timeout=60, transport=Patient(),
                               headers=BROWSER)
    staff.clients.append(client)
    return client


async def signed_on(staff: Staff, login: str, *roles: Role, unit: str = "", agent: str = "",
                    fresh: bool = False) -> httpx.AsyncClient:
    """Add a person and sign them on through the page."""
    await staff.person(login, *roles, unit=unit, agent=agent, fresh=fresh)
    client = await browser(staff)
    answer = await client.post("/sign-on", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    client.headers["X-CSRF-Token"] = client.cookies["hotline_csrf"]
    return client
