"""Nothing that an agent types about a call is lost: not by a form that does not come, a save that fails, or haste."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route

from tests.api import house as remembered
from tests.people.staff import Staff
from tests.web.people_at_pages import AtPages
from tests.web.test_order_form import KEY, WRAPPING, saved
from workorders.life.words import Role

NEXT = "fedcba9876543210fedcba9876543210"
FORM = "**/desk/order/*"


@pytest.fixture(autouse=True)
def wrapping(monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent is wrapping up a call that has ended."""
    monkeypatch.setitem(remembered.ANSWERS, "agents.list", [WRAPPING])


def failing(method: str, times: int) -> Callable[[Route], Awaitable[None]]:
    """Return what the network does: the first `times` requests of a method are cut off, or answered by an error."""
    left = [times]

    async def answer(route: Route) -> None:
        if route.request.method != method or left[0] <= 0:
            await route.continue_()
            return
        left[0] -= 1
        await (route.fulfill(status=503, body="{}") if left[0] % 2 else route.abort())

    return answer


async def at_desk(pages: AtPages) -> Page:
    """Sign an agent on and bring them to their desk."""
    page = await pages.person("wangmin", Role.AGENT, agent="a1001")
    await page.goto("/desk")
    return page


def done(staff: Staff) -> list[str]:
    """Return what the agent's state was asked to become."""
    return [verb for verb, _ in staff.house.controller.asked if verb in ("agent.wrap_up_done", "agent.state")]


async def test_a_form_that_does_not_come_is_asked_for_until_it_does(staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("wangmin", Role.AGENT, agent="a1001")
        await page.route(FORM, failing("GET", 2))
        await page.goto("/desk")
        await page.wait_for_selector("#notice-form:has-text('登记表没有载入')")
        await page.fill("[name=summary]", "路灯不亮")
        await page.wait_for_selector("#notice-form", state="detached")
        await saved(staff, summary="路灯不亮")
        assert pages.loud == []


@pytest.mark.parametrize("leave", ["Control+Enter", "break"])
async def test_wrap_up_does_not_end_before_the_form_is_saved(staff: Staff, chromium: str, leave: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await at_desk(pages)
        await page.wait_for_selector("#order-form")
        await page.route(FORM, failing("PUT", 2))
        await page.fill("[name=summary]", "水管漏水两天")
        await _leave(page, leave)
        await page.wait_for_selector("#notice-act:has-text('还没保存上')")
        assert done(staff) == []
        await saved(staff, summary="水管漏水两天")  # it goes on trying by itself
        await page.wait_for_selector("#saved:has-text('已保存')")
        await _leave(page, leave)
        async with asyncio.timeout(40):
            while not done(staff):  # noqa: ASYNC110  the remembered controller has no event
                await asyncio.sleep(0.05)


async def _leave(page: Page, how: str) -> None:
    if how == "break":
        await page.click("#act-break")
        await page.click("[data-act=break] >> nth=0")
    else:
        await page.keyboard.press(how)


async def test_who_goes_on_a_break_in_haste_has_saved_the_last_word(staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await at_desk(pages)
        await page.fill("[name=summary]", "噪声扰民")
        await page.evaluate("document.querySelector('[data-act=break]').click()")  # before a pause in typing saves it
        async with asyncio.timeout(40):
            while not done(staff):  # noqa: ASYNC110  the remembered controller has no event
                await asyncio.sleep(0.05)
        order = [verb for verb, _ in staff.house.controller.asked if verb in ("call.appeal", "agent.state")]
        assert order == ["call.appeal", "agent.state"]


async def test_who_types_without_a_pause_is_saved_meanwhile(staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await at_desk(pages)
        await page.focus("[name=summary]")
        async with asyncio.timeout(40):
            while not any(verb == "call.appeal" for verb, _ in staff.house.controller.asked):
                await page.keyboard.insert_text("说")
                await asyncio.sleep(0.1)


async def test_what_could_not_be_saved_before_the_next_call_came_can_be_taken_along(
        staff: Staff, chromium: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await at_desk(pages)
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.wait_for_selector(f"#order-form[data-call='{KEY}']")
        await page.route(f"**/desk/order/{KEY}", failing("PUT", 1000))
        await page.fill("[name=summary]", "第一通的话")
        monkeypatch.setitem(remembered.ANSWERS, "agents.list", [WRAPPING | {"call": NEXT}])
        await page.wait_for_selector(f"#order-form[data-call='{NEXT}']")
        assert await page.input_value("[name=summary]") == ""
        await page.unroute(f"**/desk/order/{KEY}")
        await page.click("#notice-left button:has-text('复制')")
        await page.wait_for_selector("#notice-left", state="detached")
        assert await page.evaluate("navigator.clipboard.readText()") == "第一通的话"
        assert await page.evaluate(f"sessionStorage.getItem('desk.draft.{KEY}')") is None
