"""What the controller minds beside the calls: room on its disks, recordings that grow. No call ever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from bridge.follows import Said
from bridge.recorder import Recorder
from bridge.recording_again import Folder, RecordingAgain
from bridge.recording_watch import Change, RecordingWatch, voices_of
from bridge.talks import Talks
from core import facts
from core.log import get_logger
from core.settings import Settings
from core.space import Bounds, Level, Room, level_of, room_at

RECORDINGS_SECONDS, DISKS_SECONDS = 0.2, 3.0
_PROBE_SECONDS = 1.0
_PATIENCE = 5.0  # s that a file system may take to answer
_PROBE = b"\0" * 1_000_000  # what must fit in before a recording is begun anew: two minutes of a voice
_AGAIN = 1200.0  # s after which what still lasts is said again, so that it is not forgotten (core.alarms)
T = TypeVar("T")
log = get_logger(__name__)


class Minding:
    """Says in the journal what is wrong, and when it is well again."""

    def __init__(self, settings: Settings, talks: Talks, recorder: Recorder) -> None:
        self._settings, self._talks = settings, talks
        self._bounds = Bounds(settings.disk_low_mb, settings.disk_full_mb)
        self._rooms, self._sizes = _Aside[dict[str, Room]](), _Aside[dict[str, int]]()
        self._levels: dict[str, Level] = {}
        self._raised: dict[str, tuple[str, float]] = {}  # alarm → detail, when it was last said
        self._watch = RecordingWatch()
        self._again = RecordingAgain(talks, recorder, settings.recordings_dir)
        self._probe, self._probed = _Aside[Folder](), 0.0

    async def disks(self) -> None:
        """Look how much room there is for recordings and for the journal."""
        places = {"recordings": self._settings.recordings_dir, "journal": self._settings.journal_dir}
        rooms = await self._rooms.ask(lambda: {name: room_at(folder) for name, folder in places.items()})
        self._alarm("disk_silent", "" if rooms is not None else "no answer from the file system")
        for name, room in _each_once(rooms or {}).items():
            level = self._levels[name] = level_of(room.free, self._bounds, self._levels.get(name, Level.WELL))
            for bad in (Level.LOW, Level.FULL):
                self._alarm(f"disk_{bad}_{name}", f"{room.free} MB left" if level is bad else "")

    async def recordings(self) -> None:
        """Look whether the recordings of live calls grow."""
        if not self._talks.commands:
            return  # nobody knows which calls are up
        voices = voices_of(self._talks.board.calls.values())
        files = [self._settings.recordings_dir / file for voice in voices for file in voice.files]
        sizes = await self._sizes.ask(lambda: _sizes(files))
        if sizes is None or not self._talks.commands:
            return  # a file system that does not answer is an alarm of its own
        still = voices_of(self._talks.board.calls.values())  # whoever went meanwhile is not missed
        for change in self._watch.look([one for one in voices if one in still], sizes, self._talks.clock()):
            self._tell(change)
        for call in self._talks.board.calls.values():
            call.unrecorded = self._watch.failing(call.key)  # also on a board that was just rebuilt
        failing = [call.key for call in self._talks.board.calls.values() if call.unrecorded]
        self._alarm("recording_failing", " ".join(sorted(failing)))
        await self._mend()

    async def _mend(self) -> None:
        """Have what fails recorded anew, once a second at most."""
        now, failing = self._talks.clock(), self._watch.failing_for()
        if not failing or abs(now - self._probed) < _PROBE_SECONDS:
            return
        self._probed = now
        state = await self._probe.ask(lambda: _takes_files(self._settings.recordings_dir))
        self._again.mend(failing, state or Folder.SILENT, self._talks.clock())

    def _tell(self, change: Change) -> None:
        call = self._talks.board.calls.get(change.voice.call)
        if call is None:
            return
        kind = facts.RECORDING_FAILING if change.why else facts.RECORDING_WELL
        leg = call.legs.get(change.voice.party)
        data = {"party": change.voice.party, "role": leg.role if leg else "citizen", "who": leg.who if leg else "",
                "why": change.why}
        self._talks.say(Said(kind, call.key, data))
        (log.error if change.why else log.info)("recording.changed", call=call.key, **data)

    def _alarm(self, what: str, detail: str) -> None:
        """Raise an alarm when there is a detail, take it back when there is none; the same is not said twice soon."""
        now, said = self._talks.clock(), self._raised.get(what)
        if not detail and said is None:
            return
        if detail and said and _same(what, said[0], detail) and now - said[1] < _AGAIN:
            return
        if detail:
            self._raised[what] = detail, now
        else:
            del self._raised[what]
        self._talks.say(Said(facts.ALARM, data={"what": what, "detail": detail, "raised": bool(detail)}))
        (log.error if detail else log.info)("alarm", what=what, detail=detail)


def _same(what: str, before: str, now: str) -> bool:
    return what != "recording_failing" or before == now  # the MB of a disk change all the time; which calls matters


def _each_once(rooms: dict[str, Room]) -> dict[str, Room]:
    """Return the file systems, each by the first name it has."""
    found: dict[str, Room] = {}
    for name, room in rooms.items():
        if room.device not in {one.device for one in found.values()}:
            found[name] = room
    return found


def _takes_files(folder: Path) -> Folder:
    probe = folder / ".room"
    try:
        probe.write_bytes(_PROBE)
    except OSError:
        return Folder.REFUSES
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    return Folder.WELL


def _sizes(files: list[Path]) -> dict[str, int]:
    found = {}
    for file in files:
        try:
            found[file.name] = file.stat().st_size
        except OSError:
            continue  # not there, or not to be had: either way it is no recording
    return found


class _Aside(Generic[T]):
    """Asks a file system in a thread, one question at a time: one that hangs costs one thread, and nobody waits."""

    def __init__(self) -> None:
        self._task: asyncio.Task[T] | None = None

    async def ask(self, work: Callable[[], T]) -> T | None:
        """Return the answer, None when there is none in time."""
        if self._task is None:
            self._task = asyncio.create_task(asyncio.to_thread(work), name="file system")
        done, _ = await asyncio.wait({self._task}, timeout=_PATIENCE)
        if not done:
            return None
        task, self._task = self._task, None
        return task.result()
