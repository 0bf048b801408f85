"""Live events for browsers: the facts of the journal as server-sent events, replayed from where the browser was."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from api.access import needs, still_good, who
from api.calls import control
from api.people.caller import Caller
from api.people.masking import shown_to
from api.people.sight import Sight
from api.problems import Problem
from api.schemas import CallKey
from core.control import ControlDown, ControlRefused
from core.facts import Fact
from core.relay import Relay

router = APIRouter(tags=["events"])
STREAMS = 200  # browsers at once on one web process
_BEAT = 15.0  # s of silence after which a comment keeps the connection open
_PAUSE = 1.0  # s between attempts to reach the controller
_WRITTEN = 256  # facts kept as text
_INSIDE = frozenset({"wrapped"})  # for the worker alone: it names a call, which may be a report, in a fact of no call


class Written:
    """Facts as they go out: written once for all who are shown the same, since one fact goes to every reader."""

    def __init__(self) -> None:
        self._texts: dict[tuple[int, float, bool], str] = {}

    def of(self, caller: Caller, fact: Fact) -> str:
        """Return a fact as `caller` may have it: with the citizen's number, or without (api.people.masking)."""
        key = fact.seq, fact.at, caller.may("numbers.see")
        text = self._texts.get(key)
        if text is None:
            if len(self._texts) >= _WRITTEN:
                self._texts.clear()
            told = {name: value for name, value in fact.data.items() if name not in _INSIDE}
            text = self._texts[key] = _event(replace(fact, data=shown_to(caller, told)))
        return text


@router.get("/api/events", dependencies=[needs("events.read")])
async def events(request: Request, after: Annotated[int | None, Query(ge=-1)] = None,
                 call: CallKey | None = None) -> StreamingResponse:
    """Stream facts: ``id`` is the seq, ``event`` the kind. Resumes after Last-Event-ID, or `after`; else from now.

    ``event: house`` tells when the controller is away or back, when the place to resume from is no longer known, and
    when the session is over, which ends the stream. Agents get the facts of calls they are in.
    """
    state = request.app.state
    if state.streams >= STREAMS:
        raise Problem(503, "too_many_streams", "实时连接已满", "关闭多余的页面后重试")
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isdecimal() and len(last) < 16 else -1 if after is None else after
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_counted(request, start, call), 200, headers, "text/event-stream")


async def _counted(request: Request, after: int, call: str | None) -> AsyncGenerator[str, None]:
    state, checked = request.app.state, time.monotonic()
    state.streams += 1
    try:
        async with aclosing(_following(request, after, call)) as parts:
            async for part in parts:
                if time.monotonic() - checked >= _BEAT:
                    checked = time.monotonic()
                    if not await still_good(request, "events.read"):
                        yield _house("over", "session")
                        return
                yield part
    finally:
        state.streams -= 1


async def _following(request: Request, after: int, call: str | None) -> AsyncGenerator[str, None]:
    client, away = control(request), False
    relay: Relay = request.app.state.relay
    written: Written = request.app.state.written
    sight = Sight(who(request))
    yield ": 12345\n\n"
    while True:
        try:
            async with request.app.state.priming:
                await sight.prime(client)
            async with aclosing(relay.follow_with_beats(after, _BEAT)) as coming:
                async for fact in coming:
                    if away:
                        away = False
                        yield _house("back")
                    if fact is None:
                        yield ": \n\n"
                        continue
                    after = fact.seq
                    if sight.sees(fact) and (call is None or fact.call == call):
                        yield written.of(who(request), fact)
                    sight.forget(fact)
        except ControlDown:
            if not away:
                yield _house("away")
            away = True
            await asyncio.sleep(_PAUSE)
        except ControlRefused:
            after = -1
            yield _house("reset")
            await asyncio.sleep(_PAUSE)


def _event(fact: Fact) -> str:
    return f"id: {fact.seq}\nevent: {fact.kind}\ndata: {json.dumps(asdict(fact), default=str)}\n\n"


def _house(word: str, whose: str = "controller") -> str:
    return f"event: house\ndata: {json.dumps({whose: word})}\n\n"
