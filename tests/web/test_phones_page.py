"""The agents' telephones as a page: registered or not, from where; an account shown once, to admins, and audited."""

from __future__ import annotations

import pytest

from core.control import ControlRefused
from tests.api.house import ANSWERS
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from workorders.life.words import Role

PHONES = [{"agent": "a1001", "name": "王敏", "phone": "6001", "kind": "plain", "state": "free", "beside": False,
           "rings": True},
          {"agent": "a1004", "name": "赵倩", "phone": "6004", "kind": "web", "state": "away", "beside": False,
           "rings": True},
          {"agent": "a1004", "name": "赵倩", "phone": "6004d", "kind": "plain", "state": "away", "beside": True,
           "rings": False}]
WHERE = {"phone": "6001", "agent": "a1001", "kind": "plain", "registered": True, "address": "192.0.2.15",
         "program": "baresip", "until": 1795400060.0, "status": "Reachable"}


@pytest.fixture(autouse=True)
def telephones(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the controller says of the telephones."""
    monkeypatch.setitem(ANSWERS, "phones.list", PHONES)
    monkeypatch.setitem(ANSWERS, "phones.where", WHERE)


async def test_an_account_is_shown_to_an_admin_and_that_is_written_down(staff: Staff) -> None:
    admin, leader = await signed_on(staff, "chief", Role.ADMIN), await signed_on(
        staff, "zhou", Role.TEAM_LEADER, agent="a1005")
    shown = await admin.post("/api/phones/6001/account")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert shown.json()["password"] == staff.house.app.state.secrets.phone("6001")
    assert [(row.about, row.data) for row in await staff.audit("phone.account_shown")] == [("6001", {"agent": "a1001"})]
    assert (await admin.post("/api/phones/6004/account")).status_code == 409
    assert (await admin.post("/api/phones/9999/account")).status_code == 404
    assert (await leader.post("/api/phones/6001/account")).status_code == 403
    page = (await leader.get("/phones")).text
    assert ("王敏" in page, "data-account" in page, "不在线" in page) == (True, False, True)
    assert (await (await signed_on(staff, "agent", Role.AGENT, agent="a1002")).get("/phones")).status_code == 403


async def test_a_switch_that_is_away_is_said_so(staff: Staff) -> None:
    admin = await signed_on(staff, "chief", Role.ADMIN)
    staff.house.controller.refuse = ControlRefused("switch_away", "no answer", "later")
    shown = await admin.get("/phones")
    assert (shown.status_code, "话务交换机暂时没有应答" in shown.text) == (200, True)


async def test_an_account_is_looked_at_by_keyboard_and_gone_when_the_box_is_closed(
        staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("chief", Role.ADMIN, viewport={"width": 390, "height": 844})
        await page.goto("/phones")
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.press("[data-phone='6001'] [data-where]", "Enter")
        await page.wait_for_selector(".phone-said:has-text('192.0.2.15')")
        await page.press("[data-account]", "Enter")
        await page.wait_for_selector("#phone-account[open] dd:has-text('6001')")
        assert await faults(page) == []
        await page.press("[data-close]", "Enter")
        await page.wait_for_selector("#phone-account dl:empty", state="attached")
        assert pages.loud == []
