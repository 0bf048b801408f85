"""Which calls become an order, what the order says, and which calls need none. Plain functions over a call record.

A call that stated an appeal gets an order: an agent saved one, or a person was talked with and did not dispose of
the call, or a message was left. Every other answered call has a disposition.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workorders.models import ADDRESS_LIMIT, ANSWER_LIMIT, KINDS, SUMMARY_LIMIT, CallRecord

CLASS_LIMIT = 40
# outcome of the menu → disposition, for calls in which nobody was talked with
_BY_OUTCOME = {"information": "information_given", "service": "hung_up_waiting"}


def talked_with_agent(record: CallRecord) -> bool:
    """Tell whether an agent was in the talk."""
    return any(party["role"] == "agent" and party["joined_at"] is not None for party in record.parties)


def appeals_of(record: CallRecord) -> dict[str, dict[str, Any]]:
    """Return the appeals that need an order, by their number in the call ("1", "2", …)."""
    if record.appeals:
        return dict(record.appeals)
    if record.disposed:
        return {}
    if record.outcome == "message" or talked_with_agent(record):
        return {"1": {}}
    return {}


def disposition_of(record: CallRecord) -> str:
    """Return why an ended call needs no order, or "" when it has one."""
    if record.disposed:
        return record.disposed
    if appeals_of(record):
        return ""
    if record.interrupted:
        return "interrupted"
    if record.waits and record.outcome != "information":
        return "hung_up_waiting"
    return _BY_OUTCOME.get(record.outcome, "hung_up_in_menu")


def call_of(record: CallRecord) -> dict[str, Any]:
    """Return what an order says of its call."""
    return {
        "key": record.key, "caller": record.caller, "called": record.called, "answered_at": record.answered_at,
        "ended_at": record.ended_at, "path": record.path, "parties": record.parties,
        "failures": record.failures,
        "first_responder": record.first_responder, "rating": record.rating, "rating_why": record.rating_why,
        "recordings": record.recordings, "recording_gap": record.recording_gap, "interrupted": record.interrupted}


def body_of(record: CallRecord, number: str, appeal: dict[str, Any]) -> dict[str, Any]:
    """Return the content of the order for one appeal, as POST /api/work-orders takes it."""
    kind = str(appeal.get("kind") or "")
    urgency = appeal.get("urgency", record.urgency)
    return {
        "call_key": record.key, "appeal": int(number), "kind": kind if kind in KINDS else "",
        "urgency": urgency if urgency in (0, 1, 2) else 0,
        "summary": str(appeal.get("summary") or "")[:SUMMARY_LIMIT],
        "address": str(appeal.get("address") or "")[:ADDRESS_LIMIT],
        "unit": str(appeal.get("unit") or record.first_responder or record.unit)[:40],
        "caller": record.caller, "agent": _agent(record, appeal), "call": call_of(record),
        **_class_of(appeal), **_answer_of(appeal)}


def _class_of(appeal: dict[str, Any]) -> dict[str, Any]:
    """Return the class that the agent chose; nothing where the desk did not ask for one."""
    return {name: str(appeal[name] or "")[:CLASS_LIMIT] for name in ("first", "second", "third") if name in appeal}


def _answer_of(appeal: dict[str, Any]) -> dict[str, Any]:
    """Return what the agent answered on the line, once they are done writing it."""
    words = str(appeal.get("answer") or "").strip()[:ANSWER_LIMIT]
    return {"answer": {"text": words, "to_unit": bool(appeal.get("to_unit"))}} if words and appeal.get("given") else {}


def change(sent: Sequence[dict[str, Any]], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what must still be sent so that the bodies in `sent`, one laid over the other, come to `wanted`."""
    known: dict[str, Any] = {}
    for body in sent:
        known.update(body)
    return {name: value for name, value in wanted.items() if known.get(name) != value}


def _agent(record: CallRecord, appeal: dict[str, Any]) -> str:
    if appeal.get("agent"):
        return str(appeal["agent"])[:40]
    agents = [p["who"] for p in record.parties if p["role"] == "agent" and p["joined_at"] is not None]
    return str(agents[0])[:40] if agents else ""
