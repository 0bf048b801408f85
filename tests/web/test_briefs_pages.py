"""要情专报 as pages: written, signed by another, sent, receipted by the unit, by keyboard; for others there is none."""

from __future__ import annotations

from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from workorders.life.words import Role


async def test_a_report_exists_on_pages_only_for_whom_it_exists(staff: Staff) -> None:
    office, leader = await signed_on(staff, "office", Role.BACK_OFFICE), await signed_on(staff, "ld", Role.DUTY_LEADER)
    water, gas = [await signed_on(staff, one, Role.UNIT_LEAD, unit=one) for one in ("water", "gas")]
    assert "还没有专报" in (await office.get("/briefs")).text
    made = await office.post("/api/reports", headers={"Idempotency-Key": "w"}, json={
        "title": "<b>城西</b>停水", "text": "三日内一百二十起。", "receivers": ["water"]})
    where = f"/briefs/{made.json()['id']}"
    shown = (await office.get(where)).text
    assert "&lt;b&gt;城西" in shown
    assert ('data-step="submit"' in shown, 'data-step="sign"' in shown) == (True, False)
    assert 'data-step="sign"' not in (await leader.get(where)).text
    for client, step in ((office, "submit"), (leader, "sign")):
        assert (await water.get(where)).status_code == 404
        answer = await client.post(f"/api/reports/{made.json()['id']}/{step}", json={},
                                   headers={"Idempotency-Key": step})
        assert answer.status_code == 200, answer.text
    assert 'data-step="withdraw"' in (await leader.get(where)).text
    await office.post(f"/api/reports/{made.json()['id']}/send", json={}, headers={"Idempotency-Key": "send"})
    assert 'data-step="receipt"' in (await water.get(where)).text
    assert ((await gas.get(where)).status_code, "城西" in (await gas.get("/briefs")).text) == (404, False)
    assert (await water.get("/briefs/new")).status_code == 403


async def test_a_report_goes_from_the_draft_to_the_last_receipt_by_keyboard(staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        office = await pages.person("office", Role.BACK_OFFICE, viewport={"width": 390, "height": 844})
        await office.goto("/briefs/new")
        assert await faults(office) == []
        await office.fill("[name=title]", "城西停水")
        await office.press("[name=title]", "Control+Enter")
        await office.wait_for_selector(".act-fault:has-text('正文')")
        await office.wait_for_selector(".field:has([name=text]) .field-fault:has-text('正文')")  # where the eye is
        await office.fill("[name=text]", "三日内一百二十起停水来电。")
        await office.press("[name=text]", "Control+Enter")
        await office.wait_for_selector(".act-fault:has-text('报送对象')")
        await office.press("[name=receivers][value=water]", "Space")
        await office.press("[name=title]", "Control+Enter")
        await office.wait_for_selector("#brief[data-state=draft]")
        await office.press("[data-step=submit] button", "Enter")
        await office.wait_for_selector("#brief[data-state=submitted]")
        leader = await pages.person("leader", Role.DUTY_LEADER)
        await leader.goto("/briefs?state=submitted")
        await leader.press(".order-link", "Enter")
        await leader.wait_for_url("**/briefs/*")  # with its script: before that a form is the browser's own
        await leader.press("[data-step=sign] button", "Enter")
        await leader.wait_for_selector("#brief[data-state=signed]")
        await office.reload()
        await office.press("[data-step=send] button", "Enter")
        await office.wait_for_selector("#brief[data-state=sent]")
        assert await office.evaluate("document.documentElement.scrollWidth") <= 390
        unit = await pages.person("water", Role.UNIT_HANDLER, unit="water")
        await unit.goto("/briefs")
        assert await faults(unit) == []
        await unit.press(".order-link", "Enter")
        await unit.wait_for_url("**/briefs/*")
        await unit.press("[data-step=receipt] button", "Enter")
        await unit.wait_for_selector("#brief[data-state=receipted]")
        assert await faults(unit) == []
        assert pages.loud == []
