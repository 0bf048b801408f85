"""What acts beside the way do: ratings, urges, the ladder, findings, strikes, who may know."""

from __future__ import annotations

from dataclasses import replace

from workorders.life.acts import Act
from workorders.life.effects_units import Effect
from workorders.life.matters import Strict
from workorders.life.order import Finding, Order, OrderFile, Request
from workorders.life.parts import settle
from workorders.life.shapes import Decided, Keyed, Missed, Named, Noted, Raised, Rated, Rung, StrikeDecided, Struck
from workorders.life.words import Do


def _note(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Noted)
    if data.file is None:
        return order
    return replace(order, files=(*order.files, OrderFile(data.file.id, act.unit, data.file.media_type, act.at)))


def _rate(order: Order, _: Act, data: Strict) -> Order:
    assert isinstance(data, Rated)
    return replace(order, ratings=(*order.ratings, data.value))


def _urge(order: Order, _: Act, __: Strict) -> Order:
    return replace(order, urges=order.urges + 1)


def _rung(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Rung)
    return replace(order, rungs=order.rungs | {(act.do.value, data.clock, data.whom, data.due)})


def _missed(order: Order, _: Act, data: Strict) -> Order:
    assert isinstance(data, Missed)
    return replace(order, missed_phones=(*order.missed_phones, data.unit))


def _raise(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Raised)
    finding = Finding(data.key, data.kind, data.unit, act.at, act.by, data.evidence)
    return replace(order, findings=(*order.findings, finding))


def _with_finding(order: Order, changed: Finding) -> Order:
    return replace(order, findings=tuple(changed if old.key == changed.key else old for old in order.findings))


def _finding(order: Order, key: str) -> Finding:
    found = order.finding(key)
    assert found is not None
    return found


def _answer(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Keyed)
    return _with_finding(order, replace(_finding(order, data.key), answered_at=act.at))


def _decide(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Decided)
    return _with_finding(order, replace(_finding(order, data.key), decided_at=act.at, decided_by=act.by,
                                        established=data.established))


def _refer(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Keyed)
    return _with_finding(order, replace(_finding(order, data.key), referred_at=act.at))


def _ask_strike(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Struck)
    request = Request(act.seq, "strike", data.unit, act.by, act.at, data.reason, figures=tuple(data.figures))
    return replace(order, requests=(*order.requests, request))


def _decide_strike(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, StrikeDecided)
    asked = next((request for request in order.requests if request.seq == data.request), None)
    return settle(order, asked, act, "granted" if data.granted else "refused")


def _name(order: Order, _: Act, data: Strict) -> Order:
    assert isinstance(data, Named)
    return replace(order, named=order.named | {data.person})


ASIDE_EFFECTS: dict[Do, Effect] = {
    Do.NOTE: _note, Do.RATE: _rate, Do.URGE: _urge,
    Do.REMIND: _rung, Do.PRESS: _rung, Do.SUPERVISE: _rung, Do.ESCALATE: _rung,
    Do.PHONE_UNANSWERED: _missed, Do.RAISE_FINDING: _raise, Do.ANSWER_FINDING: _answer, Do.DECIDE_FINDING: _decide,
    Do.REFER_FINDING: _refer, Do.ASK_STRIKE: _ask_strike, Do.DECIDE_STRIKE: _decide_strike, Do.NAME_PERSON: _name,
}
