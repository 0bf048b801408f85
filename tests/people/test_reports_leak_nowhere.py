"""举报: the unit complained of learns nothing of it, by no route. Neither number, words, caller nor that it exists.

Whoever works there, over it or under it, in whatever office, and every program they might use, tries each way into the
application with the report's ids and words in hand; what comes back must be what comes back for a report that was
never made. New routes are walked as they come.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.access import COOKIE, CSRF_HEADER
from api.people import clients
from api.people.rights import CLIENT_SCOPES, OF_ROLE
from core import facts
from tests.people.one_database import db, empty_tables  # noqa: F401  which one, makes no difference to the question
from tests.people.secret import KEPT_FROM, OFFICES, WORD, Secret, city, ordinary, report, turned
from tests.people.staff import TESTER, Staff
from tests.people.walk import NOTHING, Walker, like_of_nothing, requests_for, said


def walker(staff: Staff, name: str, client: httpx.AsyncClient) -> Walker:
    """Return somebody who is signed on, ready to walk."""
    headers = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}", CSRF_HEADER: client.headers[CSRF_HEADER]}
    return Walker(staff, name, headers, OF_ROLE[OFFICES[name][0]])


async def program(staff: Staff, name: str, unit: str) -> Walker:
    """Return a program with a key of every scope, for one unit or for none."""
    async with staff.db.writing() as session:
        _, key = await clients.give(session, TESTER, name, sorted(CLIENT_SCOPES), unit, None, staff.now)
    return Walker(staff, name, {"Authorization": f"Bearer {key}"}, CLIENT_SCOPES)


async def leaks(one: Walker, secret: Secret, described: dict[str, Any]) -> list[str]:
    """Return every answer from which the walker learns that the report is there."""
    found: list[str] = []
    for entry in one.ways():
        real, none = (list(requests_for(described, entry, known)) for known in (secret, NOTHING))
        for request, blank in zip(real, none, strict=True):
            answer = await one.send(request)
            where = f"{one.name}: {entry.method} {request.sent}"
            ids = (secret.number, secret.call, secret.caller, secret.attachment, secret.important)
            words = [*secret.unsaid, *(known for known in ids if known not in request.sent)]
            found += [f"{where} says {word}" for word in words if word in said(answer)]
            if request != blank and answer.status >= 300:
                there, nothing = like_of_nothing(answer, secret), like_of_nothing(await one.send(blank), NOTHING)
                found += [] if there == nothing else [f"{where} → {there}, of nothing {nothing}"]
            elif request != blank and (await one.send(blank)).status != answer.status:
                found.append(f"{where} → {answer.status} {answer.body[:200]!r}")
    return found


@pytest.mark.parametrize(("make", "kept_from"), [(report, KEPT_FROM), (turned, ("handler", "lead", "leaderhere"))])
async def test_the_unit_complained_of_learns_nothing_by_any_route(staff: Staff, make: Any, kept_from: Any) -> None:
    people = await city(staff)
    await ordinary(staff, people)
    secret, described = await make(staff, people), staff.house.app.openapi()
    walkers = [walker(staff, name, people[name]) for name in kept_from]
    walkers += [await program(staff, "their program", "housing"), await program(staff, "a program", "")]
    found = [leak for one in walkers for leak in await leaks(one, secret, described)]
    assert found == []
    assert min(one.tries for one in walkers) > 40


async def test_the_walk_finds_the_report_where_it_may_be_found(staff: Staff) -> None:
    people = await city(staff)
    secret, described = await report(staff, people), staff.house.app.openapi()
    seen = {name: await finds(walker(staff, name, people[name]), secret, described)
            for name in ("waterlead", "office", "taker", "leader")}
    for name in seen:
        assert "GET /api/work-orders" in seen[name], name
        assert "GET /api/work-orders/{number}" in seen[name], name
    assert {"GET /api/work-order-prints", "GET /api/work-order-exports"} <= seen["waterlead"] & seen["office"]
    assert {"GET /api/call-records", "GET /api/recordings/{key}/{name}"} <= seen["taker"]


async def finds(one: Walker, secret: Secret, described: dict[str, Any]) -> set[str]:
    """Return the reading routes by which the walker comes upon the report."""
    found: set[str] = set()
    for entry in one.ways():
        for request in requests_for(described, entry, secret) if entry.method == "GET" else ():
            answer = await one.send(request)
            if secret.number in said(answer) or secret.unsaid[0] in said(answer) or answer.body[:4] == b"RIFF":
                found |= {f"{entry.method} {entry.path}"} if answer.status < 300 else set()
    return found


async def test_who_it_is_from_is_for_those_named_and_whoever_took_it(staff: Staff) -> None:
    people = await city(staff)
    secret, described = await report(staff, people), staff.house.app.openapi()
    found: list[str] = []
    for name in ("office", "leader", "waterlead", "discipline", "teamleader"):
        one = walker(staff, name, people[name])
        for entry in one.ways():
            if entry.method != "GET" or entry.path == "/api/audit":  # where stands what others have looked for
                continue
            for request in requests_for(described, entry, secret):
                text = said(await one.send(request))
                found += [f"{name}: {request.sent} says {word}" for word in secret.personal
                          if word in text and word not in request.sent]
    assert found == []
    path, why = f"/api/work-orders/{secret.number}/unmask", {"field": "number", "why": "核实情况"}
    for name in ("office", "waterlead", "discipline", "supervision", "teamleader", "other", "quality"):
        answer = await people[name].post(path, json=why, headers={"Idempotency-Key": name})
        assert answer.status_code in (403, 404, 409), (name, answer.text)
        heard = await people[name].get(f"/api/recordings/{secret.call}/mixed")
        assert heard.status_code in (403, 404), name


async def test_a_named_person_sees_who_it_is_from_and_that_is_written_down(staff: Staff) -> None:
    people = await city(staff)
    secret = await report(staff, people)
    path, once = f"/api/work-orders/{secret.number}", {"If-Match": "*"}
    whose = (await people["discipline"].get("/api/session")).json()["id"]
    naming = {"do": "name_person", "why": "由本人承办核查", "data": {"person": whose}}
    assert (await people["leader"].post(f"{path}/acts", json=naming,
                                        headers={"Idempotency-Key": "n", **once})).status_code == 201
    body = (await people["discipline"].get(path)).json()
    assert secret.unsaid[1] in str(body)
    shown = await people["discipline"].post(f"{path}/unmask", json={"field": "number", "why": "核实情况"},
                                            headers={"Idempotency-Key": "u"})
    assert shown.json()["value"] == secret.caller, shown.text
    assert [(row.who, row.data["why"]) for row in await staff.audit("number.unmasked")] == [(whose, "核实情况")]
    assert (await people["discipline"].get(f"/api/recordings/{secret.call}/mixed")).status_code == 200
    assert [(row.who, row.about) for row in await staff.audit("recording.played")] == [(whose, secret.call)]


async def test_live_events_fall_silent_about_a_call_that_turns_out_to_be_a_report(staff: Staff) -> None:
    people = await city(staff)
    call, journal = "c" * 32, staff.house.controller.journal
    appeal = {"kind": "report", "summary": f"有人{WORD}", "address": "隐秘巷"}
    journal.append(facts.APPEAL_SAVED, call=call, agent="a1", number=1, appeal=appeal)
    journal.append(facts.CALL_DISPOSED, call=call, agent="a1", disposition="appeal")
    last = journal.append(facts.ALARM, what="the end")
    heard = {name: await until_alarm(people[name]) for name in ("taker", "leaderhere", "teamleader", "supervision")}
    assert last is not None
    assert call in heard["taker"]
    for name in ("leaderhere", "teamleader", "supervision"):
        assert call not in heard[name], name
        assert "alarm" in heard[name]


async def until_alarm(client: httpx.AsyncClient) -> str:
    """Return what a reader of live events hears up to the alarm."""
    heard = ""
    async with client.stream("GET", "/api/events", params={"after": 0}) as stream:
        assert stream.status_code == 200
        async for line in stream.aiter_lines():
            heard += line + "\n"
            if "the end" in line:
                break
    return heard
