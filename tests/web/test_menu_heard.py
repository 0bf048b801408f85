"""An admin builds a menu from an empty page by keyboard, a citizen on a telephone hears it, and then the old one."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import FileChooser, Page, expect

from hotline.demo.tones import heard, level_db
from tests.web.desk import WAIT, Browsers, House
from workorders.life.words import Role

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
TONE = 1330.0  # Hz of the uploaded prompt; nobody in the town has it
SAID = {"menu-1": "投诉求助请按1，转人工请按0。", "menu-2": "供水请按1，转人工请按0。",
        "menu-3": "转人工请按0。"}


def tone_file(folder: Path) -> Path:
    """A recording of three seconds, as an admin would have it on their disk."""
    path = folder / "greeting.wav"
    samples = 0.4 * np.sin(2 * np.pi * TONE * np.arange(3 * 16000) / 16000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


class Keyboard:
    """An admin who has no mouse: goes by Tab, chooses by arrows, types."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            await self.page.keyboard.press(key)

    async def to(self, css: str) -> None:
        """Go on by Tab until the control has the focus."""
        await self.page.locator(css).first.wait_for(state="attached")
        for _ in range(150):
            if await self.page.evaluate("css => document.activeElement.matches(css)", css):
                return
            await self.press("Tab")
        raise AssertionError(f"no way to {css} by keyboard")

    async def type(self, css: str, said: str) -> None:
        await self.to(css)
        await self.press("Control+A")
        await self.page.keyboard.insert_text(said)
        await self.press("Tab")

    async def choose(self, css: str, value: str) -> None:
        """Choose by arrows, and leave: nothing on the way is taken for a choice."""
        await self.to(css)
        at = await self.page.locator(css).first.evaluate(
            "(select, value) => [...select.options].findIndex(one => one.value === value)", value)
        assert at >= 0, f"{css} does not offer {value}"
        await self.press("Home")
        await self.press("ArrowDown", at)
        await self.press("Tab")

    async def step(self, name: str) -> None:
        """Wait until a step is there and its name may be typed."""
        await expect(self.page.locator(f"[data-control='steps.{name}.title']")).to_be_focused(timeout=WAIT)

    async def row(self, name: str) -> None:
        """Go to a row of the list with the arrows, and into it."""
        await self.to(".flow-row[tabindex='0']")
        await self.press("Home")
        for _ in range(30):
            if await self.page.evaluate("name => document.activeElement.dataset.stepRow === name", name):
                break
            await self.press("ArrowDown")
        await self.press("Enter")
        await self.step(name)


async def build(keys: Keyboard, recording: Path) -> None:
    """From nothing to a greeting that was recorded, opening hours, and three menus under each other."""
    page, choosers = keys.page, asyncio.Queue[FileChooser]()
    page.on("filechooser", choosers.put_nowait)  # now: Playwright needs a moment until it catches them
    await keys.choose("[data-control='entry']", "+say")
    await keys.step("say-1")
    await keys.type("[data-control='steps.say-1.title']", "问候")
    await keys.type("[data-control='prompts.say-1-words-1.zh-CN']", "您好，12345热线。")
    await keys.to("[data-upload='say-1-words-1.zh-CN']")
    await keys.press("Enter")
    async with asyncio.timeout(WAIT / 1000):
        await (await choosers.get()).set_files(recording)
    await expect(page.locator("[data-row='say-1'] .badge >> nth=1")).to_have_text("录音", timeout=WAIT)
    await keys.choose("[data-control='steps.say-1.then']", "+hours")
    await keys.step("hours-1")
    await keys.choose("[data-control='steps.hours-1.open']", "+menu")
    for number in (1, 2):
        await keys.step(f"menu-{number}")
        await keys.type(f"[data-control='prompts.menu-{number}-words-1.zh-CN']", SAID[f"menu-{number}"])
        await keys.choose(f"[data-control='steps.menu-{number}.choices+']", "+menu")
    await keys.step("menu-3")
    await keys.row("hours-1")
    await keys.choose("[data-control='steps.hours-1.closed']", "+say")
    await keys.step("say-2")
    await keys.type("[data-control='prompts.say-2-words-1.zh-CN']", "现在是夜间值守。")


async def publish(keys: Keyboard, why: str) -> None:
    await keys.type("#flow-publish [name=why]", why)
    await keys.to("#flow-publish button")
    await keys.press("Enter")


async def caller_hears_the_tone(house: House) -> bool:
    """Ring, listen until the menu has spoken for some seconds, and tell whether the recording was heard."""
    mark = house.town.journal.seq if house.town.journal else 0
    citizen = await house.town.city.citizen()
    await house.town.fact("call.answered", 20, mark)

    def spoken() -> bool | None:
        return (citizen.heard_file.exists() and citizen.heard_file.stat().st_size > 2 * 8000 * 3
                and level_db(citizen.heard_file) > -50) or None

    await house.town.until(spoken, 30, "the menu says nothing")
    span = heard(citizen.heard_file, {"prompt": TONE}).get("prompt")
    await citizen.hang_up()
    await house.town.nothing_left(20)
    return span is not None and span.seconds > 1.0


async def test_a_menu_built_by_keyboard_is_walked_published_heard_and_rolled_back(
        house: House, browsers: Browsers, tmp_path: Path) -> None:
    await house.person("guanli", "管理员", Role.ADMIN)
    page = await browsers.signed_on("guanli", "/menu")
    keys = Keyboard(page)
    assert not await caller_hears_the_tone(house)
    await keys.type("[name=title]", "三级菜单")
    await keys.choose("[name=ready]", "blank")
    await keys.to("[data-new] button")
    await keys.press("Enter")
    await page.wait_for_url("**/menu/drafts/*")
    await build(keys, tone_file(tmp_path))

    await publish(keys, "三级菜单第一次上线")  # the third menu has no words yet
    await expect(page.locator(".flow-told .error-summary")).to_contain_text("不能使用", timeout=WAIT)
    await expect(page.locator("[data-row='menu-3'] .flow-finding")).not_to_have_count(0)
    await keys.row("menu-3")
    await keys.type("[data-control='prompts.menu-3-words-1.zh-CN']", SAID["menu-3"])
    await expect(page.locator("[data-row='menu-3'] .flow-finding")).to_have_count(0, timeout=WAIT)

    await page.fill("#menu-walk input[type=datetime-local]", "2026-11-25T10:00")
    await keys.to("#menu-walk .walk-acts .primary")
    await keys.press("Enter")
    for number, key in ((1, "1"), (2, "1"), (3, "0")):
        await expect(page.locator(f"[data-row='menu-{number}']")).to_have_class("flow-item is-lit", timeout=WAIT)
        await keys.press(key)
    await expect(page.locator("#menu-walk .walk-heard")).to_contain_text("按 0")

    await publish(keys, "三级菜单第一次上线")
    await expect(page.locator("#flow-published")).to_be_visible(timeout=120_000)
    assert await caller_hears_the_tone(house)

    await page.goto("/menu")
    await keys.type("[data-act=rollback][data-number='1'] [name=why]", "先用旧的")
    await keys.to("[data-act=rollback][data-number='1'] button")
    await keys.press("Enter")
    await expect(page.locator("#flows[data-current='1']")).to_be_attached(timeout=WAIT)
    assert not await caller_hears_the_tone(house)
