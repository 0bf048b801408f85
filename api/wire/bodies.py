"""What comes in, before any route sees it: not larger than allowed, and of a kind that can be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems

BODY_LIMIT: Final = 512 * 1024  # bytes of JSON
FILE_LIMIT: Final = 20 * 1024 * 1024  # bytes of an attachment
FILES: Final = re.compile(  # the only addresses that take a file
    r"/api/work-orders/[^/]+/attachments|/api/menu/(?:(?:lines/[^/]+/)?sounds/[^/]+|imports|drafts/[^/]+/numbers)")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_JSON = re.compile(rb"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


class BoundedBody:
    """Refuses a request whose body is larger than its address takes, told or not, before it fills the memory."""

    def __init__(self, app: ASGIApp, limit: int = BODY_LIMIT) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = FILE_LIMIT if FILES.fullmatch(scope["path"]) else self._limit
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > limit:
            await _refusal(scope, 413)(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)


def _refusal(scope: Scope, status: int) -> Response:
    return problems.from_http(HTTPException(status)).response(problems.language_for(Request(scope)))


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413)
        return message

    return counted


class JsonOnly:
    """Refuses content that is not JSON at the interface's addresses: 415, rather than a riddle about fields."""

    def __init__(self, app: ASGIApp, besides: Sequence[re.Pattern[str]] = (FILES,)) -> None:
        self._app, self._besides = app, tuple(besides)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._refuses(scope):
            await _refusal(scope, 415)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refuses(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        if scope["method"] not in _WITH_BODY or not scope["path"].startswith("/api/"):
            return False
        if any(pattern.fullmatch(scope["path"]) for pattern in self._besides):
            return False
        has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        return has_body and _JSON.fullmatch(headers.get(b"content-type", b"")) is None
