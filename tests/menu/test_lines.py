"""A unit's lead keeps what the unit's own information lines say: checked, signed, with history, and nothing else."""

from __future__ import annotations

from typing import Any

import httpx
import numpy as np
import pytest

from api.people.models import UnitPlace
from ivr.releases import FlowStore
from ivr.upload import wav
from tests.menu.test_menu_over_http import BINARY, draft, edit, publish
from tests.people.staff import Staff
from workorders.life.words import Role

LINES = "/api/menu/lines"
WORDS = "办事大厅在人民路1号，周一到周五上午八点半开门。转人工请按0。"


@pytest.fixture
async def lead(staff: Staff, admin: httpx.AsyncClient) -> httpx.AsyncClient:
    """The lead of the unit that answers for the line 办事指南, which is in force."""
    made = await edit(admin, await draft(admin, "hours"), "steps", "guide", "owner", value="housing")
    assert (await publish(admin, made)).status_code == 201
    return await staff.signed_on("lead", Role.UNIT_LEAD, unit="housing")


def wish(**more: Any) -> dict[str, Any]:
    return {"why": "大厅搬迁", "seen": 1, "texts": {"guide": {"zh-CN": WORDS}}, "review": "2027-06-30", **more}


async def test_a_lead_changes_what_the_units_line_says_and_callers_hear_it(
    staff: Staff, lead: httpx.AsyncClient, admin: httpx.AsyncClient,
) -> None:
    (line,) = (await lead.get(LINES)).json()["lines"]
    assert (line["step"], line["title"], line["owner"], line["shared"]) == ("guide", "办事指南", "housing", [])
    was = line["texts"]["guide"]["zh-CN"]
    made = await lead.put(f"{LINES}/guide", json=wish())
    assert made.status_code == 200, made.text
    assert (made.json()["number"], made.json()["by"]) == (2, "lead")
    release = FlowStore(staff.house.settings.release_dir).current()
    assert release.text("guide", "zh-CN") == WORDS
    history = (await lead.get(f"{LINES}/guide")).json()["history"]
    assert [(one["by"], one["why"], one["texts"]["guide"]["zh-CN"]) for one in history] == [
        ("lead", "大厅搬迁", WORDS), ("guanli", "开通新菜单", was)]
    assert (await lead.put(f"{LINES}/guide", json=wish(seen=2))).json()["code"] == "conflict"  # nothing is new
    back = await admin.post("/api/menu/releases/1/rollback", json={"why": "改错了", "expected": 2})
    assert back.status_code == 200, back.text


async def test_a_lead_has_no_other_units_line_and_may_change_nothing_else(
    staff: Staff, lead: httpx.AsyncClient, admin: httpx.AsyncClient,
) -> None:
    other = await staff.signed_on("water", Role.UNIT_LEAD, unit="water")
    assert (await other.get(LINES)).json()["lines"] == []
    assert (await other.put(f"{LINES}/guide", json=wish())).status_code == 404
    assert (await other.get(f"{LINES}/guide")).status_code == 404
    assert (await lead.put(f"{LINES}/welcome", json=wish())).status_code == 404  # a menu is no line
    stranger = await lead.put(f"{LINES}/guide", json=wish(texts={"greeting": {"zh-CN": "您好"}}))
    assert (stranger.status_code, stranger.json()["code"]) == (409, "conflict")
    assert (await lead.get("/api/menu/releases")).status_code == 403
    handler = await staff.signed_on("handler", Role.UNIT_HANDLER, unit="housing")
    assert (await handler.put(f"{LINES}/guide", json=wish())).status_code == 403
    async with staff.db.writing() as session:
        session.add(UnitPlace(unit="housing", name="住建局", upper="bureau"))
    above = await staff.signed_on("above", Role.UNIT_LEAD, unit="bureau")
    assert [one["step"] for one in (await above.get(LINES)).json()["lines"]] == ["guide"]
    assert [one["step"] for one in (await admin.get(LINES)).json()["lines"]] == ["guide"]
    assert (await admin.get("/api/menu/releases")).json()["current"] == 1


async def test_words_that_callers_would_hear_too_long_or_empty_are_refused_and_nothing_changes(
    lead: httpx.AsyncClient, admin: httpx.AsyncClient,
) -> None:
    for texts, code in (("", "flow_refused"), ("很长" * 290, "line_refused")):
        refused = await lead.put(f"{LINES}/guide", json=wish(texts={"guide": {"zh-CN": texts}}))
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
        assert refused.json()["findings"]
    assert (await admin.get("/api/menu/releases")).json()["current"] == 1


async def test_who_did_not_see_the_newest_words_is_told_and_others_changes_elsewhere_do_not_matter(
    lead: httpx.AsyncClient, admin: httpx.AsyncClient,
) -> None:
    begun = await draft(admin, "hours")  # of a ready flow, while release 1 is in force
    begun = await edit(admin, begun, "steps", "guide", "owner", value="housing")
    begun = await edit(admin, begun, "title", value="改了标题")
    assert (await publish(admin, begun, based_on=1)).status_code == 201
    assert (await lead.put(f"{LINES}/guide", json=wish(seen=1))).status_code == 200  # the line was as it had been seen
    late = await lead.put(f"{LINES}/guide", json=wish(seen=2, texts={"guide": {"zh-CN": "别的话。转人工请按0。"}}))
    assert late.status_code == 409
    assert "刷新页面" in late.json()["fix"]


async def test_a_menu_that_an_admin_was_editing_meanwhile_does_not_take_the_words_back(
    lead: httpx.AsyncClient, admin: httpx.AsyncClient,
) -> None:
    answer = await admin.post("/api/menu/drafts", json={"title": "夜间", "release": 1})
    begun = await edit(admin, answer.json(), "title", value="改了标题")
    assert (await lead.put(f"{LINES}/guide", json=wish())).status_code == 200
    assert (await publish(admin, begun)).status_code == 201  # on what the lead had made of it
    document = (await admin.get("/api/menu/releases/3")).json()["document"]
    assert (document["title"], document["prompts"]["guide"]["zh-CN"]) == ("改了标题", WORDS)


async def test_a_recording_is_said_in_place_of_the_words_until_it_is_taken_back(
    staff: Staff, lead: httpx.AsyncClient,
) -> None:
    sound = wav(0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * 16000) / 16000), 16000)
    made = await lead.post(f"{LINES}/guide/sounds/zh-CN", content=sound, headers=BINARY)
    assert made.status_code == 201, made.text
    name = made.json()["name"]
    played = await lead.get(f"{LINES}/guide/sounds/zh-CN/{name}")
    assert (played.status_code, played.content[:4]) == (200, b"RIFF")
    kept = await lead.put(f"{LINES}/guide", json=wish(recordings={"guide": {"zh-CN": name}}))
    assert kept.status_code == 200, kept.text
    assert (await lead.get(f"{LINES}/guide")).json()["recordings"] == {"guide": {"zh-CN": name}}
    store = FlowStore(staff.house.settings.release_dir)
    assert store.current().prompts["guide"]["zh-CN"].recording == name
    spoken = await lead.put(f"{LINES}/guide", json=wish(seen=2, recordings={"guide": {}}))
    assert spoken.status_code == 200, spoken.text
    assert store.current().prompts["guide"]["zh-CN"].recording != name


async def test_words_are_heard_before_they_are_said(lead: httpx.AsyncClient) -> None:
    sound = await lead.post(f"{LINES}/guide/heard", json={"text": "办事大厅在人民路1号。", "lang": "zh-CN"})
    assert (sound.status_code, sound.headers["content-type"]) == (200, "audio/wav")
    assert sound.content[:4] == b"RIFF"
