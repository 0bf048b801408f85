"""What is written down of access: it cannot be lost, and nothing hidden is shown without it."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import insert, text
from sqlmodel import col, select

from api.people.models import AccessAudit
from core.db import DatabaseDown
from tests.people.one_database import db, empty_tables  # noqa: F401
from tests.people.staff import Staff
from workorders.life.words import Role
from workorders.models import CallRecord

KEY, NUMBER = "a" * 32, "13800001234"


async def test_no_number_is_shown_when_it_cannot_be_written_down(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await with_a_record(staff)
    path, why = f"/api/call-records/{KEY}/caller", {"why": "回拨核实"}

    def away(*_: object, **__: object) -> None:
        raise DatabaseDown("whatever the reason")

    with monkeypatch.context() as patch:
        patch.setattr("api.people.audit.note", away)
        refused = await client.post(path, json=why)
    assert refused.status_code == 503
    assert NUMBER not in refused.text
    shown = await client.post(path, json=why)
    assert (shown.status_code, shown.json()) == (200, {"caller": NUMBER})
    assert [(row.about, row.data) for row in await staff.audit("number.unmasked")] == [(KEY, {"why": "回拨核实"})]


async def test_a_number_needs_a_reason(staff: Staff) -> None:
    client = await with_a_record(staff)
    for why in ({}, {"why": ""}, {"why": " \t "}, {"why": "x"}, {"why": "x" * 201}):
        assert (await client.post(f"/api/call-records/{KEY}/caller", json=why)).status_code == 422
    assert await staff.audit("number.unmasked") == []


async def test_who_looks_for_a_number_is_written_down_without_it(staff: Staff) -> None:
    client = await with_a_record(staff)
    found = await client.get("/api/call-records", params={"caller": NUMBER})
    assert [row["key"] for row in found.json()["call_records"]] == [KEY]
    assert NUMBER not in found.text
    assert [row.about for row in await staff.audit("number.searched")] == ["138****1234"]
    quality = await staff.signed_on("quality", Role.QUALITY)  # could else learn a masked number by asking for each
    assert (await quality.get("/api/call-records", params={"caller": NUMBER})).status_code == 403


async def test_reading_the_audit_is_in_the_audit(staff: Staff) -> None:
    auditor = await staff.signed_on("auditor", Role.AUDITOR)
    await auditor.get("/api/audit", params={"what": "log_in"})
    assert [row.data for row in await staff.audit("audit.read")] == [
        {"asked": {"by": None, "what": "log_in", "about": None}}]


async def test_an_auditor_asks_who_looked_at_one_thing(staff: Staff) -> None:
    client = await with_a_record(staff)
    for _ in range(2):
        await client.post(f"/api/call-records/{KEY}/caller", json={"why": "回拨核实"})
    auditor = await staff.signed_on("auditor", Role.AUDITOR)
    found = (await auditor.get("/api/audit", params={"about": KEY})).json()["audit"]
    assert [(row["what"], row["about"]) for row in found] == [("number.unmasked", KEY)] * 2


async def test_what_is_asked_by_what_it_is_about_is_read_by_an_index(staff: Staff) -> None:
    async with staff.db.reading() as session:
        plan = (await session.execute(text("EXPLAIN QUERY PLAN SELECT id FROM access_audit WHERE about = 'x' "
                                           "ORDER BY id DESC LIMIT 50"))).all()
    assert "access_audit_about" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


async def test_the_audit_is_read_page_by_page_to_its_beginning(staff: Staff) -> None:
    auditor = await staff.signed_on("auditor", Role.AUDITOR)
    async with staff.db.writing() as session:
        await session.execute(insert(AccessAudit), [
            {"at": staff.now, "who": "p-1", "what": "log_in", "about": str(n), "address": "", "data": {}}
            for n in range(130)])
    seen: list[str] = []
    before: int | None = None
    while True:
        asked = {"by": "p-1", "limit": 50} | ({} if before is None else {"before": before})
        page = (await auditor.get("/api/audit", params=asked)).json()
        seen += [row["about"] for row in page["audit"]]
        before = page["next"]
        if before is None:
            break
    assert seen == [str(n) for n in reversed(range(130))]


async def with_a_record(staff: Staff) -> httpx.AsyncClient:
    """Return somebody of the back office, and leave a call record to look at."""
    async with staff.db.writing() as session:
        session.add(CallRecord(key=KEY, caller=NUMBER, answered_at=staff.now))
        assert (await session.execute(select(CallRecord).where(col(CallRecord.key) == KEY))).scalar_one()
    return await staff.signed_on("office", Role.BACK_OFFICE)
