"""Which acts others are told of, and what a message says: plain functions over an order and an act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from workorders.life.acts import Act
from workorders.life.confidential import involved, level_of
from workorders.life.order import Order
from workorders.life.states import owner
from workorders.life.words import CHINESE_DO, CHINESE_STATE, Confidentiality, Do

EVERY: Final = "*"
# what goes on between the house and its units, or about a person, is nobody else's
INNER: Final = frozenset({
    Do.NOTE, Do.PROTECT, Do.UNMASK, Do.NAME_PERSON, Do.RAISE_FINDING, Do.ANSWER_FINDING, Do.DECIDE_FINDING,
    Do.REFER_FINDING, Do.ASK_STRIKE, Do.DECIDE_STRIKE, Do.PHONE_UNANSWERED, Do.TRY_CITIZEN, Do.RECKON_ANEW})
EVENTS: Final = tuple(do.value for do in Do if do not in INNER)
TRIAL: Final = "trial"


def concerns(events: Sequence[str], unit: str, order: Order, act: Act) -> bool:
    """Tell whether a subscription (its `events` and `unit`) is told of an act on an order."""
    if level_of(order) is Confidentiality.REPORT or act.do in INNER:
        return False
    if unit and (unit not in involved(order) or unit in order.matter.barred):
        return False
    return EVERY in events or act.do.value in events


def message(order: Order, act: Act) -> dict[str, Any]:
    """Return what is told of an act: which order, what was done, how it stands. No words, names, numbers, addresses."""
    matter, now = order.matter, order.round
    return {"event": act.do.value, "event_name": CHINESE_DO[act.do], "number": order.number, "version": act.seq,
            "at": act.at, "state": act.to.value if not act.part else order.state.value,
            "state_name": CHINESE_STATE[order.state], "owner": owner(order), "lead": order.lead,
            "kind": matter.kind.value, "urgency": int(matter.urgency), "district": matter.place.district,
            "classification": [matter.classification.first, matter.classification.second, matter.classification.third],
            "answer_due": now.due, "answered_at": now.answered_at, "closed_at": now.closed_at}
