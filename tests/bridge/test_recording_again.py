"""A recording that failed is begun anew: a bounded number of times, where it can be, and nobody is moved for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bridge.board import Board
from bridge.errors import SwitchError
from bridge.model import Call, CitizenState, Leg, LegState
from bridge.recording_again import Folder, RecordingAgain
from bridge.recording_watch import Voice, voices_of
from bridge.sound import sound_of
from bridge.talks import Talks
from routing.agents import AgentBoard
from tests.bridge.test_bad_moments import AwaySwitch

KEY, FOLDER = "c" * 32, Path("recordings")


class Journal:
    """Facts as they were written: kind and data."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def write(self, kind: str, call: str, key: str | None, at: float | None, data: dict[str, Any]) -> None:
        self.told.append((kind, data))


class Recorder:
    """What the switch was asked for; `refuses` as one that has lost the channel."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.refuses = False

    async def record(self, channel: str, whole: str, voice: str, heard: str) -> None:
        self.asked.append(("record", channel, *(Path(one).name for one in (whole, voice, heard))))
        if self.refuses:
            raise SwitchError("No such channel")

    async def stop(self, channel: str) -> None:
        self.asked.append(("stop", channel))


class Desk:
    """A call with one agent, and what mends its recordings."""

    def __init__(self) -> None:
        self.journal, self.recorder = Journal(), Recorder()
        board = Board(AgentBoard(["a1"]))
        self.call = Call(KEY, "1.0", state=CitizenState.ROOM)
        board.add_call(self.call)
        board.add_leg(self.call, Leg("leg-1", "agent", "a1", "6001", "plain", "", "PJSIP/6001-1", LegState.ROOM))
        self.talks = Talks(board, AwaySwitch(), self.journal, lambda: 0.0)  # type: ignore[arg-type]
        self.again = RecordingAgain(self.talks, self.recorder, FOLDER)

    def voice(self, party: str) -> Voice:
        return next(one for one in voices_of([self.call]) if one.party == party)

    async def mend(self, party: str, now: float, why: str = "still", seconds: float = 9.0,
                   state: Folder = Folder.WELL) -> None:
        self.again.mend({self.voice(party): (why, seconds)}, state, now)
        for _ in range(5):
            await asyncio.sleep(0)


async def test_the_citizens_three_files_are_begun_anew_together_and_the_journal_says_so_first() -> None:
    desk = Desk()
    await desk.mend("", 100.0)
    assert desk.recorder.asked == [
        ("record", "1.0", *(f"{KEY}-{side}.part2.alaw" for side in ("mixed", "citizen", "heard")))]
    assert desk.journal.told == [("recording.part", {"party": "", "role": "citizen", "who": "", "part": 2})]
    assert desk.voice("").files[0] == f"{KEY}-mixed.part2.alaw"  # this is what is watched from here on


async def test_a_partys_own_voice_is_begun_anew_on_its_own_telephone() -> None:
    desk = Desk()
    await desk.mend("leg-1", 100.0, "missing", 0.0)
    assert desk.recorder.asked == [("record", "PJSIP/6001-1", "", f"{KEY}-leg-1.part2.alaw", "")]


async def test_one_that_stands_still_for_a_moment_is_given_time() -> None:
    desk = Desk()
    await desk.mend("", 100.0, "still", 1.0)
    assert desk.recorder.asked == []


async def test_it_is_tried_ten_times_ever_more_seldom_and_each_time_in_a_further_file() -> None:
    desk = Desk()
    desk.recorder.refuses = True
    for second in range(0, 3600):
        await desk.mend("", 1000.0 + second)
    assert [one[2] for one in desk.recorder.asked] == [f"{KEY}-mixed.part{n}.alaw" for n in range(2, 12)]


async def test_without_room_it_is_closed_once_and_begun_anew_when_there_is_room_and_no_try_is_lost() -> None:
    desk = Desk()
    for second in range(600):
        await desk.mend("", 1000.0 + second, state=Folder.REFUSES)
    assert desk.recorder.asked == [("stop", "1.0")]
    await desk.mend("", 1600.0)
    assert [one[0] for one in desk.recorder.asked] == ["stop", "record"]


async def test_a_file_system_that_does_not_answer_is_left_alone() -> None:
    desk = Desk()
    await desk.mend("", 100.0, state=Folder.SILENT)
    assert desk.recorder.asked == []


async def test_whoever_is_gone_is_not_recorded() -> None:
    desk = Desk()
    voice = desk.voice("leg-1")
    desk.call.legs["leg-1"].state = LegState.GONE
    desk.again.mend({voice: ("still", 9.0)}, Folder.WELL, 100.0)
    await asyncio.sleep(0)
    assert desk.recorder.asked == []


@pytest.mark.parametrize(("begin", "end"), [(0, 30), (5, 12), (11, 29), (25, 40)])
def test_sound_is_read_across_files_and_the_silence_between_them(tmp_path: Path, begin: int, end: int) -> None:
    (tmp_path / f"{KEY}-mixed.alaw").write_bytes(b"a" * 8)
    (tmp_path / f"{KEY}-mixed.part2.alaw").write_bytes(b"b" * 10)
    offsets = [{"path": f"{KEY}-mixed.alaw", "offset": 0.0}, {"path": f"{KEY}-mixed.part2.alaw", "offset": 20 / 8000}]
    (tmp_path / f"{KEY}.json").write_text(f'{{"files": {offsets}}}'.replace("'", '"'))
    whole = b"a" * 8 + b"\xd5" * 12 + b"b" * 10
    assert sound_of(tmp_path, KEY, "mixed").read(begin, end) == whole[begin:end]
    assert sound_of(tmp_path, KEY, "mixed.part2").read() == b"b" * 10
