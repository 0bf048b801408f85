"""Knowledge at the agent's elbow in a real talk: found by a Chinese word, read, cited into the order, by keys alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import select

from tests.web.axe import faults
from tests.web.desk import Browsers, House, talk
from tests.web.pictures import look
from workorders.keeping.tables import OrderAct
from workorders.knowledge import keeping, wishes
from workorders.knowledge.keeping import By, Content
from workorders.models import WorkOrder
from workorders.phrases import keeping as phrases
from workorders.phrases.rules import Phrases

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


async def test_in_a_live_call_a_phrase_at_f6_becomes_the_answer_that_ends_the_order(
        house: House, browsers: Browsers, worker: None) -> None:
    told = Phrases.model_validate({"phrases": [
        {"key": "gn", "kind": "answer", "title": "供暖期", "text": "供暖期从 11 月 15 日零时到次年 3 月 15 日。"}]})
    async with house.db.writing() as session:
        await phrases.add(session, phrases.HOTLINE, told, "seed", "试用", time.time())
    desk = await browsers.desk(reduced_motion="reduce")
    _, call = await talk(house, desk)
    page = desk.page
    await page.focus("[name=summary]")
    await page.keyboard.insert_text("问什么时候供暖")
    await page.focus("[name=answer]")
    await page.keyboard.insert_text("您好：")
    await desk.press("F6")
    await page.wait_for_selector(".phrase-box [role=option]")
    await page.keyboard.insert_text("gn")
    await page.wait_for_selector(".phrase-box [aria-selected=true]:has-text('供暖期')")
    await desk.press("F4")  # the box is no modal: keys of the call live on
    await desk.state("hold")
    await desk.press("F4")
    await desk.state("talking")
    await desk.press("Enter")
    assert await page.input_value("[name=answer]") == "您好：供暖期从 11 月 15 日零时到次年 3 月 15 日。"
    assert await page.evaluate("document.activeElement.name") == "answer"  # where one was, to go on writing
    await page.wait_for_selector("#answer-does[data-does=ends]")
    await desk.press("F9")
    await desk.state("wrap_up")

    async def states() -> list[str]:
        async with house.db.reading() as session:
            return list((await session.execute(select(WorkOrder.state).where(WorkOrder.call_key == call))).scalars())

    await eventually(states, ["accepted"])  # what is still in wrap-up has not been said for good
    await page.focus("[name=answer]")
    await desk.press("Control+End")
    await page.keyboard.insert_text("谢谢来电。")
    await desk.press("Control+Enter")
    await desk.state("ready")
    await eventually(states, ["answered"])
    async with house.db.reading() as session:
        said = select(OrderAct.text).join(WorkOrder, WorkOrder.number == OrderAct.number).where(
            WorkOrder.call_key == call, OrderAct.do == "answer")
        assert list((await session.execute(said)).scalars()) == [
            "您好：供暖期从 11 月 15 日零时到次年 3 月 15 日。谢谢来电。"]
    assert desk.faults == []


async def eventually(found: Callable[[], Awaitable[list[str]]], wanted: list[str]) -> None:
    """Wait until what is found is what is wanted."""
    async with asyncio.timeout(60):
        while await found() != wanted:  # noqa: ASYNC110  a database has no event for it
            await asyncio.sleep(0.1)
