"""Whether calls are being recorded, told from their files while they are up: pure, fed with sizes.

The switch says nothing of a recording that fails: it ignores write errors, and a monitor that somebody stopped is just
gone. It writes 32 KiB at a time, every 4.1 s at 8 kB/s: a file that stands still for longer is not being written, and
one that stands still in the middle of a block was closed or has no room. Then what the switch had in hand is lost, and
what it may write later stands right behind it: only a further file makes such a recording well. What is measured here
while people can still do something is measured again when the call is over (`bridge.recording`).

Time is counted in looks, not by the clock: where nobody looked for a while (a machine that is too busy for us is too
busy for the switch as well), only `_LOOK` of it counts. That makes `STILL` safe so close to the 4.1 s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bridge.model import Call, CitizenState, LegState
from bridge.recording import BYTES_PER_SECOND, CITIZEN_SIDES, file_name

BEGIN = 3.0  # s within which a recording must be there
STILL = 4.7  # s that a file may stand still: with the time between two looks less than 5
TORN = 2.5  # the same for a file that ends in the middle of a block
_LOOK = 0.5  # s that count at most between two looks
_LATE = 3.0  # s of sound that a file may lack when it goes on: more is a block that was dropped
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
    """A recording has begun to fail (`why`: ``missing``, ``still``, ``torn``, ``cut``), or (``""``) is well again."""

    voice: Voice
    why: str


@dataclass(slots=True)
class _Seen:
    voice: Voice
    since: float  # when its files were first wanted
    sizes: dict[str, int] = field(default_factory=dict)
    grew: dict[str, float] = field(default_factory=dict)
    why: str = ""
    failing_since: float = 0.0
    lost: str = ""  # torn, cut, still: something is missing from a file, however it goes on


class RecordingWatch:
    """What was seen of each recording under way."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._now = self._looked = 0.0

    def look(self, wanted: Iterable[Voice], sizes: Mapping[str, int], now: float) -> list[Change]:
        """Take the sizes (bytes by file name; none: no such file) at `now`; return what has changed."""
        self._now += min(_LOOK, max(0.0, now - self._looked))
        self._looked = now
        here = {(voice.call, voice.party): voice for voice in wanted}
        for gone in self._seen.keys() - here.keys():
            del self._seen[gone]  # its leg has ended
        return [change for _, voice in sorted(here.items()) if (change := self._look(voice, sizes))]

    def failing(self, call: str) -> dict[str, str]:
        """Return which parties of a call ("": the citizen) are not being recorded now, and why."""
        return {party: seen.why for (key, party), seen in self._seen.items() if key == call and seen.why}

    def failing_for(self) -> dict[Voice, tuple[str, float]]:
        """Return which recordings fail, why, and for how many seconds."""
        return {seen.voice: (seen.why, self._now - seen.failing_since) for seen in self._seen.values() if seen.why}

    def _look(self, voice: Voice, sizes: Mapping[str, int]) -> Change | None:
        seen = self._seen.setdefault((voice.call, voice.party), _Seen(voice, self._now))
        if seen.voice != voice:  # begun anew in further files: well once something stands in each of them
            seen.voice, seen.since, seen.lost = voice, self._now, ""
        for file in voice.files:
            if (size := sizes.get(file)) is not None and size != (before := seen.sizes.get(file)):
                seen.lost = seen.lost or self._lost(seen, file, before, size)
                seen.sizes[file], seen.grew[file] = size, self._now
        why = max((self._why(seen, file, sizes.get(file)) for file in voice.files), default="")
        if why == seen.why or (why and seen.why):
            return None
        seen.why, seen.failing_since = why, self._now
        return Change(voice, why)

    def _lost(self, seen: _Seen, file: str, before: int | None, size: int) -> str:
        """Tell why something is missing from a file that is another length now."""
        if before is None or size < before:
            return "cut" if before else ""
        lacks = self._now - seen.grew[file] - (size - before) / BYTES_PER_SECOND
        return "still" if seen.why and lacks > _LATE else ""

    def _why(self, seen: _Seen, file: str, size: int | None) -> str:
        if size is None:
            return "missing" if self._now - seen.since > BEGIN else seen.why
        still_for = self._now - seen.grew[file]
        if size % _BLOCK and still_for > TORN:
            seen.lost = seen.lost or "torn"
        if seen.lost or (seen.why and size == 0):
            return seen.lost or seen.why
        return "still" if still_for > STILL else ""


def voices_of(calls: Iterable[Call]) -> list[Voice]:
    """Return what must be being recorded now."""
    found = []
    for call in calls:
        if call.state not in _BEFORE_AND_AFTER:
            found.append(_voice(call, "", CITIZEN_SIDES))
        found += [_voice(call, leg.id, (leg.id,)) for leg in call.legs.values() if leg.state in _RECORDED]
    return found


def _voice(call: Call, party: str, names: Iterable[str]) -> Voice:
    part = call.parts.get(party, 1)
    return Voice(call.key, party, tuple(file_name(call.key, name, part) for name in names))
