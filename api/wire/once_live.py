"""The same for acts on live calls, which wait for no database: answers are remembered by this web process alone.

What an act on a call does is the controller's to know; a key only keeps an impatient second click, or a sender that
lost the answer, from inviting somebody twice. Bounded in number and age; a process that starts again has forgotten.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.access import Needs, now_of
from api.wire.once import KEPT_HEADERS, REPLAYED, Handler, asked, fingerprint_of, in_progress, scope_of_key
from workorders.errors import KeyReused

KEEP: Final = 600.0  # s
MOST: Final = 5000  # keys
PATIENCE: Final = 5.0  # s a second request waits for the first one


@dataclass(slots=True)
class _Entry:
    fingerprint: str
    at: float
    done: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Response | None = None


class Recent:
    """What was answered of late, by key."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def begin(self, key: str, fingerprint: str, now: float) -> tuple[_Entry, bool]:
        """Return the entry of a key, and whether this request is the first to use it. Raises KeyReused."""
        there = self._entries.get(key)
        if there is not None and now - there.at < KEEP:
            if there.fingerprint != fingerprint:
                raise KeyReused("这个 Idempotency-Key 已用于另一份内容", "换一个新的 Idempotency-Key，或重发原来的内容")
            return there, False
        entry = _Entry(fingerprint, now)
        self._entries[key] = entry
        self._entries.move_to_end(key)
        while len(self._entries) > MOST:
            self._entries.popitem(last=False)
        return entry, True

    def end(self, key: str, entry: _Entry, answer: Response | None) -> None:
        """Keep an answer; without one the key is free again."""
        entry.answer = answer
        entry.done.set()
        if answer is None and self._entries.get(key) is entry:
            del self._entries[key]


class OnceInMemory(APIRoute):
    """A route on live calls; a key is honoured, and never asked for."""

    requires_key = False

    def get_route_handler(self) -> Handler:
        """Return the handler, behind the memory."""
        inner: Handler = super().get_route_handler()
        if "POST" not in (self.methods or ()):
            return inner
        name = f"POST {self.path_format}"
        permission = next(one.dependency for one in self.dependencies if isinstance(one.dependency, Needs))

        async def handle(request: Request) -> Response:
            if not (key := asked(request, required=False)):
                return await inner(request)
            caller = await permission(request)
            recent: Recent = request.app.state.recent
            scoped = scope_of_key(caller.id, name, key)
            entry, first = recent.begin(scoped, await fingerprint_of(request), now_of(request))
            return await _first(recent, scoped, entry, inner, request) if first else await _second(entry)

        return handle


async def _first(recent: Recent, key: str, entry: _Entry, inner: Handler, request: Request) -> Response:
    answer = None
    try:
        answer = await inner(request)
        return answer
    finally:
        recent.end(key, entry, answer)


async def _second(entry: _Entry) -> Response:
    try:
        await asyncio.wait_for(entry.done.wait(), PATIENCE)
    except TimeoutError as error:
        raise in_progress() from error
    if entry.answer is None:
        raise in_progress()
    kept = {name: entry.answer.headers[name] for name in KEPT_HEADERS if name in entry.answer.headers}
    return Response(bytes(entry.answer.body), entry.answer.status_code, {**kept, REPLAYED: "true"})
