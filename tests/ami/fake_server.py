"""An AMI server that behaves as a script says: for faults that a real switch shows too seldom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Answer = Callable[["Peer", dict[str, str]], Awaitable[None]]
BANNER = b"Asterisk Call Manager/11.0.0\r\n"


class Peer:
    """One connection, seen from the server."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.user = ""

    def send(self, *lines: str) -> None:
        """Send one frame."""
        self.writer.write("\r\n".join((*lines, "", "")).encode())

    def answer(self, action: dict[str, str], *lines: str, response: str = "Success") -> None:
        """Answer an action."""
        self.send(f"Response: {response}", f"ActionID: {action['ActionID']}", *lines)


class FakeServer:
    """Logs everybody in and answers pings; every other action goes to `on_action`. `actions` has what it was sent."""

    def __init__(self, on_action: Answer | None = None, *, secret: str = "", banner: bytes = BANNER) -> None:
        self._on_action, self._secret, self._banner = on_action, secret, banner
        self.mute = False
        self.actions: list[dict[str, str]] = []
        self.peers: list[Peer] = []
        self._server: asyncio.Server | None = None
        self.logins = 0

    async def __aenter__(self) -> FakeServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Cut all connections."""
        for peer in self.peers:
            peer.writer.transport.abort()
        self.peers.clear()

    def hearer(self) -> Peer:
        """The connection of the events user."""
        return next(peer for peer in self.peers if peer.user == "events")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(writer)
        self.peers.append(peer)
        writer.write(self._banner)
        try:
            while raw := await reader.readuntil(b"\r\n\r\n"):
                action = dict(line.split(": ", 1) for line in raw.decode().strip().split("\r\n"))
                self.actions.append(action)
                if not self.mute:
                    await self._take(peer, action)
        except (asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    async def _take(self, peer: Peer, action: dict[str, str]) -> None:
        if action["Action"] == "Login":
            self._login(peer, action)
        elif action["Action"] == "Ping":
            peer.answer(action, "Ping: Pong")
        elif self._on_action is not None:
            await self._on_action(peer, action)

    def _login(self, peer: Peer, action: dict[str, str]) -> None:
        self.logins += 1
        if self._secret and action["Secret"] != self._secret:
            peer.answer(action, "Message: Authentication failed", response="Error")
            return
        peer.user = action["Username"]
        peer.answer(action, "Message: Authentication accepted")
        if action["Events"] == "on":
            peer.send("Event: FullyBooted", "Status: Fully Booted")

    def sent(self, name: str) -> int:
        """How often it was sent an action."""
        return sum(action["Action"] == name for action in self.actions)
