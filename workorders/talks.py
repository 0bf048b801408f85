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
    """One voice. `part`: which recording; `gap`: "", ``missing``, or ``short`` by `lost` seconds."""

    part: str
    role: str
    who: str
    offset: float
    seconds: float
    gap: str
    lost: float


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
    files = [(part_of(one["path"]), one) for one in record["recordings"]]
    lanes = sorted((_lane(part, one, parties.get(part, {}), length, began) for part, one in files
                    if part not in _UNSEEN), key=lambda lane: (_FIRST.get(lane.role, 3), lane.offset, lane.part))
    whole: Json = next((one for part, one in files if part == WHOLE), {})
    marks = [*_parties(parties.values(), began), *_holds(sorted(holds), parties, began, length),
             *_waits(record["waits"], began, length), *_gaps(lanes),
             *_unrecorded(sorted(recorded, key=lambda one: one[0]), began, length)]
    return Talk(round(length, 3), _sound(whole), tuple(lanes), tuple(sorted(marks, key=lambda one: (one.at, one.kind))),
                whole.get("gone_at"), str(whole.get("gone_by", "")))


def part_of(path: str) -> str:
    """Return which part of a call a recording is: ``<key>-mixed.alaw`` → ``mixed``."""
    return path.partition("-")[2].removesuffix(".alaw")


def _sound(file: Json) -> float:
    return 0.0 if file.get("gone_at") is not None else float(file.get("seconds", 0.0))


def _lane(part: str, file: Json, party: Json, length: float, began: float) -> Lane:
    offset, seconds = float(file.get("offset", 0.0)), float(file.get("seconds", 0.0))
    left = party.get("left_at")
    until = length if left is None else min(length, left - began)
    gap = "" if not file.get("gap") else "missing" if seconds <= 0 else "short"
    lost = round(max(0.0, until - offset - seconds), 1) if gap else 0.0
    role = "citizen" if part == "citizen" else str(file.get("role", ""))
    return Lane(part, role, str(party.get("who", "")), offset, _sound(file), gap, lost)


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
        if one.gap:  # raw sound has no clock of its own: what is lacking is shown where the file ends
            at = round(one.offset + one.seconds, 1)
            yield Mark(at, "gap", one.role, one.who, round(at + one.lost, 1))


def _since(at: float, began: float) -> float:
    return round(max(0.0, at - began), 1)
