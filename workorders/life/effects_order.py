"""What acts do to the order itself: reception and refusals, review and follow-up, endings."""

from __future__ import annotations

from dataclasses import replace

from workorders.life.acts import Act
from workorders.life.dues import term_of
from workorders.life.effects_units import Effect
from workorders.life.matters import Strict
from workorders.life.order import FollowUp, Order, Refusal, Request, Round
from workorders.life.parts import charge, end_all, lapse_all, settle
from workorders.life.shapes import (
    Accepted,
    Ending,
    MainAnswered,
    Merged,
    Refused,
    Said,
    Tried,
)
from workorders.life.words import Do, State

REFUSED_WRONGLY = "wrong_refusal"


def new_round(act: Act) -> Round:
    """Return the promise this act makes to the citizen."""
    answer, close = act.dues["answer"], act.dues["close"]
    return Round(act.at, term_of(act.terms["round"]), answer, answer, close, close)


def born(act: Act, data: Accepted) -> Order:
    """Return the order that an acceptance makes."""
    return Order(number=data.number, state=State.ACCEPTED, matter=data.matter, accepted_at=act.at,
                 accepted_by=act.by, rounds=(new_round(act),), stage=None,
                 first_responder="" if data.first_responder in data.matter.barred else data.first_responder or "",
                 provisional=data.provisional)


# -- reception --------------------------------------------------------------------------------------------------
def _answer(order: Order, act: Act, _: Strict) -> Order:
    order = end_all(order, act.at, "over")
    return replace(order.with_round(replace(order.round, answered_at=act.at)), outcome="answered")


def _refuse(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Refused)
    refusal = Refusal(data.refusal, data.ground.value, act.at, act.by)
    order = lapse_all(end_all(order, act.at, "over"), act.at)
    order = order.with_round(replace(order.round, answered_at=act.at, closed_at=act.at))
    return replace(order, refusals=(*order.refusals, refusal), outcome="refused")


def _refusal(order: Order, **changes: object) -> Order:
    last = replace(order.refusals[-1], **changes)  # type: ignore[arg-type]
    return replace(order, refusals=(*order.refusals[:-1], last))


def _object(order: Order, act: Act, _: Strict) -> Order:
    return _refusal(order, objected_at=act.at)


def _confirm(order: Order, act: Act, _: Strict) -> Order:
    return _refusal(order, seconded_by=act.by)


def _overturn(order: Order, act: Act, _: Strict) -> Order:
    refused = order.refusals[-1]
    order = _refusal(order, seconded_by=act.by, overturned=True)
    order = charge(order, f"staff:{refused.by}", refused.at, act.at, REFUSED_WRONGLY)
    return replace(order.with_round(replace(order.round, answered_at=None, closed_at=None)), outcome="")


def _endorse(order: Order, _: Act, __: Strict) -> Order:
    return replace(order, endorsed=True)


# -- review, follow-up, endings -----------------------------------------------------------------------------------
def _pass(order: Order, act: Act, _: Strict) -> Order:
    lead = order.leading
    assert lead is not None
    order = order.with_round(replace(order.round, answered_at=lead.replied_at, answered_by=lead.unit))
    return replace(end_all(order, act.at, "reviewed"), reviewed_by=act.by)


def _result(order: Order, act: Act, data: Strict) -> Order:
    by = (data.unit or "") if isinstance(data, MainAnswered) else ""
    return order.with_round(replace(order.round, answered_at=act.at, answered_by=by))


def _begin(order: Order, _: Act, __: Strict) -> Order:
    return replace(order, follow_ups=(*order.follow_ups, FollowUp(len(order.rounds))))


def _with_follow_up(order: Order, changed: FollowUp) -> Order:
    return replace(order, follow_ups=(*order.follow_ups[:-1], changed))


def _try(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Tried)
    told = order.follow_ups[-1]
    ours = bool(data.call)  # a call nobody can find does not count
    keys = told.keys | {data.call} if ours else told.keys
    return _with_follow_up(order, replace(told, calls=len(keys), keys=keys, by=act.by,
                                          reached=told.reached or (ours and data.reached)))


def _says(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Said)
    said = data.solved is not None or data.satisfaction is not None
    return _with_follow_up(order, replace(
        order.follow_ups[-1], solved=data.solved, satisfaction=data.satisfaction, contacted=data.contacted,
        said_at=act.at if said else None, reached=True, by=act.by))


def _close(order: Order, act: Act, _: Strict) -> Order:
    told = order.follow_up
    solved = told is not None and told.solved is True
    outcome = order.outcome or ("solved" if solved else "done")
    order = lapse_all(order, act.at)
    return replace(order.with_round(replace(order.round, closed_at=act.at)), outcome=outcome)


def _reopen(order: Order, act: Act, _: Strict) -> Order:
    closed = order.round if order.round.closed_at is not None else replace(order.round, closed_at=act.at)
    order = order.with_round(closed)
    return replace(order, rounds=(*order.rounds, new_round(act)), reopened=order.reopened + 1, outcome="",
                   designated=False)


def _ask_ending(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Ending)
    request = Request(act.seq, "ending", act.unit, act.by, act.at, data.ending, again=data.again)
    return replace(order, requests=(*order.requests, request))


def _end(order: Order, act: Act, _: Strict) -> Order:
    """挂账 or 终结, approved: the citizen is told; a shelved order keeps a desk and a day."""
    order = settle(order, order.pending("ending"), act, "granted")
    order = lapse_all(order, act.at)
    over = act.do is Do.TERMINATE
    now = order.round
    told = act.at if now.answered_at is None else now.answered_at
    order = end_all(order.with_round(replace(now, answered_at=told, closed_at=act.at)), act.at, "over")
    return replace(order, outcome="terminated" if over else "shelved")


def _refuse_ending(order: Order, act: Act, _: Strict) -> Order:
    return settle(order, order.pending("ending"), act, "refused")


def _merge(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Merged)
    return replace(lapse_all(end_all(order, act.at, "over"), act.at), merged_into=data.into)


def _unmerge(order: Order, _: Act, __: Strict) -> Order:
    return replace(order, merged_into="")


def _withdraw(order: Order, act: Act, _: Strict) -> Order:
    order = order.with_round(replace(order.round, closed_at=act.at))
    return replace(lapse_all(end_all(order, act.at, "over"), act.at), outcome="withdrawn")


def _hand_over(order: Order, act: Act, _: Strict) -> Order:
    """Another platform has it: joint units that still worked are let go."""
    return lapse_all(end_all(order, act.at, "over"), act.at)


ORDER_EFFECTS: dict[Do, Effect] = {
    Do.ANSWER: _answer, Do.REFUSE: _refuse,
    Do.OBJECT: _object, Do.CONFIRM_REFUSAL: _confirm, Do.OVERTURN_REFUSAL: _overturn, Do.ENDORSE: _endorse,
    Do.PASS: _pass, Do.MAIN_ANSWERED: _result, Do.RESULT_BACK: _result, Do.BEGIN_FOLLOW_UP: _begin,
    Do.TRY_CITIZEN: _try, Do.CITIZEN_SAYS: _says, Do.CLOSE: _close, Do.REOPEN: _reopen, Do.ASK_ENDING: _ask_ending,
    Do.SHELVE: _end, Do.TERMINATE: _end, Do.REFUSE_ENDING: _refuse_ending, Do.MERGE: _merge,
    Do.UNMERGE: _unmerge, Do.HAND_OVER: _hand_over, Do.WITHDRAW: _withdraw,
}
