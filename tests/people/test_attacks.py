"""What somebody tries who wants in, wants more, or wants others out. One database: none of it depends on which."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.access import COOKIE
from api.people import attempts, proof, register
from api.people.passwords import Passwords, refuse_weak
from api.people.rights import conflict
from api.problems import Problem
from tests.people.one_database import db, empty_tables  # noqa: F401
from tests.people.staff import PASSWORD, Staff
from workorders.life.words import Role

WRONG = "another sentence"


async def guess(staff: Staff, login: str, times: int, **headers: str) -> int:
    """Guess at a login from a browser of one's own; return the last status."""
    statuses = [(await staff.log_in(login, WRONG, **headers))[1].status_code for _ in range(times)]
    return statuses[-1]


# -- keeping others out --------------------------------------------------------------------------------------------
async def test_whoever_guesses_at_a_login_keeps_its_owner_from_no_browser_that_it_knows(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    desk, _ = await staff.log_in("wangmin")
    for _ in range(2):
        staff.now += 1000
        await guess(staff, "wangmin", 6, **{"X-Forwarded-For": "198.51.100.9"})
    assert (await staff.log_in("wangmin"))[1].status_code == 429  # a stranger's browser, with the right password
    again = await desk.post("/api/session", json={"login": "wangmin", "password": PASSWORD})
    assert again.status_code == 201


async def test_one_who_floods_from_the_hall_does_not_keep_the_hall_from_working(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    desk, _ = await staff.log_in("wangmin")
    for n in range(attempts.FREE["address"] + 1):
        await staff.log_in(f"guess{n}", WRONG)
    assert (await staff.log_in("wangmin"))[1].status_code == 429
    again = await desk.post("/api/session", json={"login": "wangmin", "password": PASSWORD})
    assert again.status_code == 201


async def test_a_known_browser_that_guesses_waits_as_well(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    desk, _ = await staff.log_in("wangmin")
    body = {"login": "wangmin", "password": WRONG}
    statuses = [(await desk.post("/api/session", json=body)).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert (await staff.log_in("wangmin"))[1].status_code == 201  # nobody else waits for it


async def test_the_token_of_a_known_browser_is_good_for_its_login_alone_and_cannot_be_made(staff: Staff) -> None:
    secret = staff.house.app.state.secrets.api_token
    good = attempts.new_token(secret, "wangmin")
    assert attempts.key_of_browser(secret, "wangmin", good).startswith("device:")
    name, _, mac = good.partition(".")
    for forged in ("", ".", name, f"{name}.", f"{name}.{mac[:-1]}x", f"x{name}.{mac}", f"cookie.{mac}", "令牌.令牌",
                   f"cookie.{attempts.cookie_of(secret, 'wangmin')[-16:]}"):
        assert attempts.key_of_browser(secret, "wangmin", forged) == ""
    assert attempts.key_of_browser(secret, "liuyang", good) == ""
    assert attempts.key_of_browser("another house", "wangmin", good) == ""


async def test_a_try_that_nobody_had_time_to_look_at_does_not_count(
    staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    await staff.person("wangmin", Role.QUALITY)

    async def busy(*_: object) -> bool:
        raise Problem(503, "busy", "登录的人太多，请稍候", "几秒后重试")

    with monkeypatch.context() as patch:
        patch.setattr(staff.house.app.state.passwords, "right", busy)
        assert await guess(staff, "wangmin", 8) == 503
    assert (await staff.log_in("wangmin"))[1].status_code == 201


# -- getting in ----------------------------------------------------------------------------------------------------
async def test_a_session_that_somebody_put_into_the_browser_is_not_the_one_that_begins(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    planted = {"Cookie": f"{COOKIE}=chosen-by-somebody-else"}
    client, answer = await staff.log_in("wangmin", **planted)
    assert answer.status_code == 201
    assert len(client.cookies[COOKIE]) >= 43
    assert (await staff.house.stranger.get("/api/session", headers=planted)).status_code == 401


async def test_signing_on_ends_whatever_session_the_browser_came_with(staff: Staff) -> None:
    attacker = await staff.signed_on("attacker", Role.QUALITY)
    theirs = attacker.cookies[COOKIE]
    await staff.person("wangmin", Role.QUALITY)
    await staff.log_in("wangmin", **{"Cookie": f"{COOKIE}={theirs}"})
    assert (await attacker.get("/api/session")).status_code == 401
    assert [row.who for row in await staff.audit("log_out")] != []


async def test_nobody_is_signed_on_by_another_sites_page(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    for headers, status in (
            ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Sec-Fetch-Site": "same-origin"}, 201), ({"Sec-Fetch-Site": "none"}, 201), ({}, 201),
            ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403),
            ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 201)):
        client, answer = await staff.log_in("wangmin", **headers)
        assert answer.status_code == status, headers
        assert (COOKIE in client.cookies) is (status == 201)


async def test_our_own_page_without_tls_is_known_by_its_origin(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    origin = str(staff.house.client.base_url).rstrip("/")
    assert (await staff.log_in("wangmin", Origin=origin))[1].status_code == 201


async def test_a_form_of_another_site_signs_nobody_on(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    body = json.dumps({"login": "wangmin", "password": PASSWORD})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await staff.house.stranger.post("/api/session", content=body, headers={"Content-Type": kind})
        assert answer.status_code in (415, 422), kind


async def test_an_unknown_login_and_one_who_left_cost_as_much_as_a_wrong_password(staff: Staff) -> None:
    looked: list[bool] = []

    class Watched(Passwords):
        def _check(self, stored: str | None, password: str) -> bool:
            looked.append(stored is not None)
            return super()._check(stored, password)

    staff.house.app.state.passwords = Watched()
    await staff.person("wangmin", Role.QUALITY)
    gone = await staff.person("gone", Role.QUALITY)
    async with staff.db.writing() as session:
        (await register.get(session, gone.id)).active = False
    for login in ("wangmin", "gone", "nobody", "\u200b", "不存在的人"):
        assert (await staff.log_in(login, WRONG))[1].status_code == 401
    assert looked == [True, False, False, False, False]


async def test_a_log_in_that_races_a_new_password_loses(staff: Staff) -> None:
    made = await staff.person("wangmin", Role.QUALITY)
    async with staff.db.writing() as session:  # between the proof and the session somebody sets a new password
        (await register.get(session, made.id)).password = staff.house.app.state.passwords.hash("a wholly new one")
    async with staff.db.writing() as session:
        with pytest.raises(Problem) as refused:
            await proof.still_so(session, made)
    assert refused.value.status == 401


async def test_a_password_kept_by_weaker_parameters_is_kept_by_todays_after_the_next_log_in(staff: Staff) -> None:
    made = await staff.person("wangmin", Role.QUALITY)
    staff.house.app.state.passwords = todays = Passwords()
    assert todays.is_old(made.password)
    assert (await staff.log_in("wangmin"))[1].status_code == 201
    async with staff.db.reading() as session:
        stored = (await register.get(session, made.id)).password
    assert not todays.is_old(stored)
    assert (await staff.log_in("wangmin"))[1].status_code == 201


ODD = (
    "wangmin\r\nSet-Cookie: hotline_session=x", "wang\x00min", "\U0001f469\u200d\U0001f4bb", "ｗａｎｇｍｉｎ\u202e",
    "xn--fsq.example", "例え", "' OR '1'='1", "../../etc/passwd", "%00", "${jndi:ldap://x}", "\ufdfa" * 80, "ﬀ" * 80,
    "admin\u0000")


async def test_odd_logins_are_nobodys_and_reach_neither_header_nor_database(staff: Staff) -> None:
    for n, login in enumerate(ODD):
        answer = await staff.house.stranger.post("/api/session", json={"login": login, "password": WRONG},
                                                 headers={"X-Forwarded-For": f"198.51.100.{n}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_log_in"), login
        assert "set-cookie" not in answer.headers
    async with staff.db.reading() as session:  # what a stranger types for a login may be a password
        kept = str((await session.execute(text("SELECT * FROM log_in_attempts"))).all())
        kept += str((await session.execute(text("SELECT * FROM access_audit"))).all())
    assert [login for login in ODD if repr(login)[1:-1] in kept] == []


async def test_a_login_of_ten_megabytes_is_refused_before_anybody_reads_it(staff: Staff) -> None:
    body = json.dumps({"login": "x" * 10_000_000, "password": "y"})
    try:
        answer = await staff.house.stranger.post(
            "/api/session", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
    except httpx.WriteError:
        pass  # refused while it was still being sent
    assert await staff.audit("log_in.failed") == []
    long = await staff.house.stranger.post("/api/session", json={"login": "x" * 81, "password": "y" * 1001})
    assert long.status_code == 422
    assert "yyyy" not in long.text


async def test_the_browsers_name_is_kept_without_what_no_database_takes(staff: Staff) -> None:
    await staff.person("wangmin", Role.QUALITY)
    client, answer = await staff.log_in("wangmin", **{"User-Agent": "x" * 5000})
    assert answer.status_code == 201
    row = (await client.get("/api/sessions")).json()["sessions"][0]
    assert row["browser"] == "x" * 200


@pytest.mark.parametrize("weak", ["1234567890", "wangmin12345", "Password123456", "qwerty123456", "密码密码密码12345",
                                  "aaaaabbbbbc", "888888666666", "          ", "hotline12345"])
def test_what_everybody_takes_for_a_password_is_refused(weak: str) -> None:
    with pytest.raises(Problem):
        refuse_weak(weak, "wangmin")


def test_a_sentence_is_a_password() -> None:
    for good in (PASSWORD, "今天的热线真的很热呀呀", "wangmin likes long sentences"):
        refuse_weak(good, "wangmin")


# -- getting more --------------------------------------------------------------------------------------------------
async def test_nobody_gives_themselves_a_role_and_a_second_admin_may(staff: Staff) -> None:
    admin, second = await staff.signed_on("chief", Role.ADMIN), await staff.signed_on("second", Role.ADMIN)
    own = (await admin.get("/api/session")).json()["id"]
    for wish in ({"roles": ["admin", "back_office"]}, {"unit": "housing"}, {"agent": "a1001"}):
        refused = await admin.patch(f"/api/people/{own}", json=wish)
        assert (refused.status_code, refused.json()["code"]) == (403, "own_rights")
    assert (await admin.patch(f"/api/people/{own}", json={"name": "新名"})).status_code == 200
    assert (await second.patch(f"/api/people/{own}", json={"roles": ["admin", "back_office"]})).status_code == 200


async def test_one_admin_stays(staff: Staff) -> None:
    first, second = await staff.signed_on("chief", Role.ADMIN), await staff.signed_on("second", Role.ADMIN)
    whose = [(await one.get("/api/session")).json()["id"] for one in (first, second)]
    assert (await second.patch(f"/api/people/{whose[0]}", json={"roles": []})).status_code == 200
    last = await second.patch(f"/api/people/{whose[1]}", json={"active": False})
    assert (last.status_code, last.json()["code"]) == (409, "last_admin")


@pytest.mark.parametrize("roles", [
    {Role.UNIT_LEAD, Role.BACK_OFFICE}, {Role.UNIT_HANDLER, Role.AGENT}, {Role.DUTY_LEADER, Role.UNIT_LEAD},
    {Role.DEPUTY, Role.UNIT_HANDLER}, {Role.SUPERVISION, Role.AGENT}, {Role.DISCIPLINE, Role.UNIT_LEAD},
    {Role.AUDITOR, Role.ADMIN}, {Role.SUPERVISION, Role.DUTY_LEADER}, {Role.SYSTEM}, {Role.CITIZEN},
    {Role.API_CLIENT, Role.AGENT}])
def test_no_person_watches_or_signs_for_what_they_do_themselves(roles: set[Role]) -> None:
    assert conflict(frozenset(roles), "housing", "a1001")


async def test_a_name_that_looks_like_anothers_is_refused(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    for name in ("王\u202e敏", "王\n敏", "王\x00敏\x1b[31m", "王\u200b敏", ""):
        answer = await admin.post("/api/people", json={"login": "wangmin", "name": name, "roles": ["quality"]})
        assert answer.status_code == 422, answer.text


# -- keys of programs ----------------------------------------------------------------------------------------------
async def key_of(staff: Staff, admin: httpx.AsyncClient, *scopes: str, **more: Any) -> dict[str, Any]:
    """Make a client; return it with its key."""
    answer = await admin.post("/api/clients", json={"name": "省平台", "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def status(staff: Staff, key: str, path: str = "/api/work-orders") -> int:
    """Return what a key gets."""
    return (await staff.house.stranger.get(path, headers={"Authorization": f"Bearer {key}"})).status_code


async def test_a_key_in_the_address_opens_nothing(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    key = (await key_of(staff, admin, "orders.read", "events.read"))["key"]
    assert await status(staff, key) == 200
    for name in ("api_key", "key", "token", "access_token", "authorization", "hotline_session"):
        for path in ("/api/work-orders", "/api/events", "/api/people"):
            answer = await staff.house.stranger.get(path, params={name: key})
            assert answer.status_code == 401, (name, path)
    assert (await staff.house.stranger.get("/api/work-orders", auth=("api", key))).status_code == 401
    as_session = {"Cookie": f"{COOKIE}={key}"}
    assert (await staff.house.stranger.get("/api/work-orders", headers=as_session)).status_code == 401


async def test_a_key_is_changed_without_a_gap_or_at_once(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    old = await key_of(staff, admin, "orders.read", "numbers.see", days=30)
    staff.now += 29 * 86400
    admin, _ = await staff.log_in("chief")
    new = (await admin.post(f"/api/clients/{old['id']}/rotate", json={"keep_hours": 2})).json()
    assert (new["scopes"], new["name"]) == (old["scopes"], old["name"])
    assert new["expires_at"] == pytest.approx(staff.now + 30 * 86400)
    assert [await status(staff, one["key"]) for one in (old, new)] == [200, 200]
    staff.now += 2 * 3600 + 1
    assert [await status(staff, one["key"]) for one in (old, new)] == [401, 200]
    admin, _ = await staff.log_in("chief")
    again = (await admin.post(f"/api/clients/{new['id']}/rotate", json={"keep_hours": 0})).json()
    assert [await status(staff, one["key"]) for one in (old, new, again)] == [401, 401, 200]
    assert (await admin.post(f"/api/clients/{new['id']}/rotate", json={})).status_code == 404
    assert (await admin.delete(f"/api/clients/{again['id']}")).status_code == 204
    assert await status(staff, again["key"]) == 401
    assert [row.about for row in await staff.audit("client.rotated")] == [old["id"], new["id"]]
    assert again["id"] in [row.about for row in await staff.audit("client.refused")]
    listed = (await admin.get("/api/clients")).text
    assert not [one for one in (old, new, again) if one["key"] in listed]


async def test_a_key_gets_no_permission_that_takes_a_person(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    for scope in ("people.write", "audit.read", "numbers.unmask", "self", "public", "clients.write", "everything"):
        answer = await admin.post("/api/clients", json={"name": "x", "scopes": ["orders.read", scope]})
        assert (answer.status_code, answer.json()["code"]) == (422, "no_such_scope")


async def test_a_secret_that_is_shown_once_is_kept_nowhere(staff: Staff) -> None:
    admin = await staff.signed_on("chief", Role.ADMIN)
    once = {"Idempotency-Key": "one"}
    made = await admin.post("/api/people", json={"login": "wangmin", "name": "王敏"}, headers=once)
    key = await admin.post("/api/clients", json={"name": "x", "scopes": ["orders.read"]}, headers=once)
    assert made.headers["cache-control"] == key.headers["cache-control"] == "no-store"
    again = await admin.post("/api/people", json={"login": "wangmin", "name": "王敏"}, headers=once)
    assert (again.status_code, again.json()["code"]) == (409, "already_done")
    async with staff.db.reading() as session:
        tables = (await session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))).scalars().all()
        all_of_it = ""
        for name in tables:
            all_of_it += str((await session.execute(text(f'SELECT * FROM "{name}"'))).all())
    for secret in (made.json()["password"], key.json()["key"]):
        assert secret not in all_of_it
    assert len((await admin.get("/api/people")).json()["people"]) == 2
