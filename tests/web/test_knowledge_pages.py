"""Articles on pages: found and read by agents, written by a unit, published by the hotline, compared, answered."""

from __future__ import annotations

import pytest

from tests.api.house import ANSWERS
from tests.api.town_hall import CALL, accepted
from tests.people.staff import Staff
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from tests.web.pictures import look
from web.knowledge.words import blocks, difference
from workorders.knowledge import keeping, wishes
from workorders.knowledge.keeping import By, Content
from workorders.life.words import Role

WORDS = "11 月 15 日零时开始。\n\n办理退费:\n1. 带上缴费凭证\n2. 到营业厅填表\n- 可以网上办\n<b>不是</b>标记"


async def article(staff: Staff, title: str = "居民供暖开始和结束的日期", words: str = WORDS, **more: str) -> int:
    """Publish an article of the heating company's; return its number."""
    by = By("seed", staff.now)
    async with staff.db.writing() as session:
        made = await keeping.make(session, Content(title, words, **{"unit": "heating", "field": "公用事业"} | more), by)
        await keeping.publish(session, made, by)
        return made.number


def test_lines_become_paragraphs_and_steps() -> None:
    assert [(one.kind, one.lines) for one in blocks(WORDS)] == [
        ("p", ("11 月 15 日零时开始。", "办理退费:")), ("ol", ("带上缴费凭证", "到营业厅填表")),
        ("ul", ("可以网上办",)), ("p", ("<b>不是</b>标记",))]


def test_what_differs_is_told_line_by_line() -> None:
    told = difference("一\n二\n三", "一\n二改\n三\n四")
    assert [(one.kind, one.text) for one in told] == [
        ("same", "一"), ("gone", "二"), ("new", "二改"), ("same", "三"), ("new", "四")]


async def test_an_agent_finds_an_article_and_is_told_when_it_is_overdue(staff: Staff) -> None:
    number = await article(staff)
    agent = await signed_on(staff, "agent", Role.AGENT, agent="a1")
    assert "居民供暖开始" in (await agent.get("/knowledge?q=供暖")).text
    assert "没有完全符合「供暖怎么退费」的" in (await agent.get("/knowledge?q=供暖怎么退费")).text
    assert "没有找到「宠物」" in (await agent.get("/knowledge?q=宠物")).text
    page = (await agent.get(f"/knowledge/{number}")).text
    assert "<li>带上缴费凭证</li>" in page
    assert "&lt;b&gt;不是" in page
    assert "上次核对 2026-11-23，每 180 天核对一次" in page
    assert "变更历史" not in page
    staff.now += 200 * 86400.0
    agent = await signed_on(staff, "agent2", Role.AGENT, agent="a2")
    assert "上次核对 2026-11-23，已超过核对期限，答复前请与单位核实。" in (await agent.get(f"/knowledge/{number}")).text
    assert "居民供暖开始" in (await agent.get("/knowledge?box=overdue")).text
    assert (await agent.get("/knowledge/new")).status_code == 403
    assert (await agent.get(f"/knowledge/{number + 1}")).status_code == 404


async def test_a_unit_sees_what_is_missing_and_wrong_of_its_own_alone(staff: Staff) -> None:
    number = await article(staff)
    async with staff.db.writing() as session:
        found = await keeping.locked(session, number, keeping.KnowledgeArticle.number == number)  # type: ignore[arg-type]
        await wishes.flag(session, found, By("someone", staff.now, "今年推迟了"))
        for unit, words in (("heating", "热费减免"), ("police", "电动车上牌")):
            await wishes.missed(session, words, unit, By("someone", staff.now))
    handler = await signed_on(staff, "handler", Role.UNIT_HANDLER, unit="heating")
    told = (await handler.get("/knowledge/told")).text
    assert ("热费减免" in told, "电动车上牌" in told, "今年推迟了" in told) == (True, False, True)
    assert "有 1 人说这条内容有误" in (await handler.get(f"/knowledge/{number}")).text
    other = await signed_on(staff, "other", Role.UNIT_HANDLER, unit="police")
    told = (await other.get("/knowledge/told")).text
    assert ("热费减免" in told, "电动车上牌" in told, "今年推迟了" in told) == (False, True, False)


async def test_an_order_tells_which_articles_its_answer_was_from(staff: Staff) -> None:
    number = await article(staff)
    order = await accepted(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    assert "答复依据" not in (await office.get(f"/orders/{order}")).text
    agent = await signed_on(staff, "agent", Role.AGENT, agent="a1")
    cited = await agent.post(f"/api/knowledge/{number}/citations", json={"call": CALL},
                             headers={"Idempotency-Key": "c"})
    assert cited.status_code == 201, cited.text
    shown = (await office.get(f"/orders/{order}")).text
    assert "答复依据" in shown
    assert f'href="/knowledge/{number}"' in shown


async def test_the_desk_offers_what_fits_the_call_before_anything_is_typed(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    await article(staff)
    await article(staff, "居住证办理", unit="police", field="公安")
    agent = await signed_on(staff, "agent", Role.AGENT, agent="a1")

    async def offered(**asked: str) -> tuple[bool, bool]:
        part = (await agent.get("/desk/knowledge", params=asked)).text
        return "居民供暖" in part, "居住证" in part

    monkeypatch.setitem(ANSWERS, "calls.get", {"unit": "police", "parties": [{"who": "a1"}]})  # by the menu's key
    assert await offered() == (True, True)
    assert await offered(call=CALL) == (False, True)
    assert await offered(call=CALL, unit="heating") == (True, False)
    assert await offered(call=CALL, unit="heating", field="公安") == (False, True)
    assert await offered(unit="nobody") == (True, True)  # nothing of theirs: what the whole city uses
    monkeypatch.setitem(ANSWERS, "calls.get", {"unit": "police", "parties": [{"who": "a2"}]})  # a colleague's call
    assert await offered(call=CALL) == (True, True)


@pytest.mark.slow
async def test_an_article_lives_from_its_first_words_to_its_second_edition_in_real_browsers(
        staff: Staff, chromium: str) -> None:
    async with AtPages(staff, chromium) as pages:
        keeper = await pages.person("keeper", Role.UNIT_LEAD, unit="heating")
        await keeper.goto("/knowledge/new")
        await keeper.press("[name=title]", "Control+Enter")
        await keeper.wait_for_selector(".act-fault:has-text('「标题」还没有填好')")
        await look(keeper, "knowledge-new")
        await keeper.fill("[name=title]", "居民供暖开始和结束的日期")
        await keeper.fill("[name=words]", WORDS)
        await keeper.press("[name=words]", "Control+Enter")
        await keeper.wait_for_selector("h1:has-text('居民供暖') .badge:has-text('草稿')")
        office = await pages.person("office", Role.BACK_OFFICE)
        await office.goto("/knowledge?box=pending")
        await look(office, "knowledge-pending")
        await office.click(".order-link")
        await office.click("[data-knowledge$=publication] button")
        await office.wait_for_selector(".hint:has-text('上次核对 2026-11-23')")
        await keeper.goto("/knowledge/1/edit")
        await keeper.fill("[name=words]", WORDS.replace("15 日", "20 日"))
        await keeper.fill("[name=why]", "延期通告")
        await keeper.press("[name=why]", "Control+Enter")
        await keeper.wait_for_selector("text=第 2 版还没有发布")
        await office.reload()
        await office.click("summary:has-text('停用')")
        await look(office, "knowledge-article")
        await office.click("text=对比改动 >> nth=0")
        await office.wait_for_selector(".is-new:has-text('20 日')")
        await look(office, "knowledge-compare")
        agent = await pages.person("agent", Role.AGENT, agent="a1")
        await agent.goto("/knowledge/1")
        await agent.click("summary:has-text('内容有误')")
        await agent.fill("[name=words]", "推迟到 20 日了")
        await agent.click("text=告诉单位")
        await agent.wait_for_selector("text=有 1 人说这条内容有误")
        await keeper.goto("/knowledge/told")
        await look(keeper, "knowledge-told")
        await keeper.fill("[name=why]", "已改,等发布")
        await keeper.click("[data-knowledge^=flags] button")
        await keeper.wait_for_selector("text=没有待答复的报错")
        assert pages.loud == []
