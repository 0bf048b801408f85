"""Calls to listen to over HTTP: those of an order, and the search. Who may not hear one is told why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.api.house import House
from tests.api.town_hall import APPEAL, CALL, accepted, people
from tests.people.staff import Staff
from tests.support.heard import heard
from tests.workorders.story import BEGIN
from workorders.life.words import Role


async def talked(staff: Staff) -> None:
    """A call was made, with a hold, and its recordings stand in the folder."""
    await heard(staff.db, staff.house.settings.recordings_dir, CALL)


async def calls(client: httpx.AsyncClient, number: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/api/work-orders/{number}/calls")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["calls"]
    return found


async def test_an_orders_call_has_its_voices_and_marks_for_those_who_may_hear_it(house: House, staff: Staff) -> None:
    await talked(staff)
    number = await accepted(staff)
    quality = await staff.signed_on("quality", Role.QUALITY)
    one, = await calls(quality, number)
    assert one["refused"] is None
    assert one["orders"] == [number]
    assert one["caller"] == "138****1234"
    assert [lane["role"] for lane in one["lanes"]] == ["citizen", "agent", "unit"]
    assert [(mark["at"], mark["to"]) for mark in one["marks"] if mark["kind"] == "hold"] == [(30.0, 36.0)]
    heard = await quality.get(f"/api/recordings/{one['key']}/p1")
    assert heard.headers["content-type"] == "audio/wav"
    assert [row.about for row in await staff.audit("recording.played")] == [CALL]


async def test_who_may_not_hear_a_call_is_told_why_and_nothing_of_it(house: House, staff: Staff) -> None:
    await talked(staff)
    number = await accepted(staff)
    who = await people(staff, "office", "lead")
    sent = await who["office"].post(f"/api/work-orders/{number}/acts",
                                    json={"do": "dispatch", "data": {"unit": "housing"}},
                                    headers={"If-Match": "*", "Idempotency-Key": "d1"})
    assert sent.status_code == 201, sent.text
    other = await staff.signed_on("other", Role.AGENT, agent="a2")
    for client, code in ((who["lead"], "no_right"), (other, "not_yours")):
        one, = await calls(client, number)
        assert set(one) == {"key", "refused"}
        assert one["refused"]["code"] == code
        assert one["refused"]["detail"]
        assert one["refused"]["fix"]
    assert (await other.get("/api/recordings")).json()["recordings"] == []
    assert await staff.audit("recording.played") == []


async def test_the_call_of_a_report_is_sealed_but_for_those_named(house: House, staff: Staff) -> None:
    await talked(staff)
    number = await accepted(staff, kind="report")
    office = await staff.signed_on("office", Role.BACK_OFFICE)
    one, = await calls(office, number)
    assert one["refused"]["code"] == "confidential"
    assert (await office.get("/api/recordings", params={"order": number})).json()["recordings"] == []
    taker = await staff.signed_on("taker", Role.AGENT, agent="a1")
    mine, = await calls(taker, number)
    assert mine["refused"] is None


async def test_recordings_are_found_by_day_number_agent_and_order_together(house: House, staff: Staff) -> None:
    await talked(staff)
    number = await accepted(staff)
    quality = await staff.signed_on("quality", Role.QUALITY)
    day = datetime.fromtimestamp(BEGIN, ZoneInfo("Asia/Shanghai")).date().isoformat()

    async def found(client: httpx.AsyncClient, **asked: str) -> list[str]:
        answer = await client.get("/api/recordings", params=asked)
        assert answer.status_code == 200, answer.text
        return [one["key"] for one in answer.json()["recordings"]]

    assert await found(quality, since=day, agent="a1", order=number) == [CALL]
    assert await found(quality, since="2020-01-01") == []
    assert await found(quality, agent="a11") == []
    assert (await quality.get("/api/recordings", params={"order": "2020-0101-0001"})).status_code == 404
    assert (await quality.get("/api/recordings", params={"since": day, "until": "2020-01-01"})).status_code == 422
    assert (await quality.get("/api/recordings", params={"number": APPEAL["caller"]})).status_code == 403
    leader = await staff.signed_on("boss", Role.SUPERVISION)
    assert await found(leader, number=str(APPEAL["caller"])) == [CALL]
    assert [row.about for row in await staff.audit("number.searched")] == ["138****1234"]
