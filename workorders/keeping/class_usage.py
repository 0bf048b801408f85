"""How the classification is used: how many orders stand under each path, and which unit mostly leads them.

Reports are left out: whom a report is sent to is for named persons.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from workorders.models import WorkOrder

ENOUGH = 5  # orders from which on "mostly" means something


@dataclass(frozen=True, slots=True)
class Usage:
    """A path's use. `open`: not archived; `lead`: who leads most of them, "" where that says nothing; `share` of 1."""

    path: tuple[str, str, str]
    orders: int
    open: int
    lead: str
    share: float


async def usage(session: AsyncSession, since: float) -> list[Usage]:
    """Return the use of every path under which an order was taken since a moment, and of those still open."""
    columns = (col(WorkOrder.first), col(WorkOrder.second), col(WorkOrder.third), col(WorkOrder.lead))
    open_ones = func.sum(func.coalesce(col(WorkOrder.archived_at) * 0, 1))
    query = select(*columns, func.count(), open_ones).where(
        col(WorkOrder.first) != "", col(WorkOrder.kind) != "report",
        (col(WorkOrder.created_at) >= since) | col(WorkOrder.archived_at).is_(None)).group_by(*columns)
    leads: dict[tuple[str, str, str], dict[str, int]] = {}
    still: dict[tuple[str, str, str], int] = {}
    for first, second, third, lead, count, left in (await session.execute(query)).all():
        path = (first, second, third)
        leads.setdefault(path, {})[lead] = int(count)
        still[path] = still.get(path, 0) + int(left or 0)
    return [_usage(path, counts, still[path]) for path, counts in sorted(leads.items())]


def _usage(path: tuple[str, str, str], counts: dict[str, int], still: int) -> Usage:
    led = {unit: count for unit, count in counts.items() if unit}
    most = max(led, key=lambda unit: (led[unit], unit), default="")
    total = sum(led.values())
    told = total >= ENOUGH
    return Usage(path, sum(counts.values()), still, most if told else "", led[most] / total if told else 0.0)
