"""A recording that fails is noticed while its call is up; one that is written as the switch writes is left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bridge.model import Call, CitizenState, Leg, LegState
from bridge.recording_watch import Change, RecordingWatch, Voice, voices_of

BLOCK, KEY = 32768, "c" * 32
CITIZEN = Voice(KEY, "", (f"{KEY}-mixed.alaw",))
FILE = CITIZEN.files[0]
EVERY = 0.2  # s between looks, as the controller looks


def seen(size_at: Callable[[float], int | None], seconds: float) -> list[tuple[float, str]]:
    """Look every so often at a file of this size (None: no such file); return what was said when."""
    watch, said = RecordingWatch(), []
    for turn in range(1, int(seconds / EVERY)):
        at, size = turn * EVERY, size_at(turn * EVERY)
        said += [(round(at, 1), one.why) for one in watch.look([CITIZEN], {} if size is None else {FILE: size}, at)]
    return said


def test_a_file_that_grows_by_a_block_every_four_seconds_is_well() -> None:
    assert seen(lambda at: int(at / 4.1) * BLOCK, 60) == []


def test_one_that_is_not_there_soon_after_the_answer_is_missing() -> None:
    assert [why for at, why in seen(lambda at: None, 6) if at < 4] == ["missing"]


def test_one_that_stands_still_is_told_once_within_five_seconds_and_told_again_when_it_grows() -> None:
    told = seen(lambda at: BLOCK if at < 2 else 2 * BLOCK if at < 8 else 3 * BLOCK, 10)
    assert [why for _, why in told] == ["still", ""]
    assert 2 + 4.1 < told[0][0] < 2 + 5.0
    assert told[1][0] == 8.0


def test_one_that_goes_on_a_block_short_stays_failing_until_it_is_begun_anew() -> None:
    told = seen(lambda at: BLOCK if at < 2 else 2 * BLOCK if at < 11 else 3 * BLOCK, 14)
    assert [why for _, why in told] == ["still"]


def test_one_that_ends_in_the_middle_of_a_block_was_closed_and_is_found_sooner() -> None:
    told = seen(lambda at: BLOCK if at < 2 else BLOCK + 9 if at < 9 else 2 * BLOCK, 12)
    assert [why for _, why in told] == ["torn"]  # also when it goes on: something is missing in the middle
    assert told[0][0] < 2 + 3


def test_one_that_becomes_shorter_is_told_at_once_however_it_goes_on() -> None:
    assert seen(lambda at: int(at / 4.1) * BLOCK if at < 9 else int(at / 4.1 - 2) * BLOCK, 20) == [(9.0, "cut")]


def test_where_nobody_looked_for_a_while_nothing_is_said_to_stand_still() -> None:
    watch = RecordingWatch()
    assert [watch.look([CITIZEN], {FILE: BLOCK}, at) for at in (1.0, 8.0, 15.0)] == [[], [], []]


def looks(watch: RecordingWatch, voice: Voice, sizes: Mapping[str, int], begin: float, end: float) -> list[Change]:
    turns = range(int(begin / EVERY), int(end / EVERY))
    return [change for turn in turns for change in watch.look([voice], sizes, turn * EVERY)]


def test_what_fails_is_known_for_as_long_as_it_fails_and_told_once() -> None:
    watch = RecordingWatch()
    assert [one.why for one in looks(watch, CITIZEN, {}, 1, 8)] == ["missing"]
    assert watch.failing(KEY) == {"": "missing"}  # a board that is made anew meanwhile takes it from here
    ((voice, (why, seconds)),) = watch.failing_for().items()
    assert (voice, why) == (CITIZEN, "missing")
    assert 3 < seconds < 5
    looks(watch, CITIZEN, {FILE: BLOCK}, 8, 9)
    assert watch.failing(KEY) == {}
    assert watch.failing_for() == {}


def test_one_that_is_begun_anew_in_a_further_file_is_well_only_when_something_stands_in_it() -> None:
    watch, further = RecordingWatch(), Voice(KEY, "", (f"{KEY}-mixed.part2.alaw",))
    looks(watch, CITIZEN, {FILE: BLOCK + 9}, 1, 8)
    sizes = {FILE: BLOCK + 9, further.files[0]: 0}
    assert looks(watch, further, sizes, 8, 11) == []
    assert watch.failing(KEY) == {"": "torn"}
    assert looks(watch, further, {**sizes, further.files[0]: BLOCK}, 11, 12) == [Change(further, "")]


def test_a_call_that_is_over_is_forgotten_and_not_said_to_be_well() -> None:
    watch = RecordingWatch()
    assert looks(watch, CITIZEN, {}, 1, 8) == [Change(CITIZEN, "missing")]
    assert watch.look([], {}, 9.0) == []
    assert watch.look([CITIZEN], {}, 9.2) == []  # seen anew: it has its time to begin


def test_whoever_picked_up_has_a_recording_of_their_own_and_a_citizen_who_is_rung_has_none() -> None:
    call = Call(KEY, "1.0", state=CitizenState.ROOM, parts={"leg-1": 3})
    for name, state in (("leg-1", LegState.ROOM), ("leg-2", LegState.RINGING), ("leg-3", LegState.GONE)):
        call.legs[name] = Leg(name, "agent", "a1", "6001", "plain", "", state=state)
    dialled = Call("d" * 32, "2.0", state=CitizenState.DIALLED)
    voices = voices_of([call, dialled])
    assert [(one.call, one.party) for one in voices] == [(KEY, ""), (KEY, "leg-1")]
    assert voices[1].files == (f"{KEY}-leg-1.part3.alaw",)  # it was begun anew twice
