"""The city's rules as data: the first that fits holds, written down they are the same, some cannot be switched off."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.life.lives import Life
from workorders.life.matters import Classification, Matter
from workorders.life.policy import Policy, TermRule, When, days, hours, minutes, sampled
from workorders.life.words import Do, Kind, State, Urgency

POLICY = Policy()


@pytest.mark.parametrize(("matter", "reply"), [
    (Matter(kind=Kind.INQUIRY), days(1)), (Matter(kind=Kind.INQUIRY, urgency=Urgency.URGENT), days(3)),
    (Matter(kind=Kind.HELP), days(5)), (Matter(kind=Kind.COMPLAINT), days(5)), (Matter(kind=Kind.REPORT), days(5)),
    (Matter(kind=Kind.COMPLAINT, tags=("complex",)), days(15)),
    (Matter(kind=Kind.COMPLAINT, urgency=Urgency.EMERGENCY, tags=("complex",)), hours(2)),
    (Matter(kind=Kind.HELP, classification=Classification(first="公用事业")), hours(24)),
    (Matter(kind=Kind.INQUIRY, classification=Classification(first="公用事业")), days(1)),
    (Matter(kind=Kind.HELP, classification=Classification(first="公用事业"), urgency=Urgency.EMERGENCY), hours(2)),
])
def test_the_seed_s_terms_are_the_city_s(matter: Matter, reply: object) -> None:
    assert POLICY.terms_for(matter).reply == reply


def test_life_and_property_come_within_minutes() -> None:
    terms = POLICY.terms_for(Matter(urgency=Urgency.EMERGENCY))
    assert (terms.sign, terms.contact) == (minutes(15), minutes(30))


def test_a_policy_without_a_rule_for_the_rest_falls_back_to_its_last() -> None:
    only = TermRule(name="咨询", when=When(kinds=(Kind.INQUIRY,)), terms=POLICY.terms[0].terms)
    assert Policy(terms=(only,)).terms_for(Matter(kind=Kind.HELP)) == only.terms


def test_a_policy_written_down_and_read_again_is_the_same() -> None:
    assert Policy.model_validate(json.loads(json.dumps(POLICY.model_dump(mode="json")))) == POLICY


@pytest.mark.parametrize("spoilt", [
    {"terms": []}, {"ladder": []}, {"ladder": [{"do": "close", "share": 1}]}, {"ladder": [{"do": "press", "share": 0}]},
    {"follow_up_share": 1.5}, {"refusal_review_share": -0.1}, {"calls_to_reach": 0}, {"most_extensions": 99},
    {"longest_pause": {"amount": 0, "unit": "working_days"}}, {"longest_pause": {"amount": 5000, "unit": "hours"}},
    {"text_limit": 1}, {"desk": {"accepted": None}}, {"no_such": 1}, {"unhappy_at_most": 6},
])
def test_a_policy_that_would_switch_a_rule_off_or_makes_no_sense_is_refused(spoilt: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(spoilt)


def test_a_desk_may_be_given_another_time_and_the_others_keep_theirs() -> None:
    policy = Policy(desk={State.ACCEPTED: minutes(30)})
    assert policy.desk[State.ACCEPTED] == minutes(30)
    assert policy.desk[State.REPLIED] == POLICY.desk[State.REPLIED]


def test_the_sample_is_the_same_for_everybody_for_ever() -> None:
    assert [sampled(f"2026-0302-{n:04}", "follow_up", 0.3) for n in range(12)] == [
        sampled(f"2026-0302-{n:04}", "follow_up", 0.3) for n in range(12)]
    assert all(sampled(str(n), "x", 1.0) for n in range(500))
    assert not any(sampled(str(n), "x", 0.0) for n in range(500))
    more = {n for n in range(500) if sampled(str(n), "x", 0.4)}
    assert {n for n in range(500) if sampled(str(n), "x", 0.2)} <= more  # a larger share keeps those it had


def test_every_promise_names_the_rule_it_was_made_by() -> None:
    life = Life().dispatched()
    assert life.acts[0].terms["round"] == {"amount": 5, "unit": "working_days"}
    assert set(life.acts[1].terms["part"]) == {"sign", "contact", "reply"}
    assert life.acts[0].do is Do.ACCEPT
