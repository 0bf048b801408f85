"""A request to the application itself, without a socket: quick enough for thousands, and streams are let go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: of a stream only its beginning."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """Return the problem's code, "" if it is none."""
        return str(self.problem.get("code", ""))

    @property
    def problem(self) -> dict[str, Any]:
        """Return the problem, {} if it is none."""
        if "problem+json" not in self.headers.get("content-type", ""):
            return {}
        told: dict[str, Any] = json.loads(self.body)
        return told


async def ask(app: Any, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None,
              query: str = "") -> Answer:
    """Request a path; an answer that never ends is taken as begun."""
    told: dict[str, Any] = {}
    parts: list[bytes] = []
    begun = asyncio.Event()
    given = [{"type": "http.request", "body": content or b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if given:
            return given.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told.update(message)
            return
        parts.append(message.get("body", b""))
        if b"text/event-stream" in dict(told["headers"]).get(b"content-type", b""):
            begun.set()

    task = asyncio.create_task(app(_scope(method, path, headers, content, query), receive, send))
    waiting = asyncio.create_task(begun.wait())
    try:
        async with asyncio.timeout(60):
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in (task, waiting):
            one.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)
    shown = {name.decode().lower(): value.decode("latin-1") for name, value in told["headers"]}
    return Answer(told["status"], b"".join(parts), shown)


def _scope(method: str, path: str, headers: Mapping[str, str], content: bytes | None, query: str) -> dict[str, Any]:
    raw = [(name.lower().encode(), value.encode("utf-8")) for name, value in headers.items()]
    if content is not None:
        raw += [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    return {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(b"host", b"desk"), *raw], "client": ("192.0.2.10", 40000), "server": ("desk", 80)}
