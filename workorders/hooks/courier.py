"""Carries messages to their receivers: resolved and checked at each try, signed, never redirected, a few at a time."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from core.db import Database
from core.log import get_logger
from workorders.hooks import queue
from workorders.hooks.queue import Claim
from workorders.hooks.signing import HEADER, fault_of_url, may_go_to, secret_of, signature

TIMEOUT = 10.0  # s for a receiver to answer
Resolve = Callable[[str, int], Awaitable[list[str]]]
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """How messages go. `root`: what secrets are derived from; `private`: whether the own network may be a receiver."""

    root: str
    private: bool
    name: str


class HookCourier:
    """Sends what is due. Many may work on one database."""

    def __init__(self, db: Database, client: httpx.AsyncClient, way: Way, resolve: Resolve | None = None) -> None:
        self._db, self._client, self._way, self._resolve = db, client, way, resolve or _resolved

    async def round(self, now: float) -> int:
        """Send what is due, side by side; return how many messages were tried."""
        async with self._db.writing() as session:
            claims = await queue.claim(session, self._way.name, now)
        await asyncio.gather(*(self._carry(one, now) for one in claims))
        return len(claims)

    async def _carry(self, one: Claim, now: float) -> None:
        if one.withheld:
            async with self._db.writing() as session:
                await queue.arrived(session, one.id, 0, now, "withheld: the order has become a report")
            return
        status, error = await self._send(one, now)
        async with self._db.writing() as session:
            if not error:
                await queue.arrived(session, one.id, status, now)
            elif await queue.failed(session, one, status, error, now):
                log.error("webhook given up", subscription=one.subscription, message=one.id, status=status, error=error)

    async def _send(self, one: Claim, now: float) -> tuple[int, str]:
        """Return (status, error); the error is "" when the receiver has taken it."""
        if fault := fault_of_url(one.url, private=self._way.private):
            return 0, fault
        body = json.dumps(one.body | {"id": one.id}, ensure_ascii=False, separators=(",", ":")).encode()
        secret = secret_of(self._way.root, one.subscription, one.secret_turn)
        url = httpx.URL(one.url)
        headers = {HEADER: signature(secret, now, body), "Hotline-Delivery": str(one.id), "Host": _host(url),
                   "Content-Type": "application/json", "User-Agent": "hotline-webhook/1"}
        try:
            async with asyncio.timeout(TIMEOUT):
                address = await self._address(url)
                target = url.copy_with(host=address)  # the very address that was checked: no second answer of the DNS
                async with self._client.stream("POST", target, content=body, headers=headers, follow_redirects=False,
                                               extensions={"sni_hostname": url.host}) as answer:
                    return answer.status_code, "" if answer.is_success else f"answered {answer.status_code}"
        except (httpx.HTTPError, OSError, ValueError, TimeoutError) as error:
            return 0, f"{type(error).__name__}: {error}"

    async def _address(self, url: httpx.URL) -> str:
        found = await self._resolve(url.host, url.port or (443 if url.scheme == "https" else 80))
        if not found or not (self._way.private or may_go_to(found)):
            raise ValueError(f"{url.host} is not on the public network")
        return found[0]


def _host(url: httpx.URL) -> str:
    return url.netloc.decode("ascii")


async def _resolved(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]
