"""One wish before one order: what the checks, the dues and the decision look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from workorders.life.acts import Wish
from workorders.life.matters import Strict
from workorders.life.order import Asked, Assignment, Order, Request
from workorders.life.policy import Policy, Rules
from workorders.life.words import Do

T = TypeVar("T", bound=Strict)
WHAT: dict[Do, Asked] = {
    Do.ASK_EXTENSION: "extension", Do.APPROVE_EXTENSION: "extension", Do.REFUSE_EXTENSION: "extension",
    Do.ASK_PAUSE: "pause", Do.APPROVE_PAUSE: "pause", Do.REFUSE_PAUSE: "pause", Do.OFFER_LEAD: "lead",
    Do.ACCEPT_LEAD: "lead", Do.DECLINE_LEAD: "lead", Do.ASK_ENDING: "ending", Do.SHELVE: "ending",
    Do.TERMINATE: "ending", Do.REFUSE_ENDING: "ending", Do.ASK_STRIKE: "strike", Do.DECIDE_STRIKE: "strike",
}
OF_PART = frozenset({"extension", "pause"})


@dataclass(frozen=True, slots=True)
class Case:
    """What a check looks at. `part`: the unit's part the step is about."""

    known: Order | None
    wish: Wish
    data: Strict
    rules: Rules
    part: Assignment | None = None

    @property
    def order(self) -> Order:
        """Return the order; every row with needs starts from one."""
        assert self.known is not None
        return self.known

    @property
    def held(self) -> Assignment:
        """Return the part; every row about a part has one."""
        assert self.part is not None
        return self.part

    @property
    def policy(self) -> Policy:
        """Return the policy."""
        return self.rules.policy

    def take(self, kind: type[T]) -> T:
        """Return the data as the shape its act has."""
        assert isinstance(self.data, kind)
        return self.data


def request_of(case: Case) -> Request | None:
    """Return the pending request that this act asks again, decides or answers."""
    what = WHAT[case.wish.do]
    if case.wish.do is Do.ASK_STRIKE:
        return case.order.pending("strike", getattr(case.data, "unit", ""))
    if what == "strike":
        seq = getattr(case.data, "request", None)
        return next((r for r in case.order.requests if r.seq == seq and r.standing == "asked"), None)
    return case.order.pending(what, case.held.unit if what in OF_PART else None)
