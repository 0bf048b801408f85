"""The FastAGI server: a menu's handler for each call the dialplan sends, and nothing for anybody else.

panoramisk's Application with its connection handling replaced: there a peer that closes before the empty line, or
sends a giant header, stops the whole event loop. Here a header is bounded in size and time, the connections that
have not sent one are few (the oldest goes first), and only addresses of the allow-list are heard. A health check
that opens and closes the port is normal and leaves no trace but a count.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from panoramisk.fast_agi import Application

from core.log import get_logger
from ivr.agi_session import AgiSession, GetData, Recording
from ivr.agi_wire import (
    AgiBadValue,
    AgiError,
    AgiFailed,
    AgiGone,
    AgiHangup,
    AgiReply,
    AgiTimeout,
    parse_header,
)

__all__ = [
    "AgiBadValue", "AgiError", "AgiFailed", "AgiGone", "AgiHangup", "AgiReply", "AgiServer", "AgiSession", "AgiTimeout",
    "GetData", "Recording",
]

log = get_logger(__name__)

Handler = Callable[[Any], Awaitable[None]]  # of an AgiSession, or of the part of it that the handler needs

BACKLOG = 1024  # a flood of connections must not push the switch's own out of the queue
GRACE_SECONDS = 0.5  # younger than that nobody is too late: in a flood the switch's own header is not read yet
CLOSE_SECONDS = 1.0
SPARE_DESCRIPTORS = 256


class AgiConnection(asyncio.Protocol):
    """One connection: first its header, then its session."""

    def __init__(self, server: AgiServer) -> None:
        self._server = server
        self._header = bytearray()
        self._deadline: asyncio.TimerHandle | None = None
        self.transport: asyncio.Transport | None = None
        self.session: AgiSession | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in if it may, and give it a time to send its header."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is not of that class
        if self._server.admit(self, self.transport):
            timeout = self._server.header_timeout
            self._deadline = asyncio.get_running_loop().call_later(timeout, self.drop, "no header in time")

    def data_received(self, data: bytes) -> None:
        """Header first, replies later."""
        if self.session is not None:
            self.session.feed(data)
            return
        start = max(0, len(self._header) - 1)
        self._header += data
        end = self._header.find(b"\n\n", start)
        if end >= 0:
            self._begin(bytes(self._header[:end]), bytes(self._header[end + 2 :]))
        elif len(self._header) > self._server.header_limit:
            self.drop("header too long")

    def _begin(self, header: bytes, rest: bytes) -> None:
        self._disarm()
        self._header.clear()
        assert self.transport is not None
        if len(header) > self._server.header_limit:
            self.drop("header too long")
            return
        try:
            self.session = AgiSession(self._server, parse_header(header), self.transport)
        except AgiError as error:
            self.drop(str(error))
            return
        if self._server.begin(self, self.session) and rest:
            self.session.feed(rest)

    def drop(self, why: str) -> None:
        """Close a connection that is no call."""
        self._server.refused += 1
        log.debug("agi.refused", why=why)
        self.abort()

    def abort(self) -> None:
        """Cut it."""
        self._disarm()
        if self.transport is not None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._disarm()
        self._server.forget(self)
        if self.session is not None:
            self.session.lost()

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class AgiServer(Application):  # type: ignore[misc]
    """Serve FastAGI; state and counters are plain attributes.

    calls     sessions under way
    served    sessions that began
    refused   connections that were no call: no header, too long or too late, not allowed, no such route, too many
    failed    handlers that ended with an exception other than the caller's going
    """

    def __init__(
        self, routes: Mapping[str, Handler], *, allow: Sequence[str] = ("127.0.0.1",), max_connections: int = 2000,
        max_waiting_header: int = 200, header_timeout: float = 3.0, header_limit: int = 16384,
        command_timeout: float = 10.0,
    ) -> None:
        super().__init__(loop=_NoLoop)
        for path, handler in routes.items():
            self.add_route(path, handler)
        self._allow = frozenset(allow)
        self._max_connections, self._max_waiting = max_connections, max_waiting_header
        self.header_timeout, self.header_limit, self.command_timeout = header_timeout, header_limit, command_timeout
        self._waiting: dict[AgiConnection, float] = {}  # since when, in order of arrival
        self._sessions: dict[AgiConnection, asyncio.Task[None]] = {}
        self._open: set[AgiConnection] = set()
        self._emptied: asyncio.Event | None = None
        self._server: asyncio.Server | None = None
        self.served = self.refused = self.failed = 0

    def add_route(self, path: str, endpoint: Handler) -> None:
        """Serve the sessions whose address begins with `path`."""
        if path in self._route:
            raise ValueError(f"a route {path!r} is there already")
        self._route[path] = endpoint

    @property
    def calls(self) -> int:
        """Sessions under way."""
        return len(self._sessions)

    # -- life ------------------------------------------------------------------------------------------------
    async def start(self, host: str, port: int) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._max_connections = min(self._max_connections, _descriptors(self._max_connections))
        self.loop = asyncio.get_running_loop()
        self._server = await self.loop.create_server(lambda: AgiConnection(self), host, port, backlog=BACKLOG)

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None, "not started"
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end every session; the dialplan goes on with its calls by itself."""
        if self._server is not None:
            self._server.close()
        tasks = [*self._sessions.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._emptied = asyncio.Event()
        for connection in [*self._open]:
            connection.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._open:
                    await self._emptied.wait()

    async def handler(self, reader: Any, writer: Any) -> None:
        """Refused: connections come through `start`."""
        writer.close()
        raise AgiBadValue("use start()")

    # -- called by connections -----------------------------------------------------------------------------------
    def admit(self, connection: AgiConnection, transport: asyncio.Transport) -> bool:
        """Say whether a new connection may send its header; the one that has kept us waiting longest makes room."""
        self._open.add(connection)
        peer = transport.get_extra_info("peername")
        if not peer or peer[0] not in self._allow:
            connection.drop(f"not allowed: {peer}")
            return False
        now = self.loop.time()
        full = len(self._waiting) + len(self._sessions) >= self._max_connections
        if full and not self._waiting:
            log.error("agi.full", calls=self.calls)
            connection.drop("too many calls")
            return False
        if full:
            self._drop_oldest()
        while len(self._waiting) >= self._max_waiting and now - next(iter(self._waiting.values())) > GRACE_SECONDS:
            self._drop_oldest()
        self._waiting[connection] = now
        return True

    def _drop_oldest(self) -> None:
        oldest = next(iter(self._waiting))
        del self._waiting[oldest]
        oldest.drop("others wait")

    def begin(self, connection: AgiConnection, session: AgiSession) -> bool:
        """Start the handler of a call."""
        self._waiting.pop(connection, None)
        route = self._route.get(session.script.split("/", 1)[0])
        if route is None:
            log.warning("agi.no_route", script=session.script[:80])
            connection.drop("no such route")
            return False
        self.served += 1
        task = asyncio.get_running_loop().create_task(self._serve(route, session), name="agi session")
        self._sessions[connection] = task
        task.add_done_callback(lambda _: self._ended(connection))
        return True

    def forget(self, connection: AgiConnection) -> None:
        """A connection is closed."""
        self._waiting.pop(connection, None)
        self._open.discard(connection)
        if self._emptied is not None and not self._open:
            self._emptied.set()

    def _ended(self, connection: AgiConnection) -> None:
        self._sessions.pop(connection, None)
        if connection.transport is not None:
            connection.transport.close()

    async def _serve(self, route: Handler, session: AgiSession) -> None:
        try:
            await route(session)
        except (AgiHangup, AgiGone) as error:
            log.debug("agi.caller_gone", channel=session.channel, why=str(error))
        except Exception:  # the end of a call's task; the dialplan sees no outcome and tries again
            self.failed += 1
            log.exception("agi.failed", channel=session.channel, script=session.script)


class _NoLoop:
    """Given to panoramisk, which would ask for a loop where there may be none yet."""


def _descriptors(wanted: int) -> int:
    """Raise this process's limit of open files as far as needed and allowed; return how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = wanted + SPARE_DESCRIPTORS
    limit = need if hard == resource.RLIM_INFINITY else min(need, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        soft = limit
    return wanted if soft == resource.RLIM_INFINITY else max(1, soft - SPARE_DESCRIPTORS)
