"""What units do with an order: dispatch and signature, returns and pleas, signing, handing down, help, extensions."""

from __future__ import annotations

from hotline.seed.appeals import phrases
from hotline.seed.story import SYSTEM, Story
from hotline.seed.teller import HOUR, MINUTE, Teller
from workorders.life.calendar import Unit
from workorders.life.words import Do, Role, State, Urgency


def dispatched(s: Story) -> None:
    """From the dispatch to the lead's reply."""
    signed_off(s)
    unit = _whose(s)
    if s.t.order.first_responder:
        _from_the_call(s)
    elif s.has("returned"):
        _returned(s, unit)
    else:
        _send(s, Do.DISPATCH, unit)
        _sent_wrong(s)
    handled(s)


def signed_off(s: Story) -> None:
    """签批, where policy names the matter; a leader who is late has a deputy."""
    t = s.t
    if t.order.endorsed or not t.rules.policy.waits_for_signature(t.order.matter):
        return
    t.do(Do.SUBMIT, s.clerk, t.soon(2 * MINUTE, 20 * MINUTE))
    if s.rng.random() < 0.05:
        t.do(Do.SEND_BACK, s.other(Role.DUTY_LEADER), t.office(0.2, 2), why=s.why("send_back"))
        t.do(Do.SUBMIT, s.clerk, t.soon(5 * MINUTE, 40 * MINUTE))
    if s.rng.random() < 0.08:
        assert t.order.stage is not None
        late = t.order.stage.due + s.rng.uniform(5, 50) * MINUTE
        t.do(Do.ENDORSE, s.other(Role.DEPUTY), late, why=s.why("endorse", _whose(s)))
    else:
        t.do(Do.ENDORSE, s.other(Role.DUTY_LEADER), t.office(0.2, 3.5), why=s.why("endorse", _whose(s)))
    if t.order.matter.is_report:
        t.do(Do.NAME_PERSON, s.other(Role.DUTY_LEADER), t.soon(MINUTE, 5 * MINUTE), why="负责回访",
             data={"person": s.clerk.id})


def _whose(s: Story) -> str:
    """Return whose duty it is: the department's, or by territory the district's."""
    topic, spot = s.appeal.topic, s.appeal.spot
    barred = s.t.order.matter.barred
    by_place = topic.below == "street" and not s.t.order.first_responder and len(s.number) and _even(s)
    unit = spot.district_unit if by_place else topic.unit or "approval"
    return unit if unit not in barred else "petition"


def _even(s: Story) -> bool:
    return int(s.number[-1]) % 2 == 0


def _send(s: Story, do: Do, unit: str, *, why: str = "") -> None:
    emergency = s.t.order.matter.urgency >= Urgency.EMERGENCY
    soon = s.t.soon(MINUTE, 6 * MINUTE) if emergency else s.t.soon(4 * MINUTE, 45 * MINUTE)
    joint = _helpers(s, unit)
    s.t.do(do, s.clerk, soon, why=why, data={"unit": unit, **({"joint": joint} if joint else {})})


def _helpers(s: Story, lead: str) -> list[str]:
    if not s.has("joint"):
        return []
    return [unit for unit in s.appeal.topic.joint[:1] if unit != lead]


def _from_the_call(s: Story) -> None:
    """The unit was in the call: it leads, and the talk is its signature. It may plead that it was rung by mistake."""
    t, unit = s.t, s.t.order.first_responder
    t.do(Do.DISPATCH, s.agent, t.soon(MINUTE, 8 * MINUTE), data={"unit": unit, "on_call": True, "call": s.call})
    t.do(Do.SIGN_FOR, SYSTEM, t.soon(1, 5))
    if not (s.has("plea") or s.has("returned")):
        return
    if not t.may(Do.PLEAD, s.cast.lead(unit), t.office(0.3, 2), why=s.why("return"), data=_ground(s)):
        return
    if s.has("plea_upheld"):
        t.do(Do.UPHOLD_PLEA, s.other(Role.BACK_OFFICE, s.agent), t.office(0.3, 3), why=s.why("uphold"))
        _send(s, Do.REDISPATCH, _another(s, unit))
    else:
        t.do(Do.REFUSE_PLEA, s.other(Role.BACK_OFFICE, s.agent), t.office(0.3, 3), why=s.why("refuse_return"))


def _ground(s: Story) -> dict[str, str]:
    return {"ground": s.words(phrases()["reason"]["ground"])}


def _another(s: Story, *but: str) -> str:
    """Return a unit that might be taken for the right one."""
    near = [s.appeal.spot.district_unit, *s.appeal.topic.joint, "cityorder", "works", "housing"]
    return next(unit for unit in near if unit not in but and unit not in s.t.order.matter.barred)


def _returned(s: Story, right: str) -> None:
    """Sent to a wrong unit that gives it back, or to the right one that tries to."""
    t, upheld = s.t, s.has("return_upheld")
    unit = _another(s, right) if upheld else right
    _send(s, Do.DISPATCH, unit)
    sent = t.may(Do.RETURN, s.cast.lead(unit), t.office(0.2, 1.5), why=s.why("return"),
                 data=_ground(s) | ({"proper": right} if upheld else {}))
    if not sent:
        return
    judge = s.other(Role.BACK_OFFICE, s.clerk)
    if upheld:
        t.do(Do.UPHOLD_RETURN, judge, t.office(0.2, 2), why=s.why("uphold"))
        return _send(s, Do.REDISPATCH, right)
    t.do(Do.REFUSE_RETURN, judge, t.office(0.2, 2), why=s.why("refuse_return"))
    if s.has("arbitrated"):
        _arbitrated(s, unit)


def _arbitrated(s: Story, unit: str) -> None:
    t = s.t
    if not t.may(Do.ASK_ARBITRATION, s.cast.lead(unit), t.office(0.2, 1), why=s.why("return")):
        return
    leader = s.other(Role.DUTY_LEADER)
    if s.rng.random() < 0.6:
        t.do(Do.ARBITRATE_KEEP, leader, t.office(0.5, 5), why=s.why("arbitrate", unit))
    else:
        other = _another(s, unit)
        t.do(Do.ARBITRATE_MOVE, leader, t.office(0.5, 5), why=s.why("arbitrate", other), data={"unit": other})


def _sent_wrong(s: Story) -> None:
    """The office sees its own error before the unit does."""
    if s.has("redispatched") and not s.t.order.matter.is_report:
        other = _another(s, s.t.lead.unit)
        s.t.may(Do.REDISPATCH, s.clerk, s.t.soon(5 * MINUTE, 30 * MINUTE), why=s.why("uphold"), data={"unit": other})


# -- from the signing to the reply --------------------------------------------------------------------------------
def handled(s: Story) -> None:
    """The lead signs, speaks to the citizen, works and replies."""
    _sign(s, s.t.lead.unit)
    _joints_sign(s)
    _speak(s)
    if s.t.order.first_responder == s.t.lead.unit and s.rng.random() < 0.5:
        return reply(s, _said_in_the_call(s))
    if s.t.lead.state is State.SIGNED:
        s.t.do(Do.START, s.cast.handler(s.t.lead.unit), s.t.soon(5 * MINUTE, 2 * HOUR))
    _along_the_way(s)
    reply(s)


def _said_in_the_call(s: Story) -> str:
    told = s.appeal.topic.tell
    return s.words(phrases()["talk"], s.t.lead.unit).replace("<tell>", s.words(told)) if told else ""


def _sign(s: Story, unit: str) -> None:
    t, part = s.t, s.t.order.part_of(unit)
    if part is None or part.state is not State.DISPATCHED:
        return
    at = t.within(part.dispatched_at, part.sign_due, s.rng.uniform(0.05, 0.8), part.terms.sign.unit)
    if s.has("late_sign") and part.part == "lead":
        at = t.office(0.5, 7, part.sign_due)
    t.do(Do.SIGN_FOR, s.cast.handler(unit), at)


def _joints_sign(s: Story) -> None:
    for part in [part for part in s.t.order.current() if part.part == "joint"]:
        _sign(s, part.unit)


def _speak(s: Story) -> None:
    t, part = s.t, s.t.lead
    if part.contacted_at is not None or t.order.matter.anonymous:
        return
    by, unit = s.cast.handler(part.unit), part.terms.contact.unit
    if s.rng.random() < 0.12:
        t.do(Do.CONTACT, by, t.within(t.now, max(part.contact_due, t.now + HOUR), 0.2, unit), data={"reached": False})
    share = s.rng.uniform(0.1, 0.85) if s.rng.random() > 0.03 else 1.4
    at = t.within(t.now, max(part.contact_due, t.now + HOUR), share, unit)
    t.do(Do.CONTACT, by, at, data={"reached": True, "call": s.new_call()})


def _along_the_way(s: Story) -> None:
    for mishap, happens in (("progress", _progress), ("unmasked", _unmasked), ("below", _below), ("urged", _urged),
                            ("lead_offered", _offered), ("paused", _paused), ("extended", _extended)):
        if s.has(mishap):
            happens(s)


def _way(s: Story, share: float) -> float:
    """Return the moment at `share` of what is left of the lead's time."""
    part = s.t.lead
    return s.t.within(s.t.now, max(part.reply_due, s.t.now + HOUR), share, part.terms.reply.unit)


def _progress(s: Story) -> None:
    s.t.do(Do.PROGRESS, s.cast.handler(s.t.lead.unit), _way(s, 0.1), text=s.words(phrases()["progress"]))


def _unmasked(s: Story) -> None:
    if not s.t.order.matter.is_report:
        s.t.do(Do.UNMASK, s.clerk, _way(s, 0.02), why=s.why("unmask"), data={"field": "number"})


def _below(s: Story) -> None:
    """转办: the unit above stays answerable, so the inner deadline comes first."""
    t, part, spot = s.t, s.t.lead, s.appeal.spot
    below = spot.street_unit if part.unit == spot.district_unit else spot.district_unit
    if s.appeal.topic.below != "street" or below in t.order.matter.barred or part.reply_due - t.now < 4 * HOUR:
        return
    due = round(t.now + (part.reply_due - t.now) * 0.75)
    if not t.may(Do.HAND_DOWN, s.cast.handler(part.unit), t.soon(MINUTE, HOUR), data={"unit": below, "due": due}):
        return
    at = _inner(t, due, s.rng.uniform(0.3, 0.95))
    t.do(Do.INNER_REPLY, s.cast.handler(below), at, text=s.words(phrases()["inner"]))


def _inner(t: Teller, due: float, share: float) -> float:
    return t.within(t.now, due, share, Unit.WORKING_DAYS if due - t.now > 24 * HOUR else Unit.HOURS)


def _urged(s: Story) -> None:
    s.t.do(Do.URGE, s.other(Role.AGENT), _way(s, s.rng.uniform(0.1, 0.5)), text=s.why("urge"))


def _offered(s: Story) -> None:
    """移交主办: the lead stays where it is until the other accepts."""
    t, old = s.t, s.t.lead.unit
    other = _another(s, old)
    if not t.may(Do.OFFER_LEAD, s.cast.lead(old), _way(s, 0.05), why=s.why("lead_offer"), data={"unit": other}):
        return
    if s.has("lead_taken"):
        t.do(Do.ACCEPT_LEAD, s.cast.lead(other), t.office(0.3, 3))
        _speak(s)
        t.do(Do.START, s.cast.handler(other), t.soon(MINUTE, HOUR))
    else:
        t.do(Do.DECLINE_LEAD, s.cast.lead(other), t.office(0.3, 3), why=s.why("lead_decline"))


def _paused(s: Story) -> None:
    t, unit = s.t, s.t.lead.unit
    at = _way(s, 0.2)
    cause = s.rng.choice(("citizen_material", "season"))
    until = round(at + s.rng.uniform(3, 12) * 24 * HOUR)
    data = {"until": until, "cause": cause}
    if t.may(Do.ASK_PAUSE, s.cast.lead(unit), at, why=s.why("pause"), data=data):
        if t.may(Do.APPROVE_PAUSE, s.other(Role.BACK_OFFICE), t.office(0.2, 2), why=s.why("approve"), data=data):
            t.may(Do.RESUME, s.cast.handler(unit), t.now + (until - t.now) * s.rng.uniform(0.5, 0.9))
        else:
            t.do(Do.REFUSE_PAUSE, s.other(Role.BACK_OFFICE), t.soon(MINUTE, HOUR), why=s.why("extension_refused"))


def _extended(s: Story) -> None:
    t, part, office = s.t, s.t.lead, s.other(Role.BACK_OFFICE)
    first = part.terms.reply
    data = {"term": {"amount": max(1, first.amount // 2), "unit": first.unit.value}, "told_citizen": True}
    if not t.may(Do.ASK_EXTENSION, s.cast.lead(part.unit), _way(s, 0.6), why=s.why("extension"), data=data):
        return
    if s.has("extension_refused"):
        t.do(Do.REFUSE_EXTENSION, office, t.office(0.2, 2), why=s.why("extension_refused"))
    else:
        t.do(Do.APPROVE_EXTENSION, office, t.office(0.2, 2), why=s.why("approve_extension"), data=data)


def reply(s: Story, text: str = "") -> None:
    """办结: the joint units first, then the lead, in time or too late."""
    _joint_replies(s)
    t, part = s.t, s.t.lead
    left = max(part.reply_due - t.now, 0.0)
    at = _way(s, s.rng.uniform(0.25, 0.9)) if left else t.office(0.5, 4)
    if s.has("late_reply"):
        at = t.office(1, 16, max(part.reply_due, t.now))
    solved = not s.has("unsolved")
    done = s.appeal.topic.done or s.appeal.topic.tell
    told = text or s.words(done if solved else phrases()["unsolved"]) + s.words(phrases()["ended"])
    t.do(Do.REPLY, s.cast.lead(part.unit), at, text=told, data={"solved": solved})


def _joint_replies(s: Story) -> None:
    t = s.t
    for part in [part for part in t.order.current() if part.part == "joint"]:
        if s.has("joint_released") or part.state is State.DISPATCHED:
            t.do(Do.RELEASE_JOINT, s.other(Role.BACK_OFFICE), t.office(0.3, 2), why=s.why("release"), about=part.unit)
        elif part.state is not State.REPLIED:
            at = t.within(t.now, max(part.reply_due, t.now + HOUR), s.rng.uniform(0.1, 0.5), part.terms.reply.unit)
            t.do(Do.REPLY, s.cast.lead(part.unit), at, text=s.words(phrases()["inner"]), data={"solved": True})
