"""Retention over HTTP: a dry run that touches nothing, and legal holds by those whose office it is."""

from __future__ import annotations

from tests.api.town_hall import ORDERS, accepted, people
from tests.people.staff import Staff
from workorders.life.words import Role
from workorders.models import WorkOrder
from workorders.retention.rules import Event, Rule, RuleSet, What, set_rules

RULE = Rule(name="一月", what=What.ORDER_WORDS, after_days=30, event=Event.CLOSED, ground="市政府令")
WHY = "（2026）民初1号"


async def _closed_long_ago(staff: Staff, *numbers: str) -> None:
    async with staff.db.writing() as session:
        for place, number in enumerate(numbers):
            row = await session.get_one(WorkOrder, number)
            row.state, row.closed_at = "closed", staff.now - (60 - place) * 86_400.0
        await set_rules(session, RuleSet(rules=(RULE,)), "admin", "市政府令", staff.now - 1)


async def test_a_dry_run_says_what_would_go_and_what_a_hold_keeps_and_touches_nothing(staff: Staff) -> None:
    numbers = [await accepted(staff, key=f"o{n}", call_key=None, appeal=None) for n in range(3)]
    await _closed_long_ago(staff, *numbers)
    admin, auditor = [await staff.signed_on(role.value, role) for role in (Role.ADMIN, Role.AUDITOR)]
    body = {"held": True, "why": WHY}
    for changed in (True, False):
        held = await auditor.put(f"/api/retention/holds/{numbers[1]}", json=body)
        assert (held.status_code, held.json()) == (200, {"number": numbers[1], "held": True, "changed": changed})
    told = (await admin.get("/api/retention")).json()
    assert [(one["name"], one["goes"], one["held"]) for one in told["rules"]] == [("一月", 2, 1)]
    first = (await admin.get("/api/retention/due", params={"rule": "一月", "limit": 1})).json()
    rest = (await admin.get("/api/retention/due", params={"rule": "一月", "cursor": first["next"]})).json()
    assert [one["key"] for one in (*first["due"], *rest["due"])] == [numbers[0], numbers[2]]
    kept = (await admin.get("/api/retention/due", params={"rule": "一月", "held": True})).json()["due"]
    assert [one["key"] for one in kept] == [numbers[1]]
    assert (await admin.get("/api/retention/due", params={"rule": "没有"})).status_code == 404
    async with staff.db.reading() as session:
        assert all([(await session.get_one(WorkOrder, number)).summary for number in numbers])


async def test_a_hold_is_set_and_lifted_with_a_reason_by_who_may_and_is_audited(staff: Staff) -> None:
    number = await accepted(staff)
    discipline, admin = [await staff.signed_on(role.value, role) for role in (Role.DISCIPLINE, Role.ADMIN)]
    path = f"/api/retention/holds/{number}"
    assert (await admin.put(path, json={"held": True, "why": WHY})).status_code == 403
    assert (await discipline.put(path, json={"held": True, "why": ""})).status_code == 422
    assert (await discipline.put(path, json={"held": True, "why": WHY})).status_code == 200
    assert (await admin.get("/api/retention/holds")).json() == {"holds": [number], "next": None}
    assert (await discipline.put(path, json={"held": False, "why": "已结案"})).json()["changed"] is True
    assert (await admin.get("/api/retention/holds")).json()["holds"] == []
    missing = await discipline.put("/api/retention/holds/2020-0101-0001", json={"held": True, "why": WHY})
    assert missing.status_code == 404
    for what, why in (("hold.set", WHY), ("hold.lifted", "已结案")):
        assert [(row.about, row.data["why"]) for row in await staff.audit(what)] == [(number, why)]


async def test_whoever_is_of_the_unit_complained_of_learns_of_no_report_from_retention(staff: Staff) -> None:
    office = (await people(staff, "office"))["office"]
    number = await accepted(staff, kind="report", complained_of=["housing"])
    assert (await office.get(f"{ORDERS}/{number}")).json()["kind"] == "report"
    await _closed_long_ago(staff, number)
    theirs = await staff.signed_on("theirs", Role.DISCIPLINE, unit="housing")
    others = await staff.signed_on("others", Role.DISCIPLINE)
    for client, seen in ((theirs, []), (others, [number])):
        due = (await client.get("/api/retention/due", params={"rule": "一月"})).json()["due"]
        assert [one["key"] for one in due] == seen
        answer = await client.put(f"/api/retention/holds/{number}", json={"held": True, "why": WHY})
        assert answer.status_code == (200 if seen else 404)
    assert (await theirs.get("/api/retention/holds")).json()["holds"] == []
