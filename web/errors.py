"""What a person sees when something goes wrong on a page; programs that ask the API get problems as before."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from inspect import isawaitable
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from core.log import get_logger
from web.site import page

log = get_logger(__name__)
_FOR_PROGRAMS = ("/api/", "/health", "/metrics")
_KNOWN = frozenset({403, 404, 503})  # sentences of their own in the catalogue


def install(app: FastAPI) -> None:
    """Wrap every handler of errors: its problem becomes a page where a person asked for one."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _for_people(handler))


def _for_people(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(request: Request, error: Exception) -> Response:
        made = handler(request, error)
        answer: Response = await made if isawaitable(made) else made
        return answer if request.url.path.startswith(_FOR_PROGRAMS) else _as_page(request, answer, error)

    return handle


def _as_page(request: Request, answer: Response, error: Exception) -> Response:
    code = getattr(error, "code", "")
    navigates = "text/html" in request.headers.get("accept", "") and "hx-request" not in request.headers
    if not navigates:  # a script of a page asks, and knows what to say
        return answer if answer.media_type == "application/problem+json" else PlainTextResponse("", answer.status_code)
    if answer.status_code == 401:
        return RedirectResponse(f"/sign-on?next={quote(request.url.path)}", 303)
    if code == "password_change_required":
        return RedirectResponse("/password", 303)
    mark = uuid.uuid4().hex[:8].upper()
    log.info("error page", status=answer.status_code, code=code, mark=mark, path=request.url.path[:200])
    status = answer.status_code
    return page(request, "error.html", status, kind=str(status) if status in _KNOWN else "other", mark=mark)
