"""The life of one exchange: what may come after what, and which act of the order's history each step is.

An order is handed over only once the other platform has taken it (until then it is ours), so the act HAND_OVER comes
with the answer. What came in is accepted provisionally (国办发〔2022〕12号) and owed a result. Source of the steps:
国办发〔2022〕12号 (12345 with 110: 协商, 先行受理, 结果反馈).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workorders.exchange.errors import ExchangeError
from workorders.life.words import Do


class Standing(StrEnum):
    """Where one exchange is. The first five are of orders we gave away, the rest of those we were given."""

    ASKED = "asked"  # our document is on its way, or lies with them undecided
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    GIVEN_BACK = "given_back"
    ANSWERED = "answered"
    OWED = "owed"  # we have it and owe a result
    RETURNED = "returned"  # we gave it back
    TOLD = "told"  # the result has gone to them


class Event(StrEnum):
    """What moves it."""

    ACCEPTED = "accepted"  # their answer, or a later document
    REFUSED = "refused"
    HAND_BACK = "hand_back"  # they give it back
    RESULT = "result"  # their result
    WE_RETURN = "we_return"
    WE_TELL = "we_tell"


CHINESE_STANDING = dict(zip(Standing, (
    "待对方答复", "对方已接收", "对方未接收", "对方退回", "对方已反馈结果", "待反馈结果", "已退回对方", "已反馈结果"),
    strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """A row: from, event, to, and the act that the order's history gets; None: a note at most."""

    frm: Standing
    event: Event
    to: Standing
    do: Do | None
    why: str = ""


STEPS = (
    Step(Standing.ASKED, Event.ACCEPTED, Standing.TAKEN, Do.HAND_OVER),
    Step(Standing.ASKED, Event.REFUSED, Standing.NOT_TAKEN, Do.NOTE, "it never left us; the note says why it stays"),
    Step(Standing.TAKEN, Event.HAND_BACK, Standing.GIVEN_BACK, Do.HAND_BACK),
    Step(Standing.TAKEN, Event.RESULT, Standing.ANSWERED, Do.RESULT_BACK),
    Step(Standing.OWED, Event.WE_RETURN, Standing.RETURNED, Do.NOTE),
    Step(Standing.OWED, Event.WE_TELL, Standing.TOLD, None),
    Step(Standing.GIVEN_BACK, Event.WE_TELL, Standing.TOLD, None, "whoever tried it first learns what came of it"),
    Step(Standing.RETURNED, Event.RESULT, Standing.ANSWERED, Do.RESULT_BACK),
)
_BY = {(step.frm, step.event): step for step in STEPS}


def step(frm: Standing, event: Event) -> Step:
    """Return the row. Raises ExchangeError for an event that cannot come now."""
    found = _BY.get((frm, event))
    if found is None:
        raise ExchangeError(f"这次移交现在是“{CHINESE_STANDING[frm]}”，不能再{_EVENT[event]}",
                            "核对双方编号和先前的往来")
    return found


_EVENT = {Event.ACCEPTED: "接收", Event.REFUSED: "拒收", Event.HAND_BACK: "退回", Event.RESULT: "反馈结果",
          Event.WE_RETURN: "退回对方", Event.WE_TELL: "反馈结果"}
