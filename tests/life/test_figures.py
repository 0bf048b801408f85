"""Assessment: each figure by its formula and denominator, with and without what was struck out, from history alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.life.lives import (
    AGENT,
    HOUSING,
    HOUSING_LEAD,
    OFFICE,
    OFFICE2,
    QUALITY,
    SUPERVISION,
    SYSTEM,
    WATER_LEAD,
    Life,
    when,
)
from workorders.life.acts import Actor
from workorders.life.assessment import FORMULAS, Measure, Period, Rate, assess, cases, unasked
from workorders.life.errors import BadContent, NeedsMore, NotYours
from workorders.life.history import replay
from workorders.life.order import Order
from workorders.life.words import Do, Role

MARCH = Period(when("2026-03-01 00:00"), when("2026-04-01 00:00"))
APRIL_NOW = when("2026-04-20 09:00")


def good() -> Life:
    """Everything in time, solved, five points."""
    return Life(at="2026-03-02 09:00").closed()


def late_and_denied() -> Life:
    """Signed a day late, answered late, claimed solved, denied; reopened."""
    life = Life(at="2026-03-02 09:00").do(Do.DISPATCH, OFFICE, unit="housing", at="2026-03-02 09:00")
    life.do(Do.SIGN_FOR, HOUSING, at="2026-03-03 16:00").do(Do.CONTACT, HOUSING, reached=True)
    life.do(Do.REPLY, HOUSING_LEAD, solved=True, at="2026-03-11 10:00").do(Do.REWORK, OFFICE, at="2026-03-11 11:00")
    life.do(Do.REPLY, HOUSING_LEAD, solved=True, at="2026-03-11 15:00").do(Do.PASS, OFFICE2).do(
        Do.BEGIN_FOLLOW_UP, AGENT)
    return life.asked(solved=False, satisfaction=2, contacted=False).do(Do.REOPEN, AGENT)


def bounced() -> Life:
    """A refused return by housing, then an upheld one by nobody else: water joint, its return upheld."""
    life = Life(at="2026-03-02 09:00").dispatched(joint=["water"])
    life.do(Do.RETURN, HOUSING_LEAD, ground="三定方案").do(Do.REFUSE_RETURN, OFFICE2)
    return life.do(Do.RETURN, WATER_LEAD, ground="三定方案").do(Do.UPHOLD_RETURN, OFFICE2, about="water")


def figures(*lives: Life) -> dict[str, tuple[int, int]]:
    found = assess([life.order for life in lives], MARCH, APRIL_NOW)
    return {measure.value: (figure.whole.numerator, figure.whole.denominator)
            for (unit, measure), figure in found.items() if unit == "housing"}


def test_each_figure_by_hand() -> None:
    # good: all kept. late: sign, closing late, contact in time but denied, unsolved, 2 points, reworked and reopened.
    # bounced: never signed, contacted, answered by 20 April, one return refused
    assert figures(good(), late_and_denied(), bounced()) == {
        "signing": (1, 3), "response": (1, 3), "closing": (1, 3), "solution": (1, 2), "satisfaction": (1, 2),
        "returns_refused": (1, 1), "reworks": (1, 2)}


def test_every_measure_has_its_formula_in_words() -> None:
    assert set(FORMULAS) == set(Measure)
    assert all(one.chinese and one.numerator and one.denominator and one.moment for one in FORMULAS.values())


def test_what_is_open_is_in_no_figure_and_what_falls_due_later_in_the_later_period() -> None:
    life = Life(at="2026-03-31 09:00").dispatched()
    found = assess([life.order], MARCH, when("2026-03-31 10:00"))
    assert found == {}
    april = Period(MARCH.until, when("2026-05-01 00:00"))
    assert assess([life.order], april, APRIL_NOW)["housing", Measure.CLOSING].whole == Rate(0, 1)
    assert assess([life.order], MARCH, APRIL_NOW)["housing", Measure.SIGNING].whole == Rate(0, 1)


def test_a_period_ends_before_its_last_moment() -> None:
    assert MARCH.has(MARCH.since)
    assert not MARCH.has(MARCH.until)


def test_nobody_to_measure_is_no_figure_and_not_zero() -> None:
    assert Rate(0, 0).value is None
    assert Rate(1, 4).value == 0.25


def test_a_wrong_dispatch_counts_for_nothing_but_the_dispatcher() -> None:
    life = Life(at="2026-03-02 09:00").dispatched()
    life.do(Do.RETURN, HOUSING_LEAD, ground="三定方案", at="2026-03-03 10:00")
    life.do(Do.UPHOLD_RETURN, OFFICE2, at="2026-03-04 10:00")
    assert figures(life) == {"returns_refused": (0, 1)}


def test_the_caller_who_was_anonymous_when_it_was_dispatched_is_not_asked_for_in_the_response() -> None:
    life = Life({"anonymous": True}, at="2026-03-02 09:00").dispatched()
    assert "response" not in figures(life)
    later = Life(at="2026-03-02 09:00").dispatched().do(Do.CLASSIFY, AGENT, anonymous=True, at="2026-03-12 09:00")
    assert figures(later)["response"] == (0, 1)  # made anonymous afterwards: no way to lose a missed contact


def test_an_unhappy_citizen_counts_as_rework_once_the_order_is_reopened_for_it() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().replied().follow_up().asked(solved=False)
    assert figures(life)["reworks"] == (0, 1)
    assert figures(life.do(Do.REOPEN, AGENT))["reworks"] == (1, 1)


def test_reworked_replies_and_released_parts() -> None:
    life = Life(at="2026-03-02 09:00").dispatched("water", joint=["housing"])
    life.do(Do.RELEASE_JOINT, OFFICE, about="housing")
    assert figures(life) == {}  # taken away before anything fell due
    late = Life(at="2026-03-02 09:00").dispatched("water", joint=["housing"])
    late.do(Do.RELEASE_JOINT, OFFICE, about="housing", at="2026-03-20 09:00")
    assert figures(late) == {"signing": (0, 1), "closing": (0, 1)}  # after it did, it counts


# -- struck out ---------------------------------------------------------------------------------------------------
def test_struck_out_is_shown_with_and_without() -> None:
    life = late_and_denied().do(Do.ASK_STRIKE, HOUSING_LEAD, unit="housing", figures=["closing"],
                                reason="force_majeure")
    asked = len(life.acts)
    life.do(Do.DECIDE_STRIKE, QUALITY, request=asked, granted=True)
    found = assess([life.order, good().order], MARCH, APRIL_NOW)["housing", Measure.CLOSING]
    assert (found.whole, found.kept) == (Rate(1, 2), Rate(1, 1))
    untouched = assess([life.order], MARCH, APRIL_NOW)["housing", Measure.SIGNING]
    assert untouched.whole == untouched.kept


def test_striking_out_needs_a_fixed_reason_and_an_independent_decision() -> None:
    life = late_and_denied()
    life.no(BadContent, Do.ASK_STRIKE, HOUSING_LEAD, unit="housing", figures=["closing"], reason="too hard")
    life.no(NotYours, Do.ASK_STRIKE, HOUSING_LEAD, unit="water", figures=["closing"], reason="duplicate")
    life.do(Do.ASK_STRIKE, OFFICE, unit="housing", figures=["closing"], reason="duplicate")
    asked = len(life.acts)
    life.no(NeedsMore, Do.ASK_STRIKE, HOUSING_LEAD, unit="housing", figures=["closing"], reason="duplicate")
    life.no(NotYours, Do.DECIDE_STRIKE, OFFICE2, request=asked, granted=True)
    life.no(NotYours, Do.DECIDE_STRIKE, Actor("pai", Role.SUPERVISION), request=asked, granted=True)
    life.no(NeedsMore, Do.DECIDE_STRIKE, SUPERVISION, request=asked, granted=True, why="")
    life.do(Do.DECIDE_STRIKE, SUPERVISION, request=asked, granted=False)
    life.no(NeedsMore, Do.DECIDE_STRIKE, SUPERVISION, request=asked, granted=True)
    figure = assess([life.order], MARCH, APRIL_NOW)["housing", Measure.CLOSING]
    assert figure.whole == figure.kept


# -- from history alone ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("life", [good, late_and_denied, bounced])
def test_figures_recomputed_from_history_equal_those_of_the_order(life: object) -> None:
    lived: Life = life()  # type: ignore[operator]
    again: Order = replay(lived.acts)
    assert again == lived.order
    assert list(cases(again, APRIL_NOW)) == list(cases(lived.order, APRIL_NOW))


def test_non_answers_and_missed_duty_phones_are_kept_as_such() -> None:
    life = Life().do(Do.PHONE_UNANSWERED, SYSTEM, unit="housing").dispatched().replied().follow_up()
    for call in ("c-1", "c-2", "c-3"):
        life.do(Do.TRY_CITIZEN, AGENT, reached=False, call=call)
    life.do(Do.CLOSE, OFFICE)
    found = unasked([life.order], "housing")
    assert (found.no_answer, found.phones_missed) == (1, 1)
    assert unasked([replace(life.order, missed_phones=())], "water").phones_missed == 0
