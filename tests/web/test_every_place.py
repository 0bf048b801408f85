"""Every place of the bar before anything has happened: what axe says, at 200 percent, in forced colours."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.people_at_pages import AtPages
from tests.web.pictures import TOO_WIDE, look
from web.nav import PLACES
from workorders.life.words import Role

PEOPLE = ((Role.TEAM_LEADER, "", "a1005"), (Role.ADMIN, "", ""), (Role.UNIT_LEAD, "housing", ""),
          (Role.BACK_OFFICE, "", ""), (Role.QUALITY, "", ""), (Role.DUTY_LEADER, "", ""), (Role.AGENT, "", "a1004"),
          (Role.UNIT_HANDLER, "housing", ""), (Role.SUPERVISION, "", ""), (Role.AUDITOR, "", ""))
ZOOMED = {"width": 683, "height": 384}  # 1366 × 768 at 200 percent
ELSEWHERE = {"desk"}  # needs a switch: tests/web/test_screenshots.py


async def places(page: Page) -> dict[str, str]:
    """Return what stands in a person's bar: address → its key in `PLACES`."""
    keys = {place.href: place.key for place in PLACES}
    shown = await page.eval_on_selector_all(".nav a", "all => all.map(one => one.getAttribute('href'))")
    return {href: keys[href] for href in shown}


async def zoomed_and_forced(page: Page, name: str) -> None:
    """Nothing is cut off at 200 percent; in forced colours what is marked by colour is marked by shape too."""
    await page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
    assert not await page.evaluate(TOO_WIDE), f"{name} at 200 percent"
    await page.emulate_media(forced_colors="active")
    bare = await page.eval_on_selector_all(
        "main .button", "all => all.filter(one => one.offsetParent && parseFloat(getComputedStyle(one)"
        ".borderTopWidth) === 0).map(one => one.textContent.trim())")
    assert bare == [], f"{name}: buttons without an edge in forced colours"
    await page.emulate_media(forced_colors="none")


@pytest.mark.slow
async def test_every_place_can_be_read_at_200_percent_and_in_forced_colours(
        staff: Staff, chromium: str) -> None:
    seen = set(ELSEWHERE)
    async with AtPages(staff, chromium) as pages:
        for n, (role, unit, agent) in enumerate(PEOPLE):
            page = await pages.person(f"somebody{n}", role, unit=unit, agent=agent)
            await page.goto("/orders" if agent else "/")
            for href, key in (await places(page)).items():
                if key in seen:
                    continue
                seen.add(key)
                for language in ("zh-CN", "en"):
                    await page.context.add_cookies([
                        {"name": "hotline_language", "value": language, "url": str(staff.house.client.base_url)}])
                    await page.goto(href)
                    await look(page, f"{language}-place-{key}")
                await zoomed_and_forced(page, key)
    assert seen == {place.key for place in PLACES}


@pytest.mark.slow
async def test_on_a_narrow_page_the_places_fold_under_one_button_that_keys_open_and_close(
        staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("lead", Role.TEAM_LEADER, agent="a1005")
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.goto("/orders")
        assert not await page.is_visible(".nav a")
        await page.focus("#nav-open")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#nav-open[aria-expanded=true]")
        assert await faults(page) == []
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('.nav') !== null")
        await page.keyboard.press("Escape")
        assert await page.evaluate("document.activeElement.id") == "nav-open"
        assert not await page.is_visible(".nav a")
