"""The editor of the menu in a real Chromium, by keyboard: a bad edit is refused with its reason, nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.people_at_pages import WAIT, AtPages
from workorders.life.words import Role


@pytest.fixture
async def at_pages(staff: Staff, chromium: str) -> AsyncIterator[AtPages]:
    async with AtPages(staff, chromium) as pages:
        yield pages


async def begun(page: Page, title: str, ready: str) -> None:
    """Begin a draft on the page of drafts."""
    await page.goto("/menu")
    await page.fill("[name=title]", title)
    await page.select_option("[name=ready]", ready)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/menu/drafts/*")
    await expect(page.locator("#flow-rows [data-step-row=person]")).to_be_visible()


async def saved(page: Page, version: int) -> None:
    """Wait until the server has the draft in this version."""
    await expect(page.locator("#flow-saved")).to_contain_text(f"第 {version} 稿", timeout=WAIT)


async def test_an_edit_is_kept_undone_after_a_reload_and_shown_to_the_second_editor(at_pages: AtPages) -> None:
    admin = await at_pages.person("guanli", Role.ADMIN)
    await begun(admin, "白天", "hours")
    await admin.locator("[data-step-row='welcome']").focus()
    await admin.keyboard.press("Enter")
    name = admin.locator("[data-control='steps.welcome.title']")
    await expect(name).to_be_focused()
    await admin.keyboard.press("Control+A")
    await admin.keyboard.type("白天主菜单")
    await admin.keyboard.press("Tab")
    await saved(admin, 2)
    await expect(admin.locator("[data-step-row='welcome']")).to_contain_text("白天主菜单")
    assert await faults(admin) == []
    await admin.reload()
    await expect(admin.locator("#flow-undo")).to_have_text("撤销：改名称")
    await admin.locator("[data-step-row='']").focus()
    await admin.keyboard.press("Control+z")
    await expect(admin.locator("[data-step-row='welcome']")).to_contain_text("主菜单")
    await expect(admin.locator("#flow-redo")).to_have_text("重做：改名称")
    other = await at_pages.person("lijie", Role.ADMIN)
    await other.goto(admin.url)
    await expect(other.locator("#flow-banner")).to_contain_text("guanli 正在编辑")
    await other.click("#flow-banner button")
    await expect(other.locator("#flow-banner")).to_be_hidden()
    await admin.locator("[data-step-row='guide']").focus()
    await admin.keyboard.press("Delete")
    await expect(admin.locator("#flow-banner")).to_contain_text("lijie 正在编辑")
    await expect(admin.locator("#flow-banner")).to_contain_text("还没存上")
    await admin.click("#flow-banner button >> nth=0")  # takes over; what waited is done
    await expect(admin.locator("[data-step-row='guide']")).to_have_count(0)
    assert at_pages.loud == []
