"""One connection to the manager interface: panoramisk's Manager, protocol and action with their faults overridden.

What is overridden, and why:

    data_received     theirs decodes each network segment by itself and loses characters split over two
    send              theirs writes any text; a line end in a value is a second action
    close, awaiting   theirs sends unanswered actions again after a reconnect: one call becomes two
    add_message       theirs never completes a list whose answer is an error
    ping              theirs never looks for the pong: a half-open connection stays for ever
    connection_made…  theirs reconnects by itself, also with a wrong password; here `bridge.ami` decides
    dispatch          theirs runs callbacks out of order and dies of their exceptions
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from bridge.ami_codec import AmiEvent, FrameDecoder, Value, encode
from bridge.ami_errors import AmiBadValue, AmiDown, AmiError, AmiRefused, AmiTimeout
from core.log import get_logger

log = get_logger(__name__)

OPEN_SECONDS = 5.0
LAST_LOOK_SECONDS = 0.2  # when our own loop was held up, a timer can run before the bytes that are there are read
UNREAD_BYTES = 1024 * 1024  # written and not taken by the switch

EventSink = Callable[[AmiEvent], None]


@dataclass(frozen=True, slots=True)
class Login:
    """Where and as whom to log in; `hears` says whether this user is sent events."""

    host: str
    port: int
    user: str
    secret: str
    hears: bool

    def __repr__(self) -> str:
        return f"Login({self.user}@{self.host}:{self.port})"


class LinkAction(Action):  # type: ignore[misc]
    """An action under way: its bytes, and the frames of its answer so far."""

    def __init__(self, name: str, action_id: str, wire: bytes, *, listing: bool) -> None:
        super().__init__({"Action": name, "ActionID": action_id}, as_list=listing)
        self.wire = wire

    def add_message(self, message: AmiEvent) -> bool:
        """Take one frame; return True when the answer is whole."""
        if message.is_answer and message.name == "Error":
            return self._settle(error=AmiRefused(message.get("Message", "refused")))
        self.responses.append(message)
        if self.as_list and not _ends_list(message):
            return False
        return self._settle()

    def fail(self, error: AmiError) -> None:
        """End it without an answer."""
        self._settle(error=error)

    def _settle(self, error: AmiError | None = None) -> bool:
        if not self.future.done():
            if error is None:
                self.future.set_result(self.responses)
            else:
                self.future.set_exception(error)
                self.future.exception()  # looked at: whoever waited may have been cancelled
        return True


def _ends_list(message: AmiEvent) -> bool:
    return message.get("EventList").lower() in ("complete", "cancelled") or (
        not message.is_answer and message.name.endswith("Complete")
    )


class LinkProtocol(AMIProtocol):  # type: ignore[misc]
    """Bytes of one connection. Whole frames go to the action they answer, or to the link as events."""

    responses: dict[str, LinkAction]

    def __init__(self, link: AmiLink) -> None:
        self.closed = True
        self._link = link
        self._decoder = FrameDecoder()
        self.heard = 0  # segments received: a sign of life

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Start with nothing pending."""
        super().connection_made(transport)
        self.factory = self._link

    def data_received(self, data: bytes) -> None:
        """Decode whole frames only; a peer that talks something else is left."""
        self.heard += 1
        try:
            for frame in self._decoder.feed(data):
                self.handle_message(frame)
        except AmiError as error:
            self.lose(str(error))

    def handle_message(self, frame: AmiEvent) -> None:
        """Give a frame to whom it belongs. A late answer belongs to nobody."""
        action = self.responses.get(frame.get("ActionID"))
        if action is not None:
            if action.add_message(frame):
                self.forget(action)
        elif frame.is_answer:
            self._link.late_answers += 1
        else:
            self._link.dispatch(frame)
            if frame.name == "Shutdown":
                self.lose("the switch is shutting down")

    def send(self, action: LinkAction, as_list: bool | None = None) -> asyncio.Future[list[AmiEvent]]:
        """Write one action; its answer comes into the future."""
        if self.closed:
            raise AmiDown("not connected")
        if action.id in self.responses:
            raise AmiBadValue(f"ActionID {action.id} is under way")
        self.responses[action.id] = action
        self.transport.write(action.wire)
        if self.transport.get_write_buffer_size() > UNREAD_BYTES:
            self.lose("the switch does not read")
        future: asyncio.Future[list[AmiEvent]] = action.future
        return future

    def forget(self, action: LinkAction) -> None:
        """Stop waiting for an answer."""
        self.responses.pop(action.id, None)

    def lose(self, why: str) -> None:
        """Cut the connection now; what it has not sent is not sent."""
        self.connection_lost(AmiDown(why))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail everything under way, once. Nothing is kept to be sent again."""
        if self.closed:
            return
        self.close()
        self._link.connection_lost(exc)

    def close(self) -> None:
        """Cut; pending actions fail."""
        self.closed = True
        self.transport.abort()
        pending, self.responses = self.responses, {}
        for action in pending.values():
            action.fail(AmiDown("the connection was lost before the answer came"))


class AmiLink(Manager):  # type: ignore[misc]
    """One logged-in connection, from `open` until `lost` is done. It is never opened twice."""

    protocol: LinkProtocol | None

    def __init__(self, login: Login, on_event: EventSink, *, ping_interval: float, ping_timeout: float) -> None:
        super().__init__(
            host=login.host, port=login.port, username=login.user, secret=login.secret,
            events="on" if login.hears else "off", log=logging.getLogger(__name__),
        )
        self.callbacks.clear()
        self.patterns.clear()
        self._login = login
        self._on_event = on_event
        self._ping_every, self._ping_within = ping_interval, ping_timeout
        self._watching: asyncio.Task[None] | None = None
        self.late_answers = 0
        loop = asyncio.get_running_loop()
        self.booted: asyncio.Future[str] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()

    async def open(self) -> None:
        """Connect and log in. Raises AmiDown, AmiTimeout, or AmiRefused for a wrong user or secret."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                _, self.protocol = await loop.create_connection(
                    lambda: LinkProtocol(self), self._login.host, self._login.port
                )
        except OSError as error:  # TimeoutError is one
            raise AmiDown(f"no connection to {self._login.host}:{self._login.port}: {error or 'timed out'}") from error
        fields = {"Username": self._login.user, "Secret": self._login.secret, "Events": self.config["events"]}
        await self.request("Login", fields, timeout=OPEN_SECONDS)
        self.authenticated = True
        self._watching = asyncio.create_task(self._watch(), name=f"ami watchdog {self._login.user}")

    async def request(
        self, name: str, fields: Mapping[str, Value] | None = None, *, variables: Mapping[str, str] | None = None,
        timeout: float, listing: bool = False,  # noqa: ASYNC109  a deadline that the caller must know of
    ) -> list[AmiEvent]:
        """Send one action and return the frames of its answer. Raises an AmiError; never sends twice."""
        named = dict(fields or {})
        action_id = str(named.pop("ActionID", "") or Action.action_id_generator())
        wire = encode(name, named, action_id=action_id, variables=variables)
        if self.protocol is None:
            raise AmiDown("not connected")
        protocol, action = self.protocol, LinkAction(name, action_id, wire, listing=listing)
        answer = protocol.send(action)
        try:
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError as error:
            raise AmiTimeout(f"{name}: no answer within {timeout} s") from error
        finally:
            protocol.forget(action)

    async def _watch(self) -> None:
        while self.protocol is not None and not self.protocol.closed:
            await self._look_for_life(self.protocol)
            await asyncio.sleep(self._ping_every)

    async def _look_for_life(self, protocol: LinkProtocol) -> None:
        heard = protocol.heard
        try:
            await self.request("Ping", timeout=self._ping_within)
        except AmiTimeout:
            await asyncio.sleep(LAST_LOOK_SECONDS)
            if protocol.heard == heard:
                protocol.lose("no sign of life")
        except AmiError:
            return  # lost already, or an answer too

    def dispatch(self, event: AmiEvent) -> None:
        """Hand an event on. Whatever the sink does, the connection stays."""
        if event.name == "FullyBooted" and not self.booted.done():
            self.booted.set_result(event.get("Status"))
        try:
            self._on_event(event)
        except Exception:  # the edge between the connection and what hangs on it
            log.exception("ami.event_failed", name=event.name)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits on `lost`; reconnecting is not decided here."""
        self.authenticated = False
        if not self.lost.done():
            self.lost.set_result(str(exc or "closed by the switch"))

    def close(self) -> None:
        """Cut the connection and stop the watchdog."""
        if self._watching is not None:
            self._watching.cancel()
        if self.protocol is not None:
            self.protocol.lose("closed by us")

    async def send_awaiting_actions(self, *_: Any) -> None:
        """Nothing is ever sent again."""
