"""An order's whole life through the HTTP interface alone, each step by the person whose office it is."""

from __future__ import annotations

from typing import Any

import httpx

from core.db import Database
from tests.support.rung import rang

REPLY = "已上门更换楼上卫生间破裂水管，关阀试水两小时无渗漏，住户当场确认。"
WRONG = {"wrong_step", "not_yours", "needs_more", "not_found", "forbidden", "act_refused"}


class Life:
    """One order as its people work it. `people`: office → the browser of who holds it."""

    def __init__(self, number: str, people: dict[str, httpx.AsyncClient]) -> None:
        self.number, self.people = number, people
        self.turn = 0

    async def read(self, who: str) -> httpx.Response:
        return await self.people[who].get(f"/api/work-orders/{self.number}")

    async def act(self, who: str, do: str, *, version: str | None = None, **more: Any) -> httpx.Response:
        """Have somebody do an act on the version they see, or on `version`."""
        seen = version or (await self.read(who)).headers.get("etag", "*")
        self.turn += 1
        return await self.people[who].post(
            f"/api/work-orders/{self.number}/acts", json={"do": do, **more},
            headers={"Idempotency-Key": f"{self.number}-{self.turn}", "If-Match": seen})

    async def step(self, who: str, do: str, then: str, *, not_by: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
        """Have an act done; first by those whose office it is not, who are refused and change nothing."""
        for other in not_by:
            refused = await self.act(other, do, **more)
            assert refused.status_code in (403, 404, 409), (other, do, refused.text)
            assert refused.json()["code"] in WRONG, refused.text
        answer = await self.act(who, do, **more)
        assert answer.status_code == 201, (who, do, answer.text)
        body: dict[str, Any] = answer.json()
        assert body["state"] == then, (who, do, body["state"])
        return body


async def live(life: Life, now: float, db: Database) -> dict[str, Any]:
    """Lead an order of the first responder ``housing`` from acceptance to its close; return it as it is then."""
    street_due = now + 20 * 3600
    await life.step("agent", "classify", "accepted", data={"tags": ["major"]})
    await life.step("office", "submit", "awaiting_signature", not_by=("handler",))
    await life.step("leader", "endorse", "endorsed", not_by=("office", "agent", "lead"), text="同意，尽快办理")
    await life.step("office", "dispatch", "dispatched", not_by=("leader", "handler"), data={"unit": "housing"})
    await life.step("handler", "sign_for", "signed", not_by=("agent", "office", "water"))
    await life.step("handler", "contact", "signed", data={"reached": True})
    await life.step("handler", "hand_down", "handling", data={"unit": "street1", "due": street_due})
    await life.step("street", "inner_reply", "handling", text="已到现场，水管破裂，配件已换")
    await life.step("lead", "reply", "replied", not_by=("handler", "street", "office"), text=REPLY,
                    data={"solved": True})
    await life.step("office", "pass", "reviewed", not_by=("lead", "leader"))
    begun = await life.step("agent", "begin_follow_up", "follow_up", not_by=("lead",))
    call = await rang(db, life.number, begun["changed_at"])
    await life.step("agent", "try_citizen", "follow_up", data={"reached": True, "call": call})
    await life.step("agent", "citizen_says", "follow_up", not_by=("handler",),
                    data={"solved": True, "satisfaction": 5, "via": "call"})
    return await life.step("office", "close", "closed", not_by=("lead", "agent"))
