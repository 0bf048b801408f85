"""Two real installations exchange orders: taken, refused, given back, answered; a lost answer makes no second order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, func, select

from tests.civic.conftest import SECRET, Platform
from workorders.civic_tables import ExchangeMessage
from workorders.exchange import signature
from workorders.life.acts import Actor, Wish
from workorders.life.words import Do, Role, State
from workorders.models import WorkOrder
from workorders.retention.rules import Event, Rule, RuleSet, What
from workorders.retention.sweep import Places, sweep

Two = tuple[Platform, Platform]
HELP = {"kind": "help", "summary": "路灯三天不亮", "address": "中山路 1 号", "caller": "13800001234",
        "first": "城市管理", "second": "市政", "third": "路灯", "district": "城东区"}
ALL = ["summary", "address", "contact"]
MAPPING = {"names": {"kind": "sqlx"}, "values": {"kind": {"help": "02", "complaint": "03"}}}


async def _introduced(city: Platform, district: Platform, **more: Any) -> None:
    """Make the two known to each other: the city calls itself city, the district district; both in the same words."""
    for here, there, own, name in ((city, district, "city", "district"), (district, city, "district", "city")):
        admin = await here.staff.signed_on("admin", Role.ADMIN)
        partner = {"name": name, "address": there.address, "own": own, "scopes": ALL, "secret": SECRET,
                   "mapping": MAPPING} | (more if here is district else {})
        answer = await admin.put(f"/api/exchange/partners/{name}", json=partner)
        assert answer.status_code == 201, answer.text
        assert SECRET not in answer.text


async def _made(platform: Platform, **more: Any) -> str:
    answer = await platform.desk.post("/api/work-orders", json=HELP | more, headers={"Idempotency-Key": "order"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def _handed_over(platform: Platform, number: str, partner: str = "district", key: str = "over") -> httpx.Response:
    body = {"number": number, "partner": partner, "why": "属区级职责"}
    return await platform.desk.post("/api/exchange/orders", json=body, headers={"Idempotency-Key": key})


async def _erased(platform: Platform, number: str) -> list[ExchangeMessage]:
    """Close an order long ago, have retention take its words; return the documents about it."""
    rule = Rule(name="x", what=What.ORDER_WORDS, after_days=30, event=Event.CLOSED, ground="市政府令")
    async with platform.staff.db.writing() as session:
        row = await session.get_one(WorkOrder, number)
        row.state, row.closed_at = "closed", 1.0
    nowhere = Path("nowhere")
    places, db, now = Places(nowhere, nowhere), platform.staff.db, platform.staff.now
    await sweep(db, RuleSet(rules=(rule,)), places, now, lambda *_: None)
    async with platform.staff.db.reading() as session:
        return list((await session.execute(select(ExchangeMessage))).scalars())


async def test_what_other_platforms_were_told_is_erased_with_the_order_and_not_sent_any_more(
        two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    number = await _made(city)
    assert (await _handed_over(city, number)).status_code == 202
    async with city.staff.db.reading() as session:
        assert "13800001234" in str((await session.execute(select(ExchangeMessage.body))).scalars().all())
    (left,) = await _erased(city, number)
    assert (left.body, left.answer, left.done_at) == ({}, {}, city.staff.now)
    assert (await _exchange(city))["why"] == ""


async def _exchange(platform: Platform) -> dict[str, Any]:
    answer = (await platform.desk.get("/api/exchange/orders")).json()
    found: dict[str, Any] = answer["exchanges"][0]
    return found


async def _orders(platform: Platform) -> list[WorkOrder]:
    async with platform.staff.db.reading() as session:
        return list((await session.execute(select(WorkOrder).order_by(col(WorkOrder.number)))).scalars())


async def _dos(platform: Platform, number: str) -> list[Do]:
    keeper = platform.staff.house.app.state.keeper
    async with platform.staff.db.reading() as session:
        return [act.do for act in (await keeper.load(session, number)).acts]


async def _acts(platform: Platform, number: str, *wishes: tuple[Do, Actor, dict[str, Any]]) -> None:
    keeper = platform.staff.house.app.state.keeper
    for do, by, more in wishes:
        platform.clock.now += 60
        async with platform.staff.db.writing() as session:
            await keeper.act(session, number, Wish(do, by, platform.clock.now, **more))


OFFICE, LAMPS = Actor("office-2", Role.BACK_OFFICE), Actor("u-lead", Role.UNIT_LEAD, "lamps")
HANDLED = (
    (Do.DISPATCH, OFFICE, {"data": {"unit": "lamps"}}), (Do.SIGN_FOR, LAMPS, {}),
    (Do.CONTACT, LAMPS, {"data": {"reached": True}}),
    (Do.REPLY, LAMPS, {"text": "已更换灯具和线路，当晚恢复照明。", "data": {"solved": True}}), (Do.PASS, OFFICE, {}))


async def _goes_over_and_its_result_comes_back(city: Platform, district: Platform) -> None:
    await _introduced(city, district)
    number = await _made(city)
    asked = await _handed_over(city, number)
    assert (asked.status_code, asked.json()["standing"]) == (202, "asked")
    assert (await _orders(city))[0].state == State.ACCEPTED  # ours until they have it
    assert await city.deliver() == 1
    ours, theirs = (await _orders(city))[0], (await _orders(district))[0]
    assert (ours.state, (await _exchange(city))["reference"]) == (State.HANDED_OVER, theirs.number)
    assert (theirs.provisional, theirs.channel, theirs.kind, theirs.third) == (True, "exchange", "help", "路灯")
    assert (theirs.summary, theirs.caller) == (HELP["summary"], HELP["caller"])
    await _acts(district, theirs.number, *HANDLED)
    assert await district.deliver() == 1
    back = (await _orders(city))[0]
    assert back.state == State.REVIEWED  # whoever handled it, the citizen is asked by us
    assert [do for do in await _dos(city, number)][-2:] == [Do.HAND_OVER, Do.RESULT_BACK]
    assert ((await _exchange(city))["standing"], (await _exchange(district))["standing"]) == ("answered", "told")
    assert await district.deliver() == 0  # told once


async def test_an_order_goes_over_is_handled_there_and_its_result_comes_back(two: Two) -> None:
    await _goes_over_and_its_result_comes_back(*two)


@pytest.mark.postgres
async def test_the_same_on_postgresql(two_on_postgres: Two) -> None:
    await _goes_over_and_its_result_comes_back(*two_on_postgres)


async def test_a_lost_answer_makes_exactly_one_order(two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    number = await _made(city)
    await _handed_over(city, number)
    city.lost += ["the line broke", "and again"]
    for _ in range(2):
        assert await city.deliver() == 1
        assert (await _exchange(city))["document"]["error"].startswith("ReadError")
    assert await city.deliver() == 1
    assert len(await _orders(district)) == 1
    assert (await _orders(city))[0].state == State.HANDED_OVER
    assert (await _exchange(city))["document"]["attempts"] == 3


async def test_a_result_that_is_quicker_than_a_lost_answer_is_not_lost(two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    number = await _made(city)
    await _handed_over(city, number)
    city.lost.append("the line broke")
    await city.deliver()
    theirs = (await _orders(district))[0].number
    await _acts(district, theirs, *HANDLED)
    assert await district.deliver() == 1
    assert (await _orders(city))[0].state == State.REVIEWED
    assert await city.deliver() == 1  # now the answer comes, and is no news
    assert await city.deliver() == 0
    assert [do for do in await _dos(city, number)] == [Do.ACCEPT, Do.HAND_OVER, Do.RESULT_BACK]


async def test_what_the_other_side_does_not_take_stays_ours_with_its_reason(two: Two) -> None:
    city, district = two
    await _introduced(city, district, gives={"kinds": ["inquiry"]})
    number = await _made(city)
    await _handed_over(city, number)
    await city.deliver()
    assert (await _orders(city))[0].state == State.ACCEPTED
    assert await _orders(district) == []
    found = await _exchange(city)
    assert (found["standing"], found["document"]["answer"]["why"]) == ("not_taken", "本平台不接收这类事项：求助")
    assert await _dos(city, number) == [Do.ACCEPT, Do.NOTE]
    assert (await _handed_over(city, number, key="again")).status_code == 202


async def test_an_order_given_back_is_the_citizens_first_platforms_again(two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    number = await _made(city)
    await _handed_over(city, number)
    await city.deliver()
    inward = await _exchange(district)
    answer = await district.desk.post(f"/api/exchange/orders/{inward['id']}/give-back", json={"why": "市管道路"},
                                      headers={"Idempotency-Key": "back"})
    assert answer.status_code == 202, answer.text
    assert await district.deliver() == 1
    assert (await _orders(city))[0].state == State.ACCEPTED
    assert (await _orders(district))[0].state == State.HANDED_OVER
    assert ((await _exchange(city))["standing"], (await _exchange(district))["standing"]) == ("given_back", "returned")
    await _acts(city, number, *HANDLED)
    assert await city.deliver() == 1  # whoever tried it first learns what came of it
    assert (await _orders(district))[0].state == State.REVIEWED


async def test_a_result_is_not_told_to_whom_the_report_that_it_became_is_against(two: Two) -> None:
    city, district = two
    await _introduced(city, district, unit="lamps", scopes=["reports"])
    number = await _made(city)
    await _handed_over(city, number)
    await city.deliver()
    theirs = (await _orders(district))[0].number
    await _acts(district, theirs, (Do.PROTECT, OFFICE, {"data": {"units": ["lamps"]}}), (Do.SUBMIT, OFFICE, {}),
                (Do.ENDORSE, Actor("duty", Role.DUTY_LEADER), {}), (Do.DISPATCH, OFFICE, {"data": {"unit": "water"}}),
                *((do, Actor("w", by.role, "water") if by is LAMPS else by, more) for do, by, more in HANDLED[1:-1]),
                (Do.PASS, Actor("office-3", Role.BACK_OFFICE), {}))
    assert await district.deliver() == 0
    assert (await _orders(city))[0].state == State.HANDED_OVER


async def test_one_order_is_not_handed_over_twice_at_once(two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    number = await _made(city)
    await _handed_over(city, number)
    second = await _handed_over(city, number, key="second")
    assert (second.status_code, second.json()["code"]) == (409, "exchange_refused")
    for partner, status in (("nobody", 404), ("district", 409)):
        assert (await _handed_over(city, number, partner, key=partner)).status_code == status


def _document(**more: Any) -> dict[str, Any]:
    return {"verb": "hand_over", "sender": "city", "addressee": "district", "reference": "C-1", "at": 1.0,
            "content": {"sqlx": "02", "summary": "路灯不亮"}} | more


async def _post(district: Platform, document: dict[str, Any] | bytes, message: str = "m-1", secret: str = SECRET,
                late: float = 0.0, sender: str = "city") -> httpx.Response:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    now = district.clock.now - late
    headers = {signature.SENDER: sender, "Content-Type": "application/json",
               signature.HEADER: signature.sign(secret, message, "district", body, now)}
    return await district.staff.house.stranger.post("/api/exchange/documents", content=body, headers=headers)


async def test_a_wrong_signature_opens_nothing(two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    for answer in (await _post(district, _document(), secret="another secret of some length"),
                   await _post(district, _document(), late=301), await _post(district, _document(), sender="nobody"),
                   await district.staff.house.stranger.post("/api/exchange/documents", json=_document())):
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert await _orders(district) == []


async def test_a_document_that_comes_again_does_nothing_again(two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    first, again = await _post(district, _document()), await _post(district, _document())
    assert first.json() == again.json()
    assert first.json()["standing"] == "accepted"
    other_words = await _post(district, _document(why="新的理由"))
    assert (other_words.status_code, other_words.json()["standing"]) == (422, "refused")
    new_message = await _post(district, _document(), message="m-2")  # the partner's number makes it one order
    assert new_message.json()["number"] == first.json()["number"]
    assert len(await _orders(district)) == 1
    assert (await _post(district, _document(), late=400)).status_code == 401  # a replay an hour later is not even read


BROKEN = (b"", b"{", b"\xff", b"[]", json.dumps(_document(verb="conquer")).encode(),
          json.dumps(_document(sender="someone")).encode(), json.dumps(_document(reference="../etc")).encode())
ODD = ({"sqlx": "99"}, {"sqlx": "02", "summary": "a\x00b"}, {"sqlx": "02", "number": "1" * 41}, {"sqlx": "report"},
       {"sqlx": "02", "urgency": 9}, {"sqlx": ["02"]})


async def test_a_signed_document_that_cannot_be_read_or_is_not_as_agreed_is_told_so_and_leaves_nothing(
        two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    for place, broken in enumerate(BROKEN):
        answer = await _post(district, broken, message=f"b-{place}")
        assert (answer.status_code, answer.json()["standing"]) == (422, "refused"), broken
        assert answer.json()["fix"]
    for place, content in enumerate(ODD):
        answer = await _post(district, _document(content=content), message=f"o-{place}")
        assert (answer.status_code, answer.json()["standing"]) == (200, "refused"), content
    assert await _orders(district) == []
    own = await _made(district)  # never exchanged: nobody sends its result
    answer = await _post(district, _document(verb="result", yours=own, text="已解决，路面已修复。"), message="r-1")
    assert answer.json()["standing"] == "refused"
    assert await _dos(district, own) == [Do.ACCEPT]


async def test_a_report_and_its_caller_do_not_leave_the_house(two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    number = await _made(city, kind="report", complained_of=["lamps"])
    refused = await _handed_over(city, number)
    assert (refused.status_code, refused.json()["code"]) == (409, "out_of_scope")
    brief = await city.desk.get(f"/api/exchange/briefs/{number}", params={"partner": "district"})
    assert brief.status_code == 409
    async with city.staff.db.reading() as session:
        count = select(func.count()).select_from(ExchangeMessage)
        assert (await session.execute(count)).scalar_one() == 0


async def test_the_brief_is_read_aloud_by_those_whose_office_it_is_and_its_reading_is_on_record(two: Two) -> None:
    city, district = two
    await _introduced(city, district)
    number = await _made(city, urgency=1)
    brief = await city.desk.get(f"/api/exchange/briefs/{number}", params={"partner": "district"})
    assert "求助，紧急" in brief.json()["text"]
    assert "幺三八 零零零零 幺二三四" in brief.json()["text"]
    assert brief.json()["data"]["number"] == HELP["caller"] or brief.json()["data"]["summary"] == HELP["summary"]
    assert [row.about for row in await city.staff.audit("number.unmasked")] == [number]
    unit = await city.staff.signed_on("unit", Role.UNIT_LEAD, unit="lamps")
    for answer in (await unit.get("/api/exchange/orders"), await unit.get("/api/exchange/partners"),
                   await unit.get(f"/api/exchange/briefs/{number}", params={"partner": "district"})):
        assert answer.status_code == 403
