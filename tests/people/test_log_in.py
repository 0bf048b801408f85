"""Signing on: what proves a person, how long it lasts, what guessing costs. On both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from api.people import attempts, sessions
from api.people.audit import note
from api.people.models import AccessAudit, LogInAttempts
from core.db import Database
from tests.people.staff import BEGIN, PASSWORD, Staff
from workorders.life.words import Role

WRONG = "another sentence"


async def test_who_knows_the_password_is_signed_on_and_told_what_they_may(staff: Staff) -> None:
    await staff.person("wangmin", Role.AGENT, agent="a1001")
    client, answer = await staff.log_in(" WangMin ")  # capitals and spaces of a hurried hand
    assert answer.status_code == 201
    said = (await client.get("/api/session")).json()
    assert (said["login"], said["agent"], said["roles"]) == ("wangmin", "a1001", ["agent"])
    assert "calls.act" in said["permissions"]
    assert "people.write" not in said["permissions"]
    assert [row.who for row in await staff.audit("log_in")] == [said["id"]]


async def test_each_failure_beyond_the_fifth_doubles_the_wait_even_for_the_right_password(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    for _ in range(5):
        assert (await staff.log_in("wangmin", WRONG))[1].status_code == 401
    for wait in (5, 10, 20):
        _, locked = await staff.log_in("wangmin")
        assert (locked.status_code, locked.json()["code"]) == (429, "log_in_locked")
        assert int(locked.headers["retry-after"]) == wait + 1
        staff.now += wait + 0.1
        assert (await staff.log_in("wangmin", WRONG))[1].status_code == 401
    staff.now += 60
    assert (await staff.log_in("wangmin"))[1].status_code == 201
    assert (await staff.log_in("wangmin", WRONG))[1].status_code == 401  # the count began anew
    assert len(await staff.audit("log_in.locked")) == 4


async def test_many_guesses_at_once_are_no_more_guesses(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    answers = await asyncio.gather(*(staff.log_in("wangmin", f"{WRONG} {n}") for n in range(20)))
    assert sorted(answer.status_code for _, answer in answers) == [401] * 5 + [429] * 15


async def test_an_address_that_tries_many_logins_waits_as_well(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    for n in range(attempts.FREE["address"]):
        assert (await staff.log_in(f"guess{n}", WRONG))[1].status_code == 401
    assert (await staff.log_in("wangmin"))[1].status_code == 429
    assert (await staff.log_in("wangmin", **{"X-Forwarded-For": "198.51.100.7"}))[1].status_code == 201


async def test_the_memory_of_failures_is_bounded_and_fades(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST", 6)
    for n in range(12):
        async with staff.db.writing() as session:
            await attempts.take(session, attempts.keys_of(f"guess{n}", f"192.0.2.{n}"), staff.now + n)
    async with staff.db.writing() as session:
        assert (await session.execute(text("SELECT count(*) FROM log_in_attempts"))).scalar_one() == 6
        await attempts.take(session, ("login:x",), staff.now + attempts.FORGET + 60)
        assert [row.key for row in (await session.execute(LogInAttempts.__table__.select())).all()] == ["login:x"]


async def test_signing_off_ends_the_session_not_only_the_cookie(staff: Staff) -> None:
    client = await staff.signed_on("wangmin", Role.QUALITY)
    stolen = client.cookies["hotline_session"]
    assert (await client.delete("/api/session")).status_code == 204
    assert "hotline_session" not in client.cookies
    answer = await staff.house.stranger.get("/api/session", headers={"Cookie": f"hotline_session={stolen}"})
    assert answer.status_code == 401


async def test_the_eleventh_session_ends_the_first(staff: Staff) -> None:
    first = await staff.signed_on("wangmin", Role.QUALITY)
    for _ in range(sessions.MOST):
        staff.now += 1
        assert (await staff.log_in("wangmin"))[1].status_code == 201
    assert (await first.get("/api/session")).status_code == 401


async def test_changing_the_password_ends_the_other_sessions(staff: Staff) -> None:
    person = await staff.person("wangmin", Role.QUALITY)
    (desk, _), (stolen, _) = await staff.log_in("wangmin"), await staff.log_in("wangmin")
    change = {"old": PASSWORD, "new": "a wholly new one"}
    assert (await desk.post(f"/api/people/{person.id}/password", json=change)).status_code == 200
    assert (await stolen.get("/api/session")).status_code == 401
    assert (await desk.get("/api/session")).status_code == 200


async def test_a_person_who_left_and_a_role_taken_away_count_at_once(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    client = await staff.signed_on("wangmin", Role.QUALITY, Role.BACK_OFFICE)
    whose = (await client.get("/api/session")).json()["id"]
    assert (await admin.patch(f"/api/people/{whose}", json={"roles": []})).status_code == 200
    assert (await client.get("/api/work-orders")).status_code == 403
    assert (await admin.patch(f"/api/people/{whose}", json={"active": False})).status_code == 200
    assert (await client.get("/api/session")).status_code == 401
    assert (await staff.log_in("wangmin"))[1].status_code == 401


CHANGES = ("UPDATE access_audit SET who = 'somebody else'", "DELETE FROM access_audit")
OF_POSTGRES = ("TRUNCATE access_audit",)
OF_SQLITE = ("REPLACE INTO access_audit SELECT * FROM access_audit",
             "INSERT OR REPLACE INTO access_audit (id, at, who, what, about, address, data) "
             "VALUES (1, 0, 'nobody', 'log_in', '', '', '{}')")


async def test_a_row_once_written_is_neither_changed_nor_removed_nor_replaced(db: Database) -> None:
    async with db.writing() as session:
        note(session, BEGIN, "log_in", "p-1", "192.0.2.1", "s-1")
    for change in (*CHANGES, *(OF_SQLITE if db.is_sqlite else OF_POSTGRES)):
        with pytest.raises(DBAPIError, match="only ever added to"):
            async with db.writing() as session:
                await session.execute(text(change))
    async with db.reading() as session:
        rows = (await session.execute(select(AccessAudit))).scalars().all()
    assert [(row.who, row.about) for row in rows] == [("p-1", "s-1")]
