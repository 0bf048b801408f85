"""From facts to a call record: a plain function. The same facts twice, or in any order, give the same record.

Two witnesses tell of a call: the controller's journal and the switch's own log (``cel``). Where both speak of one
thing the journal is believed; what only one of them saw counts as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from core import facts

TOOK = "party.took"  # the dialplan's word: this party's phone has the invitation
GONE = "party.gone"  # the dialplan's word: this party's leg has ended; why, cause
WRAPPED = "agent.wrapped"  # an agent has done with a call, also at their desk; agent: made of AGENT_STATE (records)
SWITCH_HANGUP = "switch.hangup"  # the switch's own event of a leg's end: channel (unique id), cause
PATH_LIMIT = 200  # steps of the menu kept in a record
APPEALS_LIMIT = 20  # appeals in one call
_SAME = 2.0  # s within which two witnesses speak of the same entry into the queue
_RANK = {"controller": 0, "cel": 1, "worker": 2}

HOLDS = frozenset({facts.CITIZEN_HELD, facts.CITIZEN_BACK, facts.PARTY_HELD, facts.PARTY_BACK})
KINDS = frozenset({
    facts.CALL_ANSWERED, facts.CALL_HUNG_UP, facts.CALL_INTERRUPTED, facts.CALL_RATED, facts.MENU_STEP,
    facts.MENU_OUTCOME, facts.QUEUE_ENTERED, facts.INVITE_FAILED, facts.PARTY_ANSWERED, facts.PARTY_JOINED,
    facts.PARTY_LEFT, facts.FIRST_RESPONDER, facts.APPEAL_SAVED, facts.CALL_DISPOSED, TOOK, GONE,
    SWITCH_HANGUP, WRAPPED,
    # these stand in no record; who listens, or reads the order, sees them (talks)
    *HOLDS, facts.RECORDING_FAILING, facts.RECORDING_WELL, facts.RECORDING_PART})
_OF_A_PARTY = (facts.PARTY_ANSWERED, facts.PARTY_JOINED, TOOK, facts.PARTY_LEFT, GONE)
_JOINS, _LEAVES = (facts.PARTY_JOINED, TOOK), (facts.PARTY_LEFT, GONE)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact of one call as one witness told it; `id` is the same when it is told again."""

    id: str
    at: float
    kind: str
    source: str  # controller | cel | worker
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who was in the call beside the citizen. Times are None for what did not happen."""

    party: str
    role: str
    who: str
    phone: str
    invitation: str
    answered_at: float | None
    joined_at: float | None
    left_at: float | None
    why: str
    cause: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """What a call's facts amount to; the fields of models.CallRecord of the same names."""

    source: str
    direction: str
    caller: str
    called: str
    answered_at: float | None
    ended_at: float | None
    ended_in: str
    ended_by: str
    outcome: str
    skill: str
    unit: str
    urgency: int
    language: str
    path: list[dict[str, Any]]
    parties: list[dict[str, Any]]
    failures: list[dict[str, Any]]
    waits: list[dict[str, Any]]
    first_responder: str
    rating: int | None
    rating_why: str
    appeals: dict[str, dict[str, Any]]
    disposed: str
    interrupted: bool
    last_fact_at: float


class _Witnesses:
    """The facts of one call by kind, each once, earliest first, the journal before the switch's log."""

    def __init__(self, told: Iterable[Told]) -> None:
        self._by: dict[str, list[Told]] = defaultdict(list)
        for one in sorted({t.id: t for t in told}.values(), key=lambda t: (t.at, _RANK.get(t.source, 9), t.id)):
            self._by[one.kind].append(one)
        self.last_at = max((ts[-1].at for ts in self._by.values()), default=0.0)

    def all(self, *kinds: str) -> list[Told]:
        return sorted((t for kind in kinds for t in self._by.get(kind, ())),
                      key=lambda t: (t.at, _RANK.get(t.source, 9), t.id))

    def best(self, *kinds: str) -> Told | None:
        """The most trusted witness's first word."""
        return min(self.all(*kinds), key=lambda t: (_RANK.get(t.source, 9), t.at, t.id), default=None)

    def last(self, kind: str, name: str) -> Any:
        """The latest value of `name` that says something, or ""."""
        return next((t.data[name] for t in reversed(self.all(kind)) if t.data.get(name) not in (None, "")), "")


def project(told: Iterable[Told]) -> Record:
    """Return the record that these facts of one call amount to."""
    seen = _Witnesses(told)
    answered = seen.best(facts.CALL_ANSWERED)
    parties = _parties(seen)
    end = _end(seen, answered)
    rating, why = _rating(seen, end)
    return Record(
        source=answered.source if answered else "cel",
        direction=_text(answered, "direction") or "in",
        caller=_text(answered, "caller"), called=_text(answered, "called"),
        answered_at=answered.at if answered else None,
        ended_at=end.at if end else None, ended_in=_text(end, "state"), ended_by=_text(end, "by"),
        outcome=str(seen.last(facts.MENU_OUTCOME, "outcome")), skill=str(seen.last(facts.MENU_OUTCOME, "skill")),
        unit=str(seen.last(facts.MENU_OUTCOME, "unit")),
        urgency=min(2, max(0, _int(seen.last(facts.MENU_OUTCOME, "urgency")) or 0)),
        language=str(seen.last(facts.MENU_OUTCOME, "lang")),
        path=_path(seen), parties=[asdict(party) for party in parties], failures=_failures(seen),
        waits=_waits(seen, parties, end), first_responder=_first_responder(seen, parties),
        rating=rating, rating_why=why, appeals=_appeals(seen, parties),
        disposed=str(seen.last(facts.CALL_DISPOSED, "disposition")),
        interrupted=end is not None and end.kind == facts.CALL_INTERRUPTED, last_fact_at=seen.last_at)


def _end(seen: _Witnesses, answered: Told | None) -> Told | None:
    hung_up = seen.best(facts.CALL_HUNG_UP)
    if hung_up is not None:
        return hung_up
    channel = _text(answered, "channel")
    legs = [t for t in seen.all(SWITCH_HANGUP) if channel and t.data.get("channel") == channel]
    return legs[0] if legs else seen.best(facts.CALL_INTERRUPTED)


def _rating(seen: _Witnesses, end: Told | None) -> tuple[int | None, str]:
    told = seen.all(facts.CALL_RATED)
    rated = [t for t in told if _int(t.data.get("rating")) in range(1, 6)]
    if rated:
        return _int(rated[-1].data["rating"]), _text(rated[-1], "why") or "pressed"
    if told:
        return None, _text(told[-1], "why")
    return None, "hung_up" if _text(end, "state") == "rating" else ""


def _parties(seen: _Witnesses) -> list[Party]:
    by: dict[str, list[Told]] = defaultdict(list)
    for one in seen.all(*_OF_A_PARTY):
        if name := str(one.data.get("party") or ""):
            by[name].append(one)
    found = [_party(name, told) for name, told in by.items()]
    return sorted(found, key=lambda p: (p.answered_at or p.joined_at or p.left_at or 0.0, p.party))


def _party(name: str, told: Sequence[Told]) -> Party:
    def first(*kinds: str) -> float | None:
        words = [t for t in told if t.kind in kinds]
        return min(words, key=lambda t: (_RANK.get(t.source, 9), kinds.index(t.kind), t.at)).at if words else None

    left = [t for t in told if t.kind in _LEAVES]
    end = max(left, key=lambda t: (-_RANK.get(t.source, 9), t.at, t.id), default=None)
    word = {n: _first_word(told, n) for n in ("role", "who", "phone", "invitation")}
    answered, joined = first(facts.PARTY_ANSWERED), first(*_JOINS)
    if joined is None and not word["invitation"]:  # rung by the dialplan alone: whoever answers is in
        joined = answered
    return Party(party=name, answered_at=answered or joined, joined_at=joined, left_at=end.at if end else None,
                 why=_text(end, "why"), cause=_int(end.data.get("cause")) if end else None, **word)


def _first_word(told: Sequence[Told], name: str) -> str:
    return next((str(t.data[name]) for t in told if t.data.get(name)), "")


def _path(seen: _Witnesses) -> list[dict[str, Any]]:
    kept = ("step", "verb", "pressed", "why", "to")
    steps = [{"at": t.at, **{n: t.data[n] for n in kept if n in t.data}} for t in seen.all(facts.MENU_STEP)]
    return steps[:PATH_LIMIT]


def _failures(seen: _Witnesses) -> list[dict[str, Any]]:
    kept = ("invitation", "role", "who", "phone", "why", "technical")
    return [{"at": t.at, **{n: t.data[n] for n in kept if n in t.data}} for t in seen.all(facts.INVITE_FAILED)]


def _waits(seen: _Witnesses, parties: Sequence[Party], end: Told | None) -> list[dict[str, Any]]:
    waits: list[dict[str, Any]] = []
    for one in seen.all(facts.QUEUE_ENTERED):
        if waits and one.at - waits[-1]["from"] < _SAME:
            continue
        later = [p.joined_at for p in parties if p.joined_at is not None and p.joined_at >= one.at]
        until = min([*later, *([end.at] if end else [])], default=None)
        waits.append({"from": one.at, "to": until, "why": _text(one, "why")})
    return waits


def _first_responder(seen: _Witnesses, parties: Sequence[Party]) -> str:
    told = seen.best(facts.FIRST_RESPONDER)
    if told is not None:
        return _text(told, "unit")
    units = [p for p in parties if p.role == "unit" and p.joined_at is not None]
    only_the_switch_saw = not any(t.source == "controller" for t in seen.all(*_JOINS))
    return units[0].who if units and only_the_switch_saw else ""


def _appeals(seen: _Witnesses, parties: Sequence[Party]) -> dict[str, dict[str, Any]]:
    appeals: dict[str, dict[str, Any]] = {}
    for one in seen.all(facts.APPEAL_SAVED):
        number, appeal = _int(one.data.get("number")) or 1, one.data.get("appeal")
        if isinstance(appeal, dict) and 1 <= number <= APPEALS_LIMIT:
            appeals[str(number)] = {**appeal, "agent": _text(one, "agent")}
    for appeal in appeals.values():
        if appeal.get("answer"):
            appeal["given"] = _done_with(seen, parties, appeal["agent"])
    return appeals


def _done_with(seen: _Witnesses, parties: Sequence[Party], agent: str) -> bool:
    """Tell whether an agent is done writing: what is typed in wrap-up is no answer yet. Who was in no talk has none."""
    left = [p.left_at for p in parties if p.role == "agent" and p.who == agent and p.joined_at is not None]
    if not left:
        return True
    done = [t.at for t in seen.all(WRAPPED) if t.data.get("agent") == agent]
    return None not in left and bool(done) and max(done) >= max(at for at in left if at is not None)


def _text(told: Told | None, name: str) -> str:
    value = told.data.get(name) if told else None
    return "" if value is None else str(value)


def _int(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
