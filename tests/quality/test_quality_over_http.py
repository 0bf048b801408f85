"""Quality checks over HTTP: drawn by a rule and a seed, scored, appealed against, decided by another; clips."""

from __future__ import annotations

import itertools
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.api.town_hall import CALL, accepted
from tests.people.staff import Staff
from tests.support.heard import heard
from workorders.life.words import Role
from workorders.models import CallRecord
from workorders.quality.rules import SEED_CARD

_KEYS = itertools.count()
WEEK = {"week": "2026-W48", "seed": "s1"}
GOOD = {one.key: 5 for one in SEED_CARD.items}
POOR = {one.key: 2 for one in SEED_CARD.items}


async def post(client: httpx.AsyncClient, path: str, body: Any, status: int = 201) -> Any:
    answer = await client.post(f"/api/quality/{path}", json=body, headers={"Idempotency-Key": f"k{next(_KEYS)}"})
    assert answer.status_code == status, answer.text
    return answer.json()


async def drawn(staff: Staff, judge: httpx.AsyncClient) -> str:
    """Draw the week of one recorded call; return the check's id."""
    await heard(staff.db, staff.house.settings.recordings_dir, CALL, at=staff.now)
    check, = (await post(judge, "draws", WEEK))["checks"]
    assert (check["call"], check["agent"], check["reasons"]) == (CALL, "a1", ["random"])
    return str(check["id"])


async def test_a_score_is_seen_by_the_agent_appealed_against_and_decided_by_another(staff: Staff) -> None:
    judge, other = await staff.signed_on("judge", Role.QUALITY), await staff.signed_on("other", Role.QUALITY)
    agent, colleague = [await staff.signed_on(one, Role.AGENT, agent=one) for one in ("a1", "a2")]
    check = await drawn(staff, judge)
    assert (await agent.get("/api/quality/checks")).json()["checks"] == []
    assert (await post(judge, "draws", WEEK))["checks"] == []
    scored = await post(judge, f"checks/{check}/score", {"marks": POOR, "comment": "没有复述诉求"})
    assert (scored["total"], scored["state"], scored["can"]) == (40.0, "scored", [])
    seen = (await agent.get(f"/api/quality/checks/{check}")).json()
    assert (seen["comment"], seen["can"]) == ("没有复述诉求", ["appeal"])
    assert (await colleague.get(f"/api/quality/checks/{check}")).status_code == 404
    assert (await post(agent, f"checks/{check}/appeal", {"why": "第 20 秒有复述"}))["state"] == "appealed"
    refused = await post(judge, f"checks/{check}/decision", {"why": "维持原判"}, 403)
    assert refused["code"] == "not_by_you"
    decided = await post(other, f"checks/{check}/decision", {"why": "确有复述", "marks": GOOD})
    assert (decided["total"], decided["first_total"], decided["granted"], decided["state"]) == (
        100.0, 40.0, True, "decided")
    again = await post(other, f"checks/{check}/decision", {"why": "再来一次"}, 409)
    assert again["fix"]
    assert [len(await staff.audit(f"quality.{what}")) for what in ("drawn", "scored", "appealed", "decided")] == [
        2, 1, 1, 1]


async def test_a_week_is_drawn_from_to_its_last_call_however_many_there_are(
        staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workorders.quality.keeping._PAGE", 7)
    judge, count = await staff.signed_on("judge", Role.QUALITY), 60
    parties = [{"role": "agent", "who": "a1", "joined_at": staff.now}]
    async with staff.db.writing() as session:  # five at each moment: the pages must not end between them
        session.add_all(CallRecord(key=f"{n:032x}", answered_at=staff.now + n // 5, ended_at=staff.now + n // 5 + 60,
                                   settled_at=staff.now + 300, parties=parties) for n in range(count))
    least = sorted((f"{n:032x}" for n in range(count)), key=lambda call: sha256(f"s1:a1:{call}".encode()).digest())
    made = (await post(judge, "draws", WEEK))["checks"]
    assert {one["call"] for one in made} == set(least[:5])
    admin = await staff.signed_on("admin", Role.ADMIN)
    tried = await post(admin, "preview", {"sampling": {"per_week": 50}, "week": WEEK["week"]}, 200)
    assert (tried["calls"], tried["agents"], tried["now"]["drawn"], tried["then"]["drawn"]) == (count, 1, 5, 50)


async def test_a_scorecard_and_a_sampling_rule_are_versions_and_what_is_scored_keeps_its_own(staff: Staff) -> None:
    judge, admin = await staff.signed_on("judge", Role.QUALITY), await staff.signed_on("admin", Role.ADMIN)
    check = await drawn(staff, judge)
    await post(judge, f"checks/{check}/score", {"marks": GOOD})
    card = {"items": [{"key": "all", "name": "总体", "weight": 100}]}
    body = {"scorecard": card, "why": "质检办法"}
    assert (await admin.put("/api/quality/scorecard", json=body)).status_code == 428
    set_ = await admin.put("/api/quality/scorecard", json=body, headers={"If-Match": '"0"'})
    assert (set_.status_code, set_.json()["scorecard_version"]) == (200, 1), set_.text
    assert (await admin.put("/api/quality/scorecard", json=body, headers={"If-Match": '"0"'})).status_code == 412
    assert len((await judge.get(f"/api/quality/checks/{check}")).json()["scorecard"]["items"]) == 6
    rule = {"sampling": {"per_week": 1}, "why": "人手不足"}
    assert (await admin.put("/api/quality/sampling", json=rule, headers={"If-Match": '"0"'})).status_code == 200
    assert (await judge.get("/api/quality/rules")).json()["sampling"]["per_week"] == 1
    assert (await judge.put("/api/quality/sampling", json=rule, headers={"If-Match": "*"})).status_code == 403
    assert (await admin.get("/api/policy")).status_code == 200


async def test_calls_of_reports_are_neither_drawn_nor_made_clips_of(staff: Staff) -> None:
    judge = await staff.signed_on("judge", Role.QUALITY)
    await heard(staff.db, staff.house.settings.recordings_dir, CALL, at=staff.now)
    await accepted(staff, kind="report")
    assert (await post(judge, "draws", WEEK))["checks"] == []
    await post(judge, "clips", {"call": CALL, "begin": 1, "end": 2, "note": "可学"}, 404)


async def test_a_clip_is_heard_by_every_agent_until_its_call_becomes_a_report(staff: Staff) -> None:
    judge, agent = await staff.signed_on("judge", Role.QUALITY), await staff.signed_on("a2", Role.AGENT, agent="a2")
    await heard(staff.db, staff.house.settings.recordings_dir, CALL, at=staff.now)
    for wrong in ({"begin": 5, "end": 5}, {"begin": 0, "end": 700}):
        await post(judge, "clips", {"call": CALL, "note": "安抚后复述", **wrong}, 422)
    await post(judge, "clips", {"call": CALL, "part": "nobody", "begin": 1, "end": 2, "note": "可学"}, 404)
    clip = await post(judge, "clips", {"call": CALL, "begin": 10, "end": 12.5, "note": "安抚后复述"})
    assert [one["note"] for one in (await agent.get("/api/quality/clips")).json()["clips"]] == ["安抚后复述"]
    assert (await agent.get(f"/api/recordings/{CALL}/mixed")).status_code == 404
    sound = await agent.get(f"/api/quality/clips/{clip['id']}/sound")
    assert (sound.status_code, len(sound.content)) == (200, 20000 + 58)
    assert [row.data["clip"] for row in await staff.audit("recording.played")] == [clip["id"]]
    await accepted(staff, kind="report")
    assert (await agent.get("/api/quality/clips")).json()["clips"] == []
    assert (await agent.get(f"/api/quality/clips/{clip['id']}/sound")).status_code == 404


async def test_a_clip_is_taken_back_by_those_who_make_them(staff: Staff) -> None:
    judge, agent = await staff.signed_on("judge", Role.QUALITY), await staff.signed_on("a2", Role.AGENT, agent="a2")
    await heard(staff.db, staff.house.settings.recordings_dir, CALL, at=staff.now)
    clip = await post(judge, "clips", {"call": CALL, "begin": 10, "end": 12.5, "note": "安抚后复述"})
    assert (await agent.delete(f"/api/quality/clips/{clip['id']}")).status_code == 403
    assert (await judge.delete(f"/api/quality/clips/{clip['id']}")).status_code == 204
    assert (await judge.get(f"/api/quality/clips/{clip['id']}/sound")).status_code == 404
    assert len(await staff.audit("clip.removed")) == 1
