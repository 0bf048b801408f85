"""The seed city: the same number, the same city; every life whole; figures like those of a city."""

from __future__ import annotations

from collections import Counter
from datetime import date, time
from functools import cache

import pytest

from hotline.seed.appeals import topics
from hotline.seed.cast import HOTLINE
from hotline.seed.city import the_city
from hotline.seed.lives import Life, Year
from workorders.life.assessment import Measure, cases
from workorders.life.history import replay, verify
from workorders.life.matters import SEED_TREE
from workorders.life.words import Do, Kind, State

UNTIL = date(2026, 11, 25)
COUNT = 700


@cache
def lives(seed: int = 42, count: int = COUNT) -> list[Life]:
    return list(Year(seed, count, UNTIL).lives())


def test_the_same_number_makes_the_same_city_and_another_number_another() -> None:
    heads = [life.order.head for life in lives(7, 40)]
    again = [life.order.head for life in Year(7, 40, UNTIL).lives()]
    other = [life.order.head for life in Year(8, 40, UNTIL).lives()]
    assert heads == again
    assert not set(heads) & set(other)


def test_every_life_has_a_whole_chain_and_folds_to_its_order() -> None:
    broken = [(life.number, verdict) for life in lives()[::7] if not (verdict := verify(life.acts)).whole]
    assert broken == []
    assert all(replay(life.acts) == life.order for life in lives()[::7])


def test_no_life_reaches_into_the_time_that_has_not_come() -> None:
    year = Year(42, 1, UNTIL)
    midnight = year.rules.calendar.moment(UNTIL, time())
    assert max(life.acts[-1].at for life in lives()) < midnight
    assert {life.order.state for life in lives()} > {State.ARCHIVED, State.CLOSED}  # some are still under way


def test_numbers_count_the_orders_of_a_local_day_without_gap_or_double() -> None:
    numbers = [life.number for life in lives()]
    assert len(set(numbers)) == len(numbers)
    for day, count in Counter(number[:9] for number in numbers).items():
        assert {f"{day}-{n:04d}" for n in range(1, count + 1)} <= set(numbers)


def test_most_ask_then_need_help_then_complain() -> None:
    kinds = Counter(life.order.matter.kind for life in lives())
    assert kinds[Kind.INQUIRY] > kinds[Kind.HELP] > kinds[Kind.COMPLAINT] > kinds[Kind.REPORT] > 0


def test_figures_are_those_of_a_city_that_works() -> None:
    counts: Counter[tuple[Measure, bool]] = Counter()
    for life in lives():
        counts.update((one.measure, one.good) for one in cases(life.order, life.acts[-1].at + 1))
    share = {m: counts[m, True] / (counts[m, True] + counts[m, False]) for m in (Measure.SATISFACTION, Measure.CLOSING)}
    assert 0.84 < share[Measure.SATISFACTION] < 0.97
    assert 0.9 < share[Measure.CLOSING] < 0.99


def test_what_goes_wrong_in_a_city_goes_wrong_here() -> None:
    done = {act.do for life in lives() for act in life.acts}
    assert done >= {Do.ANSWER, Do.RETURN, Do.UPHOLD_RETURN, Do.REDISPATCH, Do.HAND_DOWN, Do.INNER_REPLY, Do.REFUSE,
                    Do.SUBMIT, Do.ENDORSE, Do.REWORK, Do.REOPEN, Do.APPROVE_EXTENSION, Do.PRESS, Do.SUPERVISE,
                    Do.RAISE_FINDING, Do.DECIDE_FINDING, Do.URGE, Do.RATE, Do.MERGE}


def test_a_report_is_never_before_the_unit_complained_of() -> None:
    reports = [life.order for life in lives() if life.order.matter.is_report]
    assert any(order.matter.barred for order in reports)
    assert all(part.unit not in order.matter.barred for order in reports for part in order.assignments)


def test_the_city_has_ten_fields_and_about_sixty_units_in_three_levels_with_duties_in_words() -> None:
    city = the_city()
    assert {topic.path[0] for topic in topics()} == set(SEED_TREE)
    assert 55 <= len(city.units) <= 65
    assert {unit.level for unit in city.units} == {"department", "utility", "district", "street"}
    assert all(len(unit.duties) > 8 for unit in city.units)
    assert all(not unit.upper or city.unit(unit.upper) for unit in city.units)


def test_there_is_somebody_in_every_office_and_two_in_every_unit() -> None:
    cast = Year(42, 1, UNTIL).cast
    roles = Counter(member.role for member in cast.members if not member.unit)
    assert roles == HOTLINE
    assert set(Counter(member.unit for member in cast.members if member.unit).values()) == {2}
    assert len({member.login for member in cast.members}) == len(cast.members)


@pytest.mark.parametrize("place", range(0, COUNT, 97))
def test_an_appeal_reads_like_one(place: int) -> None:
    life = lives()[place]
    words = [life.appeal.text, *(act.text for act in life.acts), *(act.why for act in life.acts)]
    assert len(life.appeal.text) > 8
    assert not any(sign in text for text in words for sign in "{}[]|<>")
