"""The roster's page: a unit's lead keeps it on a telephone's screen; who may only look is told so."""

from __future__ import annotations

import pytest

from api.people.models import UnitPlace
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from web.roster.routes import drawn
from workorders.life.words import Role


def test_what_nobody_covers_is_drawn_day_by_day() -> None:
    rows = drawn([("2026-11-27T17:30", "2026-11-28T08:30")])
    assert [(str(row.day), row.bare) for row in rows] == [("2026-11-27", ((1050, 390),)), ("2026-11-28", ((0, 510),))]


@pytest.mark.parametrize(("role", "unit", "status"), [
    (Role.UNIT_HANDLER, "housing", 200), (Role.ADMIN, "", 200), (Role.AUDITOR, "", 200)])
async def test_who_works_with_units_may_look(staff: Staff, role: Role, unit: str, status: int) -> None:
    client = await signed_on(staff, "somebody", role, unit=unit)
    answer = await client.get("/roster?unit=housing")
    assert answer.status_code == status
    assert ("保存并立即生效" in answer.text) is (role is Role.ADMIN)


async def test_a_lead_adds_a_slot_at_a_telephone_is_told_what_is_wrong_and_keeps_what_was_typed(
        staff: Staff, chromium: str) -> None:
    async with staff.db.writing() as session:
        session.add(UnitPlace(unit="housing", name="住建局"))
    async with AtPages(staff, chromium) as pages:
        lead = await pages.person("lead", Role.UNIT_LEAD, unit="housing", viewport={"width": 390, "height": 844})
        await lead.goto("/roster")
        await lead.click("#add-slot")
        await lead.fill("[data-who]", "张科长🙂")
        await lead.fill("[data-phones]", "66010001 值班室\n66010002")
        await lead.fill("[name=why]", "十二月值班安排")
        await lead.click("#save [type=submit]")
        await lead.wait_for_selector("#roster-fault:has-text('第 1 个班次')")
        assert await lead.input_value("[data-who]") == "张科长🙂"
        for day in ("mon", "wed"):
            await lead.check(f"[data-day][value={day}]")
        await lead.click("#save [type=submit]")
        await lead.wait_for_selector("[data-version='1']")
        assert await lead.input_value("[data-phones]") == "66010001 值班室\n66010002"
        assert await faults(lead) == []
        await lead.set_viewport_size({"width": 1280, "height": 800})
        await lead.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert await faults(lead) == []
        assert pages.loud == []
