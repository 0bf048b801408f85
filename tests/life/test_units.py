"""What units may and must do: first responder, returns, pleas, arbitration, joint handling, clocks put off."""

from __future__ import annotations

import pytest

from tests.life.lives import (
    AGENT,
    DUTY,
    HOUSING,
    HOUSING_LEAD,
    OFFICE,
    OFFICE2,
    STREET,
    STREET_LEAD,
    SYSTEM,
    WATER,
    WATER_LEAD,
    Life,
    said,
    when,
)
from tests.life.stories import FIVE_DAYS
from workorders.life.acts import Actor
from workorders.life.errors import LimitReached, NeedsMore, NotYours, TooLate, Unseen, WrongStep
from workorders.life.findings import suspected
from workorders.life.words import Do, Role, State


def first(at: str = "2026-03-02 09:00") -> Life:
    """Return an order whose first responder is the housing department, dispatched to it."""
    return Life(at=at, first_responder="housing").dispatched(on_call=True)


# -- first responder ----------------------------------------------------------------------------------------------
def test_the_first_responder_leads_or_somebody_says_why_not() -> None:
    life = Life(first_responder="housing")
    assert "首接单位应当牵头" in life.no(NeedsMore, Do.DISPATCH, OFFICE, why="", unit="water")
    assert life.do(Do.DISPATCH, OFFICE, why="市民改述为水质问题", unit="water").order.lead == "water"


def test_the_talk_is_the_first_responder_s_signature() -> None:
    life = first().do(Do.SIGN_FOR, SYSTEM)
    part = life.order.leading
    assert part is not None
    assert (part.state, part.on_call, part.contacted_at) == (State.SIGNED, True, part.dispatched_at)
    Life().dispatched().no(NeedsMore, Do.SIGN_FOR, SYSTEM)


def test_nobody_becomes_first_responder_without_a_call_that_shows_it() -> None:
    life = Life()
    life.no(NeedsMore, Do.DISPATCH, OFFICE, unit="housing", on_call=True)
    life.do(Do.DISPATCH, OFFICE, unit="housing", on_call=True, call="c-7")
    assert life.order.first_responder == "housing"


def test_the_first_responder_cannot_return_but_pleads_wrong_dispatch() -> None:
    life = first()
    life.no(NeedsMore, Do.RETURN, HOUSING_LEAD, ground="三定方案第三条")
    life.do(Do.PLEAD, HOUSING_LEAD, ground="三定方案第三条", proper="water")
    assert (life.state, life.owner) == (State.PLEADED, "desk:return_review")


def test_a_plea_has_its_time_its_ground_and_is_made_once() -> None:
    life = first("2026-03-02 09:00")
    life.no(TooLate, Do.PLEAD, HOUSING_LEAD, ground="三定方案", at="2026-03-03 17:31")  # one working day
    life.do(Do.PLEAD, HOUSING_LEAD, ground="三定方案", at="2026-03-03 17:30").do(Do.REFUSE_PLEA, OFFICE2)
    life = first().do(Do.PLEAD, HOUSING_LEAD, ground="三定方案").do(Do.REFUSE_PLEA, OFFICE2)
    life.no(LimitReached, Do.PLEAD, HOUSING_LEAD, ground="三定方案")


def test_who_is_no_first_responder_does_not_plead() -> None:
    Life().dispatched().no(NeedsMore, Do.PLEAD, HOUSING_LEAD, ground="三定方案")


def test_an_upheld_plea_is_the_dispatcher_s_error_and_the_unit_is_first_responder_no_more() -> None:
    life = first().do(Do.PLEAD, HOUSING_LEAD, ground="三定方案").do(Do.UPHOLD_PLEA, OFFICE2)
    assert [(c.whom, c.why, c.until) for c in life.order.charges] == [("staff:pai", "wrong_dispatch", None)]
    assert (life.order.first_responder, life.state) == ("", State.REDISPATCHING)
    life.do(Do.REDISPATCH, OFFICE, unit="water", why="")
    assert life.order.charges[0].until == life.now


def test_a_refused_plea_counts_as_buck_passing_and_its_time_is_the_unit_s() -> None:
    life = first().do(Do.PLEAD, HOUSING_LEAD, ground="三定方案", at="2026-03-02 10:00")
    life.do(Do.REFUSE_PLEA, OFFICE2, at="2026-03-02 11:00")
    assert life.state is State.DISPATCHED
    assert [(c.whom, (c.until or 0) - c.since) for c in life.order.charges] == [("unit:housing", 3600)]
    assert [found.kind for found in suspected(life.order, life.now)] == ["buck_passing"]


# -- the lead -----------------------------------------------------------------------------------------------------
def test_the_lead_goes_over_only_to_a_unit_that_accepts_it() -> None:
    life = first().do(Do.SIGN_FOR, SYSTEM).do(Do.OFFER_LEAD, HOUSING_LEAD, unit="water")
    assert life.owner == "unit:housing"
    life.no(Unseen, Do.ACCEPT_LEAD, STREET_LEAD)
    life.do(Do.DECLINE_LEAD, WATER_LEAD)
    assert life.owner == "unit:housing"
    life.do(Do.OFFER_LEAD, HOUSING_LEAD, unit="water").do(Do.ACCEPT_LEAD, WATER_LEAD)
    assert (life.owner, life.order.first_responder) == ("unit:water", "housing")
    kept = life.order.part_of("housing")
    assert kept is not None
    assert kept.part == "joint"


def test_a_lead_that_was_accepted_is_not_returned() -> None:
    life = Life().dispatched().do(Do.SIGN_FOR, HOUSING).do(Do.OFFER_LEAD, HOUSING_LEAD, unit="water")
    life.do(Do.ACCEPT_LEAD, WATER_LEAD)
    assert "自己接下" in life.no(LimitReached, Do.RETURN, WATER_LEAD, ground="三定方案")


def test_two_units_cannot_win_time_by_trading_the_lead() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.SIGN_FOR, HOUSING)
    promised, own = life.order.round.due, life.order.leading
    assert own is not None
    life.do(Do.OFFER_LEAD, HOUSING_LEAD, unit="water", stay=False).do(Do.ACCEPT_LEAD, WATER_LEAD, at="2026-03-05 09:00")
    life.do(Do.OFFER_LEAD, WATER_LEAD, unit="housing", stay=False)
    life.do(Do.ACCEPT_LEAD, HOUSING_LEAD, at="2026-03-06 09:00")
    back = life.order.leading
    assert back is not None
    assert (back.unit, back.reply_due, life.order.round.due) == ("housing", own.reply_due, promised)


def test_wrong_lead_that_was_handed_over_is_charged_to_the_unit_that_gave_it() -> None:
    life = Life().dispatched().do(Do.SIGN_FOR, HOUSING).do(Do.OFFER_LEAD, HOUSING_LEAD, unit="water", stay=False)
    life.do(Do.ACCEPT_LEAD, WATER_LEAD).do(Do.REDISPATCH, OFFICE, unit="street")
    assert life.order.charges[-1].whom == "unit:housing"


# -- returns ------------------------------------------------------------------------------------------------------
def test_a_return_never_stops_the_citizen_s_clock_nor_the_unit_s() -> None:
    life = Life().dispatched()
    before = life.order
    life.do(Do.RETURN, HOUSING_LEAD, ground="三定方案")
    assert life.order.round == before.round
    life.do(Do.REFUSE_RETURN, OFFICE2)
    part, was = life.order.leading, before.leading
    assert part is not None
    assert was is not None
    assert (life.order.round, part.reply_due, part.sign_due) == (before.round, was.reply_due, was.sign_due)


def test_an_upheld_return_gives_the_next_unit_its_own_clock() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案")
    life.do(Do.UPHOLD_RETURN, OFFICE2, at="2026-03-02 17:00").do(Do.REDISPATCH, OFFICE, unit="water",
                                                                at="2026-03-03 10:00")
    part = life.order.leading
    assert part is not None
    assert (said(part.reply_due), said(life.order.round.due)) == ("2026-03-10 17:30", "2026-03-09 17:30")
    charge = life.order.charges[0]
    assert (charge.whom, said(charge.since), said(charge.until or 0)) == (
        "staff:pai", "2026-03-02 09:01", "2026-03-03 10:00")


def test_the_dispatcher_does_not_judge_the_return_of_their_own_dispatch() -> None:
    life = Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案")
    life.no(NotYours, Do.UPHOLD_RETURN, OFFICE)
    life.no(NotYours, Do.REFUSE_RETURN, OFFICE)


def test_a_return_has_its_time_and_a_refused_one_is_not_made_again() -> None:
    Life().dispatched().no(TooLate, Do.RETURN, HOUSING_LEAD, ground="三定方案", at="2026-03-03 17:31")
    life = Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案").do(Do.REFUSE_RETURN, OFFICE2)
    assert "驳回过" in life.no(LimitReached, Do.RETURN, HOUSING_LEAD, ground="三定方案")


def test_a_handler_cannot_return_for_the_unit() -> None:
    Life().dispatched().no(NotYours, Do.RETURN, HOUSING, ground="三定方案")


def test_after_two_upheld_returns_the_duty_leader_names_the_unit() -> None:
    life = Life().dispatched()
    for lead, onward in ((HOUSING_LEAD, "water"), (WATER_LEAD, "street")):
        life.do(Do.RETURN, lead, ground="三定方案").do(Do.UPHOLD_RETURN, OFFICE2).do(Do.REDISPATCH, OFFICE, unit=onward)
    life.no(LimitReached, Do.RETURN, STREET_LEAD, ground="三定方案")
    life.do(Do.ASK_ARBITRATION, STREET_LEAD).do(Do.ARBITRATE_MOVE, DUTY, unit="parks")
    assert (life.order.designated, life.order.lead) == (True, "parks")
    life.no(LimitReached, Do.RETURN, Actor("p", Role.UNIT_LEAD, "parks"), ground="三定方案")


def test_a_joint_unit_s_return_does_not_use_up_the_lead_s() -> None:
    life = Life().dispatched(joint=["water", "street"])
    for lead in (WATER_LEAD, STREET_LEAD):
        life.do(Do.RETURN, lead, ground="三定方案").do(Do.UPHOLD_RETURN, OFFICE2, about=lead.unit)
    assert life.do(Do.RETURN, HOUSING_LEAD, ground="三定方案").state is State.RETURNED


# -- arbitration --------------------------------------------------------------------------------------------------
def refused_return() -> Life:
    return Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案").do(Do.REFUSE_RETURN, OFFICE2)


def test_a_unit_goes_past_the_office_once_and_in_time() -> None:
    life = refused_return()
    life.no(TooLate, Do.ASK_ARBITRATION, HOUSING_LEAD, at="2026-03-03 17:31")
    life.do(Do.ASK_ARBITRATION, HOUSING_LEAD)
    assert life.owner == "desk:duty_leader"
    life.do(Do.ARBITRATE_KEEP, DUTY)
    assert (life.state, life.order.designated) == (State.DISPATCHED, True)
    life.no(LimitReached, Do.ASK_ARBITRATION, HOUSING_LEAD)
    Life().dispatched().no(NeedsMore, Do.ASK_ARBITRATION, HOUSING_LEAD)


def test_a_leader_who_moves_it_makes_the_refusal_unhappen() -> None:
    life = refused_return().do(Do.ASK_ARBITRATION, HOUSING_LEAD).do(Do.ARBITRATE_MOVE, DUTY, unit="water")
    assert [back.upheld for back in life.order.give_backs] == [True]
    assert [c.whom for c in life.order.charges] == ["staff:pai"]
    assert suspected(life.order, life.now) == ()
    old = life.order.assignments[0]
    assert old.void


def test_a_unit_that_was_named_may_give_it_back_when_it_is_sent_it_anew_after_a_reopening() -> None:
    life = refused_return().do(Do.ASK_ARBITRATION, HOUSING_LEAD).do(Do.ARBITRATE_KEEP, DUTY).replied().follow_up()
    life.asked(solved=False).do(Do.REOPEN, AGENT).dispatched()
    assert not life.order.designated
    assert life.do(Do.RETURN, HOUSING_LEAD, ground="三定方案").state is State.RETURNED


def test_a_leader_who_keeps_it_ends_the_argument_at_the_unit_s_cost() -> None:
    life = Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案").do(Do.ASK_ARBITRATION, OFFICE)
    life.do(Do.ARBITRATE_KEEP, DUTY)
    assert [back.upheld for back in life.order.give_backs] == [False]
    assert [c.whom for c in life.order.charges] == ["unit:housing"]


# -- joint handling -----------------------------------------------------------------------------------------------
def test_the_lead_answers_when_its_joint_units_have_or_are_overdue() -> None:
    life = Life(at="2026-03-02 09:00").dispatched(joint=["water"]).handling()
    assert "协办" in life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True, at="2026-03-09 17:29")
    assert life.do(Do.REPLY, HOUSING_LEAD, solved=True, at="2026-03-09 17:30").state is State.REPLIED


def test_a_joint_unit_answers_without_carrying_the_order() -> None:
    life = Life().dispatched(joint=["water"]).handling()
    life.do(Do.SIGN_FOR, WATER).do(Do.REPLY, WATER_LEAD, solved=True)
    assert life.state is State.HANDLING
    assert life.do(Do.REPLY, HOUSING_LEAD, solved=True).state is State.REPLIED


def test_a_joint_unit_has_its_own_clock_from_its_own_dispatch() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.ADD_JOINT, OFFICE, unit="water", at="2026-03-04 09:00")
    joint = life.order.part_of("water")
    assert joint is not None
    assert said(joint.reply_due) == "2026-03-11 17:30"
    life.no(NeedsMore, Do.ADD_JOINT, OFFICE, unit="housing")


# -- handing down -------------------------------------------------------------------------------------------------
def test_handed_down_is_due_earlier_and_the_upper_unit_stays_answerable() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.SIGN_FOR, HOUSING)
    for late in ("2026-03-09 17:30", "2026-03-20 09:00", "2026-03-01 09:00"):
        life.no(NeedsMore, Do.HAND_DOWN, HOUSING_LEAD, unit="street", due=when(late))
    life.do(Do.HAND_DOWN, HOUSING_LEAD, unit="street", due=when("2026-03-06 17:30"))
    assert (life.owner, life.state) == ("unit:housing", State.HANDLING)
    life.no(NeedsMore, Do.HAND_DOWN, STREET_LEAD, unit="village", due=when("2026-03-06 17:30"))
    life.do(Do.HAND_DOWN, STREET_LEAD, unit="village", due=when("2026-03-05 17:30"))
    village = Actor("v", Role.UNIT_HANDLER, "village")
    life.do(Do.INNER_REPLY, village).do(Do.INNER_REPLY, STREET)
    assert life.state is State.HANDLING
    life.no(WrongStep, Do.REPLY, Actor("v2", Role.UNIT_LEAD, "village"), solved=True)


def test_it_is_not_handed_down_to_whoever_has_it_already() -> None:
    life = Life().dispatched(joint=["water"]).do(Do.SIGN_FOR, HOUSING)
    for unit in ("housing", "water"):
        life.no(NeedsMore, Do.HAND_DOWN, HOUSING_LEAD, unit=unit, due=when("2026-03-04 09:00"))


# -- replies ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", [
    "正在办理", "您好，您反映的问题我局已收悉，正在办理中，请耐心等待。", "已转相关部门处理，感谢您的来电！",
    "。。。。。。。。", "已办结",
    "尊敬的市民您好！您反映的问题我单位已收到，正在调查核实，将尽快回复，感谢您对我们工作的理解与支持。",
])
def test_in_handling_is_not_a_reply(text: str) -> None:
    assert "不是答复" in Life().dispatched().handling().no(NeedsMore, Do.REPLY, HOUSING_LEAD, text=text, solved=True)


def test_a_unit_speaks_to_the_citizen_before_it_answers() -> None:
    life = Life().dispatched().do(Do.SIGN_FOR, HOUSING).do(Do.START, HOUSING)
    life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    life.do(Do.CONTACT, HOUSING, reached=False)
    life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    life.do(Do.CONTACT, HOUSING, reached=True)
    assert life.do(Do.REPLY, HOUSING_LEAD, solved=True).owner == "desk:review"


def test_progress_stops_no_clock() -> None:
    life = Life().dispatched().handling()
    before = life.order
    life.do(Do.PROGRESS, HOUSING)
    assert (life.order.round, life.order.assignments) == (before.round, before.assignments)


# -- put off ------------------------------------------------------------------------------------------------------
def test_an_extension_asked_after_the_deadline_is_refused() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    assert "超期" in life.no(TooLate, Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS, at="2026-03-09 17:30")
    life.do(Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS, at="2026-03-09 17:29")
    life.do(Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS, told_citizen=True, at="2026-03-10 09:00")
    assert said(life.order.round.due) == "2026-03-16 17:30"


def test_extensions_are_approved_told_capped_and_counted() -> None:
    life = Life().dispatched().handling()
    life.no(NeedsMore, Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS, told_citizen=True)
    for _ in range(2):
        life.do(Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS)
        life.no(NotYours, Do.APPROVE_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS, told_citizen=True)
        life.no(NeedsMore, Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS)
        life.no(LimitReached, Do.APPROVE_EXTENSION, OFFICE, term={"amount": 6, "unit": "working_days"},
                told_citizen=True)
        life.do(Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS, told_citizen=True)
    part = life.order.leading
    assert part is not None
    assert (part.extensions, life.order.round.extensions) == (2, 2)
    life.no(LimitReached, Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS)


def test_the_next_unit_cannot_extend_the_same_promise_again_and_again() -> None:
    life = Life().dispatched().handling()
    for _ in range(2):
        life.do(Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS)
        life.do(Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS, told_citizen=True)
    life.do(Do.REDISPATCH, OFFICE, unit="water").handling(WATER_LEAD)
    life.no(LimitReached, Do.ASK_EXTENSION, WATER_LEAD, term=FIVE_DAYS)


def test_pauses_are_approved_capped_and_what_was_not_used_goes_back() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    until = {"until": when("2026-03-12 12:00"), "cause": "citizen_material"}
    life.do(Do.ASK_PAUSE, HOUSING_LEAD, **until)
    life.do(Do.APPROVE_PAUSE, OFFICE, at="2026-03-04 12:00", **until)
    # six working days lie after 4 up to 12 March: due 9 March becomes 17 March
    assert said(life.order.round.due) == "2026-03-17 17:30"
    life.do(Do.RESUME, HOUSING, at="2026-03-06 12:00")  # two used: 9 March becomes 11 March
    part = life.order.leading
    assert part is not None
    assert (said(life.order.round.due), said(part.reply_due)) == ("2026-03-11 17:30", "2026-03-11 17:30")
    life.do(Do.ASK_PAUSE, HOUSING_LEAD, **until).do(Do.APPROVE_PAUSE, OFFICE, **until).do(Do.RESUME, HOUSING)
    life.no(LimitReached, Do.ASK_PAUSE, HOUSING_LEAD, **until)


def test_a_pause_has_a_longest_length_and_a_fixed_cause() -> None:
    life = Life().dispatched().handling()
    life.do(Do.ASK_PAUSE, HOUSING_LEAD, until=when("2026-03-20 09:00"), cause="season")
    life.no(LimitReached, Do.APPROVE_PAUSE, OFFICE, until=when("2026-06-20 09:00"), cause="season")
    life.no(LimitReached, Do.APPROVE_PAUSE, OFFICE, until=when("2026-03-01 09:00"), cause="season")


def test_nobody_gives_back_or_answers_while_the_clock_stands_still() -> None:
    life = Life().dispatched().do(Do.SIGN_FOR, HOUSING).do(Do.CONTACT, HOUSING, reached=True)
    until = {"until": when("2026-03-20 09:00"), "cause": "season"}
    life.do(Do.ASK_PAUSE, HOUSING_LEAD, **until).do(Do.APPROVE_PAUSE, OFFICE, **until)
    life.no(NeedsMore, Do.RETURN, HOUSING_LEAD, ground="三定方案")
    life.no(NeedsMore, Do.REPLY, HOUSING_LEAD, solved=True)
    life.no(NeedsMore, Do.REDISPATCH, OFFICE, unit="water")
    life.no(NeedsMore, Do.MERGE, OFFICE, into="2026-0301-0001")
    life.no(NeedsMore, Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS)


def test_the_unit_complained_of_takes_no_pause_with_it() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    until = {"until": when("2026-03-12 12:00"), "cause": "season"}
    life.do(Do.ASK_PAUSE, HOUSING_LEAD, **until).do(Do.APPROVE_PAUSE, OFFICE, at="2026-03-04 12:00", **until)
    life.do(Do.PROTECT, AGENT, units=["housing"], at="2026-03-06 12:00")
    assert (life.state, said(life.order.round.due)) == (State.REDISPATCHING, "2026-03-11 17:30")


def test_reclassified_to_sooner_the_promise_moves_up_and_to_later_it_stays() -> None:
    life = Life({"kind": "complaint"}, at="2026-03-02 09:00").dispatched()
    life.do(Do.CLASSIFY, AGENT, tags=["complex"])  # fifteen days would be later: only an extension gives that
    assert said(life.order.round.due) == "2026-03-09 17:30"
    life.do(Do.CLASSIFY, AGENT, urgency=1, at="2026-03-03 10:00")  # three days, from acceptance
    part = life.order.leading
    assert part is not None
    assert (said(life.order.round.due), said(part.reply_due)) == ("2026-03-05 17:30", "2026-03-06 17:30")
    assert said(part.sign_due) == "2026-03-02 15:01"  # four business hours from dispatch, sooner than two from now


def test_a_matter_that_turns_out_to_be_urgent_is_paused_no_longer() -> None:
    life = Life({"kind": "complaint"}, at="2026-03-02 09:00").dispatched().handling()
    until = {"until": when("2026-03-12 12:00"), "cause": "season"}
    life.do(Do.ASK_PAUSE, HOUSING_LEAD, **until).do(Do.APPROVE_PAUSE, OFFICE, at="2026-03-03 10:00", **until)
    assert said(life.order.round.due) == "2026-03-18 17:30"  # 9 March and seven days: 4 5 6 9 10 11 12
    life.do(Do.CLASSIFY, AGENT, urgency=1, at="2026-03-04 11:00")
    part = life.order.leading
    assert part is not None
    # the citizen: three days from 2 March; the unit: three from when it was told, sooner than 9 March and one paused
    assert (said(life.order.round.due), said(part.reply_due)) == ("2026-03-05 17:30", "2026-03-09 17:30")
    assert not part.paused(life.now)
    life.no(NeedsMore, Do.RESUME, HOUSING)


def test_a_pause_ends_also_where_only_the_unit_s_own_deadline_comes_sooner() -> None:
    life = Life({"kind": "complaint"}, at="2026-03-02 09:00").dispatched()
    life.do(Do.RETURN, HOUSING_LEAD, ground="三定方案").do(Do.UPHOLD_RETURN, OFFICE2)
    life.do(Do.CLASSIFY, AGENT, urgency=2).do(Do.CLASSIFY, AGENT, urgency=0)  # two hours: 11:00
    life.do(Do.REDISPATCH, OFFICE, unit="water", at="2026-03-04 09:00").handling(WATER_LEAD)
    until = {"until": when("2026-03-12 12:00"), "cause": "season"}
    life.do(Do.ASK_PAUSE, WATER_LEAD, **until).do(Do.APPROVE_PAUSE, OFFICE, at="2026-03-04 10:00", **until)
    assert said(life.order.round.due) == "2026-03-10 13:00"  # eight days and two hours on, in plain hours
    life.do(Do.CLASSIFY, AGENT, urgency=1, at="2026-03-05 10:00")
    part = life.order.leading
    assert part is not None
    # three days would be no sooner for the citizen: only the pause ends, a day of it used; the unit has three from now
    assert (said(life.order.round.due), said(part.reply_due)) == ("2026-03-03 11:00", "2026-03-10 17:30")
    assert not part.paused(life.now)


def test_only_the_unit_itself_acts_on_its_part() -> None:
    life = Life().dispatched(joint=["street"]).handling()
    life.no(Unseen, Do.PROGRESS, WATER)
    life.no(Unseen, Do.NOTE, WATER)
    life.no(WrongStep, Do.PROGRESS, STREET)  # its own part is not signed yet
