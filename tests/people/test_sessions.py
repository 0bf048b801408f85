"""Being signed on: cookies, how long it lasts, who ends it, what must come first. One database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from api import access
from api.people import attempts, sessions
from api.people.passwords import Passwords
from tests.people.one_database import db, empty_tables  # noqa: F401
from tests.people.staff import PASSWORD, Staff
from workorders.life.words import Role

WRONG = "another sentence"


async def test_the_cookie_is_out_of_reach_of_scripts_and_the_database_has_only_its_digest(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    client, answer = await staff.log_in("wangmin")
    cookies = {c.split("=")[0]: c for c in answer.headers.get_list("set-cookie")}
    assert "HttpOnly" in cookies["hotline_session"]
    assert "HttpOnly" not in cookies["hotline_csrf"]
    assert all("SameSite=lax" in cookies[name] for name in ("hotline_session", "hotline_csrf"))
    assert all("HttpOnly" in cookie and "SameSite=strict" in cookie for name, cookie in cookies.items()
               if name.startswith("hotline_known_"))
    token = client.cookies["hotline_session"]
    async with staff.db.reading() as session:
        rows = str((await session.execute(text("SELECT * FROM person_session"))).all())
        people = str((await session.execute(text("SELECT * FROM person"))).all())
    assert token not in rows
    assert sessions.digest_of(token) in rows
    assert "$argon2id$" in people
    assert PASSWORD not in people


async def test_over_https_the_cookie_never_travels_in_the_clear(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    _, answer = await staff.log_in("wangmin", **{"X-Forwarded-Proto": "https"})
    assert len(answer.headers.get_list("set-cookie")) == 3
    assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))


async def test_a_wrong_password_and_an_unknown_login_are_told_the_same(staff: Staff) -> None:
    person = await staff.person("wangmin", Role.QUALITY)
    _, wrong = await staff.log_in("wangmin", WRONG)
    _, unknown = await staff.log_in("nobody", WRONG)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert [row.who for row in await staff.audit("log_in.failed")] == [person.id, ""]


def test_the_wait_grows_to_a_quarter_of_an_hour_and_no_further() -> None:
    waits = [attempts.wait_after("login", n) for n in range(1, 15)]
    assert waits == [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert attempts.keys_of("x", "2001:db8:1:2:3::4") == attempts.keys_of("x", "2001:db8:1:2::9")


@pytest.mark.parametrize(("quiet", "status"), [(sessions.IDLE - 1, 200), (sessions.IDLE + 1, 401)])
async def test_an_hour_without_a_request_ends_a_session(staff: Staff, quiet: float, status: int) -> None:
    client = await staff.signed_on("wangmin", Role.QUALITY)
    staff.now += quiet
    assert (await client.get("/api/session")).status_code == status


async def test_a_session_in_use_ends_after_a_shift(staff: Staff) -> None:
    client = await staff.signed_on("wangmin", Role.QUALITY)
    while staff.now < 1_795_400_000.0 + sessions.LONGEST - 1800:
        staff.now += 1800
        assert (await client.get("/api/session")).status_code == 200
    staff.now += 1800
    assert (await client.get("/api/session")).status_code == 401


async def test_a_session_left_open_elsewhere_is_listed_and_ended(staff: Staff) -> None:
    desk = await staff.signed_on("wangmin", Role.QUALITY)
    home, _ = await staff.log_in("wangmin", **{"User-Agent": "browser at home"})
    rows = (await desk.get("/api/sessions")).json()["sessions"]
    assert len(rows) == 2
    other = next(row for row in rows if not row["this_one"])
    assert other["browser"] == "browser at home"
    assert (await desk.delete(f"/api/sessions/{other['id']}")).status_code == 200
    assert (await home.get("/api/session")).status_code == 401
    assert (await desk.get("/api/session")).status_code == 200


async def test_nobody_but_an_admin_ends_another_persons_session(staff: Staff) -> None:
    victim = await staff.signed_on("wangmin", Role.QUALITY)
    whose = (await victim.get("/api/session")).json()["id"]
    row = (await victim.get("/api/sessions")).json()["sessions"][0]["id"]
    other = await staff.signed_on("liuyang", Role.QUALITY)
    assert (await other.delete(f"/api/sessions/{row}")).status_code == 404
    assert (await other.get("/api/sessions", params={"person": whose})).status_code == 403
    assert (await other.delete("/api/sessions", params={"person": whose})).status_code == 403
    admin = await staff.signed_on("chief", Role.ADMIN)
    assert (await admin.delete("/api/sessions", params={"person": whose})).json() == {"revoked": [row]}
    assert (await victim.get("/api/session")).status_code == 401


async def test_what_another_sites_page_sends_with_the_cookie_is_refused(staff: Staff) -> None:
    client = await staff.signed_on("chief", Role.ADMIN)
    another = await staff.signed_on("second", Role.ADMIN)
    for forged in ("", "guess", another.headers["X-CSRF-Token"], "口令"):
        answer = await client.put("/api/units/housing", json={}, headers={"X-CSRF-Token": forged.encode()})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert (await client.put("/api/units/housing", json={})).status_code == 200
    del client.headers["X-CSRF-Token"]
    assert (await client.get("/api/people")).status_code == 200  # reading changes nothing
    _, answer = await staff.log_in("chief", **{"Sec-Fetch-Site": "cross-site"})
    assert answer.json()["code"] == "csrf"


async def test_a_session_token_is_no_bearer_token(staff: Staff) -> None:
    client = await staff.signed_on("chief", Role.ADMIN)
    headers = {"Authorization": f"Bearer {client.cookies['hotline_session']}"}
    assert (await staff.house.stranger.get("/api/session", headers=headers)).status_code == 401


async def test_a_password_set_by_somebody_else_must_be_changed_before_anything(staff: Staff) -> None:
    person = await staff.person("wangmin", Role.QUALITY, fresh=True)
    client, answer = await staff.log_in("wangmin")
    assert answer.json()["must_change"]
    refused = await client.get("/api/work-orders")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
    path = f"/api/people/{person.id}/password"
    assert (await client.post(path, json={"old": WRONG, "new": "a wholly new one"})).status_code == 401
    for weak in ("short", "wangmin wangmin", "aaaaaaaaaaaa", PASSWORD):
        assert (await client.post(path, json={"old": PASSWORD, "new": weak})).json()["code"] == "weak_password"
    assert (await client.post(path, json={"old": PASSWORD, "new": "a wholly new one"})).status_code == 200
    assert (await client.get("/api/work-orders")).status_code == 200
    assert (await staff.log_in("wangmin"))[1].status_code == 401
    assert (await staff.log_in("wangmin", "a wholly new one"))[1].status_code == 201


def test_the_same_password_from_another_keyboard_is_the_same() -> None:
    passwords = Passwords()
    stored = passwords.hash("ABC 123 一句话")
    assert asyncio.run(passwords.right(stored, "ＡＢＣ １２３ 一句话"))
    assert not asyncio.run(passwords.right(stored, "abc 123 一句话"))
    assert not asyncio.run(passwords.right(None, "abc"))


ODD: tuple[dict[str, object], ...] = (
    {}, {"login": "x"}, {"login": "x", "password": ""}, {"login": 5, "password": []},
    {"login": "x", "password": "y" * 2000}, {"login": "\x00", "password": "\x00"},
    {"login": "x' OR 1=1 --", "password": "x"}, {"login": "x", "password": "\ud800"})


async def test_odd_log_ins_are_refused_clearly(staff: Staff) -> None:
    for body in ODD:
        answer = await staff.house.stranger.post("/api/session", content=json.dumps(body),
                                                 headers={"Content-Type": "application/json"})
        assert answer.status_code in (401, 422), answer.text


def slow(staff: Staff, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """From now on the database takes its time before it answers."""
    reading = staff.db.reading

    @asynccontextmanager
    async def slowly() -> AsyncIterator[Any]:
        await asyncio.sleep(seconds)
        async with reading() as session:
            yield session

    monkeypatch.setattr(staff.db, "reading", slowly)


async def test_while_the_database_is_busy_a_live_call_is_helped_from_memory_and_anybody_else_waits(
    staff: Staff, monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent = await staff.signed_on("agent", Role.AGENT, agent="a1001")
    quality = await staff.signed_on("quality", Role.QUALITY)
    assert (await agent.get("/api/agents")).status_code == 200  # remembered since
    monkeypatch.setattr(access, "_SHORT", 0.01)
    slow(staff, monkeypatch, 0.3)
    assert (await quality.get("/api/session")).status_code == 200  # nothing else could tell who it is
    slow(staff, monkeypatch, 3600.0)
    assert (await agent.get("/api/agents")).status_code == 200
    monkeypatch.setattr(access, "_PATIENCE", 0.2)
    away = await quality.get("/api/session")
    assert (away.status_code, away.json()["code"]) == (503, "database_away")
