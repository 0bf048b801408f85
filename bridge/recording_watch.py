"""Whether calls are being recorded, told from their files while they are up: pure, fed with sizes.

The switch says nothing of a recording that fails: it ignores write errors, and a monitor that somebody stopped is just
gone. It writes 32 KiB at a time, every 4.1 s at 8 kB/s: a file that stands still for longer is not being written, and
one that stands still in the middle of a block was closed or has no room. What is measured here while people can still
do something is measured again when the call is over (`bridge.recording`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bridge.model import Call, CitizenState, LegState
from bridge.recording import CITIZEN_SIDES

BEGIN = 3.0  # s within which a recording must be there
STILL = 7.0  # s that a file may stand still
TORN = 2.5  # the same for a file that ends in the middle of a block
_BLOCK = 32768  # bytes
_RECORDED = frozenset({LegState.ANSWERED, LegState.ROOM, LegState.SIDE, LegState.HELD})
_BEFORE_AND_AFTER = frozenset({CitizenState.DIALLED, CitizenState.ENDED})


@dataclass(frozen=True, slots=True)
class Voice:
    """What must be recorded: a party's own voice, or the citizen's call (`party` empty). `files`: names, all needed."""

    call: str
    party: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A recording has begun to fail (`why`: ``missing``, ``still``), or (``""``) is being written again."""

    voice: Voice
    why: str


@dataclass(slots=True)
class _Seen:
    since: float  # when it was first wanted
    sizes: dict[str, int]
    grew: dict[str, float]
    why: str = ""


class RecordingWatch:
    """What was seen of each recording under way."""

    def __init__(self) -> None:
        self._seen: dict[Voice, _Seen] = {}

    def look(self, wanted: Iterable[Voice], sizes: Mapping[str, int], now: float) -> list[Change]:
        """Take the sizes (bytes by file name; none: no such file) at `now`; return what has changed."""
        here = set(wanted)
        for voice in self._seen.keys() - here:
            del self._seen[voice]  # its leg has ended
        return [change for voice in sorted(here, key=lambda one: (one.call, one.party))
                if (change := self._look(voice, sizes, now))]

    def failing(self, call: str) -> dict[str, str]:
        """Return which parties of a call ("": the citizen) are not being recorded now, and why."""
        return {voice.party: seen.why for voice, seen in self._seen.items() if voice.call == call and seen.why}

    def _look(self, voice: Voice, sizes: Mapping[str, int], now: float) -> Change | None:
        seen = self._seen.setdefault(voice, _Seen(now, {}, {}))
        for file in voice.files:
            if (size := sizes.get(file)) is not None and size != seen.sizes.get(file):
                seen.sizes[file], seen.grew[file] = size, now
        why = max((_why(seen, file, file in sizes, now) for file in voice.files), default="")
        if why == seen.why or (why and seen.why):
            return None
        seen.why = why
        return Change(voice, why)


def _why(seen: _Seen, file: str, there: bool, now: float) -> str:
    if not there:
        return "missing" if now - seen.since > BEGIN else ""
    patience = TORN if seen.sizes[file] % _BLOCK else STILL
    return "still" if now - seen.grew[file] > patience else ""


def voices_of(calls: Iterable[Call]) -> list[Voice]:
    """Return what must be being recorded now."""
    found = []
    for call in calls:
        if call.state not in _BEFORE_AND_AFTER:
            found.append(Voice(call.key, "", tuple(f"{call.key}-{side}.alaw" for side in CITIZEN_SIDES)))
        found += [Voice(call.key, leg.id, (f"{call.key}-{leg.id}.alaw",)) for leg in call.legs.values()
                  if leg.state in _RECORDED]
    return found
