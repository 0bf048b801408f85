"""Which orders and call records each office sees, on both databases: the same conditions, said to each."""

from __future__ import annotations

from typing import Any

from tests.people.secret import city, ordinary, report, turned
from tests.people.staff import Staff

# R: a report, with the water authority; T: a complaint that turned out to be one; O: an order of the housing bureau
ORDERS = {
    "taker": "ROT", "other": "O", "teamleader": "O", "quality": "O", "office": "ROT", "leader": "ROT",
    "supervision": "ROT", "discipline": "ROT", "waterlead": "R", "handler": "O", "lead": "O", "section": "",
    "bureau": "O", "leaderhere": "O", "watcher": "O"}
RECORDS = {"taker": "ROT", "other": "", "teamleader": "O", "quality": "O", "office": "O", "supervision": "O",
           "discipline": "O", "watcher": "O"}


async def test_each_office_sees_the_orders_and_records_that_are_its_own(staff: Staff) -> None:
    people = await city(staff)
    names = {(await report(staff, people)).number: "R", (await turned(staff, people)).number: "T",
             await ordinary(staff, people): "O"}
    for who, seen in ORDERS.items():
        rows = (await people[who].get("/api/work-orders")).json()["work_orders"]
        assert sorted(names[row["number"]] for row in rows) == sorted(seen), who
        for number, name in names.items():
            answer = await people[who].get(f"/api/work-orders/{number}")
            assert answer.status_code == (200 if name in seen else 404), (who, name)
    for who, seen in RECORDS.items():
        rows = (await people[who].get("/api/call-records")).json()["call_records"]
        assert sorted(names[row["orders"]["1"]] for row in rows) == sorted(seen), who
    await _sent_to_the_unit_above(people, next(number for number, name in names.items() if name == "T"))


async def _sent_to_the_unit_above(people: dict[str, Any], number: str) -> None:
    """It looks into the report, and then sees it as any unit sees its own; those complained of still do not."""
    for who, act in (("office", {"do": "submit"}), ("leader", {"do": "endorse", "text": "请市住建委核查"}),
                     ("office", {"do": "dispatch", "data": {"unit": "bureau"}})):
        done = await people[who].post(f"/api/work-orders/{number}/acts", json=act,
                                      headers={"Idempotency-Key": str(act["do"]), "If-Match": "*"})
        assert done.status_code == 201, done.text
    assert (await people["bureau"].get(f"/api/work-orders/{number}")).status_code == 200
    for who in ("handler", "lead", "section", "leaderhere", "watcher", "waterlead"):
        assert (await people[who].get(f"/api/work-orders/{number}")).status_code == 404, who
