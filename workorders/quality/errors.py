"""What can go wrong with quality checks."""

from __future__ import annotations

from workorders.errors import WorkOrderError


class QualityError(WorkOrderError):
    """Not as the check stands now."""

    code = "quality"


class NotByYou(QualityError):
    """Somebody else has to do this."""

    code = "not_by_you"


class BadScore(QualityError):
    """The marks do not fit the scorecard, or a rule is none."""

    code = "bad_score"
