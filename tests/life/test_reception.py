"""Acceptance, direct answers, refusals and signatures, rule by rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.life.lives import (
    AGENT,
    CITIZEN,
    DEFAULT,
    DEPUTY,
    DUTY,
    HOUSING_LEAD,
    OFFICE,
    OFFICE2,
    QUALITY,
    SYSTEM,
    WATER_LEAD,
    Life,
    report,
)
from workorders.life.acceptance import DOORS, Circumstances, Ground, obstacle, second_look
from workorders.life.clocks import clocks_of
from workorders.life.errors import LimitReached, NeedsMore, NotYours, TooLate, WrongStep
from workorders.life.matters import Matter
from workorders.life.policy import Policy
from workorders.life.words import Do, Kind, State, Urgency

MAJOR = {"kind": "complaint", "tags": ["major"]}


# -- answered on the spot -----------------------------------------------------------------------------------------
def test_an_inquiry_is_answered_on_the_spot_and_closed() -> None:
    life = Life({"kind": "inquiry"}).do(Do.ANSWER, AGENT).do(Do.CLOSE, AGENT)
    assert (life.state, life.order.outcome) == (State.CLOSED, "answered")


def test_in_handling_is_not_an_answer_on_the_spot_either() -> None:
    assert "不是答复" in Life().no(NeedsMore, Do.ANSWER, AGENT, text="您好，您反映的问题已收悉，正在办理，请耐心等待。")


def test_a_report_is_not_answered_away_by_whoever_takes_it() -> None:
    Life(report()).no(NeedsMore, Do.ANSWER, AGENT)


def test_the_citizen_may_reopen_what_was_answered_on_the_spot_within_its_time_from_the_answer() -> None:
    life = Life().do(Do.ANSWER, AGENT).do(Do.NOTE, AGENT, at="2026-04-10 09:00")
    life.no(TooLate, Do.REOPEN, CITIZEN, at="2026-04-20 09:00")  # 30 working days from 2 March end on 14 April
    assert life.do(Do.REOPEN, CITIZEN, at="2026-04-13 09:00").state is State.REOPENED


# -- refused ------------------------------------------------------------------------------------------------------
def test_a_refusal_has_a_lawful_ground_a_door_and_a_number() -> None:
    life = Life().do(Do.REFUSE, AGENT, ground="litigation", refusal="R-1")
    refusal = life.order.refusals[0]
    assert (refusal.number, DOORS[Ground(refusal.ground)].phone) == ("R-1", "12368")
    assert all(door.door and door.source for door in DOORS.values())


def test_noise_leaks_and_parking_are_accepted_where_an_agency_has_a_duty() -> None:
    life = Life()
    life.no(NeedsMore, Do.REFUSE, AGENT, ground="civil", refusal="R-1")
    assert life.do(Do.REFUSE, AGENT, ground="civil", refusal="R-1", agency=False).state is State.REFUSED


def test_the_same_facts_again_are_refused_only_without_new_reasons() -> None:
    assert obstacle(Ground.REPEATED, Circumstances(new_reasons=True))
    assert not obstacle(Ground.REPEATED, Circumstances(new_reasons=False))


@pytest.mark.parametrize("ground", list(Ground))
def test_an_emergency_is_never_refused(ground: Ground) -> None:
    Life({"urgency": 2}).no(NeedsMore, Do.REFUSE, AGENT, ground=ground.value, refusal="R-1", agency=False)


def test_there_is_no_ground_too_difficult_or_not_ours() -> None:
    assert {ground.value for ground in Ground} == {
        "litigation", "arbitration", "reconsideration", "discipline", "petition", "disclosure", "party", "congress",
        "courts", "procuratorate", "army", "repeated", "secrets", "public_order", "civil"}


def test_an_objection_is_looked_at_by_a_second_person() -> None:
    life = Life().do(Do.REFUSE, OFFICE, ground="petition", refusal="R-1").do(Do.OBJECT, CITIZEN)
    assert life.owner == "desk:second_look"
    assert "另一人" in life.no(NotYours, Do.CONFIRM_REFUSAL, OFFICE)
    life.no(NotYours, Do.OVERTURN_REFUSAL, OFFICE)
    assert life.do(Do.CONFIRM_REFUSAL, OFFICE2).order.refusals[0].seconded_by == "fu"
    life.no(LimitReached, Do.OBJECT, CITIZEN)


def test_an_objection_has_its_time() -> None:
    life = Life().do(Do.REFUSE, AGENT, ground="petition", refusal="R-1")
    life.no(TooLate, Do.OBJECT, CITIZEN, at="2026-03-17 09:00")  # ten working days from Monday 2 March: 16 March 17:30
    assert life.do(Do.OBJECT, CITIZEN, at="2026-03-16 17:30").state is State.OBJECTED


def test_an_overturned_refusal_costs_the_citizen_nothing_and_the_refuser_the_time() -> None:
    life = Life(at="2026-03-02 09:00")
    due = life.order.round.due
    life.do(Do.REFUSE, AGENT, ground="petition", refusal="R-1", at="2026-03-02 10:00")
    life.do(Do.OVERTURN_REFUSAL, QUALITY, at="2026-03-04 10:00")
    assert (life.state, life.order.round.due, life.order.round.closed_at) == (State.ACCEPTED, due, None)
    charge = life.order.charges[0]
    assert (charge.whom, (charge.until or 0) - charge.since) == ("staff:wang", 48 * 3600)
    life.no(LimitReached, Do.REFUSE, AGENT, ground="petition", refusal="R-2")  # not twice for the same


def test_refusals_are_sampled_for_a_second_look_before_they_go_to_the_archive() -> None:
    numbers = [f"2026-0302-{n:04}" for n in range(1, 2001)]
    assert 0.17 < sum(second_look(n, 0.2, objected=False) for n in numbers) / 2000 < 0.23
    assert all(second_look(n, 0.0, objected=True) for n in numbers)
    every = replace(DEFAULT, policy=Policy(refusal_review_share=1.0))
    life = Life(rules=every).do(Do.REFUSE, AGENT, ground="petition", refusal="R-1")
    life.no(NeedsMore, Do.ARCHIVE, SYSTEM, at="2026-05-06 09:00")
    assert life.do(Do.CONFIRM_REFUSAL, QUALITY).do(Do.ARCHIVE, SYSTEM, at="2026-05-06 09:00").state is State.ARCHIVED


def test_a_refusal_stays_open_to_objection_before_it_is_archived() -> None:
    none = replace(DEFAULT, policy=Policy(refusal_review_share=0.0))
    life = Life(rules=none).do(Do.REFUSE, AGENT, ground="petition", refusal="R-1")
    life.no(NeedsMore, Do.ARCHIVE, SYSTEM, at="2026-03-16 09:00")
    assert life.do(Do.ARCHIVE, SYSTEM, at="2026-03-17 09:00").state is State.ARCHIVED


# -- signatures ---------------------------------------------------------------------------------------------------
def test_what_policy_names_waits_for_the_leader_and_the_rest_goes_straight() -> None:
    Life(MAJOR).no(NeedsMore, Do.DISPATCH, OFFICE, unit="housing")
    assert Life().dispatched().state is State.DISPATCHED
    life = Life(MAJOR).do(Do.SUBMIT, AGENT)
    assert life.owner == "desk:duty_leader"
    assert life.do(Do.ENDORSE, DUTY).dispatched().state is State.DISPATCHED


def test_the_deputy_signs_only_when_the_leader_is_late() -> None:
    life = Life(MAJOR, at="2026-03-02 09:00").do(Do.SUBMIT, AGENT, at="2026-03-02 09:00")
    # four business hours from 9:00: 9-12 and 14-15
    assert "时限还没到" in life.no(NeedsMore, Do.ENDORSE, DEPUTY, at="2026-03-02 15:00")
    life.no(NeedsMore, Do.SEND_BACK, DEPUTY, at="2026-03-02 15:00")
    assert life.do(Do.ENDORSE, DEPUTY, at="2026-03-02 15:01").state is State.ENDORSED


def test_emergencies_never_wait_for_a_signature() -> None:
    assert not Policy().waits_for_signature(Matter(kind=Kind.REPORT, urgency=Urgency.EMERGENCY, tags=("major",)))
    assert Life({**MAJOR, "urgency": 2}).dispatched().state is State.DISPATCHED
    life = Life(MAJOR).do(Do.SUBMIT, AGENT)
    life.no(NeedsMore, Do.DISPATCH, AGENT, unit="housing")
    life.do(Do.CLASSIFY, AGENT, urgency=2)
    assert life.do(Do.DISPATCH, AGENT, unit="housing").state is State.DISPATCHED


def test_an_appeal_that_becomes_major_after_a_wrong_dispatch_is_signed_before_the_next_one() -> None:
    life = Life().dispatched().do(Do.CLASSIFY, AGENT, tags=["major"])
    life.do(Do.RETURN, HOUSING_LEAD, ground="三定方案").do(Do.UPHOLD_RETURN, OFFICE2)
    life.no(NeedsMore, Do.REDISPATCH, OFFICE, unit="water")
    life.do(Do.SUBMIT, OFFICE).do(Do.ENDORSE, DUTY)
    assert life.order.charges[0].until is None  # the time of the wrong dispatch runs until a unit has it
    life.do(Do.DISPATCH, OFFICE, unit="water")
    assert life.order.charges[0].until == life.now


def test_a_signature_lapses_when_the_order_becomes_what_the_leader_was_not_shown() -> None:
    life = Life(MAJOR).do(Do.SUBMIT, AGENT)
    life.no(NeedsMore, Do.DISPATCH, AGENT, unit="housing")
    life.do(Do.ENDORSE, DUTY)
    life.no(NeedsMore, Do.SUBMIT, AGENT)  # it holds
    life.do(Do.CLASSIFY, AGENT, tags=["major", "complex"])
    life.no(NeedsMore, Do.SUBMIT, AGENT)  # policy names it by the same rule as before
    life.do(Do.PROTECT, AGENT, units=["water"])
    life.no(NeedsMore, Do.DISPATCH, OFFICE, unit="housing")
    assert life.do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY).dispatched().state is State.DISPATCHED


def test_a_signature_that_nobody_had_to_ask_for_does_not_cover_what_becomes_major() -> None:
    life = Life().do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY).do(Do.CLASSIFY, AGENT, tags=["major"])
    life.no(NeedsMore, Do.DISPATCH, OFFICE, unit="housing")
    life.do(Do.CLASSIFY, AGENT, urgency=2)
    assert life.do(Do.DISPATCH, OFFICE, unit="housing").state is State.DISPATCHED  # nothing waits then


def test_nobody_says_by_themselves_that_a_signature_lapses() -> None:
    life = Life(MAJOR).do(Do.SUBMIT, AGENT).do(Do.ENDORSE, DUTY).do(Do.CLASSIFY, AGENT, unsigned=True)
    assert life.order.endorsed


def test_an_order_answered_on_the_spot_and_reopened_is_signed_where_policy_names_it() -> None:
    life = Life(MAJOR).do(Do.ANSWER, AGENT).do(Do.REOPEN, CITIZEN)
    life.no(NeedsMore, Do.DISPATCH, OFFICE, unit="housing")
    assert life.do(Do.SUBMIT, OFFICE).do(Do.ENDORSE, DUTY).dispatched().state is State.DISPATCHED


def test_what_the_leader_sends_back_is_written_again() -> None:
    assert Life(MAJOR).do(Do.SUBMIT, AGENT).do(Do.SEND_BACK, DUTY).owner == "desk:dispatch"


# -- other platforms ----------------------------------------------------------------------------------------------
def test_110_has_it_only_once_it_has_taken_it_and_the_result_comes_back_to_our_citizen() -> None:
    life = Life()
    life.no(NeedsMore, Do.HAND_OVER, AGENT, platform="110")
    due = life.order.round.due
    life.do(Do.HAND_OVER, AGENT, platform="110", reference="110-1")
    assert (life.owner, life.order.round.due) == ("desk:coordination", due)
    life.do(Do.RESULT_BACK, SYSTEM, platform="110", reference="110-1")
    assert life.owner == "desk:follow_up"


def test_joint_units_are_let_go_when_another_platform_takes_the_order() -> None:
    life = Life().dispatched(joint=["water"]).do(Do.RETURN, HOUSING_LEAD, ground="三定方案")
    life.do(Do.UPHOLD_RETURN, OFFICE2).do(Do.HAND_OVER, OFFICE, platform="province", reference="P-1")
    assert list(life.order.current()) == []
    life.no(WrongStep, Do.REPLY, WATER_LEAD, solved=True)


def test_where_duty_stays_unclear_we_accept_provisionally_and_take_it_back() -> None:
    life = Life(provisional=True).do(Do.HAND_OVER, AGENT, platform="110", reference="110-1").do(Do.HAND_BACK, OFFICE)
    assert (life.state, life.order.provisional) == (State.ACCEPTED, True)


# -- withdrawn ----------------------------------------------------------------------------------------------------
def test_only_the_citizen_withdraws_and_the_word_is_kept() -> None:
    life = Life().dispatched().handling()
    life.no(NotYours, Do.WITHDRAW, HOUSING_LEAD, evidence="c-1")
    life.do(Do.WITHDRAW, CITIZEN, evidence="c-1")
    assert (life.state, life.order.outcome, list(life.order.current())) == (State.WITHDRAWN, "withdrawn", [])


def test_what_is_withdrawn_or_refused_keeps_no_clock_of_the_citizen_running() -> None:
    withdrawn = Life().dispatched().do(Do.WITHDRAW, CITIZEN, evidence="c-1")
    refused = Life().do(Do.REFUSE, AGENT, ground="petition", refusal="R-1")
    for life in (withdrawn, refused):
        mine = [clock for clock in clocks_of(life.order) if clock.whom == "citizen"]
        assert [(clock.name, clock.stopped) for clock in mine] == [("answer", life.now), ("close", life.now)]


def test_a_second_call_about_the_same_appeal_is_an_urge_and_not_a_new_order() -> None:
    life = Life().dispatched().handling()
    before = life.order
    life.do(Do.URGE, CITIZEN).do(Do.URGE, AGENT)
    assert (life.order.urges, life.state, life.order.number) == (2, before.state, before.number)
    assert life.order.round == before.round
