"""The boxes of an office's list: which orders wait for whom. Pure; workorders.life.states says whose a state is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from api.people.caller import Caller
from workorders.life.words import Role, State

S = State


@dataclass(frozen=True, slots=True)
class Box:
    """A tab of the list. `key` ends its sentence ``box.<key>``; no states: every order.

    `batch`: what may be done to several at once there (api.orders.schemas.BATCHED); `late`: only what is overdue.
    `finding`: only orders of whose findings one stands so; `to_answer`: of whose findings one waits for the reader's
    unit's word. `counted`: its tab says how many there are.
    """

    key: str
    states: tuple[State, ...] = ()
    batch: tuple[str, ...] = ()
    late: bool = False
    finding: Literal["open", "established", "cleared", "referred"] | None = None
    to_answer: bool = False
    counted: bool = True


ALL: Final = Box("all", counted=False)
_END: Final = (S.ANSWERED, S.CLOSED, S.ARCHIVED, S.TERMINATED, S.WITHDRAWN, S.HANDED_OVER, S.MERGED)
UNIT: Final = (
    Box("to_sign", (S.DISPATCHED,), ("sign_for",)), Box("to_answer", to_answer=True),
    Box("in_hand", (S.SIGNED, S.HANDLING), ("start",)),
    Box("disputed", (S.RETURNED, S.PLEADED, S.ARBITRATION)),
    Box("replied", (S.REPLIED, S.REVIEWED, S.FOLLOW_UP)), ALL)
OFFICE: Final = (
    Box("to_dispatch", (S.ACCEPTED, S.ENDORSED, S.REDISPATCHING, S.REOPENED)),
    Box("to_review", (S.REPLIED,), ("pass",)),
    Box("returns", (S.RETURNED, S.PLEADED)), Box("arbitration", (S.ARBITRATION,)),
    Box("second_look", (S.REFUSED, S.OBJECTED)),
    Box("to_ask", (S.REVIEWED, S.FOLLOW_UP), ("begin_follow_up", "close")),
    Box("coordination", (S.SHELVED, S.MERGED, S.HANDED_OVER)), Box("late", late=True),
    Box("over", _END, ("archive",), counted=False), ALL)
LEADER: Final = (
    Box("signature", (S.AWAITING,), ("endorse", "send_back")), Box("arbitration", (S.ARBITRATION,)),
    Box("shelved", (S.SHELVED,)), Box("late", late=True), ALL)
WATCH: Final = (
    Box("suspected", finding="open"), Box("established", finding="established"), Box("late", late=True),
    Box("disputed", (S.RETURNED, S.PLEADED, S.ARBITRATION)), Box("reopened", (S.REOPENED,)),
    Box("second_look", (S.REFUSED, S.OBJECTED)),
    Box("referred", finding="referred", counted=False), Box("cleared", finding="cleared", counted=False),
    Box("over", _END, counted=False), ALL)
AGENT: Final = (ALL, Box("to_dispatch", (S.ACCEPTED, S.ENDORSED)), Box("to_ask", (S.REVIEWED, S.FOLLOW_UP)))
# office → its boxes; whoever holds several gets those of the first that stands here
OF_ROLE: Final[Mapping[Role, tuple[Box, ...]]] = {
    Role.DUTY_LEADER: LEADER, Role.DEPUTY: LEADER, Role.BACK_OFFICE: OFFICE, Role.TEAM_LEADER: OFFICE,
    Role.UNIT_LEAD: UNIT, Role.UNIT_HANDLER: UNIT, Role.SUPERVISION: WATCH, Role.DISCIPLINE: WATCH,
    Role.QUALITY: WATCH, Role.AGENT: AGENT}
NEEDS_WORDS: Final = frozenset({"send_back"})


def boxes_for(caller: Caller) -> tuple[Box, ...]:
    """Return the boxes of whoever asks, what waits for them first."""
    return next((boxes for role, boxes in OF_ROLE.items() if role in caller.roles), (ALL,))


def chosen(boxes: tuple[Box, ...], key: str) -> Box:
    """Return the box that is asked for; for one that there is not, the first."""
    return next((box for box in boxes if box.key == key), boxes[0])
