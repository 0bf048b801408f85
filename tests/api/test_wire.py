"""What every route shares: keys of live acts, pages, versions, bodies, and refusals in one form."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from api.problems import Problem
from api.wire import once_live, versions
from api.wire.paging import cursor_of, filters_digest, place_of
from tests.api.house import House

KEY = "0123456789abcdef0123456789abcdef"
CALL = f"/api/calls/{KEY}"
INVITE = {"role": "unit", "id": "housing"}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough here: the keys that stand in it are tested with the orders, on both."""
    return f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"


async def test_a_second_click_invites_nobody_twice(house: House) -> None:
    key = {"Idempotency-Key": "click-1"}
    answers = await asyncio.gather(*(house.client.post(f"{CALL}/invitations", json=INVITE, headers=key)
                                     for _ in range(5)))
    assert [one.status_code for one in answers] == [202] * 5
    assert len({one.text for one in answers}) == 1
    assert len(house.controller.asked) == 1
    other = await house.client.post(f"{CALL}/invitations", json={"role": "unit", "id": "water"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    await house.client.post(f"{CALL}/invitations", json=INVITE)
    assert len(house.controller.asked) == 2


async def test_a_click_that_was_refused_may_come_again(house: House) -> None:
    key = {"Idempotency-Key": "click-1"}
    await house.controller.server.stop()
    assert (await house.client.post(f"{CALL}/hold", headers=key)).status_code == 503
    await house.controller.server.start()
    assert (await house.client.post(f"{CALL}/hold", headers=key)).status_code == 200


def test_the_memory_of_clicks_is_bounded_and_fades() -> None:
    recent = once_live.Recent()
    entry, first = recent.begin("a", "x", 0.0)
    assert first
    assert recent.begin("a", "x", once_live.KEEP - 1)[0] is entry
    assert recent.begin("a", "x", once_live.KEEP + 1)[1]
    for n in range(once_live.MOST):
        recent.begin(str(n), "x", 0.0)
    assert recent.begin("a", "y", 0.0)[1]


def test_a_cursor_leads_back_to_its_place_and_nowhere_else() -> None:
    tie = filters_digest("orders", {"state": "closed", "q": None})
    cursor = cursor_of(tie, (1795400000.25, "2026-1123-0001"))
    assert place_of(tie, cursor, (float, str)) == (1795400000.25, "2026-1123-0001")
    assert place_of(tie, None, (float, str)) is None
    strange = ("", "x", "%%%", "漏水", cursor[:-3], cursor_of(tie, (1.0,)), cursor_of(tie, ("x", "y")),
               cursor_of(tie, (True, "y")), cursor_of(tie, (10**330, "y")), cursor_of(tie, (1.0, "漏")),
               "W10", "bnVsbA", "W1siYSJdXQ",
               cursor_of(filters_digest("orders", {"state": "open"}), (1.0, "y")))
    for wrong in strange:
        with pytest.raises(Problem) as refused:
            place_of(tie, wrong, (float, str))
        assert (refused.value.status, refused.value.code) == (400, "bad_cursor"), wrong


class _Asking:
    def __init__(self, **headers: str) -> None:
        self.headers = Headers({name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(("told", "version"), [('"7"', 7), ('W/"7"', 7), ("*", None)])
def test_an_edit_names_the_version_it_was_made_on(told: str, version: int | None) -> None:
    request: Any = _Asking(if_match=told)
    assert versions.expected(request, required=True) == version
    versions.check(7, version)


def test_an_edit_of_an_old_version_is_told_the_new_one() -> None:
    request: Any = _Asking()
    assert versions.expected(request, required=False) is None
    with pytest.raises(Problem) as missing:
        versions.expected(request, required=True)
    assert missing.value.status == 428
    with pytest.raises(Problem) as late:
        versions.check(8, 7)
    assert (late.value.status, late.value.more["current_version"]) == (412, 8)
    for wrong in ("7", '"x"', '"7","8"', ""):
        bad: Any = _Asking(if_match=wrong)
        with pytest.raises(Problem) as refused:
            versions.expected(bad, required=True)
        assert refused.value.status == 400


@pytest.mark.parametrize(("method", "path", "status", "code"), [
    ("GET", "/api/nowhere", 404, "not_found"), ("PUT", "/api/work-orders", 405, "method_not_allowed"),
    ("POST", "/api/agents/a1/state", 405, "method_not_allowed")])
async def test_the_frameworks_own_refusals_have_our_form(
        house: House, method: str, path: str, status: int, code: str) -> None:
    answer = await house.client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code
    assert answer.json()["fix"]
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_content_of_another_kind_is_refused_as_such(house: House, kind: str) -> None:
    headers = {"Idempotency-Key": "k"} | ({"Content-Type": kind} if kind else {})
    answer = await house.client.post("/api/work-orders", content=b'{"summary": "x"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    right = {"Idempotency-Key": "k", "Content-Type": "application/json; charset=utf-8"}
    answer = await house.client.post("/api/work-orders", content=b'{"summary": "x"}', headers=right)
    assert answer.status_code == 201
