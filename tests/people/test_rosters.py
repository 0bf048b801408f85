"""A unit keeps its own duty roster: who may, what is refused, and that the controller's file follows at once."""

from __future__ import annotations

import json
from typing import Any

from api.people.models import UnitPlace
from tests.people.staff import Staff
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
    assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
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
