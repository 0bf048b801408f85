"""Knowledge at the agent's elbow in a real talk: found by a Chinese word, read, cited into the order, by keys alone."""

from __future__ import annotations

import time

import pytest

from tests.web.axe import faults
from tests.web.desk import Browsers, House, talk
from tests.web.pictures import look
from workorders.knowledge import keeping, wishes
from workorders.knowledge.keeping import By, Content

pytestmark = [pytest.mark.slow, pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]
ARTICLES = (("居民供暖开始和结束的日期", "housing", "11 月 15 日零时开始。\n1. 不热先放气\n2. 还不热报修", 0),
            ("供暖不热怎么报修", "housing", "室温低于 18 度 可要求入户测温。", 200),
            ("阶梯水价", "water", "一户一年 180 立方米。", 0))


async def known(house: House) -> None:
    """Publish ARTICLES, each reviewed so many days ago."""
    async with house.db.writing() as session:
        for title, unit, words, ago in ARTICLES:
            by = By("seed", time.time() - ago * 86400.0)
            made = await keeping.make(session, Content(title, words, unit, "公用事业"), by)
            await keeping.publish(session, made, by)


async def test_an_agent_finds_reads_and_cites_by_keys_with_an_input_method_and_over_a_cut_network(
        house: House, browsers: Browsers) -> None:
    await known(house)
    desk = await browsers.desk(reduced_motion="reduce")
    _, call = await talk(house, desk)
    page, keys = desk.page, await desk.page.context.new_cdp_session(desk.page)
    await page.select_option("#order-form [name=unit]", "water")  # before anything is typed
    await page.wait_for_selector("#knowledge-said:has-text('这个单位常用的 1 条')")
    await page.focus("[name=summary]")
    await desk.press("F3")
    assert await page.evaluate("document.activeElement.id") == "knowledge-find"
    await keys.send("Input.imeSetComposition", {"text": "gong'nuan", "selectionStart": 9, "selectionEnd": 9})
    await desk.press("Enter")  # belongs to the input method
    await keys.send("Input.insertText", {"text": "供暖"})
    await page.wait_for_selector("#knowledge-said:has-text('找到 2 条')")
    assert "超过核对期限" in await page.inner_text("#knowledge-list")
    await desk.press("ArrowDown")
    await desk.press("ArrowUp")
    first = str(await page.inner_text("#knowledge-list [aria-selected=true] .pick-name"))
    await look(page, "knowledge-desk-found")
    await desk.press("Enter")
    await page.wait_for_selector("#knowledge-read-title")
    assert await page.inner_text("#knowledge-read-title") == first
    await look(page, "knowledge-desk-read")
    await desk.press("Escape")
    assert await page.is_visible("#knowledge-list")
    await desk.press("Enter")
    await page.wait_for_selector("#knowledge-read [data-cite]:focus")
    await desk.press("Enter")
    await page.wait_for_selector("#saved:has-text('已保存')")
    assert f"《{first}》第 1 版" in await page.input_value("[name=answer]")
    assert await page.input_value("[name=summary]") == ""
    await page.wait_for_selector("#knowledge-said:has-text('已引用')")
    await house.town.until(lambda: house.town.facts("appeal.saved"), 20, "the form was not saved")
    async with house.db.reading() as session:
        assert [title for _, _, title in await wishes.cited_in(session, call)] == [first]
    await page.route("**/desk/knowledge?**", lambda route: route.abort())
    await desk.press("F3")
    await page.keyboard.insert_text("阶梯水费")
    await page.wait_for_selector("#knowledge-said:has-text('暂时连不上')")
    assert await page.locator("#knowledge-list [role=option]").count() == 2  # what was found before stays
    await desk.press("F4")  # keys of the call live on
    await desk.state("hold")
    await page.unroute("**/desk/knowledge?**")
    await page.wait_for_selector("#knowledge-said:has-text('相近')")  # it tries again by itself
    await desk.press("F3")
    await page.keyboard.insert_text("宠物登记")
    await page.wait_for_selector("[data-gap='宠物登记']")
    await desk.press("Tab")
    await desk.press("Enter")
    await page.wait_for_selector("#knowledge-said:has-text('已告诉')")
    await page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert await faults(page) == []
    assert desk.faults == []
