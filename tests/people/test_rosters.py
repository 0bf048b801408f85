"""A unit keeps its own duty roster: who may, what is refused, and that the controller's file follows at once."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.people.models import UnitPlace
from api.rosters import keeping
from api.rosters.models import UnitRoster
from core.db import Database
from core.settings import PROJECT, Settings
from hotline.worker import Worker
from tests.people.staff import Staff
from tests.support.waiting import until
from workorders.life.words import Role

SLOT: dict[str, Any] = {"days": ["mon", "tue"], "begin": "08:30", "end": "17:30", "who": "张科长🙂",
                        "phones": [{"number": "66010009", "label": "值班手机"}]}


def wish(*slots: dict[str, Any]) -> dict[str, Any]:
    return {"roster": {"slots": list(slots)}, "why": "十二月值班安排"}


async def test_a_units_lead_sets_the_roster_and_it_holds_for_the_next_ring(staff: Staff) -> None:
    lead = await staff.signed_on("lead", Role.UNIT_LEAD, unit="housing")
    first = await lead.get("/api/rosters/housing")
    assert (first.headers["etag"], first.json()["version"]) == ('"0"', 0)
    made = await lead.put("/api/rosters/housing", json=wish(SLOT), headers={"If-Match": '"0"'})
    assert made.status_code == 200, made.text
    assert made.json()["gaps"]
    published = json.loads(staff.house.settings.rosters_file.read_text("utf-8"))
    assert published["housing"]["slots"][0]["phones"][0]["number"] == "66010009"
    late = await lead.put("/api/rosters/housing", json=wish(), headers={"If-Match": '"0"'})
    assert (late.status_code, late.json()["code"], late.json()["detail"][:3]) == (412, "version_mismatch", "值班表")
    assert [one["version"] for one in (await lead.get("/api/rosters/housing")).json()["history"]] == [1]
    (told,) = (await lead.get("/api/rosters")).json()["units"]
    assert (told["unit"], told["hours_uncovered"] > 200) == ("housing", True)
    assert [row.about for row in await staff.audit("roster.set")] == ["housing"]


async def test_nobody_sets_the_roster_of_another_unit_but_the_one_above_and_the_admin(staff: Staff) -> None:
    async with staff.db.writing() as session:
        session.add(UnitPlace(unit="housing", name="住建局"))
        session.add(UnitPlace(unit="street1", name="人民路街道", upper="housing"))
    other = await staff.signed_on("other", Role.UNIT_LEAD, unit="water")
    assert (await other.put("/api/rosters/housing", json=wish(SLOT), headers={"If-Match": '"0"'})).status_code == 403
    assert (await other.get("/api/rosters/housing")).status_code == 404
    handler = await staff.signed_on("handler", Role.UNIT_HANDLER, unit="housing")
    assert (await handler.put("/api/rosters/housing", json=wish(SLOT), headers={"If-Match": '"0"'})).status_code == 403
    for login, role, unit in (("above", Role.UNIT_LEAD, "housing"), ("admin", Role.ADMIN, "")):
        client = await staff.signed_on(login, role, unit=unit)
        tag = (await client.get("/api/rosters/street1")).headers["etag"]
        answer = await client.put("/api/rosters/street1", json=wish(SLOT), headers={"If-Match": tag})
        assert answer.status_code == 200, answer.text


async def test_a_slot_that_cannot_be_is_refused_with_its_place_and_nothing_changes(staff: Staff) -> None:
    admin = await staff.signed_on("admin", Role.ADMIN)
    for wrong in ({"end": "25:00"}, {"phones": []}, {"date": "2026-11-25"}, {"phones": [{"number": "拨110"}]}):
        answer = await admin.put("/api/rosters/water", json=wish(SLOT | wrong), headers={"If-Match": '"0"'})
        assert answer.status_code == 422, answer.text
    assert (await admin.put("/api/rosters/water", json=wish(SLOT))).status_code == 428
    assert (await admin.get("/api/rosters/water")).json()["version"] == 0


# -- the file, whoever writes it and whoever dies --------------------------------------------------------------
DEADLINE = 30
HOLDS = """
import asyncio, pathlib, sys
from core.alone import alone
async def hold():
    async with alone(pathlib.Path(sys.argv[1]), 5):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
asyncio.run(hold())
"""


async def saved(db: Database, version: int, number: str) -> None:
    """A version is in the database, and not yet in the file."""
    slot = SLOT | {"phones": [{"number": number}]}
    async with db.writing() as session:
        session.add(UnitRoster(unit="housing", version=version, by="u-1", why="轮换", at=float(version),
                               body={"slots": [slot]}))


def numbers(path: Path) -> list[str]:
    """The telephones in the file."""
    if not path.exists():
        return []
    return [phone["number"] for slot in json.loads(path.read_text("utf-8"))["housing"]["slots"]
            for phone in slot["phones"]]


async def publishing_elsewhere(path: Path) -> asyncio.subprocess.Process:
    """Another process is about to publish: it has the lock."""
    lock = str(path.with_name(f".{path.name}.lock"))
    made = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDS, lock, cwd=PROJECT,
                                                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    assert made.stdout is not None
    async with asyncio.timeout(DEADLINE):
        assert await made.stdout.readline() == b"held\n"
    return made


async def test_of_two_who_publish_at_once_the_newer_roster_is_in_the_file(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, has_read, may_write, read = tmp_path / "rosters.json", asyncio.Event(), asyncio.Event(), keeping.in_force

    async def slowly(session: Any) -> Any:
        found = await read(session)
        if not has_read.is_set():
            has_read.set()
            await may_write.wait()
        return found

    monkeypatch.setattr(keeping, "in_force", slowly)
    await saved(db, 1, "66010001")
    first = asyncio.create_task(keeping.publish(db, path))
    async with asyncio.timeout(DEADLINE):
        await has_read.wait()
        await saved(db, 2, "66010002")
        second = asyncio.create_task(keeping.publish(db, path))
        await asyncio.wait({second}, timeout=0.3)  # without a lock it would be done, and then overwritten
        may_write.set()
        await asyncio.gather(first, second)
    assert numbers(path) == ["66010002"]


async def test_a_process_waits_for_another_and_writes_what_is_in_force_then(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "rosters.json"
    await saved(db, 1, "66010001")
    other = await publishing_elsewhere(path)
    ours = asyncio.create_task(keeping.publish(db, path))
    await saved(db, 2, "66010002")
    assert not path.exists()
    other.kill()  # who dies with the lock holds nobody up
    await other.wait()
    async with asyncio.timeout(DEADLINE):
        await ours
    assert numbers(path) == ["66010002"]


async def test_who_waits_too_long_says_so_and_the_worker_makes_up_for_it(
    staff: Staff, monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = staff.house.settings.rosters_file
    monkeypatch.setattr(keeping, "PATIENCE", 0.2)
    other = await publishing_elsewhere(path)
    try:
        lead = await staff.signed_on("lead", Role.UNIT_LEAD, unit="housing")
        made = await lead.put("/api/rosters/housing", json=wish(SLOT), headers={"If-Match": '"0"'})
        assert (made.status_code, made.json()["code"]) == (503, "not_published")
    finally:
        other.kill()
        await other.wait()
    async with httpx.AsyncClient() as client:
        assert await Worker(staff.house.settings, staff.db, client).lay_rosters()
    assert numbers(path) == ["66010009"]


async def test_a_process_that_dies_between_saving_and_publishing_is_made_up_for_in_one_beat(
    db: Database, home: Settings,
) -> None:
    await saved(db, 1, "66010001")
    async with httpx.AsyncClient() as client:
        work = asyncio.create_task(Worker(home, db, client).run())
        try:
            await until(lambda: numbers(home.rosters_file) == ["66010001"])
            await saved(db, 2, "66010002")
            await until(lambda: numbers(home.rosters_file) == ["66010002"])
            home.rosters_file.unlink()
            await until(lambda: numbers(home.rosters_file) == ["66010002"])
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def test_a_file_that_goes_as_soon_as_it_is_written_is_laid_down_again(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, publish = tmp_path / "rosters.json", keeping.publish

    async def and_gone(db: Database, path: Path) -> keeping.Stamp:
        stamp = await publish(db, path)
        os.unlink(path)
        return stamp

    await saved(db, 1, "66010001")
    laying = keeping.Laying(db, path)
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "publish", and_gone)
        assert await laying.round()
    assert await laying.round()
    assert numbers(path) == ["66010001"]
    assert not await laying.round()
