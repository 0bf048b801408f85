"""The editor of the menu in a real Chromium, by keyboard: a bad edit is refused with its reason, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, expect

from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.people_at_pages import WAIT, AtPages
from tests.web.pictures import look
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


OVER = """() => {  // the words of two lines, or of a line and a box, that lie over each other
    const of = (css) => [...document.querySelectorAll(`#menu-map ${css}`)]
        .map(one => [one.textContent, one.getBoundingClientRect()]);
    const words = of('.lf-line-text'), all = [...words, ...of('.map-box')], found = [];
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    words.forEach(([said, a], i) => all.slice(i + 1).forEach(
        ([other, b]) => { if (meet(a, b)) found.push([said, other]); }));
    return found; }"""


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


async def test_a_copied_step_has_words_of_its_own_and_real_calls_are_replayed_on_the_page(at_pages: AtPages) -> None:
    admin = await at_pages.person("guanli", Role.ADMIN)
    await begun(admin, "复制", "hours")
    assert await admin.locator("#menu-map .lf-line-text").count() > 5
    assert await admin.evaluate(OVER) == []
    await admin.locator("[data-step-row='welcome']").focus()
    await admin.keyboard.press("Enter")
    await admin.click("#flow-copy")
    await saved(admin, 2)
    copy = admin.locator("[data-step-row='welcome-1']")
    await expect(copy).to_contain_text("副本")
    draft = admin.url.rsplit("/", 1)[-1]
    steps = await admin.evaluate("id => fetch(`/api/menu/drafts/${id}`).then((one) => one.json())", draft)
    document = steps["document"]
    assert not set(document["steps"]["welcome-1"]["prompts"]) & set(document["steps"]["welcome"]["prompts"])
    await admin.click("#flow-replay")
    await expect(admin.locator("#flow-publishing")).to_contain_text("重放", timeout=WAIT)
    assert await faults(admin) == []
    assert at_pages.loud == []


async def test_what_is_begun_outlives_an_edit_that_comes_between(at_pages: AtPages) -> None:
    admin = await at_pages.person("guanli", Role.ADMIN)
    await begun(admin, "白天", "direct")
    await admin.click("[data-step-row='welcome']")
    await admin.fill("[data-control='comment.steps.welcome']", "这句太长")
    await admin.locator("[data-control='steps.welcome.then']").focus()
    await admin.keyboard.press("End")  # an arrow's choice, not left yet: nothing is saved, nothing lost
    chosen = await admin.locator("[data-control='steps.welcome.then']").input_value()
    draft = admin.url.rsplit("/", 1)[1]
    await admin.evaluate("""async draft => {
        const token = document.cookie.match(/hotline_csrf=([^;]+)/)[1];
        const edits = [{path: ['steps', 'person', 'title'], value: '找人工'}];
        await fetch(`/api/menu/drafts/${draft}/operations`, {method: 'POST', body: JSON.stringify({edits}),
          headers: {'X-CSRF-Token': decodeURIComponent(token), 'Content-Type': 'application/json'}}); }""", draft)
    await expect(admin.locator("[data-step-row='person']")).to_contain_text("找人工", timeout=WAIT)
    await expect(admin.locator("[data-control='steps.welcome.then']")).to_be_focused()
    assert await admin.locator("[data-control='steps.welcome.then']").input_value() == chosen
    assert await admin.locator("[data-control='comment.steps.welcome']").input_value() == "这句太长"
    assert "第 2 稿" in await admin.inner_text("#flow-saved")
    await admin.keyboard.press("Tab")
    await saved(admin, 3)
    assert at_pages.loud == []


async def test_a_button_pressed_while_what_was_typed_is_saved_does_what_it_says(at_pages: AtPages) -> None:
    admin = await at_pages.person("guanli", Role.ADMIN)
    await begun(admin, "白天", "direct")
    await admin.click("[data-step-row='welcome']")
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        asked.set()
        await may_answer.wait()
        await route.continue_()

    await admin.route("**/operations", slowly)
    words = admin.locator("textarea[data-control^='prompts.']").first
    await words.fill("您好，这里是12345。")
    await words.focus()
    await admin.locator("#flow-copy").scroll_into_view_if_needed()
    copy = await admin.locator("#flow-copy").bounding_box()
    assert copy is not None
    await admin.mouse.move(copy["x"] + copy["width"] / 2, copy["y"] + copy["height"] / 2)
    await admin.mouse.down()  # the words are left, and saved
    async with asyncio.timeout(WAIT / 1000):
        await asked.wait()
    may_answer.set()
    await saved(admin, 2)  # the page has drawn what was saved while the button was held down
    await admin.mouse.up()
    await expect(admin.locator("[data-step-row='welcome-1']")).to_contain_text("副本", timeout=WAIT)
    await saved(admin, 3)
    assert at_pages.loud == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_editor_has_its_pictures_in_both_views(at_pages: AtPages, staff: Staff, language: str) -> None:
    admin = await at_pages.person("guanli", Role.ADMIN)
    address = str(staff.house.client.base_url)
    await admin.context.add_cookies([{"name": "hotline_language", "value": language, "url": address}])
    await admin.goto("/menu")
    await look(admin, f"{language}-menu", whole=False)
    await begun(admin, "白天", "hours")
    await admin.click("[data-step-row='welcome']")
    await expect(admin.locator("#menu-map [data-step='welcome']")).to_have_attribute("aria-pressed", "true")
    await expect(admin.locator("[data-row='guide'] .flow-finding")).not_to_have_count(0, timeout=WAIT)
    await look(admin, f"{language}-menu-editor", whole=False)
    await admin.locator("#menu-map").scroll_into_view_if_needed()
    await look(admin, f"{language}-menu-map", whole=False)
