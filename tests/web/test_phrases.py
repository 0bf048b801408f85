"""Phrases: each owner's list versioned, offered to whom it is for, put in by a key where the caret stands."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.api.town_hall import accepted
from tests.people.staff import Staff
from tests.web.axe import faults
from tests.web.http import signed_on
from tests.web.people_at_pages import AtPages
from workorders.life.words import Role
from workorders.phrases.rules import Phrase, Phrases, changes

PIPE = {"key": "tsqx", "kind": "answer", "title": "停水抢修", "text": "主管网正在抢修，预计今日 18 时前恢复供水。"}
HELLO = {"key": "nh", "kind": "phrase", "title": "问候", "text": "您好，12345 热线。"}


async def put(client: Any, owner: str, *phrases: dict[str, str], version: int = 0) -> Any:
    return await client.put(f"/api/phrases/lists/{owner}", json={"phrases": list(phrases), "why": "统一口径"},
                            headers={"If-Match": f'"{version}"', "Accept": "application/json"})


def test_a_key_stands_once_and_a_change_is_told_by_its_key() -> None:
    one = Phrase.model_validate(PIPE)
    with pytest.raises(ValidationError):
        Phrases(phrases=(one, one))
    other = one.model_copy(update={"text": "已恢复。"})
    told = list(changes(Phrases(phrases=(one,)), Phrases(phrases=(other, Phrase.model_validate(HELLO)))))
    assert [(change.key, change.before is None) for change in told] == [("tsqx", False), ("nh", True)]


async def test_a_unit_writes_its_own_and_is_offered_its_own_before_the_common_ones(staff: Staff) -> None:
    office, water = await signed_on(staff, "office", Role.BACK_OFFICE), await signed_on(
        staff, "lead", Role.UNIT_LEAD, unit="water")
    handler = await signed_on(staff, "handler", Role.UNIT_HANDLER, unit="water")
    gas, agent = await signed_on(staff, "gas", Role.UNIT_HANDLER, unit="gas"), await signed_on(
        staff, "reader", Role.AGENT, agent="a1002")
    assert (await put(office, "-", HELLO)).status_code == 200
    assert (await put(water, "water", PIPE)).status_code == 200
    assert (await put(water, "water", PIPE)).status_code == 412
    twice = await put(water, "water", PIPE, PIPE | {"title": "又一条"}, version=1)
    assert (twice.status_code, twice.json()["code"]) == (422, "key_twice")
    for client, owner in ((water, "-"), (water, "gas"), (office, "water")):
        assert (await put(client, owner, PIPE)).status_code == 404
    assert (await put(handler, "water", PIPE)).status_code == 403
    offered = [[one["key"] for one in (await client.get("/api/phrases")).json()["phrases"]]
               for client in (handler, gas, agent)]
    assert offered == [["tsqx", "nh"], ["nh"], ["nh"]]
    assert (await gas.get("/phrases?owner=water")).status_code == 404
    assert "data-add" not in (await handler.get("/phrases")).text
    assert "统一口径" in (await water.get("/phrases")).text
    assert "新增 tsqx" in (await water.get("/phrases/water/1")).text
    assert (await water.get("/phrases/water/2")).status_code == 404
    admin = await signed_on(staff, "chief", Role.ADMIN)
    assert (await put(admin, "water", PIPE, HELLO, version=1)).status_code == 200


async def test_a_phrase_is_written_by_keyboard_and_put_into_a_reply_by_f6(staff: Staff, chromium: str) -> None:
    number = await accepted(staff)
    async with AtPages(staff, chromium) as pages:
        office = await pages.person("office", Role.BACK_OFFICE, viewport={"width": 390, "height": 844})
        await office.goto("/phrases")
        assert await faults(office) == []
        await office.press("[data-add]", "Enter")
        await office.keyboard.type("TSQX")
        await office.fill("[data-part=title]", "停水抢修")
        await office.press("[data-part=title]", "Enter")
        await office.wait_for_selector("#phrases-form .act-fault:has-text('内容')")
        await office.fill("[data-part=text]", PIPE["text"])
        await office.press("[data-part=title]", "Enter")
        await office.wait_for_selector("#phrases-change li:has-text('tsqx')")
        await office.fill("#phrases-set [name=why]", "统一口径")
        await office.press("#phrases-set [name=why]", "Enter")
        await office.wait_for_selector("a[href='/phrases/-/1']")
        assert await office.evaluate("document.documentElement.scrollWidth") <= 390
        await office.goto(f"/orders/{number}?do=note")
        text = "form[data-do=note] textarea[name=text]"
        await office.wait_for_selector(text)
        await office.fill(text, "甲乙")
        await office.focus(text)
        await office.evaluate("box => document.querySelector(box).setSelectionRange(1, 1)", text)
        await office.keyboard.press("F6")
        await office.wait_for_selector(".phrase-box [role=option]")
        assert await faults(office) == []
        await office.keyboard.type("ts")
        await office.keyboard.press("Enter")
        assert await office.input_value(text) == f"甲{PIPE['text']}乙"
        await office.keyboard.press("F6")
        await office.wait_for_selector(".phrase-box")
        await office.keyboard.press("Escape")
        await office.wait_for_selector(".phrase-box", state="detached")
        assert await office.evaluate("document.activeElement.name") == "text"
        assert pages.loud == []
