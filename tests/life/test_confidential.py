"""A report against somebody is invisible to them, to those under them and looking into them, in every function."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.life.lives import (
    AGENT,
    CITIZEN,
    DEFAULT,
    DISCIPLINE,
    DUTY,
    HOUSING,
    HOUSING_LEAD,
    OFFICE,
    OFFICE2,
    QUALITY,
    STREET,
    STREET_LEAD,
    SUPERVISION,
    WATER,
    WATER_LEAD,
    Life,
    report,
    when,
)
from workorders.life.acts import Actor
from workorders.life.confidential import (
    Field,
    Reader,
    may_be_told,
    may_merge,
    may_unmask,
    sees,
    shown,
    visible,
)
from workorders.life.errors import NeedsMore, NotYours, Unseen, WrongStep
from workorders.life.offers import open_acts
from workorders.life.order import Order
from workorders.life.words import Confidentiality, Do, Role, State

TREE = replace(DEFAULT, below={"housing": frozenset({"housing-repairs", "housing-office-2"})})
PERSONAL = {Field.NAME, Field.NUMBER, Field.RECORDING, Field.HISTORY, Field.ADDRESS}


def of(unit: str, *also: str, role: Role = Role.UNIT_LEAD, person: str = "x") -> Reader:
    """Return a reader of a unit who looks into others too."""
    return Reader(person, role, frozenset({unit, *also}), unit)


def signed() -> Life:
    """Return a report against the housing department that the water company looks into."""
    life = Life(report(), rules=TREE).do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY)
    return life.do(Do.DISPATCH, OFFICE, unit="water").handling(WATER_LEAD)


def plain() -> Life:
    return Life().dispatched("housing").handling()


# -- the unit complained of ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("reader", [
    of("housing"), of("housing", role=Role.UNIT_HANDLER), of("housing-repairs"), of("housing-office-2", "housing"),
    of("district", "housing"), of("housing", role=Role.EXPERT), of("housing", role=Role.DISCIPLINE),
    of("housing", role=Role.BACK_OFFICE), of("housing", role=Role.ADMIN),
    Reader("h2", Role.UNIT_LEAD, frozenset({"housing"})), Reader("up", Role.UNIT_LEAD, frozenset({"city", "housing"})),
    Reader("p", Role.API_CLIENT), Reader("e", Role.EXPERT), Reader("c", Role.CITIZEN),
], ids=lambda reader: f"{reader.role}-{'+'.join(sorted(reader.units))}")
def test_a_report_does_not_exist_for_whom_it_is_against(reader: Reader) -> None:
    order = signed().order
    assert sees(reader, order) == frozenset()
    assert list(visible(reader, [order])) == []
    assert {shown(field, "13800001234", reader, order) for field in Field} == {""}


@pytest.mark.parametrize("unit", ["housing", "housing-repairs", "housing-office-2"])
def test_a_report_is_sent_to_nobody_it_is_against_by_any_act(unit: str) -> None:
    assert not may_be_told(unit, signed().order)
    life = Life(report(), rules=TREE).do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY)
    life.no(NotYours, Do.DISPATCH, OFFICE, unit=unit)
    life.no(NotYours, Do.DISPATCH, OFFICE, unit="water", joint=[unit])
    life.dispatched("water").handling(WATER_LEAD)
    life.no(NotYours, Do.ADD_JOINT, OFFICE, unit=unit)
    life.no(NotYours, Do.REDISPATCH, OFFICE, unit=unit)
    life.no(NotYours, Do.HAND_DOWN, WATER_LEAD, unit=unit, due=when("2026-03-04 09:00"))
    life.no(NotYours, Do.OFFER_LEAD, WATER_LEAD, unit=unit)


def test_whoever_it_is_against_is_told_that_there_is_no_such_order_whatever_they_try() -> None:
    life = signed()
    for do in Do:
        if do is not Do.ACCEPT:
            assert life.no(Unseen, do, HOUSING_LEAD) == "没有这张工单"
    assert open_acts(life.order, HOUSING_LEAD, life.rules, life.now) == ()
    life.no(Unseen, Do.NOTE, Actor("y", Role.DISCIPLINE, "housing"))


def test_a_unit_that_has_nothing_to_do_with_an_order_is_told_the_same() -> None:
    life = plain()
    assert life.no(Unseen, Do.NOTE, STREET) == "没有这张工单"
    assert sees(of("street"), life.order) == frozenset()


def test_the_unit_above_sees_a_report_only_when_it_was_itself_sent_it() -> None:
    district = of("district", "housing")
    life = Life(report(), rules=TREE).do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY)
    assert sees(district, life.order) == frozenset()
    life.dispatched("district")
    assert Field.SUMMARY in sees(district, life.order)
    assert not sees(district, life.order) & PERSONAL


# -- it becomes a report on the way --------------------------------------------------------------------------------
def test_the_unit_complained_of_loses_the_order_the_moment_it_is_named() -> None:
    life = plain()
    assert sees(of("housing"), life.order)
    life.do(Do.PROTECT, AGENT, units=["housing"])
    assert (life.state, life.owner) == (State.REDISPATCHING, "desk:dispatch")
    assert sees(of("housing"), life.order) == frozenset()
    assert life.order.assignments[0].void
    life.no(Unseen, Do.REPLY, HOUSING_LEAD, solved=True)
    life.do(Do.SUBMIT, OFFICE).do(Do.ENDORSE, DUTY)
    life.no(NotYours, Do.DISPATCH, OFFICE, unit="housing")


@pytest.mark.parametrize("stage", ["joint", "below", "offered", "answered", "first"])
def test_every_way_in_which_it_had_the_order_is_cut(stage: str) -> None:
    life = Life(first_responder="street" if stage == "first" else None).dispatched(
        "water", joint=["street"] if stage == "joint" else []).handling(WATER_LEAD)
    if stage == "below":
        life.do(Do.HAND_DOWN, WATER_LEAD, unit="street", due=when("2026-03-05 09:00"))
        life.do(Do.HAND_DOWN, STREET_LEAD, unit="village", due=when("2026-03-04 09:00"))
    if stage == "offered":
        life.do(Do.OFFER_LEAD, WATER_LEAD, unit="street")
    if stage == "answered":
        life.do(Do.REDISPATCH, OFFICE, unit="street").replied(STREET_LEAD).do(Do.PASS, OFFICE)
    life.do(Do.PROTECT, AGENT, units=["street"])
    assert sees(of("street"), life.order) == frozenset()
    assert all(part.unit != "street" or part.ended_at for part in life.order.assignments)
    assert all(one.unit not in ("street", "village") for part in life.order.assignments for one in part.inner)
    assert life.order.first_responder != "street"
    life.no(Unseen, Do.ACCEPT_LEAD, STREET_LEAD)


def test_an_order_that_was_merged_comes_apart_when_it_turns_out_to_be_a_report() -> None:
    life = Life().do(Do.MERGE, OFFICE, into="2026-0301-0001").do(Do.PROTECT, AGENT, units=["housing"])
    assert (life.state, life.order.merged_into) == (State.ACCEPTED, "")


def test_even_an_archived_order_can_be_protected() -> None:
    life = Life().closed().do(Do.ARCHIVE, OFFICE, at="2026-06-01 09:00").do(Do.PROTECT, AGENT, units=["housing"])
    assert (life.state, sees(of("housing"), life.order)) == (State.ARCHIVED, frozenset())


# -- rises only ---------------------------------------------------------------------------------------------------
def test_secrecy_only_rises() -> None:
    life = Life().do(Do.CLASSIFY, AGENT, confidentiality=1)
    life.no(NeedsMore, Do.CLASSIFY, AGENT, confidentiality=0)
    life.no(NeedsMore, Do.CLASSIFY, AGENT, confidentiality=2)  # a report is made by naming whom it is against
    life.no(NeedsMore, Do.CLASSIFY, AGENT, kind="report")
    life.do(Do.PROTECT, AGENT, units=["housing"])
    life.no(NeedsMore, Do.CLASSIFY, AGENT, kind="complaint")
    life.no(NeedsMore, Do.CLASSIFY, AGENT, confidentiality=1)
    life.do(Do.PROTECT, AGENT, units=["water"])
    assert life.order.matter.barred == {"housing", "water"}  # nobody is taken off again
    life.do(Do.CLASSIFY, AGENT, anonymous=True)
    life.no(NeedsMore, Do.CLASSIFY, AGENT, anonymous=False)


# -- names, numbers, recordings ------------------------------------------------------------------------------------
def test_name_number_recording_and_history_of_a_report_are_for_named_persons() -> None:
    life = signed()
    for role in Role:
        if role is not Role.SYSTEM:
            assert not sees(Reader("somebody", role), life.order) & PERSONAL, role
    assert sees(Reader("wang", Role.AGENT), life.order) >= PERSONAL  # took the call, has heard it
    life.do(Do.NAME_PERSON, DUTY, person="du")
    assert sees(Reader("du", Role.SUPERVISION), life.order) >= PERSONAL
    assert not sees(Reader("du", Role.UNIT_LEAD, frozenset({"water"}), "water"), life.order) & PERSONAL


def test_unmasking_a_report_is_for_named_persons_with_a_reason_and_is_written_down() -> None:
    life = signed()
    for by in (OFFICE, QUALITY, SUPERVISION, DISCIPLINE):
        assert not may_unmask(by, life.order)
        life.no(NotYours, Do.UNMASK, by, field="number")
    life.do(Do.NAME_PERSON, DISCIPLINE, person="du")
    life.no(NeedsMore, Do.UNMASK, SUPERVISION, field="number", why=" ")
    life.do(Do.UNMASK, SUPERVISION, field="number", why="核实举报线索")
    assert (life.acts[-1].by, life.acts[-1].why, life.acts[-1].data["field"]) == ("du", "核实举报线索", "number")
    assert not may_unmask(Actor("du", Role.SUPERVISION, "housing"), life.order)
    assert not may_unmask(Actor("du", Role.UNIT_LEAD, "water"), life.order)


def test_whoever_took_a_report_as_an_agent_unmasks_it_under_the_name_they_sign_on_with() -> None:
    life = Life(report(), by=Actor("a1001", Role.AGENT))
    assert not may_unmask(Actor("p-7", Role.AGENT), life.order)
    assert not may_unmask(Actor("p-8", Role.AGENT, agent="a1002"), life.order)
    life.do(Do.UNMASK, Actor("p-7", Role.AGENT, agent="a1001"), field="number", why="回拨核实")


def test_units_do_not_unmask() -> None:
    life = plain()
    assert not may_unmask(HOUSING_LEAD, life.order)
    life.no(NotYours, Do.UNMASK, HOUSING, field="number")


def test_an_anonymous_caller_is_anonymous_to_the_units_though_the_switch_saw_the_number() -> None:
    order = Life({"anonymous": True}).dispatched("housing").order
    assert not sees(of("housing"), order) & (PERSONAL - {Field.HISTORY})
    assert shown(Field.NUMBER, "13800001234", of("housing"), order) == ""


def test_numbers_are_masked_by_role() -> None:
    order = plain().order
    number, name = "13800001234", "张三丰"
    assert shown(Field.NUMBER, number, of("housing"), order) == number
    assert shown(Field.NUMBER, number, Reader("a", Role.AGENT), order) == "138****1234"
    assert shown(Field.NAME, name, Reader("q", Role.QUALITY), order) == "张**"
    assert shown(Field.RECORDING, "r-1", Reader("a", Role.AGENT), order) == ""


def test_a_unit_that_was_sent_it_by_mistake_has_nothing_more_to_see() -> None:
    life = Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案").do(Do.UPHOLD_RETURN, OFFICE2)
    assert sees(of("housing"), life.order) == frozenset()


# -- merging and searching ----------------------------------------------------------------------------------------
def numbered(life: Life, number: str) -> Order:
    return replace(life.order, number=number)


def test_reports_are_merged_with_nothing_and_open_orders_only_within_one_level() -> None:
    one, other = Life().order, numbered(Life(), "other")
    assert may_merge(one, other)
    assert not may_merge(one, one)
    assert not may_merge(one, numbered(Life(report()), "other"))
    assert not may_merge(Life(report()).order, numbered(Life(report()), "other"))
    assert not may_merge(one, numbered(Life({"confidentiality": 1}), "other"))
    assert not may_merge(one, numbered(Life({"anonymous": True}), "other"))


def test_nothing_is_merged_into_what_is_merged_or_over() -> None:
    one = Life().order
    assert not may_merge(one, numbered(Life().do(Do.MERGE, OFFICE, into="x"), "other"))
    assert not may_merge(one, numbered(Life().closed(), "other"))
    assert not may_merge(one, numbered(Life().do(Do.WITHDRAW, CITIZEN, evidence="c"), "other"))


def test_lists_search_likeness_and_screen_pop_leave_a_report_out_alike() -> None:
    hidden, open_one = signed().order, plain().order
    assert list(visible(of("housing"), [hidden, open_one])) == [open_one]
    assert list(visible(of("water"), [hidden, open_one])) == [hidden]
    assert list(visible(Reader("b", Role.BACK_OFFICE), [hidden, open_one])) == [hidden, open_one]


def test_a_report_is_one_by_its_kind_whatever_was_ticked() -> None:
    order = Life(report(confidentiality=0)).order
    assert order.matter.confidentiality is Confidentiality.OPEN
    assert sees(of("housing"), order) == frozenset()
    assert not sees(Reader("b", Role.BACK_OFFICE), order) & PERSONAL


def test_a_first_responder_that_is_complained_of_is_none() -> None:
    life = Life(report(), first_responder="housing").do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY)
    assert life.order.first_responder == ""
    life.do(Do.DISPATCH, OFFICE, unit="water", why="")
    life.no(WrongStep, Do.PROGRESS, WATER)  # not signed for yet
