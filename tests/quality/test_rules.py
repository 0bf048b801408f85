"""Which calls are drawn, what a score is, and who may do what to a check: rules, without a database."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workorders.quality.errors import BadScore, NotByYou, QualityError
from workorders.quality.life import Do, Standing, step, until
from workorders.quality.rules import (
    SEED_CARD,
    Candidate,
    Drawing,
    Fatal,
    Item,
    Sampling,
    Scorecard,
    draw,
    total,
    week_of,
)

NOW = 1_795_400_000.0
FULL = {one.key: 5 for one in SEED_CARD.items}


def calls(agent: str, count: int) -> list[Candidate]:
    return [Candidate(f"{agent}-{n:03}", agent, 120.0, None, False) for n in range(count)]


@given(st.permutations([*calls("a1", 12), *calls("a2", 3)]), st.text(max_size=10))
def test_the_same_calls_and_seed_draw_the_same_in_whatever_order_they_come(given: list[Candidate], seed: str) -> None:
    picks = draw(given, Sampling(per_week=5), seed)
    assert picks == draw(sorted(given, key=lambda one: one.call), Sampling(per_week=5), seed)
    assert [sum(one.agent == agent for one in picks) for agent in ("a1", "a2")] == [5, 3]


def test_calls_that_come_by_are_drawn_as_if_all_were_at_hand_and_no_more_are_held_than_drawn() -> None:
    rule, drawing = Sampling(per_week=4, of_kind={"help": 2}), Drawing(Sampling(per_week=4, of_kind={"help": 2}), "s")
    given = [replace(one, kinds=frozenset({"help"} if n % 3 else {"praise"}))
             for n, one in enumerate(calls("a1", 3000) + calls("a2", 3000))]
    for one in given:
        drawing.add(one)
    least = sorted(given, key=lambda one: sha256(f"s:{one.agent}:{one.call}".encode()).digest())
    wanted = {(one.agent, one.call) for agent in ("a1", "a2") for one in [
        *[one for one in least if one.agent == agent][:4],
        *[one for one in least if one.agent == agent and "help" in one.kinds][:2]]}
    assert {(one.agent, one.call) for one in drawing.picks()} == wanted
    assert drawing.picks() == draw(reversed(given), rule, "s")
    assert sum(map(len, drawing._least.values())) == 2 * (4 + 2)


def test_another_seed_draws_others_and_every_call_has_its_chance() -> None:
    drawn = [frozenset(one.call for one in draw(calls("a1", 10), Sampling(per_week=2), str(seed)))
             for seed in range(100)]
    assert len(set(drawn)) > 20
    assert frozenset().union(*drawn) == {one.call for one in calls("a1", 10)}


def test_a_call_with_a_reason_is_drawn_besides_those_of_chance_and_says_why() -> None:
    bad = [Candidate("low", "a1", 60, 1, False), Candidate("cut", "a1", 5, None, True),
           Candidate("long", "a1", 4000, 5, False), Candidate("good", "a1", 60, 5, False),
           Candidate("short", "a1", 5, None, False)]
    assert {one.call: one.reasons for one in draw(bad, Sampling(per_week=0), "s")} == {
        "low": ("low_rating",), "cut": ("interrupted",), "long": ("longest",)}
    whole = {one.call: one.reasons for one in draw(bad, Sampling(per_week=9), "s")}
    assert whole["good"] == ("random",)
    assert whole["low"] == ("low_rating", "random")
    assert "short" not in whole


def test_each_kind_of_appeal_has_its_least_and_who_waited_long_is_drawn() -> None:
    told = [*calls("a1", 6), *(Candidate(f"c{n}", "a1", 120.0, None, False, 10.0, frozenset({"complaint"}))
                               for n in range(4)), Candidate("late", "a1", 5.0, None, False, 400.0)]
    picks = draw(told, Sampling(per_week=0, of_kind={"complaint": 2}, longest_wait=300), "s")
    assert sorted(one.reasons for one in picks) == [("kind",), ("kind",), ("waited",)]
    whole = draw(told, Sampling(per_week=50, of_kind={"complaint": 2, "praise": 3}), "s")
    assert len(whole) == 10  # those of a kind are among those of chance; the short one is not
    assert sum("kind" in one.reasons for one in whole) == 2


def test_a_reason_that_the_rule_switches_off_draws_nothing() -> None:
    off = Sampling(per_week=0, low_rating=0, longest=0, interrupted=False)
    assert draw([Candidate("c", "a1", 9999, 1, True)], off, "s") == []


def test_a_score_is_the_weighted_sum_and_a_fatal_fault_makes_it_nothing() -> None:
    card = Scorecard(items=(Item(key="a", name="甲", weight=30), Item(key="b", name="乙", weight=70)),
                     fatal=(Fatal(key="abuse", name="辱骂"),))
    assert total(card, {"a": 5, "b": 5}, []) == 100
    assert total(card, {"a": 3, "b": 4}, []) == 74
    assert total(card, {"a": 5, "b": 5}, ["abuse"]) == 0


@pytest.mark.parametrize(("marks", "fatal"), [
    ({}, []), (FULL | {"other": 3}, []), (FULL | {"greeting": 6}, []), (FULL, ["nonsense"])])
def test_marks_that_do_not_fit_the_scorecard_are_refused(marks: dict[str, int], fatal: list[str]) -> None:
    with pytest.raises(BadScore):
        total(SEED_CARD, marks, fatal)


def test_a_scorecard_whose_weights_do_not_add_up_or_whose_keys_repeat_is_none() -> None:
    for items in ((Item(key="a", name="甲", weight=30),),
                  (Item(key="a", name="甲", weight=50), Item(key="a", name="乙", weight=50))):
        with pytest.raises(ValidationError):
            Scorecard(items=items)


def test_a_week_begins_on_monday_by_the_citys_clock() -> None:
    begin, end = week_of("2026-W48", ZoneInfo("Asia/Shanghai"))
    assert (begin, end - begin) == (1_795_363_200.0, 7 * 86400)
    for wrong in ("2026-W54", "2026-48", "W48", "2026-W00"):
        with pytest.raises(BadScore):
            week_of(wrong, ZoneInfo("Asia/Shanghai"))


def standing(state: str) -> Standing:
    return Standing(state, "a1", "judge", until(NOW, 7))


@pytest.mark.parametrize(("state", "do", "person", "agent", "error"), [
    ("drawn", "score", "u1", "a1", NotByYou), ("scored", "score", "judge", "", QualityError),
    ("scored", "appeal", "u2", "a2", NotByYou), ("scored", "appeal", "judge", "", NotByYou),
    ("drawn", "appeal", "u1", "a1", QualityError), ("appealed", "appeal", "u1", "a1", QualityError),
    ("appealed", "decide", "judge", "", NotByYou), ("appealed", "decide", "u1", "a1", NotByYou),
    ("scored", "decide", "other", "", QualityError), ("decided", "decide", "other", "", QualityError)])
def test_who_may_not_or_not_now_is_told(state: str, do: Do, person: str, agent: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        step(standing(state), do, person, agent, NOW)


def test_a_check_goes_from_drawn_to_decided_by_three_people() -> None:
    assert step(standing("drawn"), "score", "judge", "", NOW) == "scored"
    assert step(standing("scored"), "appeal", "u1", "a1", NOW) == "appealed"
    assert step(standing("appealed"), "decide", "other", "a2", NOW) == "decided"


def test_the_time_for_an_appeal_ends() -> None:
    with pytest.raises(QualityError):
        step(standing("scored"), "appeal", "u1", "a1", until(NOW, 7))
