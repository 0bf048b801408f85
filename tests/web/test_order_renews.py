"""An open order that changes meanwhile: shown at once to whoever reads; whoever writes is told, and loses nothing."""

from __future__ import annotations

import re

from tests.api.town_hall import ORDERS
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages, opened
from tests.web.test_orders_pages import act, order
from workorders.life.words import Role

WORDS = "已与诉求人约定周三上午上门"


async def test_which_version_there_is_now_is_told_to_whoever_sees_the_order(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    shown = re.search(r'data-version="(\d+)"', (await office.get(f"/orders/{number}")).text)
    assert shown is not None
    assert (await office.get(f"/orders/{number}/version")).json() == {"version": int(shown[1])}
    water = await signed_on(staff, "water", Role.UNIT_LEAD, unit="water")
    assert (await water.get(f"/orders/{number}/version")).status_code == 404


async def test_an_order_that_is_read_renews_itself_and_one_that_is_written_on_says_so_and_keeps_the_words(
        staff: Staff, chromium: str) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("second", Role.BACK_OFFICE)
        await page.goto(f"/orders/{number}")
        await page.evaluate("window.first = true")
        assert (await act(office, number, "k1", do="dispatch", data={"unit": "housing"})).status_code == 201
        await page.wait_for_selector("#order-state[data-state=dispatched]")
        await page.wait_for_selector("#order-news:has-text('已更新为最新内容')")
        await page.wait_for_selector("form[data-act-form][data-do=note]", state="attached")
        form = await opened(page, "note")
        await form.locator("[name=text]").fill(WORDS)
        assert (await act(lead, number, "k2", do="sign_for")).status_code == 201
        await page.wait_for_selector("#order-news:has-text('您正在写的内容都在')")
        assert await page.get_attribute("#order-state", "data-state") == "dispatched"
        assert await faults(page) == []
        await page.press("#order-news button", "Enter")
        await page.wait_for_selector("#order-state[data-state=signed]")
        assert await form.locator("[name=text]").input_value() == WORDS
        assert await page.evaluate("window.first === true")  # no reload: nothing that was open or typed went
        await form.locator("button[type=submit]").click()
        await page.wait_for_function("() => window.first === undefined")  # done, and read anew
        assert pages.loud == []
    told = (await office.get(f"{ORDERS}/{number}/history")).text
    assert WORDS in told
