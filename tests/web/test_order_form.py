"""The order form by keyboard alone: what the citizen said, its class found in Chinese, the answer given on the line."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.control import ControlRefused
from tests.api import house as remembered
from tests.people.staff import Staff
from tests.web.people_at_pages import AtPages
from tests.web.pictures import draw, look
from web.desk.class_finding import level, offered, searched
from workorders.knowledge import keeping
from workorders.knowledge.keeping import By, Content
from workorders.life.matters import SEED_TREE
from workorders.life.words import Role
from workorders.models import CallRecord

KEY = "0123456789abcdef0123456789abcdef"
HEAT = ("公用事业", "供热", "温度不达标")
ODD = "\U0001f600‮逆向‬\x00" + "长" * 10_000
WRAPPING = {"agent": "a1001", "name": "王敏", "kind": "plain", "phone": "6001", "state": "wrap_up", "since": 0.0,
            "until": 4e9, "why": "finished", "call": KEY, "missed": 0}


def paths(typed: str) -> list[tuple[str, ...]]:
    return [one.path for one in searched(SEED_TREE, typed)]


@pytest.mark.parametrize(("typed", "best"), [
    ("温度", HEAT), ("供热 温度", HEAT), ("公用事业/供热/温度不达标", HEAT), ("050401", HEAT), ("wdbdb", HEAT),
    ("路灯", ("城市管理", "市政", "路灯")), ("gr", ("公用事业", "供热")), ("0504", ("公用事业", "供热")),
    ("城市管理", ("城市管理",))])
def test_a_class_is_found_by_words_by_its_number_and_by_the_first_letters_of_its_pinyin(
        typed: str, best: tuple[str, ...]) -> None:
    assert paths(typed)[0] == best


@pytest.mark.parametrize("typed", ["", "  ", "没有这一类", "\U0001f600", "‮", "%_'\"\\", "长" * 100, "990101"])
def test_what_no_class_holds_finds_nothing(typed: str) -> None:
    assert paths(typed) == []


def test_what_is_likely_comes_first_once_and_only_as_far_as_the_classification_in_force_has_it() -> None:
    told = offered(SEED_TREE, [("unit", HEAT), ("last", HEAT), ("last", ("旧类", "", "")), ("field", ("卫生",))])
    assert [(one.why, one.path, one.inside) for one in told] == [("unit", HEAT, False), ("field", ("卫生",), True)]
    assert [one.path[-1] for one in level(SEED_TREE, ("公用事业", "供热"))] == ["供热", "温度不达标", "热费"]
    assert [one.inside for one in level(SEED_TREE, ("公用事业", "供热"))] == [False, False, False]
    equals = [one.path for one in searched(SEED_TREE, "收费", [("卫生", "医疗", "收费")])]
    assert equals[0] == ("卫生", "医疗", "收费")


@pytest.fixture
def wrapping(monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent is wrapping up a call that has ended."""
    monkeypatch.setitem(remembered.ANSWERS, "agents.list", [WRAPPING])


async def saved(staff: Staff, **wanted: Any) -> dict[str, Any]:
    """Wait until the controller was told a form that says so; return it."""
    async with asyncio.timeout(40):
        while True:
            told = [one["appeal"] for verb, one in staff.house.controller.asked if verb == "call.appeal"]
            if told and all(told[-1].get(name) == value for name, value in wanted.items()):
                return dict(told[-1])
            await asyncio.sleep(0.05)


async def test_by_keyboard_alone_a_call_gets_its_class_and_the_answer_that_was_given(
        staff: Staff, chromium: str, wrapping: None) -> None:
    async with staff.db.writing() as session:
        by = By("seed", staff.now)
        words = "室温低于 18 度可要求入户测温。\n再看第二段。"
        made = await keeping.make(session, Content("供暖不热怎么报修", words, "housing", "公用事业"), by)
        await keeping.publish(session, made, by)
    async with AtPages(staff, chromium) as pages:
        page = await pages.person("wangmin", Role.AGENT, agent="a1001")
        await page.goto("/desk")
        await page.focus("[name=summary]")
        await page.keyboard.insert_text("家里暖气不热，怎么办")
        keys = await page.context.new_cdp_session(page)
        await page.focus("#class-find")
        await keys.send("Input.imeSetComposition", {"text": "wen'du", "selectionStart": 6, "selectionEnd": 6})
        await page.keyboard.press("Enter")  # belongs to the input method
        await keys.send("Input.insertText", {"text": "温度"})
        await page.wait_for_selector("#class-list [data-class='公用事业/供热/温度不达标'][aria-selected=true]")
        await draw(page, "order-form-class")
        await page.keyboard.press("Enter")
        await saved(staff, first="公用事业", second="供热", third="温度不达标")
        assert await page.input_value("#class-find") == "公用事业 / 供热 / 温度不达标"
        await page.keyboard.press("ArrowDown")  # the whole tree, by arrows
        await page.wait_for_selector("#class-list [data-into='卫生']")
        await page.keyboard.press("Escape")
        assert await page.is_hidden("#class-list")
        assert await page.input_value("#class-find") == "公用事业 / 供热 / 温度不达标"
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.name") == "answer"
        await page.keyboard.insert_text("正在办理")
        await page.wait_for_selector("#answer-does[data-does=stands]:has-text('不是答复')")
        await page.keyboard.press("Control+A")
        await page.keyboard.press("Delete")
        await page.keyboard.press("F3")
        await page.keyboard.insert_text("供暖")
        await page.wait_for_selector("#knowledge-list [aria-selected=true]")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#knowledge-read [data-cite]:focus")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#answer-does[data-does=ends]")
        answer = await page.input_value("[name=answer]")
        assert answer.startswith("室温低于 18 度可要求入户测温。 （依据：知识 ")
        assert "《供暖不热怎么报修》第 1 版" in answer
        await saved(staff, answer=answer, to_unit=False, summary="家里暖气不热，怎么办", third="温度不达标")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await saved(staff, to_unit=True)
        await page.wait_for_selector("#answer-does[data-does=stands]:has-text('照常派单')")
        for name, most in (("summary", 4000), ("address", 500), ("answer", 4000)):
            await page.focus(f"[name={name}]")
            await page.keyboard.press("Control+A")
            await page.keyboard.insert_text(ODD)
            typed = (await page.input_value(f"[name={name}]")).replace("\0", "")
            kept = str((await saved(staff, **{name: typed}))[name])
            assert len(kept) <= most, name
            assert kept.startswith("\U0001f600‮逆向‬长"), name
        await page.focus("#class-find")
        await page.keyboard.insert_text(ODD)
        await page.wait_for_selector("#class-said:has-text('没有含')")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+A")
        await page.keyboard.press("Delete")
        await page.keyboard.press("Tab")
        await saved(staff, first="", second="", third="")
        await look(page, "order-form")
        assert pages.loud == []


async def test_the_form_comes_back_as_it_was_saved_and_likely_classes_come_first(staff: Staff, wrapping: None) -> None:
    agent = await staff.signed_on("wangmin", Role.AGENT, agent="a1001")
    said = {"agent": "a1001", "answer": "<b>可以测温</b>", "to_unit": True,
            "first": "卫生", "second": "防疫", "third": "疫情"}
    async with staff.db.writing() as session:
        session.add(CallRecord(key=KEY, caller="13800001234", appeals={"1": said}))
    shown = (await agent.get(f"/desk/order/{KEY}")).text
    assert "&lt;b&gt;可以测温&lt;/b&gt;" in shown
    assert 'value="卫生 / 防疫 / 疫情"' in shown
    assert 'name="to_unit" value="1" checked' in shown
    for n, third in enumerate(("路灯", "路灯", "井盖")):
        body = {"kind": "help", "first": "城市管理", "second": "市政", "third": third}
        await agent.post("/api/work-orders", json=body, headers={"Idempotency-Key": f"k{n}"})
    found = (await agent.get("/desk/classes")).text
    places = [found.index(one) for one in ("市政 / 井盖", "市政 / 路灯", 'data-into="公安"')]
    assert places == sorted(places)
    assert "最近用过" in found
    assert "就选到" in (await agent.get("/desk/classes", params={"at": "公用事业/供热"})).text
    for odd in (ODD[:90], "\x00", "%", "../.."):
        assert (await agent.get("/desk/classes", params={"q": odd, "at": odd})).status_code in (200, 422)


async def test_whoever_is_no_agent_reads_no_classes_at_the_desk_and_a_refused_save_is_said(
        staff: Staff, wrapping: None) -> None:
    handler = await staff.signed_on("li", Role.UNIT_HANDLER, unit="housing")
    assert (await handler.get("/desk/classes")).status_code == 403
    assert (await handler.post("/desk/answer", json={})).status_code == 403
    agent = await staff.signed_on("wangmin", Role.AGENT, agent="a1001")
    assert (await agent.put(f"/desk/order/{KEY}", json={"answer": "x" * 4001})).status_code == 422
    report = await agent.post("/desk/answer", json={"kind": "report", "answer": "已经当场解释清楚了"})
    assert report.json()["does"] == "stands"
    assert "举报须有人查办" in report.json()["words"]
    staff.house.controller.refuse = ControlRefused("no_such_call", "没有这通电话", "刷新页面")
    assert (await agent.put(f"/desk/order/{KEY}", json={"answer": "好"})).status_code in (404, 409)
