"""``python -m bench.desk.bare_events PORT``: the least that tells many readers of an event, and a page that shows it.

``/`` is the page, ``/events`` the stream, ``POST /say`` an event: its data is the epoch in ms at which it was written.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

_PAGE = """<!doctype html><html lang="en"><title>bare</title><p id="said"></p><script>
window.late = [];
const place = document.getElementById("said");
new MutationObserver(() => window.late.push(performance.timeOrigin + performance.now() - Number(place.textContent)))
  .observe(place, {childList: true});
new EventSource("/events").onmessage = (event) => { place.textContent = event.data; };
</script>"""
_MOST = 100  # events a reader may be behind
_readers: set[asyncio.Queue[str]] = set()


async def page(_: Request) -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE)


async def events(_: Request) -> StreamingResponse:
    """The stream."""
    return StreamingResponse(_follow(), media_type="text/event-stream")


async def _follow() -> AsyncIterator[str]:
    mine: asyncio.Queue[str] = asyncio.Queue(_MOST)
    _readers.add(mine)
    try:
        yield ": \n\n"
        while True:
            yield await mine.get()
    finally:
        _readers.discard(mine)


async def say(_: Request) -> Response:
    """Write an event to everybody."""
    part = f"data: {time.time() * 1000}\n\n"
    for reader in _readers:
        reader.put_nowait(part)
    return Response(status_code=204)


def application() -> Starlette:
    """Return the server's application."""
    return Starlette(routes=[Route("/", page), Route("/events", events), Route("/say", say, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(application(), port=int(sys.argv[1]), log_config=None, access_log=False, timeout_graceful_shutdown=1)
