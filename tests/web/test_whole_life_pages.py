"""An order's life from acceptance to close through the pages alone, by six offices, in real browsers."""

from __future__ import annotations

from pathlib import Path

from api.people.models import UnitPlace
from tests.people.staff import Staff
from tests.support.rung import rang
from tests.web.axe import faults
from tests.web.people_at_pages import AtPages, do, opened
from tests.web.test_orders_pages import order
from workorders.followup.keeping import SYSTEM
from workorders.life.acts import Wish
from workorders.life.words import Do, Role

REPLY = "维修队当天到场更换了六楼破裂的立管并试水两小时，不再漏水，物业承诺本周内修补天花板。"


async def reached(staff: Staff, number: str) -> None:
    """Count a call that reached the citizen, as the worker does when the call's record is in: here is no telephone."""
    keeper, call = staff.house.app.state.keeper, await rang(staff.db, number, staff.now)
    async with staff.db.writing() as session:
        kept = await keeper.load(session, number, lock=True)
        told = {"reached": True, "call": call}
        await keeper.go_on(session, kept, [Wish(Do.TRY_CITIZEN, SYSTEM, staff.now, data=told)])


async def test_an_order_lives_from_acceptance_to_close_through_the_pages_by_six_offices(
        staff: Staff, chromium: str, tmp_path: Path) -> None:
    async with staff.db.writing() as session:
        session.add(UnitPlace(unit="housing", name="住建局"))
        session.add(UnitPlace(unit="street1", name="人民路街道", upper="housing"))
    number = await order(staff)
    async with AtPages(staff, chromium) as pages:
        agent = await pages.person("agent", Role.AGENT, agent="a1")
        office = await pages.person("office", Role.BACK_OFFICE)
        leader = await pages.person("leader", Role.DUTY_LEADER)
        lead = await pages.person("lead", Role.UNIT_LEAD, unit="housing", viewport={"width": 390, "height": 844})
        handler = await pages.person("handler", Role.UNIT_HANDLER, unit="housing")
        checker = await pages.person("checker", Role.TEAM_LEADER, agent="a2")
        await do(agent, number, "classify", classification="城市管理 / 物业 / 漏水", urgency="1")
        await do(agent, number, "submit")
        await leader.goto("/orders")
        await leader.check(f"[data-pick='{number}']")
        await leader.click("[data-batch-do=endorse]")
        await leader.wait_for_selector(".empty-state")
        await do(office, number, "dispatch", unit="housing")
        await do(handler, number, "sign_for")
        await do(handler, number, "contact", reached="true")
        await do(handler, number, "start")
        paper = tmp_path / "维修记录.txt"
        paper.write_text("更换立管一根，试水两小时", "utf-8")
        await handler.set_input_files("#file-pick", paper)
        await handler.wait_for_selector(".files a:has-text('维修记录.txt')")
        await do(lead, number, "reply", text=REPLY, solved="true")
        assert await faults(lead) == []
        await do(office, number, "pass")
        await checker.goto("/follow-up")
        assert await faults(checker) == []
        await checker.click(f"[data-call='{number}']")
        await checker.wait_for_url(f"**/orders/{number}")
        assert ("call.dial_out", number) in [(verb, args.get("order")) for verb, args in staff.house.controller.asked]
        await reached(staff, number)
        await do(checker, number, "citizen_says", solved="true", satisfaction="5", contacted="true")
        await do(office, number, "close")
        await office.goto(f"/orders/{number}")
        assert await office.get_attribute("#order-state", "data-state") == "closed"
        assert "不再漏水" in await office.inner_text(".reply")
        assert await faults(office) == []
        assert pages.loud == []


async def test_two_at_one_order_see_both_sides_and_nothing_typed_is_lost(staff: Staff, chromium: str) -> None:
    number = await order(staff)
    async with AtPages(staff, chromium) as pages:
        one = await pages.person("one", Role.BACK_OFFICE)
        other = await pages.person("other", Role.BACK_OFFICE)
        await one.goto(f"/orders/{number}")
        form = await opened(one, "note")
        await form.locator("[name=text]").fill("已请物业先关总阀")
        await one.reload()
        assert await one.input_value("form[data-do=note] [name=text]") == "已请物业先关总阀"
        await do(other, number, "classify", urgency="1")
        await one.click("form[data-do=note] button[type=submit]")
        await one.wait_for_selector("form[data-do=note] [data-beside]:not([hidden])")
        beside = await one.inner_text("form[data-do=note] [data-beside]")
        assert "已请物业先关总阀" in beside
        assert "分类" in beside
        assert await faults(one) == []
        await one.click("form[data-do=note] [data-beside] .primary")
        await one.wait_for_selector(".history:has-text('备注')")
        assert pages.loud == []
