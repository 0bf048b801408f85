"""What can be wrong with an act, as the person who tried it should read it. All are WorkOrderError."""

from __future__ import annotations

from workorders.errors import WorkOrderError


class LifeError(WorkOrderError):
    """An act that may not be; nothing was changed."""

    code = "act_refused"


class WrongStep(LifeError):
    """The table knows no such step from this state."""

    code = "wrong_step"


class NotYours(LifeError):
    """The step exists, but not for this role or this unit."""

    code = "not_yours"


class Unseen(LifeError):
    """For whoever asks the order does not exist: a unit that has no part in it, or the one complained of."""

    code = "not_found"


class NeedsMore(LifeError):
    """Something the step needs is missing: a reply, a reason, an approval, another person, an earlier hour."""

    code = "needs_more"


class TooLate(LifeError):
    """The time set for this act is over."""

    code = "too_late"


class LimitReached(LifeError):
    """A cap: extensions, pauses, returns."""

    code = "limit_reached"


class BadContent(LifeError):
    """What came with the act cannot be used: a wrong field, broken text, a rating out of range."""

    code = "bad_content"


class BrokenHistory(LifeError):
    """Acts that cannot be a history: out of order, another order's, or changed afterwards."""

    code = "broken_history"
