"""What proves the call: the sound each party heard, the recording, the record, the orders. Plain functions.

Nothing is taken from what the play meant to happen; a fault is something that the evidence does not show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotline.demo.behaviours import TONES
from hotline.demo.tones import RATE, heard

ENOUGH = 2.0  # seconds of a tone that count as a talk; music has an exact tone for half a second at most
SLACK = 1.5  # seconds a recording may be shorter or longer than the call
RATING = 5
UNIT = "housing"
PRESENT = ("citizen", "agent", "unit")
SUMMARY = "小区三号楼电梯停运两天"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the evidence does not show, for people."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recording of both sides as it lies on disk; `seconds` 0 and `sha256` "" if it is not there."""

    path: Path
    seconds: float
    sha256: str
    tones: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a call left behind. `heard` is role → role heard → seconds; `record` and `orders` as the API gives."""

    call_key: str
    heard: Mapping[str, Mapping[str, float]]
    recorded: Recorded
    record: Mapping[str, Any]
    orders: tuple[Mapping[str, Any], ...]

    @property
    def rating(self) -> int | None:
        """The rating in the order, or None."""
        return _rating_of(self.orders[0]) if self.orders else None

    @property
    def order(self) -> str:
        """The number of the order, or ""."""
        return str(self.orders[0].get("number", "")) if self.orders else ""

    @property
    def length(self) -> float:
        """Seconds from the answer to the end of the call, as the record says; 0 if it does not."""
        began, ended = self.record.get("answered_at"), self.record.get("ended_at")
        return float(ended) - float(began) if began is not None and ended is not None else 0.0

    def legs(self) -> list[dict[str, Any]]:
        """Return role, answered_at, left_at and reason of everybody in the call, the citizen first."""
        record = self.record
        citizen = {"role": "citizen", "answered_at": record.get("answered_at"), "left_at": record.get("ended_at"),
                   "reason": f"hung_up_by_{record.get('ended_by') or 'nobody'}"}
        others = [{"role": p.get("role"), "answered_at": p.get("answered_at"), "left_at": p.get("left_at"),
                   "reason": p.get("why")} for p in record.get("parties", ())]
        return [citizen, *others]

    def as_json(self) -> dict[str, Any]:
        """Return the one object that ``hotline demo --json`` prints."""
        sound = {"path": str(self.recorded.path), "seconds": self.recorded.seconds, "sha256": self.recorded.sha256}
        tones = {who: sorted(TONES[role] for role, s in roles.items() if role in TONES and s >= ENOUGH)
                 for who, roles in self.heard.items()}
        return {"call_key": self.call_key, "legs": self.legs(), "heard": tones, "recording": sound,
                "rating": self.rating, "order": self.order}


def recorded_at(path: Path) -> Recorded:
    """Return what lies at `path` (raw A-law, 8 kHz), searched for every tone of the city."""
    try:
        data = path.read_bytes()
    except OSError:
        return Recorded(path, 0.0, "")
    tones = {role: round(span.seconds, 2) for role, span in heard(path, TONES).items()}
    return Recorded(path, round(len(data) / RATE, 3), hashlib.sha256(data).hexdigest(), tones)


def faults_of(evidence: Evidence) -> list[Fault]:
    """Return what the evidence does not show; nothing means that the whole call is proved."""
    return [*_sound(evidence), *_recording(evidence), *_record(evidence), *_orders(evidence)]


def _sound(evidence: Evidence) -> Iterator[Fault]:
    for who in PRESENT:
        found = {role for role, seconds in evidence.heard.get(who, {}).items() if seconds >= ENOUGH}
        wanted = set(PRESENT) - {who}
        for role in sorted(wanted - found):
            yield Fault(f"{NAMES[who]}没有听到{NAMES[role]}", f"the {who} did not hear the {role}")
        for role in sorted(found - wanted):
            yield Fault(f"{NAMES[who]}听到了不在场的{role}", f"the {who} heard {role}, who was not in the talk")


def _recording(evidence: Evidence) -> Iterator[Fault]:
    sound = evidence.recorded
    if not sound.sha256:
        yield Fault(f"录音不存在：{sound.path}", f"there is no recording at {sound.path}")
        return
    if abs(sound.seconds - evidence.length) > SLACK:
        yield Fault(f"录音{sound.seconds:.1f}秒，通话{evidence.length:.1f}秒",
                    f"the recording has {sound.seconds:.1f} s, the call had {evidence.length:.1f} s")
    for role in PRESENT:
        if sound.tones.get(role, 0.0) < ENOUGH:
            yield Fault(f"录音里没有{NAMES[role]}", f"the {role} is not on the recording")
    if sound.sha256 not in {file.get("sha256") for file in evidence.record.get("recordings", ())}:
        yield Fault("通话记录里没有这份录音的校验值", "the call record does not have the hash of this recording")


def _record(evidence: Evidence) -> Iterator[Fault]:
    record = evidence.record
    if record.get("recording_gap"):
        yield Fault(f"录音有缺口：{record['recording_gap']}", f"the recording has a gap: {record['recording_gap']}")
    if record.get("rating") != RATING:
        yield Fault(f"通话记录的评分是{record.get('rating')}", f"the call record has the rating {record.get('rating')}")
    if record.get("first_responder") != UNIT:
        yield Fault("首接责任单位不对", f"the first responder is {record.get('first_responder')!r}, not {UNIT!r}")
    talked = {party["role"]: party for party in record.get("parties", ()) if party.get("joined_at") is not None}
    for role, reason in (("agent", "left"), ("unit", "hung_up")):
        why = talked.get(role, {}).get("why")
        if why != reason:
            yield Fault(f"{NAMES[role]}离开的原因是{why}", f"the {role} is down as {why!r}, not {reason!r}")
    if not record.get("ended_at") or not all(talked.get(role, {}).get("left_at") for role in ("agent", "unit")):
        yield Fault("通话记录不完整", "the call record does not say when everybody left")


def _orders(evidence: Evidence) -> Iterator[Fault]:
    if len(evidence.orders) != 1:
        numbers = "、".join(str(order.get("number")) for order in evidence.orders)
        yield Fault(f"应有一张工单，实有{len(evidence.orders)}张 {numbers}",
                    f"there should be one order for this call, there are {len(evidence.orders)} {numbers}".rstrip())
    for order in evidence.orders[:1]:
        if _rating_of(order) != RATING:
            yield Fault(f"工单上的评分是{_rating_of(order)}", f"the rating on the order is {_rating_of(order)}")
        if order.get("summary") != SUMMARY:
            yield Fault("工单上没有坐席填写的摘要", "the order does not have the summary the agent wrote")
        if order.get("unit") != UNIT:
            yield Fault(f"工单的承办单位是{order.get('unit')}", f"the order's unit is {order.get('unit')!r}")


def _rating_of(order: Mapping[str, Any]) -> int | None:
    call = order.get("call")
    value = order.get("rating", call.get("rating") if isinstance(call, Mapping) else None)
    return value if isinstance(value, int) else None


NAMES = {"citizen": "市民", "agent": "坐席", "unit": "住建局", "unit2": "住建局二线"}
