"""The page on which a unit's lead keeps the unit's information lines: heard, changed, refused with what to do."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import FileChooser, expect

from core.settings import PROJECT
from tests.menu.test_menu_over_http import draft, edit, publish
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import WAIT, AtPages
from tests.web.test_menu_heard import tone_file
from workorders.life.words import Role

OUT = PROJECT / "var" / "screenshots"
WORDS = "办事大厅在人民路1号，周一到周五上午八点半开门。转人工请按0。"


async def in_force(staff: Staff) -> None:
    """A menu with an information line of the unit housing."""
    admin = await signed_on(staff, "guanli", Role.ADMIN)
    made = await edit(admin, await draft(admin, "hours"), "steps", "guide", "owner", value="housing")
    assert (await publish(admin, made)).status_code == 201


async def test_a_lead_sees_the_units_lines_and_a_unit_without_one_is_told_whom_to_ask(staff: Staff) -> None:
    await in_force(staff)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    shown = (await lead.get("/lines")).text
    assert "办事指南" in shown
    assert 'href="/lines"' in (await lead.get("/orders")).text
    other = await signed_on(staff, "water", Role.UNIT_LEAD, unit="water")
    assert "请联系热线管理员" in (await other.get("/lines")).text
    handler = await signed_on(staff, "handler", Role.UNIT_HANDLER, unit="housing")
    assert (await handler.get("/lines")).status_code == 403


async def test_a_lead_changes_a_line_by_keyboard_hears_a_recording_and_reads_what_was_said_before(
    staff: Staff, chromium: str, tmp_path: Path,
) -> None:
    await in_force(staff)
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("lead", Role.UNIT_LEAD, unit="housing")
        choosers = asyncio.Queue[FileChooser]()
        page.on("filechooser", choosers.put_nowait)
        await page.goto("/lines")
        assert await faults(page) == []
        words, why, fault = page.locator("textarea"), page.locator("[name=why]"), page.locator(".act-fault")
        await words.fill("很长" * 290)
        await why.fill("试一试")
        await page.keyboard.press("Enter")
        await expect(fault).to_contain_text("秒", timeout=WAIT)  # how long it is, and what to do
        assert await words.input_value() == "很长" * 290
        await words.fill(WORDS)
        await page.locator("[data-upload]").focus()
        await page.keyboard.press("Enter")
        async with asyncio.timeout(WAIT / 1000):
            await (await choosers.get()).set_files(tone_file(tmp_path))
        await expect(page.locator("[data-told]")).to_contain_text("录音", timeout=WAIT)
        await expect(page.locator("[data-unrecord]")).to_be_visible(timeout=WAIT)
        await why.focus()
        async with page.expect_navigation(timeout=WAIT):
            await page.keyboard.press("Enter")
        await expect(words).to_have_value(WORDS)
        await expect(page.locator("[data-told]")).to_contain_text("现在播放上传的录音")
        await page.click(".line-kept details summary")
        await expect(page.locator(".line-history")).to_contain_text("试一试")
        assert await faults(page) == []
        OUT.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=OUT / "zh-CN-lines.png", full_page=True)
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.screenshot(path=OUT / "zh-CN-lines-390.png", full_page=True)
        assert pages.loud == []
