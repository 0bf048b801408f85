"""Every page in light and dark, wide and narrow, in both languages: pictures in var/screenshots, and what axe says."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page

from core.settings import PROJECT
from tests.web.axe import faults
from tests.web.desk import Browsers, House

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module"),
              pytest.mark.usefixtures("worker")]
OUT = PROJECT / "var" / "screenshots"
WIDTHS = {"1280": (1280, 800), "390": (390, 844)}


async def shoot(page: Page, name: str) -> None:
    """Take one state of a page in both themes and widths."""
    for theme in ("light", "dark"):
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        for width, (wide, high) in WIDTHS.items():
            await page.set_viewport_size({"width": wide, "height": high})
            path = OUT / f"{name}-{theme}-{width}.png"
            assert len(await page.screenshot(path=path, full_page=width == "390")) > 5000
        assert await faults(page) == [], name
    await page.set_viewport_size({"width": 1366, "height": 768})


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_page_has_its_pictures(house: House, browsers: Browsers, language: str) -> None:
    await house.town.city.set_behaviour("66010001", "answers", after=6.0)  # long enough to be seen ringing
    OUT.mkdir(parents=True, exist_ok=True)
    context = await browsers.context(reduced_motion="reduce")
    await context.add_cookies([{"name": "hotline_language", "value": language, "url": house.url}])
    page = await context.new_page()
    await page.goto("/sign-on")
    await shoot(page, f"{language}-sign-on")
    desk = await browsers.desk(context=context)
    await shoot(desk.page, f"{language}-desk-idle")
    await desk.ready()
    citizen = await house.citizen("2")
    await desk.state("ringing")
    await shoot(desk.page, f"{language}-desk-ringing")
    await desk.press("F2")
    await desk.state("talking")
    await desk.page.fill("[name=summary]", "小区三号楼水管漏水已两天，物业一直没有人来修，楼道里都是水。")
    await desk.page.fill("[name=address]", "幸福路 18 号阳光小区 3 号楼")
    await desk.page.check("[name=kind][value=complaint]", force=True)
    await shoot(desk.page, f"{language}-desk-talking")
    wall = await browsers.signed_on("zhou", "/wall", reduced_motion="reduce")
    await wall.wait_for_selector("#wall-talking:has-text('1')")
    await shoot(wall, f"{language}-wall")
    await desk.press("F8")
    await shoot(desk.page, f"{language}-desk-invite")
    await desk.page.keyboard.type("zf")
    await desk.press("Enter")
    await desk.page.wait_for_selector("[data-invitation-state=ringing]")
    await desk.page.set_viewport_size({"width": 1280, "height": 800})
    await desk.page.screenshot(path=OUT / f"{language}-desk-bringing-1280.png")
    await desk.state("three")
    await shoot(desk.page, f"{language}-desk-three")
    await desk.page.evaluate("document.documentElement.dataset.size = 'large'")
    await shoot(desk.page, f"{language}-desk-three-large")
    await desk.page.evaluate("document.documentElement.dataset.size = 'normal'")
    await desk.press("F9")
    await desk.state("wrap_up")
    await citizen.press("5")
    await desk.page.wait_for_selector("#rating:has-text('5')")
    await shoot(desk.page, f"{language}-desk-wrap-up")
    await house.town.until(lambda: None if citizen.is_up else True, 20, "the citizen is still there")
    await desk.press("Control+Enter")
    await desk.state("ready")
    page = desk.page
    async with asyncio.timeout(40):  # until the worker has made the order
        while not await page.locator(".order-link").count():
            await page.goto("/orders")
    await page.click(".order-link >> nth=0")
    await page.wait_for_selector("#order-page")
    await shoot(page, f"{language}-order")
    await page.goto("/orders")
    await shoot(page, f"{language}-orders")
    await page.goto("/nowhere")
    await shoot(page, f"{language}-error")
