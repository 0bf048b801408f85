"""Goes through every way into the application with ids and words in hand, and keeps what came back."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from api.people.table import Entry, entries_of
from tests.people.asgi import Answer, ask
from tests.people.secret import WORD, Secret
from tests.people.staff import Staff

NOTHING: Final = Secret("2026-1123-8888", "e" * 32, "13000000000", "at-0000000000000000", "yq-0000000000000000", ())
_NUMBER, _CALL = re.compile(r"\d{4}-\d{4}-\d{4,8}"), re.compile(r"[0-9a-f]{32}")
_CALLER = re.compile(r"1[3-9]\d{9}")
_TEXTS: Final = frozenset({"summary", "text", "q", "query"})
_ENDS: Final = frozenset({"/api/session", "/api/sessions"})  # what signs the walker off is not walked


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `sent`: all that was said in it."""

    entry: Entry
    path: str
    query: str = ""
    body: Any = None

    @property
    def sent(self) -> str:
        """Return everything that the request says."""
        return f"{self.path} {self.query} {json.dumps(self.body, ensure_ascii=False)}"


@dataclass(slots=True)
class Walker:
    """Somebody who tries every door. `headers`: what they carry."""

    staff: Staff
    name: str
    headers: dict[str, str]
    permissions: frozenset[str]
    tries: int = field(default=0)

    def ways(self) -> list[Entry]:
        """Return the routes that let the walker in at all."""
        return [entry for entry in entries_of(self.staff.house.app)
                if entry.permission in self.permissions | {"public"} and entry.path not in _ENDS]

    async def send(self, request: Request) -> Answer:
        """Send a request."""
        self.tries += 1
        headers = {**self.headers, "Idempotency-Key": f"{self.name}-{self.tries}", "If-Match": "*"}
        content = None if request.body is None else json.dumps(request.body).encode()
        return await ask(self.staff.house.app, request.entry.method, request.path, headers, content, request.query)


def requests_for(described: dict[str, Any], entry: Entry, known: Secret) -> Iterator[Request]:
    """Yield what somebody would try on a route who knows, or guesses, the ids and words of `known`."""
    operation = described["paths"].get(entry.path, {}).get(entry.method.lower(), {})
    path = re.sub(r"{(\w+)(?::\w+)?}", lambda found: _in_path(found[1], known), entry.path)
    if entry.method in ("GET", "DELETE"):
        yield Request(entry, path)
        for name in [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]:
            if (value := _in_query(name, known)) is not None:
                yield Request(entry, path, urlencode({name: value}))
        return
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body = _with(content.get("example"), known if entry.path.endswith("-likes") else replace(known, caller="110"))
        if isinstance(body, dict):
            yield from (Request(entry, path, "", more) for more in _bodies(entry, body, known))


def _bodies(entry: Entry, body: dict[str, Any], known: Secret) -> Iterator[dict[str, Any]]:
    yield body
    if entry.path.endswith("/acts"):
        yield {"do": "note", "text": "看一看"}
        yield {"do": "sign_for"}
        yield {"do": "reply", "text": "已经全部核实处理完毕", "data": {"solved": True}}
        yield {"do": "merge", "why": "同一件事", "data": {"into": known.number}}
    if entry.path.endswith("-batches"):
        yield {"do": "sign_for", "orders": [{"number": known.number}]}
        yield {"do": "endorse", "text": "同意", "orders": [{"number": known.number}]}
    if entry.path.endswith("-likes"):
        yield {"summary": f"有人{WORD}", "address": "隐秘巷"}
    if entry.path == "/api/calls":
        yield {"agent": "a2", "call_record": known.call}


def _in_path(name: str, known: Secret) -> str:
    return {"number": known.number, "key": known.call, "attachment": known.attachment, "report_id": known.important,
            "name": "mixed", "form": "json"}.get(name, "x-1")


def _in_query(name: str, known: Secret) -> str | None:
    return {"q": WORD, "call_key": known.call, "caller": known.caller, "number": known.number,
            "numbers": known.number, "before": known.call, "call": known.call, "unit": "housing", "kind": "report",
            "agent": "a1", "first": "行政投诉", "district": "高新区", "format": "xlsx", "sort": "due",
            "state": "redispatching", "service_request_id": known.number}.get(name)


def _with(example: Any, known: Secret, name: str = "") -> Any:
    """Return an example of a body with the ids and words in hand put in."""
    if isinstance(example, dict):
        return {key: _with(value, known, key) for key, value in example.items()}
    if isinstance(example, list):
        return [_with(value, known, name) for value in example]
    if not isinstance(example, str):
        return example
    for shape, value in ((_NUMBER, known.number), (_CALL, known.call), (_CALLER, known.caller)):
        if shape.fullmatch(example):
            return value
    return WORD if name in _TEXTS else example


def said(answer: Answer) -> str:
    """Return everything an answer says, also what is packed."""
    packed = ""
    if answer.body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            packed = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    body = answer.body.decode("utf-8", "replace")
    if "\\u" in body:
        body += json.dumps(json.loads(body), ensure_ascii=False) if body.startswith(("{", "[")) else ""
    return f"{answer.headers} {body} {packed}"


def like_of_nothing(answer: Answer, known: Secret) -> tuple[int, str]:
    """Return an answer as it would be of something that was never there."""
    body = answer.body.decode("utf-8", "replace")
    for own, other in ((known.number, NOTHING.number), (known.call, NOTHING.call),
                       (known.attachment, NOTHING.attachment), (known.caller, NOTHING.caller),
                       (known.important, NOTHING.important)):
        body = body.replace(own, other)
    return answer.status, body
