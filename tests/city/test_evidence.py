"""The demonstration believes only what it can see, and each thing that is missing is said in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.demo.evidence import SUMMARY, Evidence, Recorded, faults_of, recorded_at
from hotline.demo.tones import RATE, to_alaw, tone

KEY = "0" * 32


def party(role: str, why: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "answered_at": 105.0, "joined_at": 106.0, "left_at": 120.0, "why": why, **more}


@pytest.fixture
def whole(tmp_path: Path) -> Evidence:
    """What a call leaves behind that went as it should."""
    path = tmp_path / f"{KEY}-mixed.alaw"
    path.write_bytes(to_alaw(tone(520, 30.0, -18) + tone(660, 30.0, -18) + tone(1100, 30.0, -18)))
    recorded = recorded_at(path)
    record = {
        "answered_at": 100.0, "ended_at": 130.0, "ended_by": "citizen", "rating": 5, "first_responder": "housing",
        "recording_gap": "", "recordings": [{"sha256": recorded.sha256}],
        "parties": [party("agent", "left"), party("unit", "hung_up"),
                    party("unit", "cancelled", answered_at=None, joined_at=None, left_at=110.0)],
    }
    order = {"number": "2026-1123-0001", "summary": SUMMARY, "unit": "housing", "call": {"rating": 5}}
    three = {"citizen": 9.0, "agent": 6.0, "unit": 8.0, "unit2": 0.6}
    heard = {who: {role: s for role, s in three.items() if role != who} for who in ("citizen", "agent", "unit")}
    return Evidence(KEY, heard, recorded, record, (order,))


def words(evidence: Evidence) -> str:
    return "; ".join(fault.en for fault in faults_of(evidence))


def test_a_whole_call_has_no_fault(whole: Evidence) -> None:
    assert words(whole) == ""
    assert whole.recorded.seconds == 30.0


def test_the_json_names_everybody_and_what_they_heard(whole: Evidence) -> None:
    shown = whole.as_json()
    assert shown["heard"] == {"citizen": [660, 1100], "agent": [520, 1100], "unit": [520, 660]}
    assert [leg["role"] for leg in shown["legs"]] == ["citizen", "agent", "unit", "unit"]
    assert set(shown) == {"call_key", "legs", "heard", "recording", "rating", "order"}
    assert (shown["rating"], shown["order"]) == (5, "2026-1123-0001")


def test_a_department_that_nobody_heard_is_found_out(whole: Evidence) -> None:
    deaf = {**whole.heard, "citizen": {"agent": 6.0, "unit": 0.6}}
    assert words(replace(whole, heard=deaf)) == "the citizen did not hear the unit"


def test_a_stranger_in_the_talk_is_found_out(whole: Evidence) -> None:
    heard = {**whole.heard, "agent": {"citizen": 6.0, "unit": 6.0, "unit2": 3.0}}
    assert words(replace(whole, heard=heard)) == "the agent heard unit2, who was not in the talk"


def test_a_call_without_its_rating_is_found_out_on_record_and_order(whole: Evidence) -> None:
    record = {**whole.record, "rating": None}
    order = {**whole.orders[0], "call": {"rating": None}}
    assert "rating on the order" in words(replace(whole, record=record, orders=(order,)))
    assert "call record has the rating None" in words(replace(whole, record=record, orders=(order,)))


def test_a_recording_that_is_gone_is_found_out(whole: Evidence) -> None:
    assert "no recording" in words(replace(whole, recorded=recorded_at(Path("/nowhere/x.alaw"))))


def test_a_recording_that_ends_too_early_is_found_out(whole: Evidence) -> None:
    path = whole.recorded.path
    path.write_bytes(path.read_bytes()[: 20 * RATE])
    said = words(replace(whole, recorded=recorded_at(path)))
    assert "the recording has 20.0 s, the call had 30.0 s" in said
    assert "hash" in said


def test_a_gap_that_the_house_has_marked_is_believed(whole: Evidence) -> None:
    assert "gap" in words(replace(whole, record={**whole.record, "recording_gap": "mixed: short by 9 s"}))


@pytest.mark.parametrize("count", [0, 2])
def test_there_must_be_exactly_one_order(whole: Evidence, count: int) -> None:
    assert f"there are {count}" in words(replace(whole, orders=whole.orders * count))


def test_an_agent_who_was_thrown_out_did_not_leave_with_the_citizens_word(whole: Evidence) -> None:
    record = {**whole.record, "parties": [party("agent", "lost"), party("unit", "hung_up")]}
    assert words(replace(whole, record=record)) == "the agent is down as 'lost', not 'left'"


def test_an_empty_record_is_a_list_of_faults_and_no_crash() -> None:
    nothing = Evidence(KEY, {}, Recorded(Path("x.alaw"), 0.0, ""), {}, ())
    assert len(faults_of(nothing)) > 5
    assert nothing.as_json()["rating"] is None
