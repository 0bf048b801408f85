"""Files of orders, the city's rules, a citizen's question, likeness and export, over HTTP."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from api.people import attempts
from tests.api.town_hall import NOWHERE, ORDERS, accepted, people
from tests.api.whole_life import REPLY, Life, live
from tests.people.staff import Staff

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One database is enough here: what is kept is tested with the keeper."""
    return f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"


async def test_a_file_is_kept_by_what_it_is_and_each_opening_is_written_down(staff: Staff) -> None:
    number, everybody = await accepted(staff), await people(staff, "office", "water")
    office, path = everybody["office"], f"{ORDERS}/{number}/attachments"

    async def send(name: str, data: bytes, kind: str, key: str) -> Any:
        headers = {"Idempotency-Key": key, "Content-Type": kind}
        return await office.post(path, params={"name": name}, content=data, headers=headers)

    made = await send("现场 照片.png", PNG, "image/png", "1")
    assert (made.status_code, made.json()["media_type"]) == (201, "image/png"), made.text
    assert (await send("现场 照片.png", PNG, "image/png", "1")).json() == made.json()
    for name, data, kind in (("a.png", b"MZ\x90\0program", "image/png"), ("a.pdf", PNG, "application/pdf"),
                             ("a.html", b"<html><script>", "text/html"), ("a.png", b"", "image/png")):
        lied = await send(name, data, kind, f"lie-{name}-{kind}-{len(data)}")
        assert (lied.status_code, lied.json()["code"]) == (422, "bad_content"), lied.text
    nested = await send("a.txt", b"[" * 200_000, "text/plain", "nested")
    assert (nested.status_code, nested.json()["media_type"]) == (201, "text/plain")
    assert (await send("a.txt", b"x" * (20 * 1024 * 1024 + 1), "text/plain", "big")).status_code == 413
    listed = (await office.get(path)).json()["attachments"]
    assert {one["id"] for one in listed} == {made.json()["id"], nested.json()["id"]}
    opened = await office.get(made.headers["location"])
    assert (opened.content, opened.headers["x-content-type-options"]) == (PNG, "nosniff")
    assert opened.headers["content-disposition"].startswith("attachment; ")
    assert [row.about for row in await staff.audit("attachment.read")] == [number]
    assert (await everybody["water"].get(made.headers["location"])).status_code == 404
    assert (await office.get(f"{path}/..%2f..%2fsecrets.json")).status_code in (404, 422)


async def test_a_citizen_learns_how_it_stands_by_number_and_code_and_a_guesser_nothing(staff: Staff) -> None:
    everybody = await people(staff, "agent", "office", "leader", "handler", "lead", "street", "water")
    life, asker = Life(await accepted(staff), everybody), staff.house.stranger
    told = await life.people["agent"].post(f"{ORDERS}/{life.number}/code", headers={"Idempotency-Key": "c"})
    code = told.json()["code"]
    assert told.headers["cache-control"] == "no-store"
    first = await asker.post("/api/progress", json={"number": life.number, "code": code})
    assert (first.json()["state_name"], first.json()["answer"]) == ("已受理", "")
    await live(life, staff.now, staff.db)
    last = (await asker.post("/api/progress", json={"number": life.number, "code": code})).json()
    assert (last["state"], last["answer"], "13800001234" in json.dumps(last)) == ("closed", REPLY, False)
    wrong = "0" * 8 if code != "0" * 8 else "1" * 8
    guesses = [await asker.post("/api/progress", json={"number": number, "code": guess}) for number, guess in (
        (life.number, wrong), (NOWHERE, code))]
    assert guesses[0].json() == guesses[1].json()
    assert guesses[0].status_code == 404
    for n in range(attempts.FREE["progress"]):
        await asker.post("/api/progress", json={"number": life.number, "code": f"{n:08d}"})
    slowed = await asker.post("/api/progress", json={"number": life.number, "code": code})
    assert (slowed.status_code, slowed.json()["code"]) == (429, "too_many")
    assert int(slowed.headers["retry-after"]) >= 1


async def test_a_policy_is_set_on_the_version_that_was_read_and_the_old_ones_stay(staff: Staff) -> None:
    everybody = await people(staff, "admin", "office")
    admin = everybody["admin"]
    read = await admin.get("/api/policy")
    policy = read.json()["policy"] | {"most_extensions": 1}
    body = {"policy": policy, "why": "市政务服务局〔2026〕8号"}
    blind = await admin.put("/api/policy", json=body)
    assert (blind.status_code, "先读取政策" in blind.json()["fix"]) == (428, True)
    done = await admin.put("/api/policy", json=body, headers={"If-Match": read.headers["etag"]})
    assert (done.json()["version"], done.json()["policy"]["most_extensions"]) == (1, 1)
    late = await admin.put("/api/policy", json=body, headers={"If-Match": read.headers["etag"]})
    assert (late.status_code, late.json()["current_version"], late.json()["detail"]) == (412, 1, "政策已被他人更新")
    assert (await everybody["office"].put("/api/policy", json=body, headers={"If-Match": '"1"'})).status_code == 403
    versions = (await admin.get("/api/policy/versions")).json()["versions"]
    assert [(one["version"], one["why"]) for one in versions] == [(1, "市政务服务局〔2026〕8号")]
    wrong = body | {"policy": policy | {"follow_up_share": 2}}
    assert (await admin.put("/api/policy", json=wrong, headers={"If-Match": "*"})).status_code == 422


async def test_a_year_is_added_to_the_calendar_and_one_that_contradicts_itself_is_not(staff: Staff) -> None:
    admin = (await people(staff, "admin"))["admin"]
    read = await admin.get("/api/calendar")
    years = read.json()["calendar"]["years"]
    new = {"year": 2031, "source": "试拟", "off": ["2031-01-01"], "worked": ["2031-01-04"]}
    calendar = read.json()["calendar"] | {"years": [*years, new]}
    headers = {"If-Match": read.headers["etag"]}
    done = await admin.put("/api/calendar", json={"calendar": calendar, "why": "试拟"}, headers=headers)
    assert done.json()["calendar"]["years"][-1] == new
    for wrong in ({"years": [*years, new | {"worked": ["2031-01-01"]}]}, {"windows": [["12:00", "08:00"]]},
                  {"zone": "Nowhere/Here"}, {"years": [*years, new | {"off": ["2031-02-30"]}]}):
        answer = await admin.put("/api/calendar", json={"calendar": calendar | wrong, "why": "试拟"},
                                 headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_content"), answer.text


async def test_a_second_call_about_the_same_is_recognised_and_urges(staff: Staff) -> None:
    number, everybody = await accepted(staff), await people(staff, "agent", "water")
    stated = {"caller": "13800001234", "summary": "楼上一直漏水，物业三天没来人"}
    found = (await everybody["agent"].post("/api/work-order-likes", json=stated)).json()["likes"]
    assert [(one["number"], one["same_caller"]) for one in found] == [(number, True)]
    assert (await everybody["water"].post("/api/work-order-likes", json=stated)).json()["likes"] == []
    urged = await Life(number, everybody).step("agent", "urge", "accepted", text="再次来电催办")
    assert urged["urges"] == 1


async def test_orders_leave_as_lines_or_as_a_workbook_and_that_is_audited(staff: Staff) -> None:
    number, everybody = await accepted(staff, summary="=cmd()漏水"), await people(staff, "office", "agent")
    office = everybody["office"]
    lines = await office.get("/api/work-order-exports", params={"format": "jsonl"})
    assert [json.loads(line)["number"] for line in lines.text.splitlines()] == [number]
    book = await office.get("/api/work-order-exports", params={"format": "xlsx", "district": "高新区"})
    rows = list(load_workbook(io.BytesIO(book.content)).worksheets[0].iter_rows(values_only=True))
    assert (len(rows), any(str(cell).startswith("=") for cell in rows[1])) == (2, False)
    assert [row.data["rows"] for row in await staff.audit("orders.exported")] == [1, 1]
    assert (await everybody["agent"].get("/api/work-order-exports")).status_code == 403


async def test_one_right_code_does_not_wash_away_the_guesses_of_an_address(staff: Staff) -> None:
    everybody, asker = await people(staff, "agent"), staff.house.stranger
    number = await accepted(staff)
    told = await everybody["agent"].post(f"{ORDERS}/{number}/code", headers={"Idempotency-Key": "c"})

    async def ask(number: str, code: str) -> int:
        return (await asker.post("/api/progress", json={"number": number, "code": code})).status_code

    free = attempts.FREE["asker"]
    assert {await ask(f"2025-0101-{n:04d}", "00000000") for n in range(1, free)} == {404}
    assert await ask(number, told.json()["code"]) == 200
    assert [await ask(f"2025-0102-{n:04d}", "00000000") for n in range(1, 3)] == [404, 429]
