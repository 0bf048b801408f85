"""What can go wrong with articles."""

from __future__ import annotations

from workorders.errors import WorkOrderError


class KnowledgeError(WorkOrderError):
    """Not as the article stands now."""

    code = "knowledge"
