"""The ladder climbs each rung once; findings are raised by the record, suppressed by nobody, decided by a person."""

from __future__ import annotations

import pytest

from tests.life.lives import (
    AGENT,
    CITIZEN,
    DISCIPLINE,
    HOUSING,
    HOUSING_LEAD,
    OFFICE,
    OFFICE2,
    QUALITY,
    SUPERVISION,
    SYSTEM,
    WATER_LEAD,
    Life,
    said,
    when,
)
from tests.life.stories import FIVE_DAYS
from workorders.life.acts import Actor
from workorders.life.errors import BadContent, NeedsMore, NotYours
from workorders.life.findings import suspected, to_raise
from workorders.life.history import advance
from workorders.life.ladder import due_rungs, finished, next_at
from workorders.life.states import BY_ACT
from workorders.life.words import Do, Role, State


def climb(life: Life, until: str) -> list[tuple[str, str, str]]:
    """Let the system look whenever something is due, as the timer does; return what it did: when, act, whom."""
    done = []
    while (at := next_at(life.order, life.rules)) is not None and at <= when(until):
        for rung in due_rungs(life.order, life.rules, max(at, life.now)):
            life.known, act = advance(life.order, rung.wish(max(at, life.now)), life.rules)
            life.acts.append(act)
            done.append((said(at), rung.do.value, f"{rung.whom} {rung.clock}"))
    return done


# -- the ladder ---------------------------------------------------------------------------------------------------
def test_each_rung_is_climbed_once_at_its_hour() -> None:
    life = Life(at="2026-03-02 09:00").do(Do.DISPATCH, OFFICE, unit="housing", at="2026-03-02 09:00")
    life.do(Do.SIGN_FOR, HOUSING, at="2026-03-02 09:30").do(Do.CONTACT, HOUSING, reached=True, at="2026-03-02 10:00")
    mine = [one for one in climb(life, "2026-03-20 09:00") if "reply" in one[2]]
    # 41.5 business hours to Monday 9, 17:30; four fifths are 33.2: 6.5 on 2, 21 on 3–5, 5.7 on Friday 6, at 16:12
    assert mine == [
        ("2026-03-06 16:12", "remind", "unit:housing reply"), ("2026-03-09 17:30", "press", "unit:housing reply"),
        ("2026-03-10 17:30", "supervise", "unit:housing reply"), ("2026-03-12 17:30", "escalate", "unit:housing reply")]
    assert climb(life, "2027-03-20 09:00") == []
    assert len(life.order.rungs) == len({key for key in life.order.rungs})


def test_the_same_rung_is_refused_a_second_time() -> None:
    life = Life().dispatched().do(Do.PRESS, SYSTEM, clock="sign", whom="unit:housing", due=1_800_000_000)
    life.no(NeedsMore, Do.PRESS, SYSTEM, clock="sign", whom="unit:housing", due=1_800_000_000)
    life.no(NeedsMore, Do.PRESS, OFFICE, clock="sign", whom="unit:housing", due=1_800_000_000)


def test_a_deadline_that_moves_starts_its_ladder_anew() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    life.do(Do.ASK_EXTENSION, HOUSING_LEAD, term=FIVE_DAYS, at="2026-03-09 10:00")
    first = [one for one in climb(life, "2026-03-09 18:00") if "housing reply" in one[2]]
    life.now = max(life.now, when("2026-03-09 18:00"))
    life.do(Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS, told_citizen=True)
    again = [one for one in climb(life, "2026-03-16 17:30") if "housing reply" in one[2]]
    assert [one[1] for one in first] == [one[1] for one in again] == ["remind", "press"]


def test_an_unsigned_order_is_urged_about_its_signature_first_and_not_doubly() -> None:
    life = Life(at="2026-03-02 09:00").dispatched()
    clocks = {one[2] for one in climb(life, "2026-03-03 18:00")}
    assert "unit:housing sign" in clocks
    assert "unit:housing contact" not in clocks


def test_for_the_promise_to_the_citizen_the_hotline_that_made_it_is_urged() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    done = climb(life, "2026-03-20 09:00")
    assert ("2026-03-09 17:30", "press", "desk:coordination answer") in done
    assert not any(one[2].startswith("citizen") for one in done)


def test_the_hotline_s_own_desks_are_urged_too() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案")
    assert any("desk:return_review" in one[2] for one in climb(life, "2026-03-06 18:00"))
    life = Life(at="2026-03-02 09:00").do(Do.REFUSE, AGENT, ground="petition", refusal="R").do(Do.OBJECT, CITIZEN)
    assert any("desk:second_look" in one[2] for one in climb(life, "2026-03-16 18:00"))


def test_a_wrong_dispatch_is_not_urged_and_the_archive_neither() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.RETURN, HOUSING_LEAD, ground="三定方案")
    life.do(Do.UPHOLD_RETURN, OFFICE2)
    assert not any("housing" in one[2] for one in climb(life, "2026-06-01 09:00"))
    life = Life().closed()
    assert next_at(life.order, life.rules) is None
    assert not finished(life.order)
    assert finished(life.do(Do.ARCHIVE, SYSTEM, at="2026-06-01 09:00").order)


# -- what the record raises -----------------------------------------------------------------------------------------
def test_unsigned_is_suspected_inaction_and_overdue_is_suspected_slowness() -> None:
    life = Life(at="2026-03-02 09:00").dispatched()
    assert suspected(life.order, when("2026-03-02 15:01")) == ()
    late = suspected(life.order, when("2026-03-02 15:02"))
    assert [(one.kind, one.unit) for one in late] == [("inaction", "housing")]
    life.do(Do.SIGN_FOR, HOUSING, at="2026-03-02 16:00")  # too late: it stays
    assert [one.kind for one in suspected(life.order, when("2026-03-09 17:31"))] == ["inaction", "slow"]


def test_a_street_that_misses_its_inner_deadline_is_suspected_itself() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.SIGN_FOR, HOUSING)
    life.do(Do.HAND_DOWN, HOUSING_LEAD, unit="street", due=when("2026-03-05 17:30"))
    assert [(one.kind, one.unit) for one in suspected(life.order, when("2026-03-06 09:00"))] == [("slow", "street")]


def test_solved_and_contacted_that_the_citizen_denies_are_suspected_sham() -> None:
    life = Life().dispatched().replied().follow_up().asked(solved=False, contacted=False)
    assert [(one.kind, one.why) for one in suspected(life.order, life.now)] == [
        ("sham", "报称已解决，诉求人说没有"), ("sham", "报称已联系，诉求人说没有")]
    honest = Life().dispatched().replied(solved=False).follow_up().asked(solved=False, contacted=True)
    assert suspected(honest.order, honest.now) == ()


def raised() -> Life:
    """Return an order whose unit was late, as the system wrote it down."""
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.NOTE, AGENT, at="2026-03-02 15:30")
    found = to_raise(life.order, life.now)
    assert len(found) == 1
    life.known, act = advance(life.order, found[0].wish(life.now), life.rules)
    life.acts.append(act)
    assert to_raise(life.order, life.now) == ()  # once
    return life


def test_nothing_that_happens_to_an_order_takes_a_finding_away() -> None:
    life = raised()
    key = life.order.findings[0].key
    life.replied().do(Do.REWORK, OFFICE).do(Do.REPLY, HOUSING_LEAD, solved=True).follow_up()
    life.asked(solved=True).do(Do.CLOSE, OFFICE).do(Do.ARCHIVE, SYSTEM, at="2026-06-01 09:00")
    assert life.order.finding(key) is not None
    life.do(Do.DECIDE_FINDING, SUPERVISION, key=key, established=False)  # also after the end
    finding = life.order.finding(key)
    assert finding is not None
    assert (finding.established, finding.decided_by, life.acts[-1].why) == (False, "du", "因为如此")


def test_the_office_cannot_talk_an_overdue_unit_out_by_sending_it_elsewhere() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    life.do(Do.REDISPATCH, OFFICE, unit="water", at="2026-03-10 09:00")
    assert [(one.kind, one.unit) for one in suspected(life.order, life.now)] == [("slow", "housing")]
    early = Life(at="2026-03-02 09:00").dispatched().handling().do(Do.REDISPATCH, OFFICE, unit="water")
    assert early.order.assignments[0].void


def test_nobody_takes_the_name_of_a_finding_the_record_would_raise() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().do(Do.NOTE, AGENT, at="2026-03-02 15:30")
    key = to_raise(life.order, life.now)[0].key
    life.no(BadContent, Do.RAISE_FINDING, OFFICE, key=key, kind="wrong", unit="housing")
    life.no(BadContent, Do.RAISE_FINDING, SYSTEM, key="person:1", kind="slow", unit="housing")


def test_wrong_action_is_seen_by_persons_only() -> None:
    life = Life().dispatched()
    life.no(NotYours, Do.RAISE_FINDING, SYSTEM, key="wrong:1", kind="wrong", unit="housing")
    life.no(NeedsMore, Do.RAISE_FINDING, DISCIPLINE, key="person:1", kind="wrong", unit="housing", why="")
    life.do(Do.RAISE_FINDING, DISCIPLINE, key="person:1", kind="wrong", unit="housing")
    life.no(NeedsMore, Do.RAISE_FINDING, QUALITY, key="person:1", kind="slow", unit="housing")


def test_the_unit_answers_and_another_person_decides_with_reasons() -> None:
    life = Life().dispatched("housing", joint=["water"])
    life.do(Do.RAISE_FINDING, SUPERVISION, key="person:1", kind="wrong", unit="housing")
    life.no(NotYours, Do.ANSWER_FINDING, WATER_LEAD, key="person:1")
    life.no(NotYours, Do.ANSWER_FINDING, HOUSING, key="person:1")
    life.do(Do.ANSWER_FINDING, HOUSING_LEAD, key="person:1")
    life.no(NotYours, Do.DECIDE_FINDING, SUPERVISION, key="person:1", established=True)  # raised it
    life.no(NotYours, Do.DECIDE_FINDING, OFFICE, key="person:1", established=True)
    life.no(NotYours, Do.DECIDE_FINDING, SYSTEM, key="person:1", established=True)
    life.no(NeedsMore, Do.DECIDE_FINDING, DISCIPLINE, key="person:1", established=True, why="  ")
    life.no(NeedsMore, Do.REFER_FINDING, SYSTEM, key="person:1")
    life.do(Do.DECIDE_FINDING, DISCIPLINE, key="person:1", established=True)
    life.no(NeedsMore, Do.DECIDE_FINDING, Actor("d2", Role.SUPERVISION), key="person:1", established=False)
    life.no(NeedsMore, Do.ANSWER_FINDING, HOUSING_LEAD, key="person:1")
    life.do(Do.REFER_FINDING, SYSTEM, key="person:1")
    assert life.order.findings[0].referred_at == life.now


def test_a_unit_whose_part_was_taken_away_still_answers_what_is_said_of_it() -> None:
    life = raised().do(Do.RETURN, HOUSING_LEAD, ground="三定方案").do(Do.UPHOLD_RETURN, OFFICE2)
    life.do(Do.ANSWER_FINDING, HOUSING_LEAD, key=life.order.findings[0].key)
    assert life.order.findings[0].answered_at == life.now


def test_a_duty_phone_that_does_not_answer_counts_against_its_unit() -> None:
    life = Life().do(Do.PHONE_UNANSWERED, SYSTEM, unit="water")
    assert life.order.missed_phones == ("water",)
    life.no(NotYours, Do.PHONE_UNANSWERED, AGENT, unit="water")


@pytest.mark.parametrize("state", list(State))
def test_a_finding_can_be_raised_in_every_state(state: State) -> None:
    assert state is State.RELEASED or any(state in step.frm for step in BY_ACT[Do.RAISE_FINDING])
