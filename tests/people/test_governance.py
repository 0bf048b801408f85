"""Every route × everybody who may ask: what happens is what the tables say, and nothing breaks.

Routes are read off the application, so that a new one is in it at once; one that names no permission fails here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Route

from api.access import COOKIE, CSRF_HEADER, needs
from api.people import clients, register, sessions
from api.people.caller import Caller
from api.people.models import Person
from api.people.rights import CLIENT_SCOPES, INSTALLATION, OF_ROLE, PERMISSIONS, allowed
from api.people.table import Entry, Ungoverned, entries_of, page
from core.control import ControlRefused
from core.settings import PROJECT
from hotline.cli_openapi import undressed
from tests.people.asgi import Answer, ask
from tests.people.one_database import db, empty_tables  # noqa: F401  decided before any
from tests.people.staff import TESTER, Staff
from workorders.life.words import UNIT_ROLES, Role

DOCUMENT: Final = PROJECT / "docs" / "who-may-do-what.md"
PLACEHOLDERS: Final = {"key": "0" * 32, "number": "2026-1123-9999", "month": "2026-11", "day": "2026-11-23",
                       "year": "2026"}
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody at the door: what they carry, and what the tables give them. `status`: of whoever is nobody."""

    name: str
    headers: Mapping[str, str]
    permissions: frozenset[str]
    refused_as: tuple[int, str] = (403, "forbidden")


ENTRIES: Final = entries_of(undressed())


def test_every_route_names_one_permission_of_the_table() -> None:
    assert len(ENTRIES) > 40
    assert {entry.permission for entry in ENTRIES} <= PERMISSIONS


def test_a_route_without_a_permission_or_with_two_is_found() -> None:
    async def nothing() -> None: ...

    bare, twice = APIRouter(), APIRouter(dependencies=[needs("self")])
    bare.add_api_route("/bare", nothing)
    twice.add_api_route("/twice", nothing, dependencies=[needs("people.read")])
    for router in (bare, twice):
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app.include_router(router)
        with pytest.raises(Ungoverned):
            entries_of(app)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.router.routes.append(Route("/plain", nothing))
    app.mount("/hidden", FastAPI(openapi_url="/x.json"))
    with pytest.raises(Ungoverned):
        entries_of(app)


def test_the_document_is_what_the_code_says() -> None:
    assert DOCUMENT.read_text("utf-8") == page(ENTRIES), "write it anew: hotline people rights --write"


def test_what_reads_only_is_open_to_no_more_than_the_table_says_and_what_changes_to_fewer() -> None:
    for permission in ("people.write", "clients.write", "policy.write", "flows.publish", "directory.write",
                       "webhooks.write", "exchange.write", "retention.write", "retention.run"):
        assert {role for role in OF_ROLE if permission in OF_ROLE[role]} == {Role.ADMIN}, permission
        assert permission not in CLIENT_SCOPES | INSTALLATION
    reads_appeals = {role for role in OF_ROLE if OF_ROLE[role] & {"orders.read", "records.read", "recordings.listen"}}
    assert not reads_appeals & {Role.ADMIN, Role.AUDITOR}
    assert not {role for role in UNIT_ROLES if OF_ROLE[role] & {"records.read", "calls.read", "events.read"}}
    assert not (CLIENT_SCOPES | INSTALLATION) & {"people.read", "people.write", "audit.read", "numbers.unmask"}


async def test_every_route_answers_every_role_as_the_table_says(staff: Staff) -> None:
    staff.house.controller.refuse = ControlRefused("no_such_call", "没有这通电话")
    entries = entries_of(staff.house.app)
    assert [entry for entry in entries if entry not in ENTRIES] == []
    wrong: list[str] = []
    for asker in await everybody(staff):
        carried = asker
        for entry in entries:
            answer = await knock(staff, carried, entry)
            if entry.path.startswith("/api/session"):  # it may just have signed them off
                carried = await anew(staff, asker)
            if (problem := _fault(asker, entry, answer)) is not None:
                wrong.append(f"{asker.name}: {entry.method} {entry.path} → {problem}")
    assert wrong == []


def _fault(asker: Asker, entry: Entry, answer: Answer) -> str | None:
    """Return what is wrong with a cell, None if nothing is."""
    if answer.status >= 500:
        return f"{answer.status} {answer.body[:300]!r}"
    let_in = not _kept_out(answer, entry.permission)
    if entry.permission in asker.permissions | {"public"}:
        return None if let_in else f"kept out: {answer.status} {answer.code}"
    if let_in:
        return f"let in: {answer.status} {answer.body[:200]!r}"
    right = (answer.status, answer.code) == asker.refused_as
    return None if right else f"refused as {answer.status} {answer.code}, not {asker.refused_as}"


def _kept_out(answer: Answer, permission: str) -> bool:
    if answer.status == 401:
        return answer.code == "unauthorized"
    if answer.code == "password_change_required":
        return True
    return answer.status == 403 and answer.code == "forbidden" and answer.problem.get("permission") == permission


async def knock(staff: Staff, asker: Asker, entry: Entry) -> Answer:
    """Request a way in as somebody, with nothing that makes sense to it."""
    path = re.sub(r"{(\w+)(?::\w+)?}", lambda found: PLACEHOLDERS.get(found[1], "x-1"), entry.path)
    headers = {**asker.headers, "Idempotency-Key": f"{entry.method} {entry.path}"}
    for _ in range(5):  # on a busy machine the database may be "away for a moment": sent again, as the answer says
        answer = await ask(staff.house.app, entry.method, path, headers, None if entry.method in SAFE else b"{}")
        if answer.status != 503:
            break
    return answer


async def everybody(staff: Staff) -> list[Asker]:
    """Return one of each who may come to the door."""
    askers = [Asker("nobody", {}, frozenset(), (401, "unauthorized")),
              Asker("a made-up session", {"Cookie": f"{COOKIE}=made-up"}, frozenset(), (401, "unauthorized")),
              Asker("a made-up key", {"Authorization": "Bearer hlk_made-up"}, frozenset(), (401, "unauthorized")),
              Asker("the installation", {"Authorization": f"Bearer {staff.house.app.state.secrets.api_token}"},
                    INSTALLATION)]
    askers += [await person(staff, role.value, role) for role in OF_ROLE]
    askers += [await person(staff, "without a role"), await over(staff), await fresh(staff)]
    return [*askers, await key(staff, "every scope", *CLIENT_SCOPES), await key(staff, "one scope", "calendar.read"),
            await key(staff, "revoked", *CLIENT_SCOPES, revoked=True)]


async def person(staff: Staff, name: str, *roles: Role) -> Asker:
    """Return a person with these roles, signed on."""
    login = re.sub(r"[^a-z]", "", name)
    await staff.person(login, *roles, unit="housing" if set(roles) & UNIT_ROLES else "",
                       agent="a1001" if Role.AGENT in roles else "")
    return await anew(staff, Asker(name, {"login": login}, allowed(roles) | {"self"}))


async def over(staff: Staff) -> Asker:
    """Return somebody whose session is over."""
    asker = await person(staff, "over", Role.BACK_OFFICE)
    async with staff.db.writing() as session:
        made = await register.with_login(session, "over")
        assert made is not None
        await sessions.revoke_all(session, made.id, staff.now)
    carried = {name: value for name, value in asker.headers.items() if name != "login"}
    return Asker("a session that is over", carried, frozenset(), (401, "unauthorized"))


async def fresh(staff: Staff) -> Asker:
    """Return somebody who must change their password first."""
    await staff.person("fresh", Role.ADMIN, Role.BACK_OFFICE, fresh=True)
    asker = await anew(staff, Asker("a first password", {"login": "fresh"}, frozenset({"self"})))
    return Asker(asker.name, asker.headers, asker.permissions, (403, "password_change_required"))


async def anew(staff: Staff, asker: Asker) -> Asker:
    """Return a person with a session of its own; whoever is none, as they are."""
    if "login" not in asker.headers:
        return asker
    async with staff.db.writing() as session:
        made = await register.with_login(session, asker.headers["login"])
        assert isinstance(made, Person)
        token, _ = await sessions.begin(session, made, "192.0.2.10", "test", staff.now)
    carried = {"Cookie": f"{COOKIE}={token}", CSRF_HEADER: sessions.csrf_of(token), "login": asker.headers["login"]}
    return Asker(asker.name, carried, asker.permissions, asker.refused_as)


async def key(staff: Staff, name: str, *scopes: str, revoked: bool = False) -> Asker:
    """Return a program with a key of these scopes."""
    by = Caller("console", "tester", "tester", frozenset())
    async with staff.db.writing() as session:
        client, secret = await clients.give(session, by, name, list(scopes), "", None, staff.now)
        if revoked:
            await clients.revoke(session, TESTER, client.id, staff.now)
    headers = {"Authorization": f"Bearer {secret}"}
    if revoked:
        return Asker(f"key: {name}", headers, frozenset(), (401, "unauthorized"))
    return Asker(f"key: {name}", headers, frozenset(scopes))
