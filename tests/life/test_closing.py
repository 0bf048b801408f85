"""Review, follow-up, closing, reopening and its three ends, merged citizens, the archive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.life.lives import (
    AGENT,
    CITIZEN,
    DEFAULT,
    DUTY,
    HOUSING_LEAD,
    LEADER,
    OFFICE,
    OFFICE2,
    SYSTEM,
    WATER_LEAD,
    Life,
    report,
    said,
    when,
)
from tests.life.stories import FIVE_DAYS
from workorders.life.acts import Actor
from workorders.life.assessment import Measure, Period, assess
from workorders.life.errors import BadContent, LimitReached, NeedsMore, NotYours, TooLate, WrongStep
from workorders.life.policy import Policy, sampled
from workorders.life.words import Do, Role, State

ALWAYS = Period(0, 10_000_000_000)


def asked() -> Life:
    """Return an order in follow-up."""
    return Life().dispatched().replied().follow_up()


# -- review -------------------------------------------------------------------------------------------------------
def test_completion_is_the_unit_s_word_and_closing_the_hotline_s() -> None:
    life = Life().dispatched().replied()
    assert (life.state, life.owner, life.order.round.answered_at) == (State.REPLIED, "desk:review", None)
    life.no(NotYours, Do.PASS, HOUSING_LEAD)
    life.no(WrongStep, Do.CLOSE, OFFICE)
    life.do(Do.PASS, OFFICE2)
    assert life.order.round.answered_at == life.order.assignments[0].replied_at


def test_rework_moves_the_deadline_by_the_hours_at_the_office_and_no_more() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    life.do(Do.REPLY, HOUSING_LEAD, solved=True, at="2026-03-05 10:00").do(Do.REWORK, OFFICE, at="2026-03-09 10:00")
    part = life.order.leading
    assert part is not None
    # 6 and 9 March lay with the office: 9 March 17:30 becomes 11 March; the citizen's promise stays
    assert (said(part.reply_due), said(life.order.round.due), part.reworks, part.replied_at) == (
        "2026-03-11 17:30", "2026-03-09 17:30", 1, None)


# -- follow-up ----------------------------------------------------------------------------------------------------
def test_follow_up_is_never_by_the_unit_that_handled_it() -> None:
    life = Life().dispatched().replied().do(Do.PASS, OFFICE2)
    seconded = Actor("x", Role.AGENT, "housing")  # at the hotline's desk, but the unit's own
    life.no(NotYours, Do.BEGIN_FOLLOW_UP, seconded)
    life.no(NotYours, Do.BEGIN_FOLLOW_UP, HOUSING_LEAD)
    life.do(Do.BEGIN_FOLLOW_UP, AGENT)
    life.no(NotYours, Do.TRY_CITIZEN, seconded, reached=True, call="c-1")
    life.no(NotYours, Do.CITIZEN_SAYS, HOUSING_LEAD, solved=True)
    life.no(NotYours, Do.CITIZEN_SAYS, seconded, solved=True, via="sms")


def test_whoever_is_of_the_unit_decides_nothing_about_it_at_the_hotline_s_desk_either() -> None:
    office, watch = Actor("x", Role.BACK_OFFICE, "housing"), Actor("y", Role.SUPERVISION, "housing")
    life = Life().dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案")
    life.no(NotYours, Do.UPHOLD_RETURN, office)
    life.no(NotYours, Do.REFUSE_RETURN, office)
    life.do(Do.REFUSE_RETURN, OFFICE2).handling().do(Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS)
    life.no(NotYours, Do.APPROVE_EXTENSION, office, term=FIVE_DAYS, told_citizen=True)
    until = {"until": when("2026-03-05 09:00"), "cause": "season"}
    life.do(Do.ASK_PAUSE, HOUSING_LEAD, **until).no(NotYours, Do.APPROVE_PAUSE, office, **until)
    life.do(Do.RAISE_FINDING, SYSTEM, key="slow:housing:1", kind="slow", unit="housing")
    life.no(NotYours, Do.DECIDE_FINDING, watch, key="slow:housing:1", established=False)
    life.do(Do.ASK_STRIKE, HOUSING_LEAD, unit="housing", figures=["closing"], reason="duplicate")
    life.no(NotYours, Do.DECIDE_STRIKE, watch, request=len(life.acts), granted=True)
    plea = Life(first_responder="housing").dispatched(on_call=True).do(Do.PLEAD, HOUSING_LEAD, ground="三定方案")
    plea.no(NotYours, Do.UPHOLD_PLEA, office)
    plea.no(NotYours, Do.REFUSE_PLEA, office)


def test_unreachable_counts_only_calls_made_through_the_platform_each_once() -> None:
    life = asked()
    for _ in range(5):
        life.do(Do.TRY_CITIZEN, AGENT, reached=False)  # by somebody's own telephone
    for _ in range(3):
        life.do(Do.TRY_CITIZEN, AGENT, reached=False, call="c-1")
    life.do(Do.TRY_CITIZEN, AGENT, reached=False, call="c-2")
    told = life.order.follow_up
    assert told is not None
    assert (told.calls, told.reached) == (2, False)
    life.no(NeedsMore, Do.CLOSE, OFFICE)
    life.do(Do.TRY_CITIZEN, AGENT, reached=False, call="c-3").do(Do.CLOSE, OFFICE)
    assert life.order.outcome == "done"


def test_an_answer_by_telephone_is_one_heard_in_a_call_of_the_platform() -> None:
    life = asked()
    life.no(NeedsMore, Do.CITIZEN_SAYS, AGENT, solved=True)
    life.do(Do.TRY_CITIZEN, AGENT, reached=True)  # outside
    life.no(NeedsMore, Do.CITIZEN_SAYS, AGENT, solved=True)
    assert life.do(Do.CITIZEN_SAYS, CITIZEN, solved=True, via="sms").order.follow_ups[-1].solved is True


def test_a_non_answer_stays_one() -> None:
    life = asked().do(Do.TRY_CITIZEN, AGENT, reached=True, call="c-1").do(Do.CITIZEN_SAYS, AGENT)
    told = life.order.follow_up
    assert told is not None
    assert (told.said_at, told.solved, told.satisfaction) == (None, None, None)
    life.do(Do.CLOSE, OFFICE)
    figures = assess([life.order], ALWAYS, life.now)
    assert ("housing", Measure.SOLUTION) not in figures


def test_an_answer_is_not_asked_again_until_it_pleases() -> None:
    life = asked().asked(solved=False, satisfaction=1)
    life.no(LimitReached, Do.CITIZEN_SAYS, AGENT, solved=True, satisfaction=5)
    assert "不满意" in life.no(NeedsMore, Do.CLOSE, OFFICE)


@pytest.mark.parametrize(("solved", "satisfaction"), [(False, 5), (False, None), (True, 2), (None, 1)])
def test_an_unhappy_citizen_reopens_the_order(solved: bool | None, satisfaction: int | None) -> None:
    life = asked().asked(solved=solved, satisfaction=satisfaction)
    life.no(NeedsMore, Do.CLOSE, OFFICE)
    before = life.order.round
    life.do(Do.REOPEN, SYSTEM)
    assert (life.state, life.order.reopened, len(life.order.rounds)) == (State.REOPENED, 1, 2)
    assert life.order.rounds[0].opened_at == before.opened_at
    assert life.order.round.opened_at == life.now


def test_a_content_citizen_does_not_reopen_by_the_same_row() -> None:
    asked().asked(solved=True, satisfaction=4).no(NeedsMore, Do.REOPEN, AGENT)


def test_follow_up_is_of_all_or_of_a_sample_by_policy() -> None:
    half = Policy(follow_up_share=0.5)
    numbers = [f"2026-0302-{n:04}" for n in range(1, 2001)]
    assert 0.45 < sum(sampled(n, "follow_up", half.follow_up_share) for n in numbers) / 2000 < 0.55
    Life().dispatched().replied().do(Do.PASS, OFFICE2).no(NeedsMore, Do.CLOSE, OFFICE)
    none = replace(DEFAULT, policy=Policy(follow_up_share=0.0))
    life = Life(rules=none).dispatched().replied().do(Do.PASS, OFFICE2).do(Do.CLOSE, OFFICE)
    assert life.state is State.CLOSED


def test_reception_and_result_are_rated_apart() -> None:
    life = Life().do(Do.RATE, SYSTEM, value=1).do(Do.RATE, SYSTEM, missing="hung_up")
    life.dispatched().replied().follow_up().asked(solved=True, satisfaction=5)
    assert life.order.ratings == (1, None)
    told = life.order.follow_up
    assert told is not None
    assert told.satisfaction == 5
    life.no(BadContent, Do.RATE, SYSTEM, value=6)
    life.no(BadContent, Do.RATE, SYSTEM, value=0)


# -- reopened: solved, shelved, terminated -------------------------------------------------------------------------
def again() -> Life:
    """Return a reopened order in its second follow-up, asked by wang, the citizen now content."""
    return Life().reopened().dispatched().replied().follow_up().asked(solved=True, satisfaction=4, call="c-2")


def test_a_reopened_order_is_solved_only_with_a_second_person_s_approval() -> None:
    life = again()
    life.no(NeedsMore, Do.CLOSE, OFFICE)
    life.no(NeedsMore, Do.CLOSE, SYSTEM)
    life.no(NotYours, Do.CLOSE, Actor("wang", Role.TEAM_LEADER))  # the same person, in another office
    assert life.do(Do.CLOSE, LEADER).order.outcome == "solved"


def test_shelved_by_approval_of_another_person_and_looked_at_again_on_a_day() -> None:
    life = Life().reopened()
    life.no(NeedsMore, Do.SHELVE, DUTY)
    life.no(NeedsMore, Do.ASK_ENDING, OFFICE, ending="shelve")
    life.no(NeedsMore, Do.ASK_ENDING, OFFICE, ending="shelve", again=when("2027-03-01 09:00"))
    life.do(Do.ASK_ENDING, OFFICE, ending="shelve", again=when("2026-05-06 09:00"))
    life.no(NotYours, Do.SHELVE, Actor("pai", Role.DUTY_LEADER))  # who asked does not approve
    life.no(NeedsMore, Do.TERMINATE, DUTY)  # not what was asked
    life.do(Do.SHELVE, DUTY)
    stage = life.order.stage
    assert stage is not None
    assert (life.owner, life.order.outcome, said(stage.due)) == ("desk:coordination", "shelved", "2026-05-06 09:00")
    life.no(NotYours, Do.REVISIT, OFFICE, again=when("2026-05-20 09:00"))
    life.do(Do.REVISIT, DUTY, again=when("2026-05-20 09:00"))
    assert life.do(Do.REOPEN, OFFICE).order.round.opened_at == life.now


def test_terminated_by_approval_and_opened_again_by_a_leader_only() -> None:
    life = Life().reopened().do(Do.ASK_ENDING, OFFICE, ending="terminate").do(Do.TERMINATE, DUTY)
    assert (life.state, life.order.outcome) == (State.TERMINATED, "terminated")
    life.no(NotYours, Do.REOPEN, CITIZEN)
    assert life.do(Do.REOPEN, DUTY).state is State.REOPENED


def test_what_was_never_reopened_is_neither_shelved_nor_terminated() -> None:
    Life().dispatched().handling().no(NeedsMore, Do.ASK_ENDING, HOUSING_LEAD, ending="terminate")


def test_a_reopened_order_has_no_back_door_to_the_end() -> None:
    life = Life().reopened().do(Do.MERGE, OFFICE, into="2026-0301-0001").do(Do.UNMERGE, OFFICE)
    life.no(NeedsMore, Do.ANSWER, AGENT)
    life.no(NeedsMore, Do.REFUSE, AGENT, ground="litigation", refusal="R-1")
    assert life.do(Do.ASK_ENDING, OFFICE, ending="terminate").do(Do.TERMINATE, DUTY).state is State.TERMINATED


def test_an_ending_asked_for_one_round_is_not_approved_in_a_later_one() -> None:
    life = again().do(Do.ASK_ENDING, OFFICE, ending="terminate").do(Do.CLOSE, LEADER).do(Do.REOPEN, CITIZEN)
    life.no(NeedsMore, Do.TERMINATE, DUTY)


def test_a_closed_order_is_reopened_in_time_and_archived_only_then() -> None:
    life = Life(at="2026-03-02 09:00").closed()
    life.no(NeedsMore, Do.ARCHIVE, SYSTEM, at="2026-04-13 09:00")
    life.no(TooLate, Do.REOPEN, CITIZEN, at="2026-04-15 09:00")
    assert Life(at="2026-03-02 09:00").closed().do(Do.REOPEN, CITIZEN, at="2026-04-13 09:00").state is State.REOPENED
    life.do(Do.ARCHIVE, SYSTEM, at="2026-04-15 09:00")
    life.no(NotYours, Do.REOPEN, CITIZEN)


# -- merged citizens ----------------------------------------------------------------------------------------------
def test_merged_citizens_are_each_answered_asked_and_rated_and_their_clock_runs() -> None:
    life = Life()
    due = life.order.round.due
    life.do(Do.MERGE, OFFICE, into="2026-0301-0001").do(Do.RATE, SYSTEM, value=4)
    assert (life.state, life.owner, life.order.round.due) == (State.MERGED, "desk:coordination", due)
    life.no(NeedsMore, Do.MAIN_ANSWERED, SYSTEM, text="", unit="housing")
    life.do(Do.MAIN_ANSWERED, SYSTEM, unit="housing")
    assert life.order.round.answered_at == life.now
    life.do(Do.BEGIN_FOLLOW_UP, AGENT).asked(solved=False, satisfaction=1)
    figures = assess([life.order], ALWAYS, life.now)
    assert (figures["housing", Measure.SOLUTION].whole.numerator,
            figures["housing", Measure.SATISFACTION].whole.denominator) == (0, 1)
    assert life.do(Do.REOPEN, AGENT).state is State.REOPENED


def test_what_was_merged_wrongly_comes_apart() -> None:
    life = Life().do(Do.MERGE, OFFICE, into="2026-0301-0001")
    assert life.order.merged_into == "2026-0301-0001"
    assert life.do(Do.UNMERGE, OFFICE).order.merged_into == ""


def test_the_system_takes_apart_what_waits_for_an_answer_that_will_not_come() -> None:
    life = Life().do(Do.MERGE, OFFICE, into="2026-0301-0001")
    life.no(NeedsMore, Do.UNMERGE, SYSTEM, why="")
    assert life.do(Do.UNMERGE, SYSTEM, why="主单已撤回").owner == "desk:dispatch"


def test_a_report_is_never_merged_and_no_order_into_itself() -> None:
    Life(report()).no(NotYours, Do.MERGE, OFFICE, into="2026-0301-0001")
    Life().no(NotYours, Do.MERGE, OFFICE, into="2026-0302-0001")
    Life().no(NotYours, Do.MERGE, OFFICE, into="2026-0301-0001", secrecy=1)


def test_a_reply_of_the_second_unit_is_judged_as_its_own() -> None:
    life = Life().reopened().dispatched("water").replied(WATER_LEAD).follow_up().asked(
        solved=True, satisfaction=5, call="c-2")
    figures = assess([life.order], ALWAYS, life.now)
    assert figures["housing", Measure.SOLUTION].whole.value == 0.0
    assert figures["water", Measure.SOLUTION].whole.value == 1.0
