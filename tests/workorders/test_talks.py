"""What somebody who listens to a call sees of it: voices apart, and marks for joins, holds, waits and gaps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core import facts
from tests.workorders.story import BEGIN, KEY, whole_call
from tests.workorders.test_projection import record_of
from workorders.talks import Mark, talk_of

HELD, BACK = facts.CITIZEN_HELD, facts.CITIZEN_BACK


def sound(part: str, role: str, seconds: float, offset: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"path": f"{KEY}-{part}.alaw", "role": role, "offset": offset, "seconds": seconds, "sha256": "", "gap": "",
            **more}


def record(*recordings: dict[str, Any]) -> dict[str, Any]:
    return asdict(record_of(whole_call())) | {"recordings": list(recordings)}


WHOLE = record(sound("mixed", "mixed", 60.0), sound("heard", "heard", 60.0), sound("p2", "unit", 25.0, 25.0),
               sound("p1", "agent", 26.0, 14.0), sound("citizen", "citizen", 60.0))


def test_each_voice_has_its_lane_the_citizen_first_and_what_the_citizen_heard_is_none() -> None:
    talk = talk_of(WHOLE)
    assert [(one.part, one.role, one.who, one.offset) for one in talk.lanes] == [
        ("citizen", "citizen", "", 0.0), ("p1", "agent", "a1", 14.0), ("p2", "unit", "housing", 25.0)]
    assert (talk.seconds, talk.whole) == (60.0, 60.0)


def test_who_came_and_who_went_stands_where_it_happened() -> None:
    assert [(one.at, one.kind, one.who) for one in talk_of(WHOLE).marks if one.kind in ("join", "leave")] == [
        (15.0, "join", "a1"), (26.0, "join", "housing"), (40.0, "leave", "a1"), (50.0, "leave", "housing")]
    assert [one for one in talk_of(WHOLE).marks if one.kind == "wait"] == [
        Mark(5.0, "wait", "citizen", to=15.0)]


def test_a_hold_lasts_until_the_citizen_is_back_and_counts_once_whoever_tells_of_it() -> None:
    told = [(BEGIN + 30, HELD, ""), (BEGIN + 30.4, HELD, ""), (BEGIN + 36, BACK, ""), (BEGIN + 36.2, HELD, ""),
            (BEGIN + 45, HELD, "")]
    assert [one for one in talk_of(WHOLE, told).marks if one.kind == "hold"] == [
        Mark(30.0, "hold", "citizen", to=36.0), Mark(45.0, "hold", "citizen", to=60.0)]


def test_a_recording_that_failed_during_the_call_is_marked_from_when_to_when() -> None:
    who = {"party": "p1", "role": "agent", "who": "a1", "why": "still"}
    told = [(BEGIN + 20, facts.RECORDING_FAILING, who), (BEGIN + 22, facts.RECORDING_FAILING, who),
            (BEGIN + 30, facts.RECORDING_WELL, who), (BEGIN + 50, facts.RECORDING_FAILING, {"role": "citizen"})]
    assert [one for one in talk_of(WHOLE, (), told).marks if one.kind == "unrecorded"] == [
        Mark(20.0, "unrecorded", "agent", "a1", 30.0), Mark(50.0, "unrecorded", "citizen", "", 60.0)]


def test_one_party_on_hold_has_a_mark_of_their_own_until_they_are_back_or_gone() -> None:
    told = [(BEGIN + 28, facts.PARTY_HELD, "p2"), (BEGIN + 28.3, facts.PARTY_HELD, "p2"),
            (BEGIN + 33, facts.PARTY_BACK, "p2"), (BEGIN + 33.4, facts.PARTY_BACK, "p2"),
            (BEGIN + 45, facts.PARTY_HELD, "p2"), (BEGIN + 30, HELD, ""), (BEGIN + 36, BACK, "")]
    assert [one for one in talk_of(WHOLE, told).marks if one.kind in ("hold", "aside")] == [
        Mark(28.0, "aside", "unit", "housing", 33.0), Mark(30.0, "hold", "citizen", to=36.0),
        Mark(45.0, "aside", "unit", "housing", 50.0)]


def test_what_is_lacking_in_a_recording_is_shown_and_how_much() -> None:
    talk = talk_of(record(sound("citizen", "citizen", 50.0, gap="short by 10.0 s of 60.0 s"),
                          sound("p1", "agent", 0.0, 14.0, gap="missing: No such file")))
    assert [(one.gap, one.lost) for one in talk.lanes] == [("short", 10.0), ("missing", 26.0)]
    assert [one for one in talk.marks if one.kind == "gap"] == [
        Mark(14.0, "gap", "agent", "a1", 40.0), Mark(50.0, "gap", "citizen", "", 60.0)]


def test_a_voice_that_was_begun_anew_is_one_lane_with_a_hole_where_nothing_was_recorded() -> None:
    short = "short by 5.0 s of 25.0 s"
    talk = talk_of(record(sound("mixed", "mixed", 20.0, gap=short), sound("citizen", "citizen", 20.0, gap=short),
                          sound("mixed.part2", "mixed", 35.0, 25.0), sound("citizen.part2", "citizen", 35.0, 25.0)))
    (lane,) = talk.lanes
    assert (lane.part, lane.seconds, lane.gap, lane.lost) == ("citizen", 60.0, "short", 5.0)
    assert lane.holes == ((20.0, 25.0),)
    assert talk.whole == 60.0
    assert [one for one in talk.marks if one.kind == "gap"] == [Mark(20.0, "gap", "citizen", "", 25.0)]


def test_a_recording_that_was_erased_says_so_and_has_no_sound() -> None:
    talk = talk_of(record(sound("mixed", "mixed", 60.0, gone_at=BEGIN + 9e6, gone_by="录音两年")))
    assert (talk.whole, talk.gone_at, talk.gone_by) == (0.0, BEGIN + 9e6, "录音两年")


def test_a_call_of_which_nothing_was_recorded_is_still_told() -> None:
    assert talk_of(record()).lanes == ()
    assert talk_of(record()).seconds == 60.0
