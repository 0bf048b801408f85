"""Who asks, and whether they may. Every route names its permission; a route without one fails the tests.

Three ways in: the installation's own token, an API key (both ``Authorization: Bearer``), and a person's session cookie
with, for everything but reading, the session's CSRF token in ``X-CSRF-Token``.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.people import clients, sessions
from api.people.caller import ANYBODY, Caller
from api.people.models import ApiClient
from api.people.rights import INSTALLATION, ON_THE_LINE, PERMISSIONS
from api.problems import Problem
from core.db import Database, DatabaseDown
from core.log import get_logger
from routing.directory import Directory, InForce

COOKIE, CSRF_COOKIE, CSRF_HEADER = "hotline_session", "hotline_csrf", "x-csrf-token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# s for the database to say who somebody is: where memory can say it too; and where not, longer than a writer holds it
_SHORT, _PATIENCE = 2.0, 8.0
_REMEMBERED = 2000  # sessions
log = get_logger(__name__)


class Remembered:
    """Who was let in of late: for acts on a live call while the database is away. Asked at no other time."""

    def __init__(self) -> None:
        self._callers: OrderedDict[str, tuple[Caller, float]] = OrderedDict()

    def keep(self, token: str, caller: Caller, now: float) -> None:
        """Remember a caller; the one not seen for longest is forgotten first."""
        key = sessions.digest_of(token)
        self._callers[key] = (caller, now)
        self._callers.move_to_end(key)
        if len(self._callers) > _REMEMBERED:
            self._callers.popitem(last=False)

    def recall(self, token: str, now: float) -> Caller | None:
        """Return the caller, with what a live call needs and no more."""
        caller, seen = self._callers.get(sessions.digest_of(token), (None, 0.0))
        if caller is None or now >= caller.until or now - seen >= sessions.IDLE:
            return None
        return replace(caller, permissions=caller.permissions & ON_THE_LINE)

    def forget(self, person: str) -> None:
        """Forget a person whose sessions or rights have changed."""
        for key in [key for key, (caller, _) in self._callers.items() if caller.id == person]:
            del self._callers[key]

    def drop(self, token: str) -> None:
        """Forget one session."""
        self._callers.pop(sessions.digest_of(token), None)


class Needs:
    """A route's permission, checked before the route runs."""

    def __init__(self, permission: str) -> None:
        if permission not in PERMISSIONS:
            raise ValueError(f"no such permission: {permission}")
        self.permission = permission
        self._known: dict[str, frozenset[str]] = {}  # path of a route → names of its parameters

    async def __call__(self, request: Request) -> Caller:
        caller = ANYBODY if self.permission == "public" else await _caller(request, self.permission)
        if self.permission not in caller.permissions:
            raise _refusal(caller, self.permission)
        if request.query_params and request.method == "GET":
            self._refuse_unknown(request)
        request.state.caller = replace(caller, address=address_of(request))
        return caller

    def _refuse_unknown(self, request: Request) -> None:
        """Refuse a parameter that a route does not have: a filter that is misspelt must not show everything.

        A route that declares none reads what it is asked by itself (Open311), or is a page.
        """
        route = request.scope.get("route")
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            return
        known = self._known.get(route.path_format)
        if known is None:
            found = frozenset(_parameters(route.dependant))
            known = self._known[route.path_format] = found
        unknown = sorted(set(request.query_params) - known)
        if known and unknown:
            raise Problem(422, "unknown_parameter", f"没有这些参数：{'、'.join(unknown)[:200]}",
                          f"可用的参数：{'、'.join(sorted(known))}", allowed=sorted(known))


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from (one.alias for one in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def needs(permission: str) -> Any:
    """Return the dependency that lets only callers with `permission` through."""
    return Depends(Needs(permission))


def who(request: Request) -> Caller:
    """Return who asks, after the route's permission was checked."""
    caller: Caller = request.state.caller
    return caller


def database(request: Request) -> Database:
    """Return the database."""
    db: Database = request.app.state.db
    return db


def directory_of(request: Request) -> Directory:
    """Return the directory in force, an empty one where nobody has said which that is."""
    known: InForce = request.app.state.directory
    return known.now()


def now_of(request: Request) -> float:
    """Return the time (epoch s) by the application's clock."""
    return float(request.app.state.clock())


def address_of(request: Request) -> str:
    """Return where a request comes from; behind a proxy on this machine, what that says."""
    return request.client.host if request.client else ""


def _refusal(caller: Caller, permission: str) -> Problem:
    log.warning("refused", by=caller.id, permission=permission)
    if caller.must_change:
        return Problem(403, "password_change_required", "请先修改密码", "用 POST /api/people/{id}/password 设置新密码")
    return Problem(403, "forbidden", "没有这项权限", f"请管理员授予 {permission}", permission=permission)


async def _caller(request: Request, permission: str) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return await _bearer(request, scheme, token.strip())
    token = request.cookies.get(COOKIE, "")
    caller = await _person(request, token, permission) if token else None
    if caller is None:
        raise _unknown()
    if request.method not in _SAFE and not _same(request.headers.get(CSRF_HEADER, ""), sessions.csrf_of(token)):
        raise Problem(403, "csrf", "请求不是从本页面发出的", f"把登录时得到的 csrf 放进请求头 {CSRF_HEADER}")
    return caller


async def _bearer(request: Request, scheme: str, token: str) -> Caller:
    if scheme.lower() == "bearer" and _same(token, request.app.state.secrets.api_token):
        return Caller("installation", "installation", "installation", INSTALLATION)
    if scheme.lower() != "bearer" or not token.startswith(clients.PREFIX):
        raise _unknown()
    now, address = now_of(request), address_of(request)
    async with database(request).reading() as session:
        client = await clients.find(session, token)
    if client is None:
        raise _unknown()
    if clients.needs_note(client, address, now):
        async with database(request).writing() as session:
            await clients.used(session, client, address, now)
    if not clients.is_good(client, now):
        raise _unknown()
    return clients.as_caller(client, address)


async def _person(request: Request, token: str, permission: str) -> Caller | None:
    """Return the person of a session, from memory if a live call needs it and the database does not answer."""
    remembered: Remembered = request.app.state.remembered
    now = now_of(request)

    def recalled() -> Caller | None:
        return remembered.recall(token, now) if permission in ON_THE_LINE else None

    try:
        async with asyncio.timeout(_SHORT if recalled() else _PATIENCE):
            caller = await _looked_up(request, token, now)
    except (DatabaseDown, TimeoutError) as error:
        if (known := recalled()) is None:
            raise DatabaseDown("nobody can be recognised without the database") from error
        return known
    if caller is None:
        remembered.drop(token)
    else:
        remembered.keep(token, caller, now)
    return caller


async def still_good(request: Request, permission: str) -> bool:
    """Tell whether whoever opened a stream still is who they were, with the same rights. Counts as no use."""
    caller, now = who(request), now_of(request)
    if caller.own_house:
        return True
    try:
        async with asyncio.timeout(_SHORT), database(request).reading() as session:
            if caller.kind == "client":
                client = await session.get(ApiClient, caller.id)
                return client is not None and clients.is_good(client, now) and clients.as_caller(client, "") == caller
            found = await sessions.caller_of(session, request.cookies.get(COOKIE, ""), caller.address, now)
    except (DatabaseDown, TimeoutError):
        return now < caller.until
    return found is not None and found[0] == caller and caller.may(permission)


async def _looked_up(request: Request, token: str, now: float) -> Caller | None:
    async with database(request).reading() as session:
        found = await sessions.caller_of(session, token, address_of(request), now)
    if found is None:
        return None
    caller, seen = found
    if now - seen >= sessions.TOUCH:
        await _touched(request, caller, now)
    return caller


async def _touched(request: Request, caller: Caller, now: float) -> None:
    """Note the use. A database too busy to write is no reason to keep somebody out; the next request tries again."""
    try:
        async with asyncio.timeout(_SHORT / 2), database(request).writing() as session:
            await sessions.touch(session, caller.session, now)
    except (DatabaseDown, TimeoutError):
        log.warning("use of a session not noted", by=caller.id)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _unknown() -> Problem:
    return Problem(401, "unauthorized", "需要登录，或有效的访问令牌",
                   "先登录（POST /api/session），或在请求头加上 Authorization: Bearer <令牌>")
