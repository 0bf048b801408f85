"""What acts do to the parts of units: dispatch, returns and pleas, arbitration, lead, extensions and pauses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workorders.life.acts import Act
from workorders.life.bring import used_up
from workorders.life.matters import Strict
from workorders.life.order import GiveBack, Inner, Order, Pause, Request
from workorders.life.parts import (
    add_part,
    charge,
    end_lead,
    end_part,
    lapse,
    last_back,
    new_part,
    on_part,
    settle,
    with_back,
)
from workorders.life.shapes import Claimed, Contacted, GivenBack, HandedDown, Offered, Sent, Stopped
from workorders.life.words import Do, State

Effect = Callable[[Order, Act, Strict], Order]
WRONG_DISPATCH, REFUSED_RETURN = "wrong_dispatch", "refused_return"


def _take(order: Order, act: Act, data: Sent) -> Order:
    """Give the order to a unit as lead, and to joint units; a unit that was joint leads from a new part."""
    order = end_part(order, data.unit, act.at, "lead")
    order = add_part(order, new_part(act, data.unit, "lead", on_call=data.on_call))
    if data.on_call and not order.first_responder:
        order = replace(order, first_responder=data.unit)
    return _join(order, act, data.joint)


def _join(order: Order, act: Act, units: tuple[str, ...]) -> Order:
    for unit in dict.fromkeys(units):
        if order.part_of(unit) is None:
            order = add_part(order, new_part(act, unit, "joint"))
    return order


def _dispatch(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Sent)
    return _take(order, act, data)


def _redispatch(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Sent)
    wrong = order.leading
    if wrong is not None:
        order = charge(order, wrong.answerable, wrong.dispatched_at, act.at, WRONG_DISPATCH)
    return _take(end_lead(order, act.at, "redispatched"), act, data)


def _add_joint(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Sent)
    return _join(order, act, (data.unit, *data.joint))


def _release_joint(order: Order, act: Act, _: Strict) -> Order:
    return end_part(order, act.about, act.at, "released")


def _sign(order: Order, act: Act, _: Strict) -> Order:
    return on_part(order, act.about, lambda part: replace(part, signed_at=act.at))


def _contact(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Contacted)
    if not data.reached:
        return order
    return on_part(order, act.about, lambda part: replace(
        part, contact_claimed=True, contacted_at=act.at if part.contacted_at is None else part.contacted_at))


def _hand_down(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, HandedDown)
    inner = Inner(data.unit, act.unit, act.at, data.due)
    return on_part(order, act.about, lambda part: replace(part, inner=(*part.inner, inner)))


def _inner_reply(order: Order, act: Act, _: Strict) -> Order:
    def answered(inner: Inner) -> Inner:
        ours = inner.unit == act.unit and inner.replied_at is None
        return replace(inner, replied_at=act.at) if ours else inner
    return on_part(order, act.about, lambda part: replace(part, inner=tuple(answered(i) for i in part.inner)))


def _reply(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Claimed)
    order = on_part(order, act.about, lambda part: replace(part, replied_at=act.at, claimed_solved=data.solved))
    part = order.part_of(act.about)
    order = used_up(order, part) if part else order
    return lapse(order, act.about, act.at)


def _rework(order: Order, act: Act, _: Strict) -> Order:
    return on_part(order, act.about, lambda part: replace(
        part, replied_at=None, reworks=part.reworks + 1, reply_due=act.dues["reply"]))


def _give_back(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, GivenBack)
    part = order.part_of(act.about)
    assert part is not None
    back = GiveBack("plea" if act.do is Do.PLEAD else "return", act.about, act.at, part.dispatched_by,
                    part.dispatched_at, part.part, seq=act.seq)
    return replace(order, give_backs=(*order.give_backs, back))


def _uphold(order: Order, act: Act, _: Strict) -> Order:
    """The dispatcher erred: the time from the wrong dispatch to the next one is the dispatcher's."""
    back, part = last_back(order, act.about), order.part_of(act.about)
    assert back is not None
    assert part is not None
    order = with_back(order, replace(back, decided_at=act.at, upheld=True))
    until = act.at if part.part == "joint" else None
    order = charge(order, f"staff:{back.dispatcher}", back.dispatched_at, until, WRONG_DISPATCH)
    if back.what == "plea":
        order = _no_longer_first(order, act.about)
    return end_part(order, act.about, act.at, "returned" if back.what == "return" else "pleaded")


def _no_longer_first(order: Order, unit: str) -> Order:
    """A unit that was rung by mistake is no first responder: nobody must give reasons for not sending it there."""
    return replace(order, first_responder="") if order.first_responder == unit else order


def _deny(order: Order, act: Act, _: Strict) -> Order:
    """The unit erred: the time it argued is its own, and its clock has run on."""
    back = last_back(order, act.about)
    assert back is not None
    order = with_back(order, replace(back, decided_at=act.at, upheld=False))
    return charge(order, f"unit:{act.about}", back.asked_at, act.at, REFUSED_RETURN)


def _keep(order: Order, act: Act, data: Strict) -> Order:
    """The leader leaves it where it is: what was argued about is refused for good."""
    back = last_back(order, act.about)
    if back is not None and back.decided_at is None:
        order = _deny(order, act, data)
    else:
        assert order.stage is not None
        order = charge(order, f"unit:{act.about}", order.stage.since, act.at, REFUSED_RETURN)
    return replace(order, designated=True)


def _move(order: Order, act: Act, data: Strict) -> Order:
    """The leader names another unit: what the first one argued is upheld, also where the office had refused it."""
    assert isinstance(data, Sent)
    wrong = order.leading
    if wrong is not None:
        order = _vindicate(order, act, wrong.unit, wrong.dispatched_at)
        order = charge(order, wrong.answerable, wrong.dispatched_at, act.at, WRONG_DISPATCH)
        order = _no_longer_first(order, wrong.unit)
    return replace(_take(end_lead(order, act.at, "arbitrated"), act, data), designated=True)


def _vindicate(order: Order, act: Act, unit: str, since: float) -> Order:
    back = last_back(order, unit)
    if back is not None and back.asked_at >= since:
        order = with_back(order, replace(back, decided_at=act.at, upheld=True))
    kept = tuple(c for c in order.charges
                 if not (c.whom == f"unit:{unit}" and c.why == REFUSED_RETURN and c.since >= since))
    return replace(order, charges=kept)


def _offer(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Offered)
    detail = Request(act.seq, "lead", act.about, act.by, act.at, data.unit, figures=("stay",) if data.stay else ())
    return replace(order, requests=(*order.requests, detail))


def _accept_lead(order: Order, act: Act, _: Strict) -> Order:
    """Swap the lead. A joint unit keeps its own clock; the old lead stays as a joint unit if it offered to."""
    offer, old = order.pending("lead"), order.leading
    assert offer is not None
    assert old is not None
    order = settle(order, offer, act, "granted")
    if "stay" in offer.figures:
        order = order.with_part(replace(old, part="joint"))
    else:
        order = end_part(order, old.unit, act.at, "lead")
    return _lead(order, act, old.unit)


def _lead(order: Order, act: Act, giver: str) -> Order:
    mine = order.part_of(act.unit)
    if mine is None:
        order = add_part(order, new_part(act, act.unit, "lead"))
        return on_part(order, act.unit, lambda part: replace(part, signed_at=act.at, took_from=giver))
    signed = act.at if mine.signed_at is None else mine.signed_at
    leading = replace(mine, part="lead", signed_at=signed, replied_at=None, took_from=giver)
    return replace(order.with_part(leading), lead=act.unit)


def _decline_lead(order: Order, act: Act, _: Strict) -> Order:
    return settle(order, order.pending("lead"), act, "refused")


def _ask(order: Order, act: Act, _: Strict) -> Order:
    what = "extension" if act.do is Do.ASK_EXTENSION else "pause"
    request = Request(act.seq, "extension" if what == "extension" else "pause", act.about, act.by, act.at)
    return replace(order, requests=(*order.requests, request))


def promised(order: Order, act: Act) -> Order:
    """Move the citizen's promise where an extension or a pause of the lead does, or the end of one."""
    if "answer" not in act.dues:
        return order
    return order.with_round(replace(order.round, due=act.dues["answer"], close_due=act.dues["close"]))


def _extend(order: Order, act: Act, _: Strict) -> Order:
    order = settle(order, order.pending("extension", act.about), act, "granted")
    order = on_part(order, act.about, lambda part: replace(
        part, reply_due=act.dues["reply"], extensions=part.extensions + 1))
    if "answer" in act.dues:
        order = order.with_round(replace(order.round, extensions=order.round.extensions + 1))
    return promised(order, act)


def _pause(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Stopped)
    order = settle(order, order.pending("pause", act.about), act, "granted")
    part, now = order.part_of(act.about), order.round
    assert part is not None
    pause = Pause(act.at, data.until, (part.reply_due, now.due, now.close_due))
    order = order.with_part(replace(part, pauses=(*part.pauses, pause), reply_due=act.dues["reply"]))
    if "answer" in act.dues:
        order = order.with_round(replace(order.round, pauses=order.round.pauses + 1))
    return promised(order, act)


def _resume(order: Order, act: Act, _: Strict) -> Order:
    order = on_part(order, act.about, lambda part: replace(
        part, pauses=(*part.pauses[:-1], replace(part.pauses[-1], until=act.at)), reply_due=act.dues["reply"]))
    return promised(order, act)


def _refuse(order: Order, act: Act, _: Strict) -> Order:
    what = order.pending("extension" if act.do is Do.REFUSE_EXTENSION else "pause", act.about)
    return settle(order, what, act, "refused")


UNIT_EFFECTS: dict[Do, Effect] = {
    Do.DISPATCH: _dispatch, Do.REDISPATCH: _redispatch, Do.ADD_JOINT: _add_joint, Do.RELEASE_JOINT: _release_joint,
    Do.SIGN_FOR: _sign, Do.CONTACT: _contact, Do.HAND_DOWN: _hand_down, Do.INNER_REPLY: _inner_reply,
    Do.REPLY: _reply, Do.REWORK: _rework, Do.RETURN: _give_back, Do.PLEAD: _give_back, Do.UPHOLD_RETURN: _uphold,
    Do.UPHOLD_PLEA: _uphold, Do.REFUSE_RETURN: _deny, Do.REFUSE_PLEA: _deny, Do.ARBITRATE_KEEP: _keep,
    Do.ARBITRATE_MOVE: _move, Do.OFFER_LEAD: _offer, Do.ACCEPT_LEAD: _accept_lead, Do.DECLINE_LEAD: _decline_lead,
    Do.ASK_EXTENSION: _ask, Do.APPROVE_EXTENSION: _extend, Do.REFUSE_EXTENSION: _refuse, Do.ASK_PAUSE: _ask,
    Do.APPROVE_PAUSE: _pause, Do.REFUSE_PAUSE: _refuse, Do.RESUME: _resume,
}
RESUMABLE = frozenset({State.DISPATCHED, State.SIGNED, State.HANDLING})
