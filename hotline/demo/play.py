"""One whole call, played by the city, and what it left behind.

A citizen dials, chooses, waits; an agent takes the call and invites the unit; three talk; the agent leaves with the
citizen's word, the unit finishes; the citizen rates and hangs up; an order is made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from hotline.demo.city import City
from hotline.demo.desk import Desk
from hotline.demo.errors import DemoError
from hotline.demo.evidence import RATING, SUMMARY, UNIT, Evidence, recorded_at
from hotline.demo.legs import CityCall, Leg, PhoneLeg

Break = Literal["mute-department", "skip-rating", "drop-recording", "double-order"]
Row = dict[str, Any]
Tell = Callable[[str, str], None]

AGENT, AGENT_PHONE = "a1001", "6001"
UNIT_PHONES = ("66010001", "66010002")
CITIZEN = "13800001234"
TALK_SECONDS = 4.5  # long enough to be heard for 2 s on every ear
ORDER_SECONDS = 40.0


class Play:
    """The play of one call. `broken` breaks it from outside, so that a demonstration that cannot fail is caught."""

    def __init__(self, city: City, desk: Desk, tell: Tell, broken: Break | None = None) -> None:
        self.city, self.desk, self.tell, self.broken = city, desk, tell, broken

    async def run(self) -> Evidence:
        """Play the call and gather the evidence. Raises CityError if it cannot go on."""
        await self._prepare()
        citizen, key = await self._citizen_arrives()
        agent = await self._agent_takes(key)
        unit = await self._unit_joins(key)
        await self._three_talk(key)
        await self._agent_leaves(key, agent)
        await self._unit_finishes(key, unit)
        await self._citizen_rates(citizen, key)
        return await self._gather(key, {"citizen": citizen, "agent": agent, "unit": unit})

    async def _prepare(self) -> None:
        await self.city.reset_behaviours()
        await self.city.set_behaviour(UNIT_PHONES[1], "rings_out")
        if self.broken == "mute-department":
            await self.city.set_behaviour(UNIT_PHONES[0], "answers", tone=0)
            self.tell("【破坏】住建局的话机没有声音", "BREAK: the department's telephone is mute")
        for agent in self.city.directory.agents:
            await self.desk.set_state(agent.id, "ready" if agent.id == AGENT else "offline")
        self.tell("坐席王敏就绪", "agent Wang Min is ready")

    async def _citizen_arrives(self) -> tuple[CityCall, str]:
        before = {call["call"] for call in await self.desk.calls()}
        self.tell(f"市民 {CITIZEN} 拨打 12345", "a citizen dials 12345")
        citizen = await self.city.citizen(number=CITIZEN)

        async def look() -> str | None:
            new = [c["call"] for c in await self.desk.calls() if c["call"] not in before and c["caller"] == CITIZEN]
            return str(new[0]) if new else None

        key = await self.desk.until(look, 5, "the call was not seen by the controller")
        self.tell("已接通，语音导航", f"answered, the menu speaks; call {key}")
        await self._choose(citizen, key)
        self.tell("市民按 2：投诉求助，进入排队", "the citizen presses 2 (complaints and help) and waits in line")
        return citizen, key

    async def _choose(self, citizen: CityCall, key: str) -> None:
        """Press 2, and again as people do if the menu has not taken notice."""
        for _ in range(3):
            await asyncio.sleep(1.5)
            await citizen.press("2")
            for _ in range(20):
                call = await self.desk.call(key)
                if call is not None and call["state"] != "menu":
                    return
                await asyncio.sleep(0.1)
        raise DemoError("the menu did not take the key 2")

    async def _agent_takes(self, key: str) -> PhoneLeg:
        phone = self.city.phone(AGENT_PHONE)
        await phone.rang(15)
        self.tell("坐席话机振铃", "the agent's telephone rings")
        leg = await phone.answered(10)
        await self.desk.until_call(key, "room", {"agent"}, 10)
        self.tell("坐席接起，与市民通话", "the agent answers and talks with the citizen")
        await asyncio.sleep(2.0)
        return leg

    async def _unit_joins(self, key: str) -> PhoneLeg:
        self.tell("坐席邀请住房和城乡建设局", "the agent invites the housing department")
        await self.desk.invite(key, "unit", UNIT)
        for number in UNIT_PHONES:
            await self.city.phone(number).rang(10)
        self.tell("住建局两部值班电话同时振铃", "both duty telephones of the department ring")
        leg = await self.city.phone(UNIT_PHONES[0]).answered(10)
        await self.desk.until_call(key, "room", {"agent", "unit"}, 15)
        await self.city.phone(UNIT_PHONES[1]).ended(10)
        self.tell("值班室先接，另一部停止振铃；三方通话", "the first to take it is in; three talk")
        return leg

    async def _three_talk(self, key: str) -> None:
        await asyncio.sleep(TALK_SECONDS)
        appeal = {"kind": "complaint", "summary": SUMMARY, "address": "和平路18号", "unit": UNIT}
        await self.desk.save_appeal(key, agent=AGENT, **appeal)
        self.tell("坐席填写诉求", "the agent writes down the appeal")

    async def _agent_leaves(self, key: str, agent: PhoneLeg) -> None:
        call = await self.desk.until_call(key, "room", {"agent", "unit"}, 5)
        party = next(p["party"] for p in call["parties"] if p["role"] == "agent")
        await self.desk.leave(key, party)
        await agent.until_ended(5)
        await self.desk.until_call(key, "room", {"unit"}, 5)
        self.tell("市民同意，坐席退出；市民与住建局继续", "with the citizen's word the agent leaves; the two talk on")
        await asyncio.sleep(TALK_SECONDS / 2)

    async def _unit_finishes(self, key: str, unit: PhoneLeg) -> None:
        await unit.hang_up()
        await unit.until_ended(5)
        await self.desk.until_call(key, "rating", set(), 10)
        self.tell("住建局办结挂机，系统请市民评分", "the department hangs up; the system asks for a rating")

    async def _citizen_rates(self, citizen: CityCall, key: str) -> None:
        await asyncio.sleep(1.5)
        if self.broken == "skip-rating":
            self.tell("【破坏】市民不评分，直接挂机", "BREAK: the citizen hangs up without a rating")
        else:
            await citizen.press(str(RATING))
            self.tell(f"市民按 {RATING}", f"the citizen presses {RATING}")
            await asyncio.sleep(1.0)
        await citizen.hang_up()
        await citizen.until_ended(5)
        self.tell("市民挂机", "the citizen hangs up")
        if self.broken == "drop-recording":
            self._recording_path(key).unlink(missing_ok=True)
            self.tell("【破坏】录音被删除", "BREAK: the recording is deleted")

    async def _gather(self, key: str, legs: dict[str, Leg]) -> Evidence:
        for leg in legs.values():
            await leg.until_ended(5)
        record = await self.desk.until(lambda: self._settled(key), ORDER_SECONDS, "the call record was not completed")
        orders = await self.desk.until(lambda: self._complete_orders(key), ORDER_SECONDS, "no order was made")
        self.tell(f"生成工单 {orders[0].get('number')}", f"work order {orders[0].get('number')} is made")
        if self.broken == "double-order":
            await self._order_again(key, orders[0])
            orders = sorted(await self.desk.orders(key), key=lambda order: str(order.get("number")))
        heard = {role: leg.heard() for role, leg in legs.items()}
        return Evidence(key, heard, recorded_at(self._recording_path(key)), record, tuple(orders))

    async def _settled(self, key: str) -> Row | None:
        record = await self.desk.record(key)
        return record if record.get("ended_at") and record.get("recordings") else None

    async def _complete_orders(self, key: str) -> list[Row] | None:
        """Return the orders once the last change of the call (its recordings) has reached them, or time is up."""
        orders = await self.desk.orders(key)
        return orders if orders and (orders[0].get("call") or {}).get("recordings") else None

    async def _order_again(self, key: str, order: Row) -> None:
        """Post the order once more, as another appeal and under another key, as a broken client would."""
        kept = ("kind", "urgency", "summary", "address", "unit", "caller", "agent")
        body = {"call_key": key, "appeal": 2, **{name: order[name] for name in kept if name in order}}
        await self.desk.ask("POST", "/api/work-orders", json=body, headers={"Idempotency-Key": f"again-{uuid4()}"})
        self.tell("【破坏】同一通话又提交一张工单", "BREAK: a second order is posted for the same call")

    def _recording_path(self, key: str) -> Path:
        return self.city.settings.recordings_dir / f"{key}-mixed.alaw"

