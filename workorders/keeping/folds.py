"""Orders as they were folded of late, so that a list does not fold histories anew that nobody has added to.

The head of a history is the digest of all of it: what it folded into once, it folds into for good. Erasure alone
changes words and leaves the head; the row says when that was. Acts are always done on a history that was read anew.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from workorders.life.order import Order
from workorders.models import WorkOrder

_MOST: Final = 1000  # orders; those not asked for longest are forgotten


class Folds:
    """What histories folded into, by how each ended."""

    def __init__(self, most: int = _MOST) -> None:
        self._most, self._known = most, OrderedDict[tuple[str, int, str, float | None], Order]()

    def find(self, row: WorkOrder) -> Order | None:
        """Return the order of a row, None if this history has not been folded, or long ago."""
        key = _end_of(row)
        if (found := self._known.get(key)) is not None:
            self._known.move_to_end(key)
        return found

    def keep(self, row: WorkOrder, order: Order) -> Order:
        """Keep what a row's history folded into; return it."""
        self._known[_end_of(row)] = order
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return order


def _end_of(row: WorkOrder) -> tuple[str, int, str, float | None]:
    return row.number, row.version, row.head, row.erased_at
