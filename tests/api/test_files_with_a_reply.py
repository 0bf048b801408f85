"""A policy asks for a photograph with the reply: the unit is told before, refused without, and nobody makes one up."""

from __future__ import annotations

from typing import Any

from tests.api.town_hall import ORDERS, accepted, people
from tests.api.whole_life import REPLY, Life
from tests.people.staff import Staff

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
RULE = {"name": "整改后的照片", "when": {"kinds": ["complaint"], "matters": ["物业"]}, "media": ["picture"]}


async def test_a_reply_brings_the_photograph_that_the_policy_asks_for(staff: Staff) -> None:
    everybody = await people(staff, "admin", "office", "handler", "lead")
    policy = (await everybody["admin"].get("/api/policy")).json()["policy"] | {"bring": [RULE]}
    set_ = await everybody["admin"].put("/api/policy", json={"policy": policy, "why": "市政务〔2026〕9号"},
                                        headers={"If-Match": '"0"'})
    assert set_.json()["policy"]["bring"][0]["only_solved"] is True, set_.text
    life = Life(await accepted(staff), everybody)
    await life.step("office", "dispatch", "dispatched", data={"unit": "housing"})
    await life.step("handler", "sign_for", "signed")
    await life.step("handler", "contact", "signed", data={"reached": True})
    assert await _brings(life) == [{"says": "按政策“整改后的照片”，报称已解决的答复须附图片", "there": False}]
    lacking = await life.act("lead", "reply", text=REPLY, data={"solved": True})
    assert (lacking.status_code, lacking.json()["code"]) == (409, "needs_more")
    assert "整改后的照片" in lacking.json()["detail"]
    assert "附件" in lacking.json()["fix"]
    uploaded = await _upload(life, "office")  # the hotline's own is not the unit's
    file = {name: uploaded[name] for name in ("id", "media_type", "sha256")}
    for made_up in (file, file | {"id": "att-0000000000000000"}):
        forged = await life.act("handler", "note", text="附件", data={"file": made_up})
        assert (forged.status_code, forged.json()["code"]) == (409, "needs_more"), forged.text
    assert (await life.act("lead", "reply", text=REPLY, data={"solved": True})).status_code == 409
    await _upload(life, "handler")
    assert [one["there"] for one in await _brings(life)] == [True]
    await life.step("lead", "reply", "replied", text=REPLY, data={"solved": True})


async def _brings(life: Life) -> Any:
    acts = (await life.read("lead")).json()["acts"]
    return next(one["brings"] for one in acts if one["do"] == "reply")


async def _upload(life: Life, who: str) -> dict[str, Any]:
    headers = {"Idempotency-Key": who, "Content-Type": "image/png"}
    made = await life.people[who].post(f"{ORDERS}/{life.number}/attachments", params={"name": f"{who}.png"},
                                       content=PNG, headers=headers)
    assert made.status_code == 201, made.text
    body: dict[str, Any] = made.json()
    return body
