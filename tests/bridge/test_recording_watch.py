"""A recording that fails is noticed while its call is up; one that is written as the switch writes is left alone."""

from __future__ import annotations

from bridge.model import Call, CitizenState, Leg, LegState
from bridge.recording_watch import Change, RecordingWatch, Voice, voices_of

BLOCK, KEY = 32768, "c" * 32
CITIZEN = Voice(KEY, "", (f"{KEY}-mixed.alaw",))
FILE = CITIZEN.files[0]


def seen(sizes: dict[float, int | None]) -> list[tuple[float, str]]:
    """Look at these moments, where the file has this size; return what was said when."""
    watch, said = RecordingWatch(), []
    for at, size in sizes.items():
        for change in watch.look([CITIZEN], {} if size is None else {FILE: size}, at):
            said.append((at, change.why))
    return said


def test_a_file_that_grows_by_a_block_every_four_seconds_is_well() -> None:
    assert seen({at / 10: int(at // 41) * BLOCK for at in range(600)}) == []


def test_one_that_is_not_there_soon_after_the_answer_is_missing() -> None:
    assert seen({0.0: None, 2.0: None, 3.5: None, 5.0: None}) == [(3.5, "missing")]


def test_one_that_stands_still_is_told_once_and_told_again_when_it_grows() -> None:
    still = dict.fromkeys((0.0, 3.0, 7.0, 8.0, 12.0), BLOCK)
    assert seen({**still, 13.0: 2 * BLOCK, 15.0: 2 * BLOCK}) == [(8.0, "still"), (13.0, "")]


def test_one_that_ends_in_the_middle_of_a_block_was_closed_and_is_found_sooner() -> None:
    assert seen({0.0: BLOCK, 1.0: BLOCK + 9, 3.0: BLOCK + 9, 4.0: BLOCK + 9}) == [(4.0, "still")]


def test_what_fails_is_known_for_as_long_as_it_fails_and_told_once() -> None:
    watch = RecordingWatch()
    for at in (0.0, 4.0, 5.0):
        watch.look([CITIZEN], {}, at)
    assert watch.failing(KEY) == {"": "missing"}  # a board that is made anew meanwhile takes it from here
    watch.look([CITIZEN], {FILE: BLOCK}, 6.0)
    assert watch.failing(KEY) == {}


def test_a_call_that_is_over_is_forgotten_and_not_said_to_be_well() -> None:
    watch = RecordingWatch()
    assert watch.look([CITIZEN], {}, 0.0) == []
    assert watch.look([CITIZEN], {}, 4.0) == [Change(CITIZEN, "missing")]
    assert watch.look([], {}, 5.0) == []
    assert watch.look([CITIZEN], {}, 6.0) == []  # seen anew: it has its time to begin


def test_whoever_picked_up_has_a_recording_of_their_own_and_a_citizen_who_is_rung_has_none() -> None:
    call = Call(KEY, "1.0", state=CitizenState.ROOM)
    for name, state in (("leg-1", LegState.ROOM), ("leg-2", LegState.RINGING), ("leg-3", LegState.GONE)):
        call.legs[name] = Leg(name, "agent", "a1", "6001", "plain", "", state=state)
    dialled = Call("d" * 32, "2.0", state=CitizenState.DIALLED)
    assert [(one.call, one.party) for one in voices_of([call, dialled])] == [(KEY, ""), (KEY, "leg-1")]
