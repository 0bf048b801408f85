"""The people of a small city for tests over HTTP, and the appeals they work on."""

from __future__ import annotations

from typing import Any

import httpx

from api.people.models import UnitPlace
from tests.people.staff import Staff
from workorders.life.words import Role

ORDERS = "/api/work-orders"
NOWHERE = "2020-0101-0001"
CALL = "0123456789abcdef0123456789abcdef"
APPEAL = {"call_key": CALL, "appeal": 1, "kind": "complaint", "summary": "楼上漏水，物业三天没有来人",
          "caller": "13800001234", "address": "人民路 12 号", "name": "张三", "agent": "a1", "first": "城市管理",
          "second": "物业", "third": "漏水", "district": "高新区", "street": "人民路街道",
          "call": {"key": CALL, "caller": "13800001234", "first_responder": "housing", "recordings": ["r"]}}


OFFICES: dict[str, tuple[Role, dict[str, str]]] = {
    "agent": (Role.AGENT, {"agent": "a1"}), "office": (Role.BACK_OFFICE, {}), "leader": (Role.DUTY_LEADER, {}),
    "handler": (Role.UNIT_HANDLER, {"unit": "housing"}), "lead": (Role.UNIT_LEAD, {"unit": "housing"}),
    "street": (Role.UNIT_HANDLER, {"unit": "street1"}), "water": (Role.UNIT_LEAD, {"unit": "water"}),
    "admin": (Role.ADMIN, {})}


async def people(staff: Staff, *names: str) -> dict[str, httpx.AsyncClient]:
    """Sign on one person for each office that is named."""
    async with staff.db.writing() as session:
        session.add_all([UnitPlace(unit="housing", name="住建局"),
                         UnitPlace(unit="street1", name="人民路街道", upper="housing"),
                         UnitPlace(unit="water", name="水务集团")])
    return {name: await staff.signed_on(name, OFFICES[name][0], **OFFICES[name][1]) for name in names}


async def accepted(staff: Staff, *, key: str = "order-1", **more: Any) -> str:
    """Have the worker post an appeal; return the order's number."""
    answer = await staff.house.client.post(ORDERS, json=APPEAL | more, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])
