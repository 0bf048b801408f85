"""For each need of the table, how an order or a wish that has it is made to lack it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workorders.life.acts import Wish
from workorders.life.case import WHAT
from workorders.life.matters import Matter
from workorders.life.needs import Need as N
from workorders.life.order import Asked, Assignment, Finding, FollowUp, GiveBack, Order, Pause, Refusal, Request
from workorders.life.states import Of, Step
from workorders.life.words import Do, Kind, Role

Case = tuple[Order, Wish]
Spoiler = Callable[[Order, Wish, Step], Case]
FAR = 400 * 86_400.0


def part_of(order: Order, wish: Wish, step: Step) -> Assignment:
    """Return the part a step is about, as the table finds it."""
    if step.of is Of.BELOW:
        found = order.part_below(wish.by.unit)
    else:
        unit = wish.by.unit if wish.by.of_unit else wish.about
        found = order.part_of(unit) if unit else order.leading
    found = found or order.leading
    if found is None:
        raise LookupError("no part here")
    return found


def on_wish(**changes: Any) -> Spoiler:
    return lambda order, wish, _: (order, replace(wish, **changes))


def on_data(**changes: Any) -> Spoiler:
    return lambda order, wish, _: (order, replace(wish, data={**wish.data, **changes}))


def on_order(**changes: Any) -> Spoiler:
    return lambda order, wish, _: (replace(order, **changes), wish)


def on_part(**changes: Any) -> Spoiler:
    return lambda order, wish, step: (order.with_part(replace(part_of(order, wish, step), **changes)), wish)


def on_matter(**changes: Any) -> Spoiler:
    def spoil(order: Order, wish: Wish, _: Step) -> Case:
        return replace(order, matter=order.matter.model_copy(update=changes)), wish
    return spoil


def by(who: Callable[[Order, Wish, Step], str]) -> Spoiler:
    """Let the same person act who must not."""
    return lambda order, wish, step: (order, replace(wish, by=replace(wish.by, id=who(order, wish, step))))


def late(order: Order, wish: Wish, _: Step) -> Case:
    return order, replace(wish, at=wish.at + FAR)


def report_against_whom_it_goes(order: Order, wish: Wish, _: Step) -> Case:
    matter = Matter(kind=Kind.REPORT, complained_of=(wish.data["unit"],), urgency=order.matter.urgency)
    data = {name: value for name, value in wish.data.items() if name != "on_call"}
    return replace(order, matter=matter, endorsed=True), replace(wish, data=data)


def of_the_unit(order: Order, wish: Wish, _: Step) -> Case:
    unit = order.assignments[0].unit  # none: IndexError, it cannot be shown here
    return order, replace(wish, by=replace(wish.by, unit=unit))


def offered_to_another(order: Order, wish: Wish, _: Step) -> Case:
    """Offer the lead to a third unit; the one that asks has something else to do with the order."""
    requests = tuple(replace(r, detail="parks") if r.what == "lead" else r for r in order.requests)
    about_us = Finding("k", "slow", wish.by.unit, 1.0, "system")
    return replace(order, requests=requests, findings=(*order.findings, about_us)), wish


def asker(order: Order, wish: Wish, _: Step) -> str:
    what = WHAT[wish.do]
    return next(r.by for r in order.requests if r.what == what and r.standing == "asked")


def with_request(order: Order, wish: Wish, step: Step) -> Case:
    what: Asked = WHAT[wish.do]
    unit = wish.data["unit"] if what == "strike" else wish.by.unit or (part_of(order, wish, step).unit
                                                                      if step.of is not Of.ORDER else "")
    asked = Request(99, what, unit, "somebody", order.last_at, "water")
    return replace(order, requests=(*order.requests, asked)), wish


def paused(order: Order, wish: Wish, step: Step) -> Case:
    part = part_of(order, wish, step)
    until = wish.at + 9e5
    return order.with_part(replace(part, pauses=(Pause(order.last_at - 1, until, (until, until, until)),))), wish


def refused_here(order: Order, wish: Wish, step: Step) -> Case:
    part = part_of(order, wish, step)
    what = "plea" if step.do is Do.PLEAD else "return"
    back = GiveBack(what, part.unit, wish.at - 1, "pai", part.dispatched_at, decided_at=wish.at - 1, upheld=False)
    return replace(order, give_backs=(back,)), wish


def two_returns(order: Order, wish: Wish, _: Step) -> Case:
    backs = tuple(GiveBack("return", unit, 1.0, "pai", 0.0, decided_at=1.0, upheld=True) for unit in ("a", "b"))
    return replace(order, give_backs=backs), wish


def follow_up(**changes: Any) -> Spoiler:
    def spoil(order: Order, wish: Wish, _: Step) -> Case:
        told = order.follow_up or FollowUp(len(order.rounds))
        return replace(order, follow_ups=(*order.follow_ups[:-1], replace(told, **changes))), wish
    return spoil


def with_finding(**changes: Any) -> Spoiler:
    def spoil(order: Order, wish: Wish, _: Step) -> Case:
        old = order.finding(wish.data["key"]) or Finding(wish.data["key"], "slow", "housing", 1.0, "system")
        others = tuple(one for one in order.findings if one.key != old.key)
        return replace(order, findings=(*others, replace(old, **changes))), wish
    return spoil


def last_refusal(**changes: Any) -> Spoiler:
    def spoil(order: Order, wish: Wish, _: Step) -> Case:
        return replace(order, refusals=(*order.refusals[:-1], replace(order.refusals[-1], **changes))), wish
    return spoil


def just_refused(order: Order, wish: Wish, step: Step) -> Case:
    return last_refusal(at=wish.at - 60)(order, wish, step)


def overturned(order: Order, wish: Wish, _: Step) -> Case:
    old = Refusal("R0", wish.data["ground"], 1.0, "x", overturned=True)
    return replace(order, refusals=(old, *order.refusals)), wish


def closed_at(order: Order, wish: Wish, _: Step) -> Case:
    return order.with_round(replace(order.round, closed_at=wish.at - 60)), wish


def key_taken(order: Order, wish: Wish, step: Step) -> Case:
    return with_finding()(order, wish, step)


def other_key(order: Order, wish: Wish, _: Step) -> Case:
    machine = wish.by.role is Role.SYSTEM
    return order, replace(wish, data={**wish.data, "key": "person:x" if machine else "slow:x"})


def rung_taken(order: Order, wish: Wish, _: Step) -> Case:
    key = (wish.do.value, wish.data["clock"], wish.data["whom"], wish.data["due"])
    return replace(order, rungs=order.rungs | {key}), wish


def the_lead(order: Order, wish: Wish, step: Step) -> Case:
    return order, replace(wish, data={**wish.data, "unit": part_of(order, wish, step).unit})


def signature_wanted(order: Order, wish: Wish, _: Step) -> Case:
    return replace(order, endorsed=False, matter=order.matter.model_copy(update={"tags": ("major",)})), wish


def first_elsewhere(order: Order, wish: Wish, _: Step) -> Case:
    return replace(order, first_responder="parks"), replace(wish, why="", data={**wish.data, "on_call": False})


def claimed_on_call(order: Order, wish: Wish, _: Step) -> Case:
    return replace(order, first_responder=""), replace(wish, data={**wish.data, "on_call": True, "call": ""})


def pauses_used(order: Order, wish: Wish, step: Step) -> Case:
    used = tuple(Pause(n, n + 1, (0, 0, 0)) for n in range(9))
    return order.with_part(replace(part_of(order, wish, step), pauses=used)), wish


def ending(word: str) -> Spoiler:
    return lambda order, wish, _: (replace(order, requests=tuple(
        replace(r, detail=word) if r.what == "ending" else r for r in order.requests)), wish)


def first(order: Order, wish: Wish, step: Step) -> Case:
    return replace(order, first_responder=part_of(order, wish, step).unit), wish


def not_late(order: Order, wish: Wish, _: Step) -> Case:
    assert order.stage is not None
    return replace(order, stage=replace(order.stage, due=wish.at)), wish


def joint_open(order: Order, wish: Wish, step: Step) -> Case:
    lead = part_of(order, wish, step)
    joint = replace(lead, unit="parks", part="joint", reply_due=wish.at + 1, replied_at=None)
    return replace(order, assignments=(*order.assignments, joint)), wish


SPOILERS: dict[N, Spoiler] = {
    N.REASON: on_wish(why=" \n"), N.TEXT: on_wish(text="  "),
    N.REAL_REPLY: on_wish(text="您好，正在办理，请耐心等待。"),
    N.LAWFUL_GROUND: on_matter(urgency=2), N.NO_REPORT_BY_CLASS: on_data(kind="report"),
    N.NOT_BARRED: report_against_whom_it_goes, N.SIGNATURE_NOT_NEEDED: signature_wanted,
    N.SIGNATURE_LAPSED: on_order(endorsed=True),
    N.EMERGENCY: on_matter(urgency=1), N.LEADER_IS_LATE: not_late, N.WAS_ON_CALL: on_part(on_call=False),
    N.EARLIER_DUE: on_data(due=4e9), N.CONTACTED: on_part(contacted_at=None), N.JOINT_DONE: joint_open,
    N.NOT_FIRST_RESPONDER: first, N.FIRST_RESPONDER: on_order(first_responder="parks"),
    N.NOT_DESIGNATED: on_order(designated=True), N.RETURN_IN_TIME: late, N.RETURNS_LEFT: two_returns,
    N.PLEA_IN_TIME: late, N.PLEA_LEFT: refused_here, N.WAS_REFUSED: on_order(give_backs=()),
    N.NOT_THE_LEAD: the_lead, N.HAS_NO_PART: the_lead, N.OFFERED_TO_US: offered_to_another,
    N.NONE_PENDING: with_request, N.PENDING: on_order(requests=()), N.BEFORE_DUE: late, N.NOT_PAUSED: paused,
    N.PAUSED: on_part(pauses=()), N.EXTENSIONS_LEFT: on_part(extensions=9), N.CITIZEN_TOLD: on_data(told_citizen=False),
    N.PAUSES_LEFT: pauses_used, N.PAUSE_NOT_TOO_LONG: on_data(until=9e9), N.NOT_SAID_YET: follow_up(said_at=1.0),
    N.FIRST_RESPONDER_LEADS: first_elsewhere, N.NEVER_REOPENED: on_order(reopened=1),
    N.WAS_REOPENED: on_order(reopened=0),
    N.FOLLOWED_UP: follow_up(said_at=None, reached=False, calls=0), N.CONTENT: follow_up(solved=False, said_at=1.0),
    N.UNHAPPY: follow_up(solved=True, satisfaction=5), N.REOPEN_IN_TIME: late, N.AGAIN_IN_TIME: on_data(again=9e9),
    N.SHELVING_ASKED: ending("terminate"), N.TERMINATION_ASKED: ending("shelve"), N.SAME_SECRECY: on_data(secrecy=1),
    N.OBJECTION_IN_TIME: late, N.OBJECTION_OVER: just_refused,
    N.NEW_RUNG: rung_taken, N.NEW_FINDING: key_taken, N.NOT_WRONG_ACTION: on_data(kind="wrong"),
    N.OUR_FINDING: with_finding(unit="parks"), N.FINDING_UNDECIDED: with_finding(decided_at=1.0),
    N.FINDING_ESTABLISHED: with_finding(established=False), N.OWN_FIGURES: on_data(unit="parks"),
    N.MAY_UNMASK: on_order(named=frozenset(), accepted_by="nobody"),
    N.NOT_THE_REFUSER: by(lambda order, _, __: order.refusals[-1].by),
    N.NOT_THE_DISPATCHER: by(lambda order, wish, step: part_of(order, wish, step).dispatched_by),
    N.NOT_THE_FOLLOWER: by(lambda order, _, __: order.follow_ups[-1].by), N.NOT_THE_ASKER: by(asker),
    N.NOT_THE_RAISER: by(lambda order, wish, _: next(f.by for f in order.findings if f.key == wish.data["key"])),
    N.NOT_A_REPORT: on_matter(kind=Kind.REPORT), N.FIRST_TIME: on_order(reopened=1), N.NOT_OVERTURNED: overturned,
    N.NOT_OBJECTED_YET: last_refusal(objected_at=1.0), N.ON_CALL_SHOWN: claimed_on_call,
    N.TAKEN_THERE: on_data(reference=""), N.NOT_TAKEN: on_part(took_from="parks"), N.NOT_REFUSED_YET: refused_here,
    N.ARBITRATION_IN_TIME: late, N.SPOKEN_TO: follow_up(reached=False), N.REOPENING_OVER: closed_at,
    N.OWN_KEY: other_key, N.NOT_THE_HANDLER: of_the_unit,
    N.FILES_BROUGHT: on_order(files=()),
    N.EXTENSION_FITS: on_data(term={"amount": 999, "unit": "working_days"}),
}
NOT_SPOILT = frozenset({N.HOLDER_CLEAR, N.HOLDER_BARRED, N.NOT_SAMPLED})  # two rows of one choice; by policy alone
