"""What acts do to what an order is about: its class with the deadlines that hang on it, and its secrecy."""

from __future__ import annotations

from dataclasses import replace

from workorders.life.acts import Act
from workorders.life.dues import term_of
from workorders.life.effects_units import WRONG_DISPATCH, Effect, promised
from workorders.life.matters import Matter, Strict
from workorders.life.order import Assignment, Inner, Order, Pause, Round
from workorders.life.parts import charge, end_part, on_part, settle
from workorders.life.policy import Terms
from workorders.life.shapes import Protected, Reclassified
from workorders.life.words import Confidentiality, Do, Kind


def reclassified(matter: Matter, data: Reclassified) -> Matter:
    """Return a matter with what changes of it."""
    changes = {name: getattr(data, name) for name in Reclassified.model_fields if name in Matter.model_fields}
    return matter.model_copy(update={name: value for name, value in changes.items() if value is not None})


def protected(matter: Matter, data: Protected) -> Matter:
    """Return a matter made a report, kept from those named now and before."""
    named = tuple(dict.fromkeys((*matter.complained_of, *data.units)))
    under = tuple(dict.fromkeys((*matter.kept_from, *data.kept_from)))
    return matter.model_copy(update={
        "kind": Kind.REPORT, "confidentiality": Confidentiality.REPORT, "complained_of": named, "kept_from": under})


def _classify(order: Order, act: Act, data: Strict) -> Order:
    assert isinstance(data, Reclassified)
    order = replace(order, matter=reclassified(order.matter, data), endorsed=order.endorsed and not data.unsigned)
    return _redue(order, act, data)


def _anew(order: Order, act: Act, data: Strict) -> Order:
    """Take over promises made again; what was guessed is what is guessed now."""
    return replace(_redue(order, act, data), unsure=frozenset(act.unsure))


def _redue(order: Order, act: Act, _: Strict) -> Order:
    """Take over deadlines that were reckoned anew; a first promise moves only where nothing had put it off."""
    if "answer" in act.dues:
        order = order.with_round(_round_anew(order.round, act))
    for part in tuple(order.current()):
        order = on_part(order, part.unit, lambda old: _part_anew(old, act))
    return order


def _round_anew(old: Round, act: Act) -> Round:
    answer, close, plain = act.dues["answer"], act.dues["close"], old.due == old.first_due
    return replace(old, due=answer, close_due=close, term=term_of(act.terms["round"]),
                   first_due=answer if plain else old.first_due,
                   first_close_due=close if plain else old.first_close_due)


def _part_anew(old: Assignment, act: Act) -> Assignment:
    reply = act.dues.get(f"reply:{old.unit}", old.reply_due)
    first = reply if old.reply_due == old.first_reply_due else old.first_reply_due
    told = act.do is Do.CLASSIFY and "part" in act.terms and f"reply:{old.unit}" in act.dues
    return replace(old, reply_due=reply, first_reply_due=first, pauses=_pauses_anew(old, act),
                   terms=Terms.model_validate(act.terms["part"]) if told else old.terms,
                   terms_since=act.at if told else old.terms_since,
                   sign_due=act.dues.get(f"sign:{old.unit}", old.sign_due),
                   contact_due=act.dues.get(f"contact:{old.unit}", old.contact_due))


def _pauses_anew(old: Assignment, act: Act) -> tuple[Pause, ...]:
    """End a pause that is going on where the matter turned out to be more urgent."""
    if not old.paused(act.at) or f"reply:{old.unit}" not in act.dues:
        return old.pauses
    return (*old.pauses[:-1], replace(old.pauses[-1], until=act.at))


def _protect(order: Order, act: Act, data: Strict) -> Order:
    """Make it a report: whoever is complained of loses it at once, by every way they had it."""
    assert isinstance(data, Protected)
    matter = protected(order.matter, data)
    first = "" if order.first_responder in matter.barred else order.first_responder
    order = replace(promised(order, act), matter=matter, merged_into="", first_responder=first,
                    endorsed=order.endorsed and not data.unsigned)
    for part in tuple(order.current()):
        order = _bar(order, part, act)
    offer = order.pending("lead")
    return settle(order, offer, act, "lapsed") if offer and offer.detail in matter.barred else order


def _bar(order: Order, part: Assignment, act: Act) -> Order:
    barred = order.matter.barred
    if part.unit not in barred:
        return order.with_part(replace(part, inner=_clear(part.inner, barred)))
    until = act.at if part.part == "joint" else None
    order = charge(order, part.answerable, part.dispatched_at, until, WRONG_DISPATCH)
    return end_part(order, part.unit, act.at, "barred")


def _clear(inner: tuple[Inner, ...], barred: frozenset[str]) -> tuple[Inner, ...]:
    """Take out those complained of and whomever they handed it down to."""
    gone, kept = set(barred), []
    for one in inner:
        if {one.unit, one.by} & gone:
            gone.add(one.unit)
        else:
            kept.append(one)
    return tuple(kept)


MATTER_EFFECTS: dict[Do, Effect] = {Do.CLASSIFY: _classify, Do.RECKON_ANEW: _anew, Do.PROTECT: _protect}
