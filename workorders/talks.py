"""A call as somebody who listens to it sees it: a lane for each voice, and marks where something happened. Pure.

Seconds count from the call's answer, as the offsets of recordings do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core import facts

_BEGINS: Final = frozenset({facts.CITIZEN_HELD, facts.PARTY_HELD})
WHOLE: Final = "mixed"  # the recording in which everybody is heard
RECORDED: Final = frozenset({facts.RECORDING_FAILING, facts.RECORDING_WELL})  # kinds that tell of a failing recording
_UNSEEN: Final = frozenset({WHOLE, "heard"})  # no single voice
_FIRST: Final = {"citizen": 0, "agent": 1, "unit": 2}  # who stands above whom
_SAME: Final = 2.0  # s within which two witnesses speak of the same hold

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lane:
    """One voice. `part`: which recording; `gap`: "", ``missing``, or ``short`` by `lost` seconds.

    `seconds`: to the end of its last file; `holes`: from when to when (s after the answer) nothing was recorded.
    """

    part: str
    role: str
    who: str
    offset: float
    seconds: float
    gap: str
    lost: float
    holes: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened; `to`: when it was over, None for a moment.

    `kind`: join, leave, hold, aside (one party on hold), wait, gap, unrecorded (seen while it was so).
    """

    at: float
    kind: str
    role: str = ""
    who: str = ""
    to: float | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A call to listen to. `whole`: the length of the recording of everybody, 0.0 when there is none.

    `gone_at`, `gone_by`: when the sound was erased, and by which rule of retention.
    """

    seconds: float
    whole: float
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    gone_at: float | None
    gone_by: str


def talk_of(record: Json, holds: Iterable[tuple[float, str, str]] = (),
            recorded: Iterable[tuple[float, str, Json]] = ()) -> Talk:
    """Return the talk of a call record (fields of models.CallRecord).

    `holds`: (epoch s, kind, party) of projection.HOLDS, the party "" for the citizen; `recorded`: the same of RECORDED,
    with the fact's data.
    """
    began = float(record["answered_at"] or 0.0)
    length = max(0.0, float(record["ended_at"] or began) - began)
    parties = {one["party"]: one for one in record["parties"]}
    files: dict[str, list[Json]] = {}
    for one in record["recordings"]:
        files.setdefault(voice_of(one["path"]), []).append(one)
    lanes = sorted((_lane(part, pieces, parties.get(part, {}), length, began) for part, pieces in files.items()
                    if part not in _UNSEEN), key=lambda lane: (_FIRST.get(lane.role, 3), lane.offset, lane.part))
    whole: Sequence[Json] = files.get(WHOLE, ())
    marks = [*_parties(parties.values(), began), *_holds(sorted(holds), parties, began, length),
             *_waits(record["waits"], began, length), *_gaps(lanes),
             *_unrecorded(sorted(recorded, key=lambda one: one[0]), began, length)]
    gone = whole[0] if whole else {}
    return Talk(round(length, 3), _sound(whole), tuple(lanes), tuple(sorted(marks, key=lambda one: (one.at, one.kind))),
                gone.get("gone_at"), str(gone.get("gone_by", "")))


def part_of(path: str) -> str:
    """Return which part of a call a recording is: ``<key>-mixed.alaw`` → ``mixed``."""
    return path.partition("-")[2].removesuffix(".alaw")


def voice_of(path: str) -> str:
    """Return whose recording it is, whichever file of it: ``<key>-mixed.part2.alaw`` → ``mixed``."""
    return part_of(path).partition(".part")[0]


def _sound(pieces: Sequence[Json]) -> float:
    """Return how long a voice is from its first file to the end of its last one, the holes between them too."""
    heard = [one for one in pieces if one.get("gone_at") is None and _end(one) > _offset(one)]
    return round(_end(heard[-1]) - _offset(pieces[0]), 3) if heard else 0.0


def _offset(file: Json) -> float:
    return float(file.get("offset", 0.0))


def _end(file: Json) -> float:
    return _offset(file) + float(file.get("seconds", 0.0))


def _lane(part: str, pieces: Sequence[Json], party: Json, length: float, began: float) -> Lane:
    left = party.get("left_at")
    ends = [*(_offset(one) for one in pieces[1:]), length if left is None else min(length, left - began)]
    # raw sound has no clock of its own: what is lacking is shown where its file ends
    holes = tuple((round(_end(one), 1), round(max(_end(one), end), 1))
                  for one, end in zip(pieces, ends, strict=True) if one.get("gap"))
    missing = not any(float(one.get("seconds", 0.0)) for one in pieces)
    gap = "" if not holes else "missing" if missing else "short"
    role = "citizen" if part == "citizen" else str(pieces[0].get("role", ""))
    lost = round(sum(to - at for at, to in holes), 1)
    return Lane(part, role, str(party.get("who", "")), _offset(pieces[0]), _sound(pieces), gap, lost, holes)


def _parties(parties: Iterable[Json], began: float) -> Iterable[Mark]:
    for one in parties:
        for kind, name in (("join", "joined_at"), ("leave", "left_at")):
            if one.get("joined_at") is not None and one.get(name) is not None:
                yield Mark(_since(one[name], began), kind, one["role"], one["who"])


def _holds(told: Sequence[tuple[float, str, str]], parties: Mapping[str, Json], began: float, length: float,
           ) -> Iterable[Mark]:
    for who in dict.fromkeys(party for _, _, party in told):
        one: Json = parties.get(who, {}) if who else {"role": "citizen"}
        kind, end = ("aside" if who else "hold"), one.get("left_at")
        until = length if end is None else min(length, _since(end, began))
        for begin, to in _stretches([(at, word in _BEGINS) for at, word, party in told if party == who]):
            yield Mark(_since(begin, began), kind, str(one.get("role", "")), str(one.get("who", "")),
                       until if to is None else _since(to, began))


def _stretches(told: Iterable[tuple[float, bool]]) -> Iterable[tuple[float, float | None]]:
    """Return from when to when, of (epoch s, does it begin?); None: it was never said to be over."""
    held: float | None = None
    over = -_SAME
    for at, begins in told:
        if begins:
            held = at if held is None and at - over >= _SAME else held
        elif held is not None:
            yield held, at
            held, over = None, at
    if held is not None:
        yield held, None


def _waits(waits: Iterable[Json], began: float, length: float) -> Iterable[Mark]:
    for one in waits:
        yield Mark(_since(one["from"], began), "wait", "citizen",
                   to=length if one.get("to") is None else _since(one["to"], began))


def _unrecorded(told: Sequence[tuple[float, str, Json]], began: float, length: float) -> Iterable[Mark]:
    """Yield from when to when a recording failed; a controller that was started anew says so a second time."""
    failing: dict[str, tuple[float, Json]] = {}
    for at, kind, data in told:
        party = str(data.get("party", ""))
        if kind == facts.RECORDING_FAILING:
            failing.setdefault(party, (at, data))
        elif party in failing:
            since, first = failing.pop(party)
            yield _failing(since, first, began, _since(at, began))
    for since, first in failing.values():
        yield _failing(since, first, began, length)


def _failing(at: float, data: Json, began: float, to: float) -> Mark:
    return Mark(_since(at, began), "unrecorded", str(data.get("role", "")), str(data.get("who", "")), to)


def _gaps(lanes: Iterable[Lane]) -> Iterable[Mark]:
    for one in lanes:
        for at, to in one.holes:
            yield Mark(at, "gap", one.role, one.who, to)


def _since(at: float, began: float) -> float:
    return round(max(0.0, at - began), 1)
