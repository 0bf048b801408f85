"""The menu over HTTP: an admin edits, checks, publishes and rolls back; two admins; sounds; what callers did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import numpy as np
import pytest

from core.facts import MENU_STEP
from ivr.number_sheet import MAX_BYTES
from ivr.releases import FlowStore
from ivr.sound import from_wav
from ivr.trial import trials
from ivr.upload import wav
from tests.people.staff import BEGIN, Staff
from workorders.life.words import Role
from workorders.models import CallFact, CallRecord

BINARY = {"Content-Type": "application/octet-stream"}


async def draft(admin: httpx.AsyncClient, ready: str = "direct") -> dict[str, Any]:
    answer = await admin.post("/api/menu/drafts", json={"title": "夜间", "ready": ready})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def edit(admin: httpx.AsyncClient, made: dict[str, Any], *path: str, value: Any) -> dict[str, Any]:
    answer = await admin.post(f"/api/menu/drafts/{made['id']}/operations", json={
        "version": made["version"], "words": "改", "edits": [{"path": list(path), "value": value}]})
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def publish(admin: httpx.AsyncClient, made: dict[str, Any], **more: Any) -> httpx.Response:
    return await admin.post(f"/api/menu/drafts/{made['id']}/publish", json={"why": "开通新菜单", **more})


async def test_a_draft_is_edited_published_and_rolled_back(staff: Staff, admin: httpx.AsyncClient) -> None:
    made = await draft(admin)
    first = await publish(admin, made)
    assert first.status_code == 201, first.text
    assert (first.json()["number"], first.json()["by"], first.json()["why"]) == (1, "guanli", "开通新菜单")
    made = await edit(admin, made, "prompts", "greeting", "zh-CN", value="您好，政务热线。")
    changes = (await admin.get(f"/api/menu/drafts/{made['id']}/difference")).json()["changes"]
    assert [change["path"] for change in changes] == [["prompts", "greeting", "zh-CN"]]
    assert "改为 “您好，政务热线。”" in changes[0]["words"]
    assert (await publish(admin, made, based_on=1)).json()["number"] == 2
    store = FlowStore(staff.house.settings.release_dir)
    assert store.current().id.startswith("2-")
    back = await admin.post("/api/menu/releases/1/rollback", json={"why": "改错了", "expected": 2})
    assert back.status_code == 200, back.text
    assert store.current().id == first.json()["id"]
    listed = (await admin.get("/api/menu/releases")).json()
    assert (listed["current"], [row["state"] for row in listed["releases"]]) == (1, ["superseded", "published"])
    assert [act["act"] for act in listed["acts"]] == ["rollback", "publish", "publish"]
    second = (await admin.get("/api/menu/releases/2")).json()
    assert second["document"]["prompts"]["greeting"]["zh-CN"] == "您好，政务热线。"
    assert len((await admin.get("/api/menu/releases/1/difference?to=2")).json()["changes"]) == 1


async def test_undo_survives_a_reload_and_another_sign_on(staff: Staff, admin: httpx.AsyncClient) -> None:
    made = await draft(admin)
    for word in ("一", "二", "三"):
        made = await edit(admin, made, "title", value=word)
    again, _ = await staff.log_in("guanli")
    for _ in range(3):
        made = (await again.post(f"/api/menu/drafts/{made['id']}/undo", json={})).json()
    assert made["document"]["title"] == "直接转人工"
    assert made["redo"] == {"steps": 3, "words": "改"}
    assert (await again.post(f"/api/menu/drafts/{made['id']}/redo", json={})).json()["document"]["title"] == "一"
    nothing = await publish(admin, await draft(admin))
    assert nothing.status_code == 201


async def test_one_edits_at_a_time_and_may_be_taken_over_from(staff: Staff, admin: httpx.AsyncClient) -> None:
    other = await staff.signed_on("zhao", Role.ADMIN)
    made = await edit(admin, await draft(admin), "title", value="x")
    address = f"/api/menu/drafts/{made['id']}"
    kept_out = await other.post(f"{address}/operations", json={"edits": [{"path": ["title"], "value": "y"}]})
    assert (kept_out.status_code, kept_out.json()["code"]) == (409, "conflict")
    assert "guanli 正在编辑" in kept_out.json()["detail"]
    assert (await other.post(f"{address}/lock", json={"over": True})).json()["lock"]["by"] == "zhao"
    assert (await other.post(f"{address}/comments", json={"text": "太长"})).json()["comments"][0]["by"] == "zhao"
    assert (await other.delete(f"{address}/lock")).status_code == 204
    assert (await other.delete(address)).status_code == 204
    assert (await admin.get(address)).status_code == 404


async def test_a_flow_that_strands_callers_is_refused_with_an_example(admin: httpx.AsyncClient) -> None:
    made = await edit(admin, await draft(admin, "hours"), "steps", "bye2", value={"verb": "hang_up"})
    made = await edit(admin, made, "steps", "welcome", "on_time_out", value="bye2")
    checked = (await admin.get(f"/api/menu/drafts/{made['id']}/check")).json()
    assert not checked["ok"]
    finding = next(one for one in checked["findings"] if one["path"] == "steps.welcome.on_time_out")
    assert finding["code"] == "silence-ends-call"
    assert finding["way"]["lines"][-1].endswith("被挂断")
    refused = await publish(admin, made)
    assert (refused.status_code, refused.json()["code"]) == (422, "flow_refused")
    assert refused.json()["findings"]


async def test_of_two_admins_who_publish_at_once_one_wins_and_the_other_is_told(
    staff: Staff, admin: httpx.AsyncClient,
) -> None:
    await publish(admin, await draft(admin))
    other = await staff.signed_on("zhao", Role.ADMIN)
    mine, theirs = await draft(admin), await draft(other)
    answers = await asyncio.gather(publish(admin, mine), publish(other, theirs))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    told = next(answer.json() for answer in answers if answer.status_code == 409)
    winner = next(answer.json() for answer in answers if answer.status_code == 201)
    assert told["detail"].startswith(f"{winner['by']} 已发布了第 2 版")


async def test_a_release_waits_for_its_time_or_is_taken_back(staff: Staff, admin: httpx.AsyncClient) -> None:
    await publish(admin, await draft(admin))
    waiting = (await publish(admin, await draft(admin), due_at=staff.now + 3600)).json()
    assert (waiting["state"], waiting["due_at"]) == ("checked", staff.now + 3600)
    taken = await admin.post(f"/api/menu/releases/{waiting['number']}/withdraw", json={"why": "不需要了"})
    assert taken.json()["state"] == "withdrawn"
    assert (await admin.post("/api/menu/releases/9/rollback", json={"why": "没有"})).status_code == 404


async def test_a_draft_is_walked_key_by_key_at_any_hour(admin: httpx.AsyncClient) -> None:
    made = await draft(admin, "hours")

    async def walk(*presses: str, at: str = "2026-11-25T10:00") -> dict[str, Any]:
        answer = await admin.post(f"/api/menu/drafts/{made['id']}/walk", json={"presses": presses, "at": at})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    begun = await walk()
    assert begun["step"] == "welcome"
    assert begun["asked"]["texts"][0].startswith("您好，12345")
    assert [move["why"] for move in begun["moves"]] == ["open"]
    told = await walk("3", "0")
    assert told["outcome"]["kind"] == "service"
    assert "按 3 → 办事指南" in "\n".join(told["lines"])
    heard = [await admin.post(f"/api/menu/drafts/{made['id']}/sound", json={"presses": keys, "at": "2026-11-25T10:00"})
             for keys in ([], ["3"])]
    lengths = [len(from_wav(one.content)[0]) / 8000 for one in heard]
    assert 5 < lengths[0] < lengths[1] < 60
    night = await walk(at="2026-11-25T03:00")
    assert night["outcome"]["kind"] == "service"
    assert night["moves"][0]["why"] == "closed"


async def test_a_recording_is_taken_heard_and_spoken_and_no_sound_is_refused(admin: httpx.AsyncClient) -> None:
    tone = wav(0.3 * np.sin(np.arange(16000) / 4), 16000)
    taken = await admin.post("/api/menu/sounds/zh-CN", content=tone, headers=BINARY)
    assert taken.status_code == 201, taken.text
    assert taken.json()["seconds"] == pytest.approx(1.0, abs=0.1)
    heard = await admin.get(taken.json()["url"])
    assert from_wav(heard.content)[1] == 8000
    spoken = await admin.post("/api/menu/speech", json={"text": "您好", "lang": "zh-CN"})
    assert len(from_wav(spoken.content)[0]) > 2000
    refused = await admin.post("/api/menu/sounds/zh-CN", content=b"MZ" * 500, headers=BINARY)
    assert (refused.status_code, refused.json()["code"]) == (422, "prompt_refused")
    made = await edit(admin, await draft(admin), "prompts", "greeting", "recording", value={
        "zh-CN": taken.json()["name"]})
    assert (await publish(admin, made)).status_code == 201
    file = await admin.get(f"/api/menu/drafts/{made['id']}/file")
    assert "sounds:" in file.text
    back = await admin.post("/api/menu/imports?title=again", content=file.content, headers=BINARY)
    assert back.json()["document"]["prompts"] == made["document"]["prompts"]


async def test_an_upload_of_two_gigabytes_is_refused_before_it_is_read(admin: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(admin.base_url.host, admin.base_url.port)
    writer.write(b"POST /api/menu/sounds/zh-CN HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
                 b"Content-Length: 2147483648\r\n\r\n" + bytes(1000))
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 20)
    writer.close()

    async def untold() -> AsyncIterator[bytes]:
        for _ in range(25):
            yield bytes(1_000_000)

    answer = await admin.post("/api/menu/sounds/zh-CN", content=untold(), headers=BINARY)
    assert answer.status_code == 413


async def test_numbers_come_from_a_spreadsheet_into_a_draft(admin: httpx.AsyncClient) -> None:
    made = await draft(admin)
    rows = ["号码,名称,领域,问候语,起点,承办单位"]
    rows += [f"{12300 + n},热线{n},城市管理,您好，热线{n}。,welcome,housing" for n in range(60)] + ["x,y,,,,"]
    address = f"/api/menu/drafts/{made['id']}"
    told = (await admin.post(f"{address}/numbers", content="\n".join(rows).encode(), headers=BINARY)).json()
    assert told["words"] == "共 61 行：新增 60，更新 0，拒绝 1"
    assert told["lines"][-1]["problem"]
    document = (await admin.get(address)).json()["document"]
    assert document["numbers"]["12330"]["greeting"] == "greeting-12330"
    assert (await admin.get(f"{address}/check")).json()["ok"]
    large = await admin.post(f"{address}/numbers", content=b"x" * (MAX_BYTES + 1), headers=BINARY)
    assert large.json()["code"] == "sheet_refused"


async def test_a_notice_goes_up_and_comes_down(staff: Staff, admin: httpx.AsyncClient) -> None:
    await publish(admin, await draft(admin))
    wish = {"texts": {"zh-CN": "台风红色预警。"}, "ends": staff.now + 3600, "closes": ["*"], "why": "台风"}
    up = await admin.post("/api/menu/notices", json=wish)
    assert up.status_code == 201, up.text
    listed = (await admin.get("/api/menu/notices")).json()["notices"]
    assert [(one["id"], one["lasts"]) for one in listed] == [(up.json()["id"], True)]
    assert (await admin.delete(f"/api/menu/notices/{up.json()['id']}")).status_code == 204
    assert (await admin.get("/api/menu/notices")).json()["notices"] == []
    too_long = await admin.post("/api/menu/notices", json=wish | {"ends": staff.now + 1e8})
    assert too_long.json()["code"] == "prompt_refused"


async def keep_calls(staff: Staff) -> None:
    async with staff.db.writing() as session:
        for number in range(40):
            key = f"{number:032x}"
            line = {"step": "welcome", "verb": "menu", "why": "key", "pressed": "3" if number < 37 else "0",
                    "to": "guide" if number < 37 else "person"}
            session.add(CallRecord(key=key, called="12345" if number % 2 else "12319", answered_at=BEGIN - 3600,
                                   ended_at=BEGIN - 3000, path=[{"at": BEGIN - 3597, **line}], last_fact_at=BEGIN,
                                   parties=[{"joined_at": BEGIN - 3500}]))
            session.add(CallFact(id=f"{key}/1", call=key, at=BEGIN - 3597, kind=MENU_STEP, source="controller",
                                 data={**line, "release": "1-abcd", "heard": ["greeting"]}))


async def test_the_telephone_of_whoever_tries_a_draft_is_rung_and_nobody_elses(
    staff: Staff, admin: httpx.AsyncClient,
) -> None:
    made = await draft(admin)
    assert (await admin.post(f"/api/menu/drafts/{made['id']}/ring")).json()["code"] == "no_phone"
    other = await staff.signed_on("guanli2", Role.ADMIN, Role.AGENT, agent="a1001")
    answer = await other.post(f"/api/menu/drafts/{made['id']}/ring")
    assert answer.status_code == 202, answer.text
    verb, asked = staff.house.controller.asked[-1]
    assert (verb, asked["agent"]) == ("menu.try", "a1001")
    tried = FlowStore(trials(staff.house.settings)).get(asked["place"].split("/")[0])
    assert asked["place"] == f"{tried.id}//"
    assert not (staff.house.settings.release_dir / "flow.json").exists()


async def test_what_callers_did_is_counted_traced_and_replayed(staff: Staff, admin: httpx.AsyncClient) -> None:
    made = await draft(admin, "hours")
    assert (await publish(admin, made)).status_code == 201
    await keep_calls(staff)
    found = (await admin.get("/api/menu/figures")).json()
    welcome = found["releases"]["1-abcd"]["welcome"]
    assert (found["calls"], welcome["entered"], welcome["keys"], welcome["mean_seconds"]) == (
        40, 40, {"3": 37, "0": 3}, 3.0)
    assert found["called"] == {"12345": 20, "12319": 20}
    leader = await staff.signed_on("banzhang", Role.TEAM_LEADER)
    trace = (await leader.get(f"/api/menu/calls/{0:032x}/trace")).json()
    assert trace["lines"][0]["words"] == "步骤 welcome：按 3 → guide"
    made = await edit(admin, made, "steps", "welcome", "choices", "3", value="person")
    told = (await admin.post(f"/api/menu/drafts/{made['id']}/replay", json={"last": 2000})).json()
    assert (told["calls"], told["same"], told["worse"]) == (40, 3, 0)
    assert told["differences"][0]["words"].startswith("原来听完信息结束的 37 位来电人中，有 37 位现在")
