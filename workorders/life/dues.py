"""Which deadlines an act sets, reckoned once from policy and calendar and then written into the act.

The citizen's promise is set by acceptance and by reopening alone; a return, a plea, a re-dispatch sets the new
unit's deadlines from its own dispatch and leaves the citizen's where they are. Names: ``answer``, ``close`` (the
citizen's), ``sign``, ``contact``, ``reply`` (of the unit concerned; ``reply:<unit>`` where several change),
``stage`` (the hotline's own desk).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workorders.life.acts import Json
from workorders.life.calendar import Reckoned, Term
from workorders.life.case import Case
from workorders.life.matters import Matter
from workorders.life.order import Assignment
from workorders.life.policy import Terms
from workorders.life.shapes import Accepted, Again, Longer, Protected, Reclassified, Stopped
from workorders.life.words import Do, State


@dataclass
class Dues:
    """Deadlines under construction: moments, the rules they came from, the years that were guessed."""

    at: dict[str, float] = field(default_factory=dict)
    terms: dict[str, Json] = field(default_factory=dict)
    unsure: set[int] = field(default_factory=set)

    def put(self, name: str, reckoned: Reckoned) -> float:
        """Note a deadline and return its moment."""
        self.at[name] = reckoned.at
        self.unsure |= reckoned.unsure
        return reckoned.at


def reclassified(case: Case) -> Matter:
    """Return the matter as the wish changes it."""
    told = case.take(Reclassified)
    changes = {name: getattr(told, name) for name in Reclassified.model_fields if getattr(told, name) is not None}
    return case.order.matter.model_copy(update=changes)


def promise(dues: Dues, case: Case, matter: Matter, since: float) -> None:
    """Set what the citizen is promised from `since`."""
    term = case.policy.terms_for(matter).reply
    answer = dues.put("answer", case.rules.calendar.add(since, term))
    dues.put("close", case.rules.calendar.add(answer, case.policy.close_margin))
    dues.terms["round"] = term.model_dump(mode="json")


def _accept(dues: Dues, case: Case) -> None:
    promise(dues, case, case.take(Accepted).matter, case.wish.at)


def _reopen(dues: Dues, case: Case) -> None:
    promise(dues, case, case.order.matter, case.wish.at)


def _dispatch(dues: Dues, case: Case) -> None:
    terms = case.policy.terms_for(case.order.matter)
    for name, term in (("sign", terms.sign), ("contact", terms.contact), ("reply", terms.reply)):
        dues.put(name, case.rules.calendar.add(case.wish.at, term))
    dues.terms["part"] = terms.model_dump(mode="json")


def _extend(dues: Dues, case: Case) -> None:
    add, more = case.rules.calendar.add, case.take(Longer).term
    dues.put("reply", add(case.held.reply_due, more))
    if case.held.part == "lead":
        answer = dues.put("answer", add(case.order.round.due, more))
        dues.put("close", add(answer, case.policy.close_margin))


def _put_off(case: Case, part: Assignment, before: tuple[float, float, float], since: float,
             until: float) -> tuple[Reckoned, Reckoned, Reckoned]:
    """Return the unit's reply and the citizen's answer and close, put off by a pause."""
    shift, own, told = case.rules.calendar.shift, part.terms.reply.unit, case.order.round.term.unit
    return (shift(before[0], since, until, own), shift(before[1], since, until, told),
            shift(before[2], since, until, told))


def _put(dues: Dues, part: Assignment, moved: tuple[Reckoned, Reckoned, Reckoned]) -> None:
    dues.put("reply", moved[0])
    if part.part == "lead":
        dues.put("answer", moved[1])
        dues.put("close", moved[2])


def _pause(dues: Dues, case: Case) -> None:
    now, until = case.order.round, case.take(Stopped).until
    before = (case.held.reply_due, now.due, now.close_due)
    _put(dues, case.held, _put_off(case, case.held, before, case.wish.at, until))


def _unpaused(case: Case, part: Assignment) -> tuple[Reckoned, Reckoned, Reckoned]:
    """Return what holds if the clock of `part` does not stand still, or no longer from now on."""
    now = case.order.round
    if not part.paused(case.wish.at):
        return Reckoned(part.reply_due), Reckoned(now.due), Reckoned(now.close_due)
    pause = part.pauses[-1]
    return _put_off(case, part, pause.dues_before, pause.since, case.wish.at)


def _resume(dues: Dues, case: Case) -> None:
    _put(dues, case.held, _unpaused(case, case.held))


def _rework(dues: Dues, case: Case) -> None:
    held = case.held
    since = held.replied_at if held.replied_at is not None else case.wish.at
    dues.put("reply", case.rules.calendar.shift(held.reply_due, since, case.wish.at, held.terms.reply.unit))


def _classify(dues: Dues, case: Case) -> None:
    """Reckon by the new class, but never later than was promised: more time is an extension, and approved.

    A matter that turns out to be more urgent is paused no longer.
    """
    terms = case.policy.terms_for(reclassified(case))
    if terms == case.policy.terms_for(case.order.matter):
        return
    hurried = _promise_sooner(dues, case, terms)
    for part in case.order.current():
        _sooner(dues, case, part, terms, hurried=hurried and part.part == "lead")
    lead = case.order.leading
    if lead is not None and lead.paused(case.wish.at) and not hurried and f"reply:{lead.unit}" in dues.at:
        _, answer, close = _unpaused(case, lead)
        dues.put("answer", answer)
        dues.put("close", close)
        dues.terms["round"] = case.order.round.term.model_dump(mode="json")


def _promise_sooner(dues: Dues, case: Case, terms: Terms) -> bool:
    """Promise the citizen a sooner answer, from when the promise was made; tell whether it is one."""
    lead, now = case.order.leading, case.order.round
    held = _unpaused(case, lead)[1].at if lead is not None else now.due
    sooner = case.rules.calendar.add(now.opened_at, terms.reply).at < held
    if sooner:
        promise(dues, case, reclassified(case), now.opened_at)
    return sooner


def _sooner(dues: Dues, case: Case, part: Assignment, terms: Terms, *, hurried: bool) -> None:
    """Shorten a unit's terms from now: nobody is late by a rule that did not hold for them yet."""
    held = _unpaused(case, part)[0]
    for name, term, old, done in (
        ("sign", terms.sign, part.sign_due, part.signed_at), ("contact", terms.contact, part.contact_due,
         part.contacted_at), ("reply", terms.reply, held.at, part.replied_at),
    ):
        found = case.rules.calendar.add(case.wish.at, term)
        if done is None and found.at < old:
            dues.put(f"{name}:{part.unit}", found)
            dues.terms["part"] = terms.model_dump(mode="json")
    if hurried and part.paused(case.wish.at) and f"reply:{part.unit}" not in dues.at:
        dues.put(f"reply:{part.unit}", held)


def _anew(dues: Dues, case: Case) -> None:
    """Reckon again what nobody has extended, paused or sent back since."""
    order = case.order
    if order.round.due == order.round.first_due:
        found = case.rules.calendar.add(order.round.opened_at, order.round.term)
        answer = dues.put("answer", found)
        dues.put("close", case.rules.calendar.add(answer, case.policy.close_margin))
        dues.terms["round"] = order.round.term.model_dump(mode="json")
    for part in order.current():
        if part.reply_due == part.first_reply_due:
            dues.put(f"reply:{part.unit}", case.rules.calendar.add(part.terms_since, part.terms.reply))


def _protect(dues: Dues, case: Case) -> None:
    """Give the citizen back what is left of a pause whose unit loses the order."""
    lead = case.order.leading
    if lead is None or lead.unit not in barred_by(case) or not lead.paused(case.wish.at):
        return
    _, answer, close = _unpaused(case, lead)
    dues.put("answer", answer)
    dues.put("close", close)


def barred_by(case: Case) -> frozenset[str]:
    """Return the units that a report is against once the wish has named its own, with those under them."""
    told, matter = case.take(Protected), case.order.matter
    return frozenset((*told.units, *told.kept_from, *matter.complained_of, *matter.kept_from))


def _take_lead(dues: Dues, case: Case) -> None:
    """A unit that led before in this promise keeps its old deadline: two could trade the lead to win time."""
    _dispatch(dues, case)
    since, unit = case.order.round.opened_at, case.wish.by.unit
    olds = [part.reply_due for part in case.order.assignments
            if part.unit == unit and part.dispatched_at >= since and not part.void]
    dues.at["reply"] = min((dues.at["reply"], *olds))


SETS: dict[Do, Callable[[Dues, Case], None]] = {
    Do.ACCEPT: _accept, Do.REOPEN: _reopen, Do.DISPATCH: _dispatch, Do.REDISPATCH: _dispatch,
    Do.ARBITRATE_MOVE: _dispatch, Do.ADD_JOINT: _dispatch, Do.ACCEPT_LEAD: _take_lead, Do.PROTECT: _protect,
    Do.APPROVE_EXTENSION: _extend, Do.APPROVE_PAUSE: _pause, Do.RESUME: _resume, Do.REWORK: _rework,
    Do.CLASSIFY: _classify, Do.RECKON_ANEW: _anew,
}


def dues_of(case: Case, to: State, *, moves: bool) -> Dues:
    """Return the deadlines that this act sets; `to`: the order's state after it, `moves`: a new one."""
    dues = Dues()
    if sets := SETS.get(case.wish.do):
        sets(dues, case)
    if moves or case.wish.do is Do.REVISIT:
        _stage(dues, case, to)
    return dues


def _stage(dues: Dues, case: Case, to: State) -> None:
    term = case.policy.desk.get(to)
    if term is None:
        return
    dues.terms["stage"] = term.model_dump(mode="json")
    again = _again(case)
    dues.put("stage", Reckoned(again) if again is not None else case.rules.calendar.add(case.wish.at, term))


def _again(case: Case) -> float | None:
    """Return the day on which a shelved order is looked at again."""
    if isinstance(case.data, Again):
        return case.data.again
    asked = case.order.pending("ending") if case.wish.do is Do.SHELVE else None
    return asked.again if asked else None


def term_of(terms: Json) -> Term:
    """Read a term back from an act."""
    return Term.model_validate(terms)
