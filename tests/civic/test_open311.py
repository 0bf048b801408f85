"""Open311: a client that knows only the specification walks every method; strangers learn nothing they should not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, func, select

from api.open311 import answers, asked
from api.open311.catalog import by_code
from api.open311.faults import Refused
from api.people import clients
from tests.civic.geo_client import GeoReport, Refusal
from tests.people.staff import TESTER, Staff
from workorders.life.acts import Actor, Wish
from workorders.life.matters import SEED_TREE
from workorders.life.words import Do, Role
from workorders.models import WorkOrder

LAMP = "路灯"
PERSONAL = {"description": "我家门口路灯不亮，我是张三，电话 13800001234", "address_string": "中山路 1 号 3 单元 502",
            "first_name": "三", "last_name": "张", "phone": "138 0000 1234", "email": "zhangsan@example.org",
            "lat": "30.123456", "long": "120.654321"}


async def _key(staff: Staff, *scopes: str) -> str:
    staff.house.app.state.settings.open311 = True
    async with staff.db.writing() as session:
        _, key = await clients.give(session, TESTER, "app", list(scopes or ("open311.post",)), "", None, staff.now)
    return key


def _client(staff: Staff, form: str, key: str = "") -> GeoReport:
    return GeoReport(staff.house.stranger, form, api_key=key)


async def _lamp(geo: GeoReport) -> str:
    return next(str(one["service_code"]) for one in await geo.services() if one["service_name"] == LAMP)


async def _wished(client: GeoReport, code: str) -> dict[str, str]:
    """Fill in what the definition requires, as a client that knows only the specification does."""
    told = (await client.definition(code))["attributes"]
    required = [one for one in told if one["required"] in (True, "true")]
    return {f"attribute[{one['code']}]": one["values"][1]["key"] for one in required}


async def _orders(staff: Staff) -> int:
    async with staff.db.reading() as session:
        return int((await session.execute(select(func.count()).select_from(WorkOrder))).scalar_one())


async def _act(staff: Staff, number: str, wish: tuple[Do, Actor, dict[str, Any]]) -> None:
    do, by, more = wish
    async with staff.db.writing() as session:
        await staff.house.app.state.keeper.act(session, number, Wish(do, by, staff.now, **more))


async def test_a_client_written_from_the_specification_walks_every_method(staff_each: Staff) -> None:
    for form in ("xml", "json"):
        await _walk(staff_each, form)


async def _walk(staff: Staff, form: str) -> None:
    geo = _client(staff, form, await _key(staff))
    endpoint = (await geo.discovery())["endpoints"][0]
    assert endpoint["url"].endswith("/open311/v2")
    assert set(endpoint["formats"]) == {"text/xml", "application/json"}
    code = await _lamp(geo)
    made = await geo.post({"service_code": code, **await _wished(geo, code), **PERSONAL})
    number = made["service_request_id"]
    (one,) = await geo.request(number)
    assert (one["status"], one["service_code"], one["service_name"]) == ("open", code, LAMP)
    assert [found["service_request_id"] for found in await geo.requests(status="open", service_code=code)] == [number]
    assert await geo.requests(status="closed") == []
    assert len(await geo.requests(service_request_id=f"{number},2020-0101-0001")) == 1
    staff.now += 86_400 * 91
    assert await geo.requests() == []  # 90 days
    began = datetime.fromtimestamp(staff.now - 86_400 * 92, UTC).isoformat()
    assert number in {found["service_request_id"] for found in await geo.requests(start_date=began)}
    staff.now += 86_400


async def test_a_token_leads_to_the_number_where_numbers_are_not_told_at_once(staff: Staff) -> None:
    key = await _key(staff)
    staff.house.app.state.settings.open311_answers = "token"
    for form in ("xml", "json"):
        geo = _client(staff, form, key)
        assert {one["type"] for one in await geo.services()} == {"batch"}
        code = await _lamp(geo)
        made = await geo.post({"service_code": code, **await _wished(geo, code), "address_string": f"中山路 {form}"})
        assert (await geo.request(await geo.number(made["token"])))[0]["service_code"] == code
    with pytest.raises(Refusal) as refused:
        await geo.number("w-0000000000000000")
    assert refused.value.status == 404


async def test_nothing_personal_comes_out_and_what_is_not_public_is_not_there(staff: Staff) -> None:
    geo = _client(staff, "json", await _key(staff))
    code = await _lamp(geo)
    number = (await geo.post({"service_code": code, "attribute[KIND]": "complaint", "attribute[DISTRICT]": "城东区",
                              **PERSONAL}))["service_request_id"]
    shown = str(await geo.request(number))
    for word in ("张", "1234", "中山路", "502", "30.12", "120.65", "zhangsan", "门口"):
        assert word not in shown
    assert "城东区" in shown
    desk = await staff.signed_on("desk", Role.BACK_OFFICE)
    released = await desk.put(f"/api/open311/released/{number}", json={"summary": "路灯不亮", "reply": "已安排维修"})
    assert released.status_code == 200, released.text
    assert (await geo.request(number))[0]["description"] == "路灯不亮"
    await _act(staff, number, (Do.PROTECT, Actor("desk", Role.BACK_OFFICE), {"data": {"units": ["lamps"]}}))
    with pytest.raises(Refusal) as gone:
        await geo.request(number)
    assert gone.value.status == 404
    assert await geo.requests() == []
    assert await geo.requests(service_request_id=number) == []
    assert (await desk.put(f"/api/open311/released/{number}", json={"summary": "x"})).status_code == 404


async def test_reports_hidden_callers_and_untold_orders_are_not_there(staff: Staff) -> None:
    geo = _client(staff, "json", await _key(staff))
    for place, more in enumerate(({"kind": "report", "complained_of": ["lamps"]}, {"kind": "help", "secrecy": 1},
                                  {"kind": ""}, {"kind": "help"})):
        answer = await staff.house.client.post("/api/work-orders", json={"summary": "x", "first": "城市管理"} | more,
                                               headers={"Idempotency-Key": str(place)})
        assert answer.status_code == 201, answer.text
        number = answer.json()["number"]
        if place < 3:
            with pytest.raises(Refusal):
                await geo.request(number)
    assert [one["service_request_id"] for one in await geo.requests()] == [number]


async def test_the_same_words_sent_again_are_the_same_request(staff: Staff) -> None:
    key = await _key(staff)
    geo = _client(staff, "xml", key)
    fields = {"service_code": await _lamp(geo), "attribute[KIND]": "help", **PERSONAL}
    first, again = await geo.post(fields), await geo.post(fields)
    assert first == again
    assert (await geo.post(fields | {"description": "另一盏"})) != first
    assert await _orders(staff) == 2
    keyed = [await staff.house.stranger.post("/open311/v2/requests.json", data=fields | {"api_key": key, **more},
                                             headers={"Idempotency-Key": "k1"})
             for more in ({"description": "第三盏"}, {"description": "第三盏"}, {"description": "第四盏"})]
    assert [answer.status_code for answer in keyed] == [201, 201, 409]
    assert keyed[0].json() == keyed[1].json()
    assert await _orders(staff) == 3
    async with staff.db.reading() as session:
        row = (await session.execute(select(WorkOrder).order_by(col(WorkOrder.rank)).limit(1))).scalar_one()
    assert (row.channel, row.caller, row.name, row.kind) == ("web", "13800001234", "张三 zhangsan@example.org", "help")
    assert "北纬 30.123456" in row.address


BAD: tuple[tuple[dict[str, str], int], ...] = (
    ({"service_code": "nonsense"}, 404), ({"service_code": ""}, 400), ({"lat": "91", "long": "0"}, 400),
    ({"lat": "nan", "long": "1"}, 400), ({"lat": "1"}, 400), ({"address_string": ""}, 400), ({"email": "nobody"}, 400),
    ({"media_url": "javascript:alert(1)"}, 400), ({"media_url": "http://[::1"}, 400), ({"phone": "call me"}, 400),
    ({"description": "x" * 4001}, 400), ({"attribute[KIND]": "report"}, 400), ({"attribute[KIND]": ""}, 400),
    ({"attribute[DISTRICT]": "x" * 41}, 400), ({"attribute[NOPE]": "x"}, 400), ({"description": "a\x00b"}, 400),
    ({"api_key": "hlk_wrong"}, 403), ({"api_key": ""}, 403), ({"jurisdiction_id": "elsewhere.example"}, 404))


async def test_every_bad_request_is_told_what_is_wrong_and_makes_nothing(staff: Staff) -> None:
    geo = _client(staff, "json", await _key(staff))
    staff.house.app.state.settings.open311_jurisdiction = "city.example"
    good = {"service_code": await _lamp(geo), "attribute[KIND]": "help", "address_string": "中山路"}
    for change, status in BAD:
        with pytest.raises(Refusal) as refused:
            await geo.post(good | change)
        assert refused.value.status == status, change
        assert all(error["description"] for error in refused.value.errors)
    with pytest.raises(Refusal) as several:
        await geo.post(good | {"email": "nobody", "phone": "x", "lat": "999", "long": "9"})
    assert len(several.value.errors) == 3  # all at once, not one after the other
    for query in ({"status": "lost"}, {"start_date": "yesterday"}, {"start_date": "2026-01-01T00:00:00"},
                  {"start_date": "2026-11-20T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"},
                  {"start_date": "2020-01-01T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"},
                  {"service_request_id": "../../etc/passwd"}, {"end_date": "9999-99-99T00:00:00Z"}):
        with pytest.raises(Refusal) as refused:
            await geo.requests(**query)
        assert refused.value.status == 400, query
    assert await _orders(staff) == 0


async def test_hostile_requests_are_refused_in_the_specifications_form_never_with_a_5xx(staff: Staff) -> None:
    key, client = await _key(staff), staff.house.stranger
    other = await _key(staff, "orders.read")
    sent = [
        client.post("/open311/v2/requests.json", json={"service_code": "x"}),
        client.post("/open311/v2/requests.xml", content=b"\xff\xfe=%ff&%00=%00&api_key=" + key.encode(),
                    headers={"Content-Type": "application/x-www-form-urlencoded"}),
        client.post("/open311/v2/requests.xml", content=b"--x\r\nbroken",
                    headers={"Content-Type": "multipart/form-data; boundary=x"}),
        client.post("/open311/v2/requests.xml", content=b"a=1&" * 300,
                    headers={"Content-Type": "application/x-www-form-urlencoded"}),
        client.post("/open311/v2/requests.xml", content=b"x" * 600_000,
                    headers={"Content-Type": "application/x-www-form-urlencoded"}),
        client.post("/open311/v2/requests.xml", data={"api_key": other, "service_code": "x"}),
        client.get("/open311/v2/requests.yaml"), client.get("/open311/v2/requests/%00.xml"),
        client.get("/open311/v2/requests/%F0%9F%98%80.json"), client.get("/open311/v2/tokens/%00.xml"),
        client.get("/open311/v2/services/%2e%2e%2fx.xml"), client.get("/open311/v2/services/<x>.xml"),
        client.get("/open311/v2/requests.json", params={"service_code": ",".join(["x"] * 2000)}),
        client.get("/open311/v2/requests.json", params={"start_date": "0001-01-01T00:00:00+23:59"}),
        client.delete("/open311/v2/requests.xml")]
    for request in sent:
        answer = await request
        assert answer.status_code < 500, answer.text
        assert answer.status_code >= 400 or answer.json() == [], answer.text
    assert await _orders(staff) == 0


async def test_it_is_off_until_the_city_turns_it_on(staff: Staff) -> None:
    for path in ("discovery.xml", "v2/services.json", "v2/requests.xml"):
        answer = await staff.house.stranger.get(f"/open311/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=50)), max_size=12))
def test_any_form_whatever_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as refused:
        asked.posted(pairs, by_code(SEED_TREE))
    assert refused.value.faults


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(
    inner, max_size=3).map(lambda several: answers.Items("item", several)) | st.dictionaries(
        st.sampled_from(["a", "b", "c"]), inner, max_size=3), max_leaves=8))
def test_whatever_is_said_in_xml_is_well_formed(value: Any) -> None:
    import xml.etree.ElementTree as ET

    body = bytes(answers.answer("xml", "root", value).body)
    assert ET.fromstring(body).tag == "root"
