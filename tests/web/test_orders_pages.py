"""Orders on pages: each sees theirs by the clock, and the acts on an order are those the API offers to them."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from api.orders.schemas import BATCHED
from api.people.models import UnitPlace
from tests.api.town_hall import APPEAL, ORDERS
from tests.people.staff import Staff
from tests.web.http import signed_on
from tests.web.test_reports_pages import lived
from web.orders.boxes import OF_ROLE
from web.orders.forms import ELSEWHERE, form_of, forms_of, unasked
from workorders.keeping.shares import NEVER
from workorders.life.shapes import SHAPES, Nothing
from workorders.life.words import Do, Role


def offer(do: Do, *needs: str, blocked: str = "") -> dict[str, Any]:
    fields = {name: field.is_required() for name, field in SHAPES.get(do, Nothing).model_fields.items()}
    return {"do": do.value, "name": "", "about": "", "needs": list(needs), "fields": fields, "blocked": blocked,
            "fix": "", "brings": []}


def test_a_form_asks_for_what_the_act_needs_and_no_more() -> None:
    reply = form_of(offer(Do.REPLY, "real_reply"))
    assert reply is not None
    assert (reply.why, reply.text, [one.name for one in reply.fields]) == (False, True, ["solved"])
    back = form_of(offer(Do.RETURN, "reason"))
    assert back is not None
    assert (back.why, back.text, [(one.name, one.required) for one in back.fields]) == (
        True, False, [("ground", True), ("proper", False)])


@pytest.mark.parametrize("do", [Do.SIGN_FOR, Do.CONTACT, Do.START, Do.REPLY, Do.RETURN, Do.PLEAD, Do.OFFER_LEAD,
                                Do.ACCEPT_LEAD, Do.ASK_EXTENSION, Do.DISPATCH, Do.ENDORSE, Do.NOTE, Do.HAND_DOWN])
def test_the_daily_acts_of_units_and_the_hotline_have_a_form(do: Do) -> None:
    assert form_of(offer(do)) is not None


@pytest.mark.parametrize("do", [do for do in Do if do.value not in ELSEWHERE])
def test_every_act_of_the_life_has_a_form_that_asks_for_all_it_requires(do: Do) -> None:
    assert form_of(offer(do)) is not None
    assert unasked(offer(do)) == set()


def test_what_is_done_elsewhere_is_not_offered_twice() -> None:
    assert [form_of(offer(do)) for do in (Do.ACCEPT, Do.UNMASK, Do.RATE)] == [None, None, None]


def test_what_can_be_done_now_comes_first_and_notes_after_what_the_clock_waits_for() -> None:
    forms = forms_of([offer(Do.NOTE), offer(Do.REPLY, blocked="先签收"), offer(Do.SIGN_FOR)])
    assert [form.do for form in forms] == ["sign_for", "note", "reply"]


async def order(staff: Staff, **more: Any) -> str:
    """An order that the worker has posted."""
    answer = await staff.house.client.post(ORDERS, json=APPEAL | more, headers={"Idempotency-Key": "order-1"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def act(client: httpx.AsyncClient, number: str, key: str, **body: Any) -> httpx.Response:
    """Do what the page's script does."""
    text = (await client.get(f"/orders/{number}")).text
    found = re.search(r'data-version="(\d+)"', text)
    assert found is not None
    return await client.post(f"{ORDERS}/{number}/acts", json=body,
                             headers={"If-Match": f'"{found[1]}"', "Idempotency-Key": key})


async def test_an_order_goes_from_the_office_to_a_unit_and_back_through_the_pages(staff: Staff) -> None:
    async with staff.db.writing() as session:
        session.add(UnitPlace(unit="housing", name="住建局"))
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    assert (await lead.get("/")).headers["location"] == "/orders"
    assert number not in (await lead.get("/orders")).text
    assert number in (await office.get("/orders")).text
    assert 'data-do="dispatch"' in (await office.get(f"/orders/{number}")).text
    sent = await act(office, number, "k1", do="dispatch", data={"unit": "housing"})
    assert sent.status_code == 201, sent.text
    assert number in (await lead.get("/orders")).text
    whole = (await lead.get(f"/orders/{number}")).text
    assert 'data-do="sign_for"' in whole
    assert "楼上漏水" in whole
    assert (await act(lead, number, "k2", do="sign_for", data={})).status_code == 201
    assert 'data-state="signed"' in (await lead.get(f"/orders/{number}")).text
    assert "签收" in (await office.get(f"/orders/{number}")).text


async def test_a_history_names_a_unit_as_the_directory_does_where_no_place_of_it_is_kept(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    sent = await act(office, number, "k1", do="dispatch", data={"unit": "housing"})
    assert sent.status_code == 201, sent.text
    line = (await office.get(f"/api/work-orders/{number}/history")).json()["history"][-1]["line"]
    assert "住房和城乡建设局" in line
    assert "housing" not in line


async def test_who_may_not_see_an_order_is_told_that_there_is_none(staff: Staff) -> None:
    number = await order(staff)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="water")
    answer = await lead.get(f"/orders/{number}")
    assert answer.status_code == 404
    assert "漏水" not in answer.text


async def test_what_was_written_by_a_citizen_is_shown_as_words(staff: Staff) -> None:
    evil = APPEAL | {"summary": "<img src=x onerror=alert(1)>", "call_key": None, "appeal": None, "call": {}}
    answer = await staff.house.client.post(ORDERS, json=evil, headers={"Idempotency-Key": "order-2"})
    assert answer.status_code == 201, answer.text
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    for path in ("/orders", f"/orders/{answer.json()['number']}"):
        text = (await office.get(path)).text
        assert "<img" not in text
        assert "&lt;img" in text


async def test_an_order_is_printed_with_a_style_that_the_browser_may_use(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    sheet = await office.get(f"/orders/{number}/print")
    assert "12345 热线工单" in sheet.text
    assert "style-src 'sha256-" in sheet.headers["content-security-policy"]


async def test_units_read_what_units_wrote_and_not_what_the_hotline_noted(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    await act(office, number, "k1", do="dispatch", data={"unit": "housing", "joint": ["water"]})
    await act(office, number, "k2", do="note", text="热线内部备注")
    assert (await act(lead, number, "k3", do="note", text="请水务先关阀门")).status_code == 201
    water = await signed_on(staff, "water", Role.UNIT_LEAD, unit="water")
    text = (await water.get(f"/orders/{number}")).text
    assert "请水务先关阀门" in text
    assert "热线内部备注" not in text


async def test_each_office_sees_first_what_waits_for_it(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    leader = await signed_on(staff, "leader", Role.DUTY_LEADER)
    await act(office, number, "k1", do="submit", data={})
    assert number in (await leader.get("/orders")).text
    assert number not in (await office.get("/orders")).text
    await act(leader, number, "k2", do="endorse", data={})
    assert number in (await office.get("/orders?box=to_dispatch")).text
    await act(office, number, "k3", do="dispatch", data={"unit": "housing"})
    assert number in (await lead.get("/orders?box=to_sign")).text
    assert number not in (await lead.get("/orders?box=in_hand")).text


async def test_a_list_is_narrowed_by_kind_urgency_unit_and_due(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    for asked, there in (("kind=complaint", True), ("kind=praise", False), ("urgency=1", False), ("due=late", False),
                         ("due=week", True), ("unit=water", False)):
        assert (number in (await office.get(f"/orders?box=all&{asked}")).text) is there, asked


async def test_several_orders_are_printed_each_on_its_sheet(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    assert (await office.get(f"/orders/print?number={number}&number={number}")).text.count("<section>") == 2


async def test_supervision_sees_first_what_is_suspected_and_then_what_was_decided(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    watch = await signed_on(staff, "watch", Role.SUPERVISION)
    assert number not in (await watch.get("/orders")).text
    raised = {"key": "person:1", "kind": "slow", "unit": "housing"}
    made = await act(office, number, "k1", do="raise_finding", why="多日没有动静", data=raised)
    assert made.status_code == 201, made.text
    assert number in (await watch.get("/orders")).text
    assert (await watch.get("/orders/counts")).json()["suspected"] == 1
    await act(watch, number, "k2", do="decide_finding", why="查实", data={"key": "person:1", "established": True})
    assert number not in (await watch.get("/orders")).text
    assert number in (await watch.get("/orders?box=established")).text
    counts = (await watch.get("/orders/counts")).json()
    assert (counts["suspected"], counts["established"]) == (0, 1)
    unit = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    assert (await unit.get(f"{ORDERS}?finding=open")).status_code == 403  # what matches would tell of others
    assert (await unit.get("/api/work-order-exports?finding=open")).status_code == 403


async def test_a_unit_finds_what_waits_for_its_word_and_answers_it(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    other = await signed_on(staff, "water", Role.UNIT_LEAD, unit="water")
    await act(office, number, "k1", do="dispatch", data={"unit": "housing"})
    assert "没有等待本单位说明的疑似问题" in (await lead.get("/orders?box=to_answer")).text
    raised = {"key": "person:1", "kind": "slow", "unit": "housing"}
    assert (await act(office, number, "k2", do="raise_finding", why="多日没有动静", data=raised)).status_code == 201
    assert (await lead.get("/orders/counts")).json()["to_answer"] == 1
    waiting = (await lead.get("/orders?box=to_answer")).text
    assert re.search(rf'href="/orders/{number}\?do=answer_finding" autofocus', waiting)  # Enter, and one writes
    assert "1 条疑似问题待认定" in (await lead.get("/orders?box=all")).text
    assert "1 条疑似问题待认定" in (await office.get("/orders?box=all")).text
    form = (await lead.get(f"/orders/{number}?do=answer_finding")).text
    assert re.search(r'data-do="answer_finding" open data-asked', form)
    assert re.search(r'<option value="person:1" selected', form)
    said = await act(lead, number, "k3", do="answer_finding", text="已于周三上门，材料补交", data={"key": "person:1"})
    assert said.status_code == 201, said.text
    assert (await lead.get("/orders/counts")).json()["to_answer"] == 0
    assert number not in (await lead.get("/orders?box=to_answer")).text
    assert "1 条疑似问题待认定" in (await lead.get("/orders?box=all")).text  # answered is not decided
    assert "已说明，待认定" in (await lead.get(f"/orders/{number}")).text
    assert "疑似问题待认定" not in (await other.get("/orders?box=all")).text
    assert (await other.get("/orders/counts")).json()["to_answer"] == 0
    assert (await other.get(f"{ORDERS}?to_answer=housing")).status_code == 403
    assert (await lead.get(f"{ORDERS}?to_answer=housing")).json()["work_orders"] == []


async def test_a_unit_answers_a_finding_of_an_order_that_is_not_its_own_and_learns_nothing_of_the_matter(
        staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "water", Role.UNIT_LEAD, unit="water")
    other = await signed_on(staff, "housing", Role.UNIT_LEAD, unit="housing")
    await act(office, number, "k1", do="dispatch", data={"unit": "housing"})
    raised = {"key": "person:1", "kind": "wrong", "unit": "water"}
    assert (await act(office, number, "k2", do="raise_finding", why="越权处理", data=raised)).status_code == 201
    told = (await office.get(f"{ORDERS}/{number}")).json()
    kept = {told["summary"], told["address"], told["name"], told["caller"]} - {""}
    assert (await lead.get("/orders/counts")).json()["to_answer"] == 1
    listed, page = (await lead.get("/orders?box=to_answer")).text, (await lead.get(f"/orders/{number}")).text
    api = await lead.get(f"{ORDERS}/{number}")
    assert "本单位不办理，只需说明疑似问题".replace(",", "，") in listed
    assert ("疑似乱作为" in page or "乱作为" in page, "本单位不办理这张工单" in page) == (True, True)
    assert [one["do"] for one in api.json()["acts"]] == ["answer_finding"]
    assert not any(word in text for word in kept for text in (listed, page, api.text))
    assert number not in (await lead.get("/orders?box=all")).text
    for more in ("/history", "/talk", "/attachments"):
        assert (await lead.get(f"{ORDERS}/{number}{more}")).status_code == 404, more
    assert "本单位不办理" not in (await other.get(f"/orders/{number}")).text
    said = await act(lead, number, "k3", do="answer_finding", text="不是我单位所为", data={"key": "person:1"})
    assert said.status_code == 201, said.text
    assert (await lead.get("/orders/counts")).json()["to_answer"] == 0
    assert "已说明，待认定" in (await lead.get(f"/orders/{number}")).text
    await act(office, number, "k4", do="raise_finding", why="对方单位", data=raised | {"key": "p:2", "unit": "housing"})
    assert [one["key"] for one in (await lead.get(f"{ORDERS}/{number}")).json()["findings"]] == ["person:1"]


async def test_a_finding_about_the_unit_complained_of_is_kept_from_it_and_whoever_reads_it_is_told(
        staff: Staff) -> None:
    number = await order(staff, kind="report", complained_of=["water"])
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "water", Role.UNIT_LEAD, unit="water")
    raised = {"key": "person:1", "kind": "wrong", "unit": "water"}
    assert "被举报单位看不到此单" in (await office.get(f"/orders/{number}")).text  # said before it is written
    assert (await act(office, number, "k1", do="raise_finding", why="越权处理", data=raised)).status_code == 201
    (kept,) = (await staff.house.client.get(f"{ORDERS}/{number}")).json()["findings"]
    assert (kept["unit"], kept["told"]) == ("water", False)
    assert (await lead.get("/orders/counts")).json()["to_answer"] == 0
    assert (await lead.get(f"{ORDERS}/{number}")).status_code == 404
    assert number not in (await lead.get("/orders?box=to_answer")).text


async def test_a_finding_about_another_unit_marks_no_row_of_mine(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    await act(office, number, "k1", do="dispatch", data={"unit": "housing"})
    raised = {"key": "person:1", "kind": "slow", "unit": "water"}
    assert (await act(office, number, "k2", do="raise_finding", why="推给别人", data=raised)).status_code == 201
    assert number in (listed := (await lead.get("/orders?box=all")).text)
    assert "疑似问题待认定" not in listed


async def test_a_tab_counts_what_its_list_shows(staff: Staff) -> None:
    number = await order(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    lead = await signed_on(staff, "lead", Role.UNIT_LEAD, unit="housing")
    other = await signed_on(staff, "water", Role.UNIT_LEAD, unit="water")
    assert (await office.get("/orders/counts")).json()["to_dispatch"] == 1
    await act(office, number, "k1", do="dispatch", data={"unit": "housing"})
    assert (await office.get("/orders/counts")).json()["to_dispatch"] == 0
    assert (await lead.get("/orders/counts")).json()["to_sign"] == 1
    assert set((await other.get("/orders/counts")).json().values()) == {0}


def test_what_a_box_offers_for_several_the_interface_takes() -> None:
    boxes = {box for found in OF_ROLE.values() for box in found}
    assert {do for box in boxes for do in box.batch} <= {do.value for do in BATCHED}


async def test_an_order_whose_clocks_have_all_stopped_has_no_deadline_on_pages(staff: Staff) -> None:
    await lived(staff)
    office = await signed_on(staff, "office", Role.BACK_OFFICE)
    rows = (await office.get("/api/work-orders?sort=due&limit=100")).json()["work_orders"]
    over = [row["number"] for row in rows if row["due"] >= NEVER]
    assert over
    shown = (await office.get("/orders?box=all")).text
    whole = (await office.get(f"/orders/{over[0]}")).text
    assert all("没有期限" in text and "2286" not in text for text in (shown, whole))
