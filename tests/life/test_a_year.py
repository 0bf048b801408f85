"""Time travel over a year with holidays and make-up days: every clock equals what was worked out by hand here.

2026 as announced: off 1–3 January, 15–23 February, 4–6 April, 1–5 May, 19–21 June, 25–27 September, 1–7 October;
worked although weekend: Sunday 4 January, Saturdays 14 and 28 February, Saturday 9 May, Sunday 20 September,
Saturday 10 October. Business is 8:30–12:00 and 14:00–17:30: seven hours. 1 January 2026 is a Thursday.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from tests.life.lives import (
    ADMIN,
    AGENT,
    DEFAULT,
    DUTY,
    HOUSING,
    HOUSING_LEAD,
    OFFICE,
    OFFICE2,
    SYSTEM,
    WATER,
    WATER_LEAD,
    Life,
    said,
    when,
)
from tests.life.stories import FIVE_DAYS
from workorders.life.calendar import Calendar, Term, Unit
from workorders.life.clocks import clocks_of, lost_time
from workorders.life.errors import BadContent
from workorders.life.holidays import KNOWN_YEARS, year_of
from workorders.life.words import Do, State

CALENDAR = Calendar()


# -- the calendar itself ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("month", "worked"), [
    (1, 21),  # 22 weekdays, without Thursday 1 and Friday 2, with Sunday 4
    (2, 16),  # 20 weekdays, without 16–20 and 23, with Saturdays 14 and 28
    (3, 22), (4, 21),  # without Monday 6 April
    (5, 19),  # 21 weekdays, without Friday 1, Monday 4, Tuesday 5, with Saturday 9
    (6, 21),  # without Friday 19
    (7, 23), (8, 21), (9, 22),  # without Friday 25, with Sunday 20
    (10, 18),  # 22 weekdays, without 1, 2, 5, 6, 7, with Saturday 10
    (11, 21), (12, 23),
])
def test_each_month_of_2026_has_its_working_days(month: int, worked: int) -> None:
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert sum(CALENDAR.works(day) for day in days if day.month == month) == worked


@pytest.mark.parametrize(("start", "amount", "unit", "due"), [
    # 31 Dec; 1–3 Jan off; Sun 4 worked (1), Mon 5 (2), 6 (3), 7 (4), Thu 8 (5)
    ("2025-12-31 16:00", 5, "working_days", "2026-01-08 17:30"),
    # Fri 13 Feb (1), Sat 14 worked (2), 15–23 off, Tue 24 (3), 25 (4), 26 (5)
    ("2026-02-12 10:00", 5, "working_days", "2026-02-26 17:30"),
    # 26 (1), 27 (2), Sat 28 worked (3), Sun 1 off, Mon 2 March (4), 3 (5)
    ("2026-02-25 10:00", 5, "working_days", "2026-03-03 17:30"),
    # Fri 3 April (1), 4–6 off, Tue 7 (2), 8 (3), 9 (4), 10 (5)
    ("2026-04-02 10:00", 5, "working_days", "2026-04-10 17:30"),
    # 30 April (1), 1–5 May off, 6 (2), 7 (3), 8 (4), Sat 9 worked (5)
    ("2026-04-29 10:00", 5, "working_days", "2026-05-09 17:30"),
    # 18 June (1), 19–21 off, 22 (2), 23 (3), 24 (4), 25 (5)
    ("2026-06-17 10:00", 5, "working_days", "2026-06-25 17:30"),
    # Sat 19 off, Sun 20 Sept worked (1), 21 (2), 22 (3), 23 (4), 24 (5)
    ("2026-09-18 10:00", 5, "working_days", "2026-09-24 17:30"),
    # 1–7 Oct off, 8 (1), 9 (2), Sat 10 worked (3), Sun off, 12 (4), 13 (5)
    ("2026-09-30 10:00", 5, "working_days", "2026-10-13 17:30"),
    # 22 23 24 (3), 28 29 30 (6), 8 9 10 (9), 12–16 (14), 19 (15)
    ("2026-09-21 10:00", 15, "working_days", "2026-10-19 17:30"),
    # in the evening, before a worked Saturday; and on a day off itself
    ("2026-02-13 20:00", 1, "working_days", "2026-02-14 17:30"),
    ("2026-10-04 11:00", 1, "working_days", "2026-10-08 17:30"),
    # plain hours know no holiday
    ("2026-02-16 23:30", 2, "hours", "2026-02-17 01:30"), ("2026-10-01 08:00", 24, "hours", "2026-10-02 08:00"),
    ("2026-12-31 23:50", 15, "minutes", "2027-01-01 00:05"),
    # hours of business: one to noon, three after; one before closing, three after the week off; from a Saturday off
    ("2026-03-02 11:00", 4, "working_hours", "2026-03-02 17:00"),
    ("2026-09-30 16:30", 4, "working_hours", "2026-10-08 11:30"),
    ("2026-03-07 10:00", 4, "working_hours", "2026-03-09 14:30"),
    ("2026-03-02 12:30", 4, "working_hours", "2026-03-03 09:00"),
    ("2026-03-02 08:30", 7, "working_hours", "2026-03-02 17:30"),
])
def test_a_term_ends_when_the_hand_says(start: str, amount: int, unit: str, due: str) -> None:
    found = CALENDAR.add(when(start), Term(amount=amount, unit=Unit(unit)))
    assert (said(found.at), found.unsure) == (due, frozenset())


def test_business_hours_between_two_moments() -> None:
    # Wed 30 Sept from 16:00: 1.5 h; 1–7 off; Thu 8 to 15:00: 3.5 + 1 h
    assert CALENDAR.business(when("2026-09-30 16:00"), when("2026-10-08 15:00")) == 6 * 3600
    assert CALENDAR.business(when("2026-10-01 08:00"), when("2026-10-07 20:00")) == 0
    assert CALENDAR.business(when("2026-03-03 10:00"), when("2026-03-02 10:00")) == 0


def test_an_unknown_year_is_reckoned_by_weekdays_and_named() -> None:
    # 31 Dec (1); 2027 is not announced: Fri 1 Jan counts (2), Mon 4 (3), 5 (4), 6 (5)
    found = CALENDAR.add(when("2026-12-30 10:00"), Term(amount=5, unit=Unit.WORKING_DAYS))
    assert (said(found.at), found.unsure) == ("2027-01-06 17:30", {2027})
    hours = CALENDAR.add(when("2026-12-31 17:00"), Term(amount=1, unit=Unit.WORKING_HOURS))
    assert (said(hours.at), hours.unsure) == ("2027-01-01 09:00", {2027})
    shifted = CALENDAR.shift(when("2026-12-30 17:30"), when("2026-12-30 10:00"), when("2027-01-02 10:00"),
                             Unit.WORKING_DAYS)
    assert (said(shifted.at), shifted.unsure) == ("2027-01-01 17:30", {2027})  # 31 Dec and, guessed, 1 Jan


@pytest.mark.parametrize("windows", [(), ((time(9), time(8)),), ((time(9), time(12)), (time(11), time(17)))])
def test_a_calendar_without_sound_hours_is_refused(windows: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(BadContent):
        Calendar(windows=windows)


# -- a promise over New Year that was guessed ------------------------------------------------------------------------
def test_promises_by_guessed_weekdays_are_made_again_when_the_year_is_announced() -> None:
    life = Life(at="2026-12-30 10:00").dispatched()
    assert (life.order.unsure, said(life.order.round.due)) == ({2027}, "2027-01-06 17:30")
    announced = year_of(2027, "通知", "1.1-1.3")
    life.rules = replace(DEFAULT, calendar=Calendar(years=(*KNOWN_YEARS, announced)))
    life.do(Do.RECKON_ANEW, ADMIN, at="2026-12-31 09:00")
    part = life.order.leading
    assert part is not None
    # 31 Dec (1), 1–3 off, Mon 4 (2), 5 (3), 6 (4), 7 (5)
    assert (said(life.order.round.due), said(part.reply_due), life.order.unsure) == (
        "2027-01-07 17:30", "2027-01-07 17:30", frozenset())


def test_what_was_shortened_or_put_off_is_not_reckoned_back() -> None:
    life = Life(at="2026-03-02 09:00").dispatched().handling()
    life.do(Do.CLASSIFY, AGENT, urgency=1, at="2026-03-02 16:00")  # three days from then: 5 March
    life.do(Do.RECKON_ANEW, ADMIN)
    part = life.order.leading
    assert part is not None
    assert (said(part.reply_due), said(life.order.round.due)) == ("2026-03-05 17:30", "2026-03-05 17:30")
    life.do(Do.ASK_EXTENSION, HOUSING_LEAD, term={"amount": 1, "unit": "working_days"})
    life.do(Do.APPROVE_EXTENSION, OFFICE, term={"amount": 1, "unit": "working_days"}, told_citizen=True)
    life.do(Do.RECKON_ANEW, ADMIN)
    assert said(life.order.round.due) == "2026-03-06 17:30"


# -- a life over the National Day ------------------------------------------------------------------------------------
def dues(life: Life) -> tuple[str, str, str]:
    """Return the citizen's answer and close, and the reply of the lead."""
    part, now = life.order.leading, life.order.round
    return said(now.due), said(now.close_due), said(part.reply_due) if part else ""


def test_a_life_with_return_extension_pause_and_rework_over_the_national_day() -> None:
    life = Life(at="2026-09-28 10:00")  # Monday. 29 (1), 30 (2), 8 Oct (3), 9 (4), Sat 10 (5)
    # close is eight days on: 12 13 14 15 16 (5), 19 20 21 (8)
    assert dues(life) == ("2026-10-10 17:30", "2026-10-21 17:30", "")
    life.do(Do.DISPATCH, OFFICE, unit="housing", at="2026-09-28 11:00")
    part = life.order.leading
    assert part is not None
    # sign in four business hours: 11–12, 14–17; contact in one day
    assert (said(part.sign_due), said(part.contact_due)) == ("2026-09-28 17:00", "2026-09-29 17:30")
    assert dues(life) == ("2026-10-10 17:30", "2026-10-21 17:30", "2026-10-10 17:30")

    life.do(Do.RETURN, HOUSING_LEAD, ground="三定方案", at="2026-09-29 09:00")
    life.do(Do.UPHOLD_RETURN, OFFICE2, at="2026-09-29 15:00")
    life.do(Do.REDISPATCH, OFFICE, unit="water", at="2026-09-29 16:00")
    # the new unit: 30 (1), 8 (2), 9 (3), 10 (4), 12 (5); the citizen's stays
    assert dues(life) == ("2026-10-10 17:30", "2026-10-21 17:30", "2026-10-12 17:30")
    part = life.order.leading
    assert part is not None
    # 1.5 h left on 29, 2.5 h on 30: 11:00
    assert (said(part.sign_due), said(part.contact_due)) == ("2026-09-30 11:00", "2026-09-30 17:30")
    # lost from the wrong dispatch to the right one: 29 h as they passed; 4.5 h of business on 28, 5.5 on 29
    lost = lost_time(life.order, CALENDAR, life.now)
    assert [(one.whom, one.seconds, one.business) for one in lost] == [("staff:pai", 29 * 3600, 10 * 3600)]

    life.do(Do.SIGN_FOR, WATER, at="2026-09-30 09:00").do(Do.CONTACT, WATER, reached=True, at="2026-09-30 10:00")
    life.do(Do.START, WATER).do(Do.ASK_EXTENSION, WATER_LEAD, term=FIVE_DAYS, at="2026-10-09 10:00")
    assert dues(life) == ("2026-10-10 17:30", "2026-10-21 17:30", "2026-10-12 17:30")  # asking moves nothing
    life.do(Do.APPROVE_EXTENSION, OFFICE, term=FIVE_DAYS, told_citizen=True, at="2026-10-09 11:00")
    # unit: 13–16 (4), 19 (5); citizen: 12–16 (5); close: 19–23 (5), 26 27 28 (8)
    assert dues(life) == ("2026-10-16 17:30", "2026-10-28 17:30", "2026-10-19 17:30")

    pause = {"until": when("2026-10-21 09:30"), "cause": "construction"}
    life.do(Do.ASK_PAUSE, WATER_LEAD, at="2026-10-13 09:00", **pause)
    life.do(Do.APPROVE_PAUSE, DUTY, at="2026-10-13 09:30", **pause)
    # six working days, 14 15 16 19 20 21. Unit 19 → 20–23 (4), 26, 27 (6); citizen 16 → 19–23 (5), 26 (6);
    # close 28 → 29, 30, 2 Nov, 3, 4, 5 (6)
    assert dues(life) == ("2026-10-26 17:30", "2026-11-05 17:30", "2026-10-27 17:30")
    life.do(Do.RESUME, WATER, at="2026-10-16 10:00")
    # three used, 14 15 16. Unit 19 → 22; citizen 16 → 21; close 28 → 29, 30, 2 Nov
    assert dues(life) == ("2026-10-21 17:30", "2026-11-02 17:30", "2026-10-22 17:30")

    life.do(Do.REPLY, WATER_LEAD, solved=True, at="2026-10-20 10:00").do(Do.REWORK, OFFICE, at="2026-10-22 15:00")
    # 21 and 22 lay with the office. Unit 22 → 23, 26; a rework gives the citizen nothing to wait longer for
    assert dues(life) == ("2026-10-21 17:30", "2026-11-02 17:30", "2026-10-26 17:30")
    life.do(Do.REPLY, WATER_LEAD, solved=True, at="2026-10-26 16:00").do(Do.PASS, OFFICE2, at="2026-10-27 09:00")

    late = {(clock.name, clock.whom): clock.late(life.now) for clock in clocks_of(life.order) if not clock.void}
    assert late["reply", "unit:water"] == 0
    assert late["sign", "unit:water"] == 0
    # the citizen had the answer on 26 Oct 16:00 instead of 21 Oct 17:30: 4 days, 22 hours and a half
    assert late["answer", "citizen"] == (4 * 24 + 22.5) * 3600
    assert all(clock.void for clock in clocks_of(life.order) if clock.whom == "unit:housing")


# -- a life over the Spring Festival ---------------------------------------------------------------------------------
def test_a_life_with_plea_and_arbitration_over_the_spring_festival() -> None:
    life = Life(at="2026-02-13 09:00", first_responder="housing")  # Fri. Sat 14 (1), 24 (2), 25 26 27 (5)
    life.do(Do.DISPATCH, OFFICE, unit="housing", on_call=True, at="2026-02-13 09:10")
    assert dues(life)[0::2] == ("2026-02-27 17:30", "2026-02-27 17:30")
    life.do(Do.SIGN_FOR, SYSTEM, at="2026-02-13 09:10")
    life.do(Do.PLEAD, HOUSING_LEAD, ground="三定方案", at="2026-02-14 17:00")  # in time until Saturday 17:30
    life.do(Do.REFUSE_PLEA, OFFICE2, at="2026-02-24 11:00")
    lost = lost_time(life.order, CALENDAR, life.now)
    # half an hour of business on 14, two and a half on 24
    assert [(one.whom, one.business) for one in lost] == [("unit:housing", 3 * 3600)]
    life.do(Do.ASK_ARBITRATION, HOUSING_LEAD, at="2026-02-25 10:00")
    stage = life.order.stage
    assert stage is not None
    assert said(stage.due) == "2026-02-26 17:30"
    life.do(Do.ARBITRATE_MOVE, DUTY, unit="water", at="2026-02-26 10:00")
    # 27 (1), Sat 28 worked (2), 2 March (3), 3 (4), 4 (5); the citizen's promise is where it was
    assert dues(life)[0::2] == ("2026-02-27 17:30", "2026-03-04 17:30")
    # 13: 2 h 50 and 3.5; 14, 24, 25: seven each; 26: 1.5. The unit's charge is gone, the dispatcher's is there
    lost = lost_time(life.order, CALENDAR, life.now)
    assert [(one.whom, one.business) for one in lost] == [("staff:pai", 28 * 3600 + 50 * 60)]
    assert life.state is State.DISPATCHED


def test_a_reopened_appeal_has_a_promise_of_its_own_and_keeps_the_old_one_s_record() -> None:
    life = Life(at="2026-04-28 09:00")  # Tue. 29 (1), 30 (2), 1–5 May off, 6 (3), 7 (4), 8 (5)
    assert dues(life)[0] == "2026-05-08 17:30"
    life.do(Do.DISPATCH, OFFICE, unit="housing", at="2026-04-28 09:30").do(Do.SIGN_FOR, HOUSING)
    life.do(Do.CONTACT, HOUSING, reached=True).do(Do.REPLY, HOUSING_LEAD, solved=True, at="2026-05-07 10:00")
    life.do(Do.PASS, OFFICE2, at="2026-05-08 09:00").do(Do.BEGIN_FOLLOW_UP, AGENT).asked(solved=False)
    life.do(Do.REOPEN, AGENT, at="2026-05-08 10:00")  # Fri. Sat 9 worked (1), 11 (2), 12 13 14 (5)
    assert said(life.order.round.due) == "2026-05-14 17:30"
    first = life.order.rounds[0]
    assert (said(first.due), said(first.answered_at or 0)) == ("2026-05-08 17:30", "2026-05-07 10:00")
    answers = [clock.in_time(life.now) for clock in clocks_of(life.order) if clock.name == "answer"]
    assert answers == [True, None]
