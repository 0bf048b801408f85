"""The WebSocket of the telephone in the page: /ws, passed on to the switch byte by byte.

One origin, one place for TLS, and nobody reaches the switch's own port: only a signed-on agent's browser is let
through, only from our own pages, and not for longer than the session. uvicorn gives each upgrade to one instance.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request

from api.access import Needs, still_good
from api.people.caller import Caller
from api.problems import Problem
from core.control import ControlClient, ControlError
from core.log import get_logger
from core.settings import Settings

log = get_logger(__name__)
PATH: Final = "/ws"
MOST = 600  # sockets at once
_CONNECT = 3.0  # s for the switch to take a connection
_LOOK_AGAIN = 60.0  # s between two looks at the session
_PASSED_ON: Final = frozenset({b"upgrade", b"connection", b"sec-websocket-key", b"sec-websocket-version",
                               b"sec-websocket-protocol", b"sec-websocket-extensions"})


class Sockets:
    """All sockets of one web process: the newest of each agent is the one whose end counts."""

    def __init__(self, app: FastAPI, settings: Settings, control: ControlClient) -> None:
        self.app, self.settings, self.control = app, settings, control
        self.open: set[Pair] = set()
        self.newest: dict[str, Pair] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the class that uvicorn makes one of for each upgrade."""
        return type("SwitchSocket", (Pair,), {"sockets": self})

    def forget(self, pair: Pair) -> None:
        """A socket is gone; if it was the agent's newest, the controller is told that the page cannot be rung."""
        self.open.discard(pair)
        if pair.agent and self.newest.get(pair.agent) is pair:
            del self.newest[pair.agent]
            task = asyncio.get_running_loop().create_task(self._tell(pair.agent), name="phone gone")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell(self, agent: str) -> None:
        try:
            await self.control.do("phone.gone", agent=agent)
        except ControlError as error:
            log.info("phone gone, not told", agent=agent, error=str(error))


class Pair(asyncio.Protocol):
    """A browser's connection and, once it is let in, the one to the switch."""

    sockets: Sockets

    def __init__(self, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> None:
        self._connections: set[Any] = server_state.connections
        self.agent = ""
        self._head = b""
        self._browser: asyncio.Transport | None = None
        self._switch: asyncio.Transport | None = None
        self._work: asyncio.Task[None] | None = None

    # -- the browser's side ----------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._browser = transport
        self._connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self._work is None:  # the whole request, as uvicorn gives it
            self._head = data
            self._pause(self._browser)
            self._work = asyncio.get_running_loop().create_task(self._serve(), name="switch socket")
        elif self._switch is not None:
            self._switch.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._end()

    def pause_writing(self) -> None:
        self._pause(self._switch)

    def resume_writing(self) -> None:
        self._resume(self._switch)

    def shutdown(self) -> None:
        """End, because the server does."""
        self._end()

    # -- both ------------------------------------------------------------------------------------------------
    async def _serve(self) -> None:
        try:
            caller, request = await self._let_in()
            await self._connect()
        except Problem as problem:
            self._refuse(problem.status)
        except (OSError, TimeoutError):
            self._refuse(503)
        else:
            self._join(caller)
            await self._while_good(request)

    async def _let_in(self) -> tuple[Caller, Request]:
        path, query, headers = _parsed(self._head)
        request = Request({"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": query,
                           "client": self._browser and self._browser.get_extra_info("peername"), "scheme": "http",
                           "app": self.sockets.app, "state": {}})
        if path != PATH or not _own_page(request) or len(self.sockets.open) >= MOST:
            raise Problem(403, "forbidden", "不允许的连接")
        if self.sockets.settings.demo_phone and request.query_params.get("citizen"):
            return await Needs("public")(request), request
        caller = await Needs("agents.act")(request)
        if not caller.agent:
            raise Problem(403, "forbidden", "没有坐席工号")
        return caller, request

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_CONNECT):
            transport, _ = await loop.create_connection(
                lambda: _Far(self), "127.0.0.1", self.sockets.settings.ws_port)
        self._switch = transport
        transport.write(for_switch(self._head))

    def _join(self, caller: Caller) -> None:
        self.agent = caller.agent
        self.sockets.open.add(self)
        if self.agent:
            self.sockets.newest[self.agent] = self
        self._resume(self._browser)

    async def _while_good(self, request: Request) -> None:
        """Cut the socket when the session is over; the sound of a talk goes on, it does not come this way."""
        while True:
            await asyncio.sleep(_LOOK_AGAIN)
            if self.agent and not await still_good(request, "agents.act"):
                self._end()

    def from_switch(self, data: bytes) -> None:
        """Pass on what the switch says."""
        if self._browser is not None:
            self._browser.write(data)

    def browser_may_send(self, may: bool) -> None:
        """The switch takes more, or no more for now."""
        (self._resume if may else self._pause)(self._browser)

    def _refuse(self, status: int) -> None:
        if self._browser is not None:
            self._browser.write(b"HTTP/1.1 %d refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        self._end()

    def _end(self) -> None:
        for transport in (self._switch, self._browser):
            if transport is not None and not transport.is_closing():
                transport.close()
        self.sockets.forget(self)
        if self._work is not None and self._work is not asyncio.current_task():
            self._work.cancel()

    @staticmethod
    def _pause(transport: asyncio.Transport | None) -> None:
        if transport is not None and not transport.is_closing():
            transport.pause_reading()

    @staticmethod
    def _resume(transport: asyncio.Transport | None) -> None:
        if transport is not None and not transport.is_closing():
            transport.resume_reading()


class _Far(asyncio.Protocol):
    """The switch's side of a pair."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def data_received(self, data: bytes) -> None:
        self._pair.from_switch(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._pair.shutdown()

    def pause_writing(self) -> None:
        self._pair.browser_may_send(False)

    def resume_writing(self) -> None:
        self._pair.browser_may_send(True)


def _parsed(head: bytes) -> tuple[str, bytes, list[tuple[bytes, bytes]]]:
    """Return path, query and headers of a request that uvicorn has already parsed and written out again."""
    first, *lines = head.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    path, _, query = first.split(b" ")[1].partition(b"?")
    pairs = (line.split(b": ", 1) for line in lines if b": " in line)
    return path.decode("ascii", "replace"), query, [(name.lower(), value) for name, value in pairs]


def _own_page(request: Request) -> bool:
    """Tell whether the page that opens the socket is ours: its origin is the host that was asked."""
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "-")


def for_switch(head: bytes) -> bytes:
    """Return the request as the switch gets it: nothing but the upgrade, no cookie, no address."""
    _, _, headers = _parsed(head)
    lines = [b"GET /ws HTTP/1.1", b"Host: 127.0.0.1",
             *(b"%s: %s" % (name, value) for name, value in headers if name in _PASSED_ON)]
    return b"\r\n".join(lines) + b"\r\n\r\n"
