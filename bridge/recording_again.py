"""A recording that stopped during its call is begun anew, in a further file; the talk notices nothing.

Nobody is moved for it: the switch attaches a recorder to a channel wherever that channel is. It is asked only while the
file system answers: to close a file on one that hangs would hang as well. While there is no room the failed recording
is closed, so that nothing is written behind the gap as if it belonged there.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from bridge.errors import SwitchError
from bridge.follows import Said
from bridge.model import Call, LegState
from bridge.recorder import Recorder
from bridge.recording import CITIZEN_SIDES, file_name
from bridge.recording_watch import Voice
from bridge.talks import Talks
from core import facts
from core.log import get_logger

log = get_logger(__name__)
_SURE = 2.5  # s for which a file must have stood still too long: one that is only late is left to go on
_PAUSES = (0.0, 6.0, 6.0, 10.0, 15.0, 20.0, 30.0, 60.0, 60.0, 60.0)  # s before each try; growth shows after 4.1 s


class Folder(Enum):
    """What the folder of recordings says to a small file."""

    WELL = "well"
    REFUSES = "refuses"  # full, read-only, not there
    SILENT = "silent"


@dataclass(slots=True)
class _Tries:
    count: int = 0
    last: float = 0.0
    closed: bool = False
    busy: bool = False


@dataclass(slots=True)
class RecordingAgain:
    """Begins recordings anew, each a bounded number of times."""

    talks: Talks
    recorder: Recorder
    folder: Path
    _tries: dict[tuple[str, str], _Tries] = field(default_factory=dict)

    def mend(self, failing: Mapping[Voice, tuple[str, float]], state: Folder, now: float) -> None:
        """Begin anew what fails (why, for how many seconds) and is due. Returns at once; `now` in epoch seconds."""
        self._tries = {one: tries for one, tries in self._tries.items() if one[0] in self.talks.board.calls}
        if state is Folder.SILENT or not self.talks.commands:
            return
        for voice, (why, seconds) in failing.items():
            call = self.talks.board.calls.get(voice.call)
            tries = self._tries.setdefault((voice.call, voice.party), _Tries())
            if call is None or tries.busy or (why == "still" and seconds < _SURE):
                continue
            if state is Folder.WELL and _due(tries, now):
                tries.count, tries.last, tries.closed = tries.count + 1, now, False
                self._spawn(tries, self._record(call, voice.party))
            elif state is Folder.REFUSES and not tries.closed:
                tries.closed = True
                self._spawn(tries, self._close(call, voice.party))

    def _spawn(self, tries: _Tries, work: Coroutine[Any, Any, None]) -> None:
        tries.busy = True
        self.talks.spawn(self._tried(tries, work), "record again")

    @staticmethod
    async def _tried(tries: _Tries, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SwitchError as error:
            log.warning("recording.not_begun_anew", error=str(error))
        finally:
            tries.busy = False

    async def _record(self, call: Call, party: str) -> None:
        part, channel = call.parts.get(party, 1) + 1, _channel(call, party)
        if not channel:
            return
        names = (CITIZEN_SIDES if not party else ("", party, ""))
        mixed, voice, heard = (str(self.folder / file_name(call.key, name, part)) if name else "" for name in names)
        call.parts[party] = part  # said first: a controller that dies here must not use the number again
        leg = call.legs.get(party)
        data = {"party": party, "role": leg.role if leg else "citizen", "who": leg.who if leg else "", "part": part}
        self.talks.say(Said(facts.RECORDING_PART, call.key, data, key=f"{call.key}:recording:{party}:{part}"))
        log.info("recording.part", call=call.key, **data)
        await self.recorder.record(channel, mixed, voice, heard)

    async def _close(self, call: Call, party: str) -> None:
        if channel := _channel(call, party):
            await self.recorder.stop(channel)


def _due(tries: _Tries, now: float) -> bool:
    return tries.count < len(_PAUSES) and now - tries.last >= _PAUSES[tries.count]


def _channel(call: Call, party: str) -> str:
    """Return the channel whose voice it is, "" when it is gone."""
    if not party:
        return call.citizen
    leg = call.legs.get(party)
    return "" if leg is None or leg.state is LegState.GONE else leg.channel or leg.id
