"""A call record says what its facts say, whoever told them, however often and in whatever order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.facts import Fact
from tests.workorders.story import BEGIN, KEY, fact, whole_call
from workorders.models import CallRecord
from workorders.projection import Record, project
from workorders.promises import appeals_of, body_of, change, disposition_of
from workorders.records import told_of


def record_of(facts: Iterable[Fact], source: str = "controller") -> Record:
    return project(told_of(one, source) for one in facts)


def row_of(facts: Iterable[Fact]) -> CallRecord:
    seen = record_of(facts)
    return CallRecord(key=KEY, **{name: getattr(seen, name) for name in seen.__slots__})


def without(*kinds: str) -> list[Fact]:
    return [one for one in whole_call() if one.kind not in kinds]


def test_a_whole_call_is_told_whole() -> None:
    record = record_of(whole_call())
    assert (record.caller, record.called, record.source) == ("13800001234", "12345", "controller")
    assert (record.answered_at, record.ended_at) == (BEGIN, BEGIN + 60)
    assert (record.outcome, record.skill, record.urgency) == ("service", "general", 1)
    assert [step["pressed"] for step in record.path] == ["2"]
    assert [(p["who"], p["joined_at"] - BEGIN, p["left_at"] - BEGIN, p["why"]) for p in record.parties] == [
        ("a1", 15, 40, "left"), ("housing", 26, 50, "finished")]
    assert record.first_responder == "housing"
    assert (record.rating, record.rating_why) == (5, "pressed")
    assert record.waits == [{"from": BEGIN + 5, "to": BEGIN + 15, "why": "menu"}]
    assert record.failures[0]["why"] == "busy"
    assert record.appeals == {"1": {"kind": "complaint", "summary": "楼上漏水", "agent": "a1"}}


@given(st.permutations(whole_call()), st.lists(st.sampled_from(whole_call()), max_size=10))
def test_facts_twice_and_out_of_order_tell_the_same(shuffled: list[Fact], again: list[Fact]) -> None:
    assert record_of([*again, *shuffled, *again]) == record_of(whole_call())


@given(st.sets(st.sampled_from([one.seq for one in whole_call()])), st.randoms())
def test_what_one_witness_missed_the_other_completes(missed: set[int], chance: Any) -> None:
    journal = [told_of(one) for one in whole_call() if one.seq not in missed]
    switch = [told_of(one, "cel") for one in whole_call() if one.kind != "menu.step"]
    both = [*journal, *switch]
    chance.shuffle(both)
    record, whole = project(both), record_of(whole_call())
    for name in ("caller", "answered_at", "ended_at", "rating", "parties", "waits", "appeals", "first_responder"):
        assert getattr(record, name) == getattr(whole, name)


@given(st.lists(st.builds(Fact, st.just(1), st.floats(0, 2e9), st.sampled_from([f.kind for f in whole_call()]),
                          st.just(KEY), st.just(""),
                          st.dictionaries(st.sampled_from(["party", "role", "rating", "appeal", "number", "urgency"]),
                                          st.one_of(st.none(), st.text(), st.integers(), st.floats())))))
def test_nonsense_in_the_facts_breaks_nothing(facts: list[Fact]) -> None:
    assert record_of(facts) == record_of(reversed(facts))


def test_a_call_only_the_switch_saw_is_known_as_such() -> None:
    record = record_of(whole_call(), "cel")
    assert record.source == "cel"
    assert record.rating == 5


def test_the_switch_alone_can_tell_that_the_citizen_has_hung_up() -> None:
    facts = [*without("call.hung_up"), fact(90, 61, "switch.hangup", channel="c-1", cause=16),
             fact(91, 40, "switch.hangup", channel="somebody-else", cause=16)]
    assert record_of(facts).ended_at == BEGIN + 61


def test_an_interrupted_call_has_ended_and_says_so() -> None:
    record = record_of([*without("call.hung_up", "call.rated"), fact(99, 55, "call.interrupted", why="switch died")])
    assert record.interrupted
    assert record.ended_at == BEGIN + 55


def test_a_call_thought_interrupted_that_ended_properly_was_not() -> None:
    record = record_of([*whole_call(), fact(99, 55, "call.interrupted", why="not heard of")])
    assert not record.interrupted
    assert record.ended_at == BEGIN + 60


def test_who_hangs_up_at_the_rating_gave_none() -> None:
    record = record_of(without("call.rated"))
    assert (record.rating, record.rating_why) == (None, "hung_up")


def test_back_to_a_person_and_then_rated_counts_the_rating() -> None:
    facts = [*without("call.rated"), fact(70, 51, "call.rated", rating="", why="to_person"),
             fact(71, 57, "call.rated", rating="4", why="pressed")]
    assert record_of(facts).rating == 4


def test_the_agents_last_word_on_an_appeal_counts() -> None:
    facts = [*whole_call(), fact(80, 70, "appeal.saved", agent="a1", number=1, appeal={"summary": "楼上漏水，已三天"}),
             fact(81, 71, "appeal.saved", agent="a1", number=2, appeal={"kind": "praise"})]
    record = record_of(facts)
    assert record.appeals["1"]["summary"] == "楼上漏水，已三天"
    assert record.appeals["2"]["kind"] == "praise"


NOBODY = ("party.answered", "party.joined", "party.left", "first_responder", "appeal.saved", "talk.ended", "call.rated")


@pytest.mark.parametrize(("facts", "disposition", "orders"), [
    (whole_call(), "", ["1"]),
    (without("appeal.saved"), "", ["1"]),
    ([*without("appeal.saved"), fact(90, 55, "call.disposed", disposition="wrong_number", agent="a1")],
     "wrong_number", []),
    (without(*NOBODY), "hung_up_waiting", []),
    (without(*NOBODY, "queue.entered", "menu.outcome"), "hung_up_in_menu", []),
    ([*without(*NOBODY, "queue.entered", "menu.outcome"), fact(90, 5, "menu.outcome", outcome="information")],
     "information_given", []),
    ([*without(*NOBODY, "queue.entered", "menu.outcome"), fact(90, 5, "menu.outcome", outcome="message")], "", ["1"]),
    ([*without(*NOBODY, "call.hung_up"), fact(90, 20, "call.interrupted")], "interrupted", []),
])
def test_a_call_has_an_order_for_each_appeal_or_a_disposition(
        facts: list[Fact], disposition: str, orders: list[str]) -> None:
    row = row_of(facts)
    assert disposition_of(row) == disposition
    assert sorted(appeals_of(row)) == orders


def test_an_agent_who_rang_in_vain_was_not_talked_with() -> None:
    row = row_of(without("party.joined", "party.left", "first_responder", "appeal.saved", "call.rated"))
    assert disposition_of(row) == "hung_up_waiting"


def test_an_order_says_what_was_promised_and_what_happened() -> None:
    row = row_of(whole_call())
    body = body_of(row, "1", row.appeals["1"])
    assert body["summary"] == "楼上漏水"
    assert (body["kind"], body["unit"], body["caller"], body["agent"]) == ("complaint", "housing", "13800001234", "a1")
    assert body["call"]["rating"] == 5


def test_only_what_changed_is_sent_again() -> None:
    sent = [{"summary": "a", "unit": "x"}, {"summary": "b"}]
    assert change(sent, {"summary": "b", "unit": "y"}) == {"unit": "y"}
    assert change(sent, {"summary": "b", "unit": "x"}) == {}
