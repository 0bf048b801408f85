"""Orders as they go out: a row of a list, one order whole, its history. Only what the reader's sight allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, Final

from api.orders.sight import Sight
from api.people.acts import offices_for
from api.people.caller import Caller
from api.people.masking import shown_to
from workorders.keeping.keeper import Kept
from workorders.life.acts import Act
from workorders.life.clocks import Clock, clocks_of
from workorders.life.confidential import Field
from workorders.life.errors import LifeError
from workorders.life.history import act_fields
from workorders.life.offers import Offer, open_acts
from workorders.life.order import Finding, Order
from workorders.life.policy import Rules
from workorders.life.states import owner
from workorders.life.timeline import timeline
from workorders.life.words import CHINESE_STATE, UNIT_ROLES, Do, State
from workorders.models import WorkOrder

Json = dict[str, Any]
_ROW: Final = ("number", "version", "state", "kind", "urgency", "first", "second", "third", "district", "street",
               "asker", "anonymous", "channel", "secrecy", "provisional", "owner", "lead", "first_responder", "unit",
               "agent", "due", "answer_due", "close_due", "answered_at", "closed_at", "archived_at", "outcome",
               "merged_into", "reopened", "urges", "refusal", "call_key", "appeal", "created_at", "changed_at")
LISTED: Final = (*_ROW, "summary", "address", "name", "caller")  # what a row of a list is made of
_PARTS: Final = ("unit", "part", "state", "dispatched_at", "sign_due", "contact_due", "reply_due", "signed_at",
                 "contacted_at", "replied_at", "claimed_solved", "reworks", "extensions", "ended_at", "ended_why")

ANSWERING: Final = (Do.REPLY, Do.ANSWER, Do.MAIN_ANSWERED, Do.RESULT_BACK)
_TALK: Final = frozenset({Do.NOTE, Do.PROGRESS})


def shown_row(sight: Sight, row: Mapping[str, Any]) -> Json:
    """Return an order as it stands in a list; `row`: LISTED by name, for the installation itself also the call."""
    if not row.get("in_sight", True):
        return row_out_of_sight(row)
    body = {name: row[name] for name in _ROW} | sight.of_row(row)
    body["state_name"] = CHINESE_STATE[State(row["state"])]
    return body | ({"call": row["call"]} if sight.caller.own_house else {})


def columns_of(row: WorkOrder) -> Json:
    """Return an order's columns by name, as `shown_row` takes them."""
    return {name: getattr(row, name) for name in (*LISTED, "call")}


def shown_order(sight: Sight, kept: Kept, rules: Rules, now: float) -> Json:
    """Return an order whole, with its clocks and what this caller could do to it now."""
    order, row, allowed = kept.order, kept.row, sight.fields(kept.order)
    if sight.only_finding(order):
        return _only_finding(sight, order, rules, now)
    if Field.EXISTENCE not in allowed:
        return _out_of_sight(order)
    body = {name: getattr(row, name) for name in _ROW} | sight.texts(order, row)
    body |= {"state_name": CHINESE_STATE[order.state], "owner": owner(order), "tags": list(order.matter.tags),
             "acts": [shown_offer(one) for one in offers(sight.caller, order, rules, now)],
             "kept_back": sight.kept_back(order), "call": _call(sight, row, allowed)}
    if Field.CLOCKS in allowed:
        body["clocks"] = [shown_clock(one, now) for one in clocks_of(order)]
        body["parts"] = [_plain(one, _PARTS) for one in order.assignments]
        body["requests"] = [asdict(one) for one in order.requests]
    if Field.REPLY in allowed:
        body["reply"] = last_reply(kept.acts)
        body["talk"] = talk_of(kept.acts)
    body["findings"] = [_finding(one, order) for one in order.findings if _concerns(sight, one.unit, allowed)]
    if Field.HISTORY in allowed:
        body |= {"follow_ups": [asdict(one) for one in order.follow_ups], "ratings": list(order.ratings),
                 "refusals": [asdict(one) for one in order.refusals]}
    return body


def _only_finding(sight: Sight, order: Order, rules: Rules, now: float) -> Json:
    """Return an order that is not the unit's: its number, what the unit must answer, and the act of answering."""
    acts = [shown_offer(one) for one in offers(sight.caller, order, rules, now) if one.do is Do.ANSWER_FINDING]
    findings = [_finding(one, order) for one in order.findings if one.unit == sight.caller.unit]
    return _out_of_sight(order) | {"only_finding": True, "findings": findings, "acts": acts}


def _finding(one: Finding, order: Order) -> Json:
    """Return a finding; `told`: its unit is shown it, as every unit is but one that a report is kept from."""
    return asdict(one) | {"told": one.unit not in order.matter.barred}


def row_out_of_sight(row: Mapping[str, Any]) -> Json:
    """Return a row of an order that is not the unit's, and of which it must answer a finding."""
    return {"number": row["number"], "version": row["version"], "state": row["state"],
            "state_name": CHINESE_STATE[State(row["state"])], "kind": "", "urgency": 0, "summary": "", "address": "",
            "lead": "", "owner": "", "due": 0.0, "created_at": row["created_at"], "only_finding": True}


def _out_of_sight(order: Order) -> Json:
    """Return what somebody is told whose own act took the order out of their sight: that it was done."""
    return {"number": order.number, "version": order.length, "state": order.state.value,
            "state_name": CHINESE_STATE[order.state], "kind": "", "urgency": 0, "summary": "", "owner": "", "due": 0.0,
            "created_at": order.accepted_at, "acts": []}


def offers(caller: Caller, order: Order, rules: Rules, now: float) -> list[Offer]:
    """Return what the caller could do now in any of their offices; where several offer an act, one that is open."""
    if not caller.may("orders.act"):
        return []
    try:
        offices = offices_for(caller, Do.NOTE, order)
    except LifeError:
        return []
    found: dict[tuple[Do, str], Offer] = {}
    for office in offices:
        for one in open_acts(order, office, rules, max(now, order.last_at)):
            there = found.get((one.do, one.about))
            if there is None or (one.open and not there.open):
                found[one.do, one.about] = one
    return list(found.values())


def shown_offer(one: Offer) -> Json:
    """Return an act that is there for the caller: what it asks for, or why it cannot be done at the moment."""
    return {"do": one.do.value, "name": one.chinese, "about": one.about, "needs": [need.value for need in one.needs],
            "fields": one.fields, "blocked": one.blocked, "fix": one.fix,
            "brings": [{"says": bring.says, "there": bring.there} for bring in one.brings]}


def shown_clock(clock: Clock, now: float) -> Json:
    """Return a clock with how late it is, or was, in seconds."""
    return {"name": clock.name, "whom": clock.whom, "started": clock.started, "due": clock.due,
            "first_due": clock.first_due, "term": clock.term.model_dump(mode="json"), "stopped": clock.stopped,
            "void": clock.void, "late": clock.late(now), "in_time": clock.in_time(now)}


def shown_history(acts: Iterable[Act], names: Mapping[str, str]) -> list[Json]:
    """Return the history: each act as data, with its sentence."""
    whole = list(acts)
    lines = timeline(whole, lambda name: names.get(name, name))
    return [{**act_fields(one), "line": line.text} for one, line in zip(whole, lines, strict=True)]


def last_reply(acts: Iterable[Act]) -> Json | None:
    """Return the last answer: the unit's, or the one given on the spot; None while there is none."""
    said = [one for one in acts if one.do in ANSWERING and not one.part]
    return ({"at": said[-1].at, "unit": said[-1].unit, "text": said[-1].text, "do": said[-1].do.value}
            if said else None)


def talk_of(acts: Iterable[Act]) -> list[Json]:
    """Return what the units told each other and the hotline, the oldest first; never the hotline's notes."""
    return [{"at": one.at, "unit": one.unit, "text": one.text} for one in acts
            if one.do in _TALK and one.role in UNIT_ROLES and one.unit]


def without_words(one: Act) -> Act:
    """Return an act as those see it who may know that it was, but not what was said."""
    return replace(one, why="", text="", data={})


def _call(sight: Sight, row: WorkOrder, allowed: frozenset[Field]) -> Json:
    """Return what the order says of its call: for those who read its history, recordings for those who may hear."""
    if Field.HISTORY not in allowed:
        return {}
    unheard = set() if Field.RECORDING in allowed else {"recordings"}
    told = {name: value for name, value in row.call.items() if name not in unheard}
    body: Json = told if Field.NUMBER in allowed else shown_to(sight.caller, told)
    return body


def _concerns(sight: Sight, unit: str, allowed: frozenset[Field]) -> bool:
    of_unit = bool(sight.caller.roles & UNIT_ROLES)
    return unit == sight.caller.unit if of_unit else Field.HISTORY in allowed


def _plain(one: Any, names: Iterable[str]) -> Json:
    known = {field.name for field in fields(one)}
    return {name: getattr(one, name) for name in names if name in known}
