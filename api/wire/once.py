"""Idempotency-Key: whoever sends the same POST again gets the answer of the first one, and nothing is done twice.

The key is taken, the work done and the answer kept in one transaction, so that a process that dies leaves all of it or
nothing. A refusal leaves nothing behind: the same key may be used for the corrected request. A key belongs to one
caller and one route; with another content it is refused. An answer marked ``no-store`` (it shows a secret once) is
not kept: whoever asks again is told that it was done. Keys are forgotten after KEEP seconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select

from api.access import database, now_of, who
from api.problems import Problem
from workorders.errors import KeyReused
from workorders.models import IdempotencyKey

KEEP: Final = 7 * 86400.0  # s a key is remembered; longer than any sender of ours goes on trying
REPLAYED: Final = "Idempotency-Replayed"
METHODS: Final = frozenset({"POST", "PATCH"})
KEPT_HEADERS: Final = ("content-type", "location", "etag")
_TABLE: Final[Any] = SQLModel.metadata.tables[str(IdempotencyKey.__tablename__)]
_LOCK_TIMEOUT = "55P03"  # PostgreSQL: whoever has the key did not end in time
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Replayed(Exception):
    """The request was answered before; `response` is that answer."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered before")
        self.response = response


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request's key as it is stored, the digest of what is asked, and when that was."""

    key: str
    fingerprint: str
    at: float

    def row(self) -> dict[str, Any]:
        """Return the row of a key that is taken and not answered."""
        return {"key": self.key, "fingerprint": self.fingerprint, "number": "", "at": self.at, "status": 0, "body": "",
                "headers": {}}


class Turn:
    """One request's turn: the transaction it works in, and its key."""

    def __init__(self, request: Request, route: str, stack: AsyncExitStack, *, required: bool) -> None:
        self._request, self._route, self._stack, self._required = request, route, stack, required
        self._session: AsyncSession | None = None
        self._key = ""

    async def ticket(self) -> Ticket | None:
        """Return what the request is known by, None if it has no key. Raises Problem 400."""
        key = asked(self._request, required=self._required)
        if not key:
            return None
        stored = scope_of_key(who(self._request).id, self._route, key)
        return Ticket(stored, await fingerprint_of(self._request), now_of(self._request))

    async def session(self) -> AsyncSession:
        """Return the request's transaction, with the key taken. Raises Replayed, KeyReused, Problem."""
        if self._session is None:
            ticket = await self.ticket()
            self._session = await self._stack.enter_async_context(database(self._request).writing())
            if ticket is not None:
                self._key = ticket.key
                await self._take(self._session, ticket)
        return self._session

    async def _take(self, session: AsyncSession, ticket: Ticket) -> None:
        try:
            taken = (await session.execute(_taking(session.get_bind().dialect.name), ticket.row())).scalar_one_or_none()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") == _LOCK_TIMEOUT:
                raise in_progress() from error
            raise
        if taken is None:
            raise Replayed(_again(await session.get_one(IdempotencyKey, self._key), ticket.fingerprint))

    async def keep(self, response: Response) -> None:
        """Keep what was answered, in the transaction that did it."""
        if self._session is None or not self._key:
            return
        await self._session.execute(_keeping(), {"of": self._key, **answer_of(response)})


def answer_of(response: Response) -> dict[str, Any]:
    """Return what is kept of an answer: all that it says, or only that there was one."""
    if response.headers.get("cache-control") == "no-store":
        return {"status": response.status_code, "body": "", "headers": {}}
    return {"status": response.status_code, "body": bytes(response.body).decode(),
            "headers": {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}}


@cache
def _taking(dialect: str) -> Any:
    """Return the statement that takes a key; made once, for every POST needs it."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)


@cache
def _keeping() -> Any:
    names = ("status", "body", "headers")
    return update(_TABLE).where(_TABLE.c.key == bindparam("of")).values({name: bindparam(name) for name in names})


class Once(APIRoute):
    """A route whose POST and PATCH answer a repeated Idempotency-Key as they did the first time."""

    key_required = True

    def get_route_handler(self) -> Handler:
        """Return the handler, within a turn."""
        inner: Handler = super().get_route_handler()
        methods = self.methods or set()
        if not methods & METHODS:
            return inner
        name, required = f"{','.join(sorted(methods))} {self.path_format}", self.requires_key

        async def handle(request: Request) -> Response:
            async with AsyncExitStack() as stack:
                turn = Turn(request, name, stack, required=required)
                request.state.turn = turn
                try:
                    response = await inner(request)
                    await turn.keep(response)
                    return response
                except Replayed as before:
                    return before.response

        return handle

    @property
    def requires_key(self) -> bool:
        """Tell whether a request without a key is refused: a POST that makes something, not a PATCH."""
        return self.key_required and "POST" in (self.methods or ())


class OnceIfAsked(Once):
    """The same for routes whose repeated request does no harm, or whose callers are not told of keys yet."""

    key_required = False


def turn_of(request: Request) -> Turn:
    """Return the request's turn."""
    turn: Turn = request.state.turn
    return turn


@asynccontextmanager
async def changing(request: Request) -> AsyncIterator[AsyncSession]:
    """Give the request's one writing transaction; kept with the answer once that is made, or not at all."""
    yield await turn_of(request).session()


def asked(request: Request, *, required: bool) -> str:
    """Return the request's Idempotency-Key, "" if there is none. Raises Problem 400 when it is missing or odd."""
    key = request.headers.get("idempotency-key")
    if key is None and not required:
        return ""
    if key is None or not 1 <= len(key) <= 200 or not key.isprintable() or not key.isascii():
        raise Problem(400, "idempotency_key_required", "缺少 Idempotency-Key，或它不合规",
                      "为每次新的提交起一个唯一的键（1 到 200 个 ASCII 字符），重发时用同一个键")
    return key


def scope_of_key(caller: str, route: str, key: str) -> str:
    """Return what a key is stored as: nobody else's key, and no other route's, is ever the same."""
    return hashlib.sha256(json.dumps([caller, route, key]).encode()).hexdigest()


async def fingerprint_of(request: Request) -> str:
    """Return the digest of what is asked: address and content; JSON by its values, not by its spaces."""
    body = await request.body()
    if "json" in request.headers.get("content-type", ""):
        with suppress(ValueError, RecursionError):  # not JSON after all
            body = json.dumps(await request.json(), sort_keys=True).encode()  # read once: the request keeps it
    where = f"{request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(where + body).hexdigest()


def in_progress() -> Problem:
    """Return the refusal of a request whose twin is being worked on."""
    return Problem(409, "in_progress", "同一个 Idempotency-Key 的请求正在处理", "稍后原样重发", retry_after=2)


def done_before() -> Problem:
    """Return the refusal of a request that was done, and whose answer is not kept."""
    return Problem(409, "already_done", "这个请求已经办成，答复里的密钥只显示一次",
                   "查看结果；确需重办，换一个 Idempotency-Key")


def _again(row: IdempotencyKey, fingerprint: str) -> Response:
    if row.fingerprint != fingerprint:
        raise KeyReused("这个 Idempotency-Key 已用于另一份内容", "换一个新的 Idempotency-Key，或重发原来的内容")
    if not row.headers and not row.body and row.status != 204:
        raise done_before()
    return Response(row.body, row.status, {**row.headers, REPLAYED: "true"})


async def sweep(session: AsyncSession, now: float, most: int = 5000) -> int:
    """Forget keys older than KEEP, at most so many at once; return how many. For the worker."""
    old = select(IdempotencyKey.key).where(col(IdempotencyKey.at) < now - KEEP).limit(most)
    done: Any = await session.execute(delete(IdempotencyKey).where(
        col(IdempotencyKey.key).in_(old.with_for_update(skip_locked=True))))
    return int(done.rowcount)
