"""Every state of the desk in light and dark, wide and narrow, in both languages: pictures, and what axe says."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.desk import Browsers, House
from tests.web.pictures import draw, look

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module"),
              pytest.mark.usefixtures("worker")]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_state_of_the_desk_has_its_pictures(house: House, browsers: Browsers, language: str) -> None:
    await house.town.city.set_behaviour("66010001", "answers", after=6.0)  # long enough to be seen ringing
    context = await browsers.context(reduced_motion="reduce")
    speaks = {"name": "hotline_language", "value": language, "url": house.url}
    await context.add_cookies([speaks])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto("/sign-on")
    await look(page, f"{language}-sign-on", whole=False)
    desk = await browsers.desk(context=context)
    await look(desk.page, f"{language}-desk-idle", whole=False)
    await desk.ready()
    citizen = await house.citizen("2")
    await desk.state("ringing")
    await look(desk.page, f"{language}-desk-ringing", whole=False)
    await desk.press("F2")
    await desk.state("talking")
    await desk.page.fill("[name=summary]", "小区三号楼水管漏水已两天，物业一直没有人来修，楼道里都是水。")
    await desk.page.fill("[name=address]", "幸福路 18 号阳光小区 3 号楼")
    await desk.page.check("[name=kind][value=complaint]", force=True)
    await look(desk.page, f"{language}-desk-talking", whole=False)
    wall = await browsers.signed_on("zhou", "/wall", reduced_motion="reduce")
    await wall.context.add_cookies([speaks])  # type: ignore[list-item]
    await wall.goto("/wall")
    await wall.wait_for_selector("#wall-talking:has-text('1')")
    await look(wall, f"{language}-wall", whole=False)
    await desk.press("F8")
    await look(desk.page, f"{language}-desk-invite", whole=False)
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.page.wait_for_selector("[data-invitation-state=ringing]")
    await desk.page.set_viewport_size({"width": 1366, "height": 768})
    await draw(desk.page, f"{language}-desk-bringing-1366")
    await desk.state("three")
    await look(desk.page, f"{language}-desk-three", whole=False)
    await desk.page.evaluate("document.documentElement.dataset.size = 'large'")
    await look(desk.page, f"{language}-desk-three-large", whole=False)
    await desk.page.evaluate("document.documentElement.dataset.size = 'normal'")
    await desk.press("F9")
    await desk.state("wrap_up")
    await citizen.press("5")
    await desk.page.wait_for_selector("#rating:has-text('5')")
    await look(desk.page, f"{language}-desk-wrap-up", whole=False)
    await house.town.until(lambda: None if citizen.is_up else True, 20, "the citizen is still there")
    await desk.press("Control+Enter")
    await desk.state("ready")
    page = desk.page
    async with asyncio.timeout(40):  # until the worker has made the order
        while not await page.locator(".order-link").count():
            await page.goto("/orders")
    await page.click(".order-link >> nth=0")
    await page.wait_for_selector("#order-page")
    await look(page, f"{language}-order", whole=False)
    await page.goto("/orders")
    await look(page, f"{language}-orders", whole=False)
    await page.goto("/nowhere")
    await look(page, f"{language}-error", whole=False)
