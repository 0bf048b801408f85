"""Who may do what. Every route names its permission; a route without one fails the tests.

Today one token opens everything: it belongs to the installation itself. Sessions of people come with the pages and
will bring narrower callers; the routes need not change for that.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from api.problems import Problem

PERMISSIONS = frozenset({
    "public", "orders.read", "orders.write", "calls.read", "calls.act", "calls.dial", "records.read",
    "recordings.listen", "agents.read", "agents.act", "events.read", "house.read"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may."""

    name: str
    permissions: frozenset[str]


class Needs:
    """A route's permission, checked before the route runs."""

    def __init__(self, permission: str) -> None:
        if permission not in PERMISSIONS:
            raise ValueError(f"no such permission: {permission}")
        self.permission = permission

    async def __call__(self, request: Request) -> Caller:
        if self.permission == "public":
            return Caller("anybody", frozenset({"public"}))
        caller = _caller(request)
        if self.permission not in caller.permissions:
            raise Problem(403, "forbidden", "没有这项权限", f"请管理员授予 {self.permission}")
        return caller


def needs(permission: str) -> Any:
    """Return the dependency that lets only callers with `permission` through."""
    return Depends(Needs(permission))


def _caller(request: Request) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known: str = request.app.state.secrets.api_token
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), known.encode()):
        raise Problem(401, "unauthorized", "需要有效的访问令牌", "在请求头加上 Authorization: Bearer <令牌>")
    return Caller("installation", PERMISSIONS)


def asked_key(request: Request) -> str:
    """Return the request's Idempotency-Key. Raises Problem when it is missing or odd."""
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= 200 or not key.isprintable() or not key.isascii():
        raise Problem(400, "idempotency_key_required", "缺少 Idempotency-Key,或它不合规",
                      "为每份新工单起一个唯一的键(1 到 200 个 ASCII 字符),重发时用同一个键")
    return key


IdempotencyKeyHeader = Annotated[str, Depends(asked_key)]
