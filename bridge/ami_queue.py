"""The one queue between the switch's events and whoever takes them: ordered, bounded, with a stated policy.

    half full   events of no importance are refused and counted (`dropped_low`)
    full        everything is refused and counted (`overflow`) until the taker has come to the gap; there it is told
                to rebuild, so what was refused is read from the switch instead
"""

from __future__ import annotations

import asyncio
from collections import deque

from bridge.ami_codec import AmiEvent

IMPORTANT = frozenset({
    "Newchannel", "Newstate", "Hangup", "HangupRequest", "SoftHangupRequest", "UserEvent", "OriginateResponse",
    "DialBegin", "DialState", "DialEnd", "ConfbridgeStart", "ConfbridgeJoin", "ConfbridgeLeave", "ConfbridgeEnd",
    "ConfbridgeMute", "ConfbridgeUnmute", "Rename", "ContactStatus", "DeviceStateChange", "FullyBooted", "Shutdown",
})


class Rebuild:
    """Stands in the queue where something is missing: read the state from the switch."""


class EventQueue:
    """Events in order; `put` never waits, `take` does."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: deque[AmiEvent | Rebuild] = deque()
        self._filled = asyncio.Event()
        self._gap: Rebuild | None = None
        self._latest: Rebuild | None = None
        self.dropped_low = 0
        self.overflow = 0
        self.longest = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, event: AmiEvent) -> None:
        """Append an event, or refuse it by the policy."""
        length = len(self._items)
        if self._gap is not None:
            self._refuse(event)
        elif length < self._limit // 2 or (length < self._limit and event.name in IMPORTANT):
            self._append(event)
        elif event.name in IMPORTANT:
            self._refuse(event)
            self._gap = self.want_rebuild()
        else:
            self.dropped_low += 1

    def want_rebuild(self) -> Rebuild:
        """Ask the taker to rebuild when it has come to here; an older such wish is void."""
        self._latest = Rebuild()
        self._append(self._latest)
        return self._latest

    async def take(self) -> AmiEvent | Rebuild:
        """Return the next event, or the latest wish to rebuild."""
        while True:
            while not self._items:
                self._filled.clear()
                await self._filled.wait()
            item = self._items.popleft()
            if item is self._gap:
                self._gap = None
            if isinstance(item, AmiEvent) or item is self._latest:
                return item

    def _append(self, item: AmiEvent | Rebuild) -> None:
        self._items.append(item)
        self.longest = max(self.longest, len(self._items))
        self._filled.set()

    def _refuse(self, event: AmiEvent) -> None:
        if event.name in IMPORTANT:
            self.overflow += 1
        else:
            self.dropped_low += 1
