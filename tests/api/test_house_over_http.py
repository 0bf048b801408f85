"""Who may ask, what is asked of the controller, recordings, live events, and how the house is."""

from __future__ import annotations

import asyncio
import io
import json
import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.access import PERMISSIONS, Needs
from api.records import wav_header
from api.wire.openapi import permission_of
from core.control import ControlRefused
from core.db import Database
from tests.api.house import House
from tests.workorders.story import BEGIN, whole_call
from workorders.records import keep, settle

KEY = "0123456789abcdef0123456789abcdef"
CALL = f"/api/calls/{KEY}"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough here: what differs between two is tested with the orders."""
    return f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"


def routes(app: Any) -> Iterator[BaseRoute]:
    """Every route, also of routers that are included as such."""
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is None:
            yield route
        else:
            waiting += inner


async def test_every_route_has_one_permission(house: House) -> None:
    found = list(routes(house.app))
    assert len(found) > 25
    for route in found:
        assert isinstance(route, APIRoute), route
        named = [d.dependency.permission for d in route.dependencies if isinstance(d.dependency, Needs)]
        assert len(named) == 1, f"{route.path} has no permission"
        assert named[0] in PERMISSIONS


async def test_a_stranger_is_let_in_nowhere_but_where_the_route_says_public(house: House) -> None:
    public = set()
    for route in routes(house.app):
        assert isinstance(route, APIRoute)
        if permission_of(route) == "public":
            public.add(route.path)
            continue
        path = re.sub(r"{\w+}", "1", route.path)
        for method in route.methods or ():
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic 口令".encode()}):
                answer = await house.stranger.request(method, path, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), path
    assert {"/health", "/api/session"} <= public
    assert len(public) < 15


BY = {"by": "a1"}


@pytest.mark.parametrize(("method", "path", "body", "verb", "args"), [
    ("GET", "/api/calls", None, "calls.list", {}),
    ("GET", CALL, None, "calls.get", {"call": KEY}),
    ("POST", f"{CALL}/invitations", {"role": "unit", "id": "housing", **BY}, "call.invite",
     {"call": KEY, "role": "unit", "id": "housing", "private": False, **BY}),
    ("DELETE", f"{CALL}/invitations/inv-1?by=a1", None, "call.cancel", {"call": KEY, "invitation": "inv-1", **BY}),
    ("POST", f"{CALL}/hold", BY, "call.hold", {"call": KEY, **BY}),
    ("POST", f"{CALL}/resume", None, "call.resume", {"call": KEY, "by": ""}),
    ("POST", f"{CALL}/consult", {"role": "expert", "id": "x1", **BY}, "call.consult",
     {"call": KEY, "role": "expert", "id": "x1", **BY}),
    ("POST", f"{CALL}/bring-back", BY, "call.bring_back", {"call": KEY, **BY}),
    ("POST", f"{CALL}/finish", BY, "call.finish", {"call": KEY, **BY}),
    ("POST", f"{CALL}/parties/p1/mute", BY, "party.mute", {"call": KEY, "party": "p1", "muted": True, **BY}),
    ("POST", f"{CALL}/parties/p1/unmute", None, "party.mute", {"call": KEY, "party": "p1", "muted": False, "by": ""}),
    ("POST", f"{CALL}/parties/p1/remove", BY, "party.remove", {"call": KEY, "party": "p1", **BY}),
    ("POST", f"{CALL}/parties/p1/leave", None, "party.leave", {"call": KEY, "party": "p1", "by": ""}),
    ("POST", f"{CALL}/parties/p1/hold", BY, "party.hold", {"call": KEY, "party": "p1", **BY}),
    ("POST", f"{CALL}/parties/p1/back", BY, "party.back", {"call": KEY, "party": "p1", **BY}),
    ("PUT", f"{CALL}/appeals/2", {"agent": "a1", "summary": "漏水"}, "call.appeal",
     {"call": KEY, "agent": "a1", "number": 2, "appeal": {"summary": "漏水"}}),
    ("POST", f"{CALL}/disposition", {"agent": "a1", "disposition": "wrong_number"}, "call.dispose",
     {"call": KEY, "agent": "a1", "disposition": "wrong_number"}),
    ("GET", "/api/agents", None, "agents.list", {}),
    ("PUT", "/api/agents/a1/state", {"state": "break", "why": "用餐"}, "agent.state",
     {"agent": "a1", "state": "break", "why": "用餐", "by": ""}),
    ("POST", "/api/agents/a1/wrap-up-done", None, "agent.wrap_up_done", {"agent": "a1", "by": ""}),
])
async def test_each_act_reaches_the_controller_as_it_was_meant(
        house: House, method: str, path: str, body: Any, verb: str, args: dict[str, Any]) -> None:
    answer = await house.client.request(method, path, json=body)
    assert answer.is_success, answer.text
    assert house.controller.asked == [(verb, args)]


@pytest.mark.parametrize(("path", "body"), [
    ("invitations", {"role": "unit", "id": "13800001234@x"}), ("invitations", {"role": "unit", "id": "a\r\nAction: x"}),
    ("invitations", {"role": "boss", "id": "a"}), ("invitations", {"role": "unit", "number": "110"}),
    ("hold", {"by": "${SHELL(id)}"}), ("disposition", {"agent": "a1", "disposition": "x y"})])
async def test_what_could_be_mistaken_for_a_command_never_reaches_the_controller(
        house: House, path: str, body: dict[str, str]) -> None:
    answer = await house.client.post(f"{CALL}/{path}", json=body)
    assert answer.status_code == 422
    assert house.controller.asked == []


async def test_the_controllers_no_is_passed_on_in_its_words(house: House) -> None:
    house.controller.refuse = ControlRefused("no_such_call", "这通电话已经结束", "刷新列表")
    answer = await house.client.post(f"{CALL}/hold")
    assert answer.status_code == 404
    assert (answer.json()["detail"], answer.json()["fix"]) == ("这通电话已经结束", "刷新列表")
    house.controller.refuse = ControlRefused("busy", "该单位正忙", "稍后再试")
    assert (await house.client.post(f"{CALL}/hold")).status_code == 409


async def test_without_the_controller_one_is_told_that_calls_go_on(house: House) -> None:
    await house.controller.server.stop()
    answer = await house.client.get("/api/calls")
    assert (answer.status_code, answer.json()["code"]) == (503, "controller_away")
    assert "不受影响" in answer.json()["detail"]
    health = await house.stranger.get("/health")
    assert health.status_code == 200
    assert health.json() == {"ok": False, "database": True, "controller": False, "journal": False}


async def test_a_citizen_is_called_back_by_the_number_that_stands_there(house: House, db: Database) -> None:
    async with db.writing() as session:
        await keep(session, whole_call(), "controller", BEGIN)
    order = {"summary": "x", "caller": "13900000001"}
    made = await house.client.post("/api/work-orders", json=order, headers={"Idempotency-Key": "k"})
    number = made.json()["number"]
    for source, dialled in (({"call_record": KEY}, "13800001234"), ({"work_order": number}, "13900000001")):
        answer = await house.client.post("/api/calls", json={"agent": "a1", **source})
        assert answer.status_code == 202
        verb, args = house.controller.asked[-1]
        assert (verb, args["number"], args["agent"]) == ("call.dial_out", dialled, "a1")
    for wrong in ({}, {"number": "110"}, {"call_record": KEY, "work_order": number}):
        assert (await house.client.post("/api/calls", json={"agent": "a1", **wrong})).status_code == 422
    assert (await house.client.post("/api/calls", json={"agent": "a1", "call_record": "f" * 32})).status_code == 404
    hidden = await house.client.post("/api/work-orders", json={}, headers={"Idempotency-Key": "h"})
    answer = await house.client.post("/api/calls", json={"agent": "a1", "work_order": hidden.json()["number"]})
    assert answer.json()["code"] == "no_number"


async def test_call_records_are_listed_and_shown_whole(house: House, db: Database) -> None:
    async with db.writing() as session:
        for n in range(3):
            await keep(session, whole_call(f"{n:032x}"), "controller", BEGIN)
        await settle(session, f"{0:032x}", [], "", BEGIN)
    first = (await house.client.get("/api/call-records", params={"limit": 2})).json()
    rest = (await house.client.get("/api/call-records", params={"limit": 2, "before": first["next"]})).json()
    keys = [one["key"] for one in [*first["call_records"], *rest["call_records"]]]
    assert keys == [f"{n:032x}" for n in (2, 1, 0)]
    whole = (await house.client.get(f"/api/call-records/{0:032x}")).json()
    assert (whole["rating"], whole["orders"], len(whole["parties"])) == (5, {"1": ""}, 2)
    assert (await house.client.get(f"/api/call-records/{9:032x}")).status_code == 404


async def test_a_recording_plays_as_wav_whole_and_in_parts(house: House) -> None:
    sound = bytes(range(256)) * 400
    house.settings.recordings_dir.mkdir(parents=True)
    (house.settings.recordings_dir / f"{KEY}-mixed.alaw").write_bytes(sound)
    whole = wav_header(len(sound)) + sound
    for name in ("mixed", f"{KEY}-mixed.alaw", "mixed.wav"):
        answer = await house.client.get(f"/api/recordings/{KEY}/{name}")
        assert (answer.status_code, answer.content) == (200, whole)
        assert answer.headers["content-type"] == "audio/wav"
    for asked, part in (("bytes=0-9", whole[:10]), ("bytes=50-70", whole[50:71]), ("bytes=1000-", whole[1000:]),
                        ("bytes=-100", whole[-100:]), ("bytes=5-9999999", whole[5:])):
        answer = await house.client.get(f"/api/recordings/{KEY}/mixed", headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, part)
    for wrong in ("bytes=9999999-", "bytes=5-2", "lines=1-2", "bytes=x-y", "bytes=0-1,5-6"):
        assert (await house.client.get(f"/api/recordings/{KEY}/mixed", headers={"Range": wrong})).status_code == 416


async def test_the_wave_of_a_recording_shows_where_somebody_spoke(house: House) -> None:
    house.settings.recordings_dir.mkdir(parents=True)
    (house.settings.recordings_dir / f"{KEY}-mixed.alaw").write_bytes(b"\xd5" * 8000 + b"\xaa" * 8000)
    answer = await house.client.get(f"/api/recordings/{KEY}/mixed/peaks", params={"slices": 4})
    assert answer.json() == {"seconds": 2.0, "peaks": [0, 0, 100, 100]}
    assert (await house.client.get(f"/api/recordings/{KEY}/none/peaks")).status_code == 404


def test_the_wav_header_is_what_players_expect() -> None:
    with pytest.raises(wave.Error, match="unknown format: 6"):  # Python plays no A-law, but has read the header
        wave.open(io.BytesIO(wav_header(8000) + b"\xd5" * 8000)).close()


@pytest.mark.parametrize("path", [
    f"{KEY}/..%2f..%2fhotline.db", "x/mixed", f"{KEY}/none", f"{KEY}/%2e%2e", f"{KEY}/%00"])
async def test_no_other_file_can_be_fetched_as_a_recording(house: House, path: str) -> None:
    answer = await house.client.get(f"/api/recordings/{path}")
    assert answer.status_code in (404, 422)


async def events(answer: httpx.Response) -> Any:
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            event[name] = value
        elif not line and event:
            yield event
            event = {}


async def test_live_events_are_replayed_from_where_the_browser_was(house: House) -> None:
    for n in range(5):
        house.controller.journal.append("agent.state", agent=f"a{n}")
    seen: list[int] = []
    async with asyncio.timeout(60):
        async with house.client.stream("GET", "/api/events", headers={"Last-Event-ID": "2"}) as answer:
            async for event in events(answer):
                seen.append(int(event["id"]))
                if event["id"] == "5":
                    house.controller.journal.append("call.rated", KEY, rating=5)
                if event["event"] == "call.rated":
                    assert json.loads(event["data"])["data"] == {"rating": 5}
                    break
    assert seen == [3, 4, 5, 6]


async def test_a_browser_is_told_when_the_controller_goes_and_comes(house: House) -> None:
    words: list[str] = []
    async with asyncio.timeout(60), house.client.stream("GET", "/api/events?after=0") as answer:
        house.controller.journal.append("a")
        async for event in events(answer):
            words.append(event["event"] if event["event"] != "house" else json.loads(event["data"])["controller"])
            if words == ["a"]:
                await house.controller.server.stop()
                house.controller.journal.append("b")
            if words == ["a", "away"]:
                await house.controller.server.start()
            if words[-1] == "b":
                break
    assert words == ["a", "away", "back", "b"]


async def test_a_place_from_another_life_starts_from_now(house: House) -> None:
    async with asyncio.timeout(60):
        async with house.client.stream("GET", "/api/events", headers={"Last-Event-ID": "999"}) as answer:
            async for event in events(answer):
                assert json.loads(event["data"]) == {"controller": "reset"}
                break


async def test_the_figures_are_given_in_prometheus_form(house: House) -> None:
    text = (await house.client.get("/metrics")).text
    for name in ("controller_up 1.0", "database_up 1.0", "outbox_waiting 0.0", "journal_ok 1.0"):
        assert f"hotline_{name}" in text
