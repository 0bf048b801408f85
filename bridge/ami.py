"""The switch's manager interface as the rest of bridge/ uses it: ordered events, actions with a deadline.

Two connections make one session: one hears events, one sends actions and hears only their answers. The session is up
when both are logged in and the switch says that it is fully booted; if either is lost, both are closed. Then it is
tried again, with back-off. Nothing is queued while it is down and nothing is sent twice: what an unanswered action
did is found out by looking (`on_up` rebuilds), not by repeating it.

`on_event` and `on_up` are called by one task, one after the other, in the order in which things arrived: no event
overtakes the rebuild that precedes it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping

from bridge.ami_codec import AmiEvent, Value
from bridge.ami_errors import AmiBadValue, AmiDown, AmiError, AmiRefused, AmiTimeout
from bridge.ami_link import AmiLink, Login
from bridge.ami_queue import EventQueue, Rebuild
from core.log import get_logger

__all__ = ["Ami", "AmiBadValue", "AmiDown", "AmiError", "AmiEvent", "AmiRefused", "AmiTimeout"]

log = get_logger(__name__)

BOOT_SECONDS = 60.0
RETRY_FIRST, RETRY_LAST = 0.1, 3.0
RETRY_REFUSED = 10.0  # a wrong secret does not mend itself, and each try stands in the switch's security log
STEADY_SECONDS = 1.0  # up that long, the next loss begins with the first delay again
CALLBACK_SECONDS = 30.0
REBUILD_AGAIN = 1.0
BREATH = 64  # events taken before others on this loop get their turn

# An empty list is told as an error by some list actions.
_EMPTY_LISTS = frozenset({"No active conferences.", "No Conference by that name found."})


class Ami:
    """A lasting connection to one switch; state and counters are plain attributes.

    up                both connections are logged in and the switch is booted
    problem           why it is not up, "" while it is; a refused login says so
    last_event_at     epoch seconds of the last event, 0.0 before the first
    sessions          how often it came up
    callback_errors   exceptions of on_event, on_up, on_down (logged)
    """

    def __init__(
        self, host: str, port: int, *, events: tuple[str, str], actions: tuple[str, str],
        on_event: Callable[[AmiEvent], Awaitable[None] | None], on_up: Callable[[], Awaitable[None]],
        on_down: Callable[[], None], ping_interval: float = 2.0, ping_timeout: float = 3.0, queue_limit: int = 20000,
    ) -> None:
        self._logins = (Login(host, port, *events, hears=True), Login(host, port, *actions, hears=False))
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._pings = {"ping_interval": ping_interval, "ping_timeout": ping_timeout}
        self._queue = EventQueue(queue_limit)
        self._tasks: list[asyncio.Task[None]] = []
        self._actions: AmiLink | None = None
        self._came_up = 0.0
        self._late_before = 0
        self.problem = "not started"
        self.last_event_at = 0.0
        self.sessions = 0
        self.callback_errors = 0

    # -- state -----------------------------------------------------------------------------------------------
    @property
    def up(self) -> bool:
        """Whether actions can be sent."""
        return self._actions is not None

    @property
    def queued(self) -> int:
        """Events that wait for `on_event`."""
        return len(self._queue)

    @property
    def longest_queue(self) -> int:
        """The most events that ever waited."""
        return self._queue.longest

    @property
    def dropped_low(self) -> int:
        """Events of no importance that were refused because the queue was half full."""
        return self._queue.dropped_low

    @property
    def overflow(self) -> int:
        """Important events that were refused because the queue was full; a rebuild follows."""
        return self._queue.overflow

    @property
    def late_answers(self) -> int:
        """Answers that came after their deadline."""
        return self._late_before + (self._actions.late_answers if self._actions else 0)

    # -- life ------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Begin to connect, and go on until `close`; returns at once."""
        self._tasks = [
            asyncio.create_task(self._keep_up(), name="ami connection"),
            asyncio.create_task(self._take_events(), name="ami events"),
        ]

    async def close(self) -> None:
        """Cut the connection and stop. No callback is called any more, except `on_down` if it was up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self.problem = "closed"

    # -- actions ---------------------------------------------------------------------------------------------
    async def action(
        self, name: str, fields: Mapping[str, Value] | None = None, *, variables: Mapping[str, str] | None = None,
        timeout: float = 5.0,  # noqa: ASYNC109  a deadline that the caller must know of
    ) -> AmiEvent:
        """Send one action and return its answer.

        `variables` are channel variables (Originate). Raises AmiBadValue (nothing was sent), AmiDown, AmiRefused,
        AmiTimeout (it may have been done: look before trying again).
        """
        return (await self._link().request(name, fields, variables=variables, timeout=timeout))[0]

    async def listing(
        self, name: str, fields: Mapping[str, Value] | None = None, *,
        timeout: float = 5.0,  # noqa: ASYNC109
    ) -> list[AmiEvent]:
        """Send a list action and return its events, the closing ``…Complete`` left out. Raises as `action` does."""
        try:
            frames = await self._link().request(name, fields, timeout=timeout, listing=True)
        except AmiRefused as error:
            if error.message in _EMPTY_LISTS:
                return []
            raise
        return [frame for frame in frames[:-1] if not frame.is_answer]

    def _link(self) -> AmiLink:
        if self._actions is None:
            raise AmiDown(f"the switch is not connected: {self.problem}")
        return self._actions

    # -- one session after the other ---------------------------------------------------------------------------
    async def _keep_up(self) -> None:
        losses = 0
        while True:
            refused = await self._session()
            steady = bool(self._came_up) and time.monotonic() - self._came_up >= STEADY_SECONDS
            losses = 0 if steady else losses + 1
            delay = RETRY_REFUSED if refused else min(RETRY_LAST, RETRY_FIRST * 2 ** min(losses, 10))
            await asyncio.sleep(delay * random.uniform(0.5, 1.0))

    async def _session(self) -> bool:
        """Connect, be up until something is lost; return whether the switch refused the login."""
        self._came_up = 0.0
        links = [AmiLink(login, self._receive, **self._pings) for login in self._logins]
        try:
            for link in links:
                await link.open()
            await self._booted(links)
            self._go_up(links[1])
            await asyncio.wait([link.lost for link in links], return_when=asyncio.FIRST_COMPLETED)
            raise AmiDown(next(link.lost.result() for link in links if link.lost.done()))
        except AmiRefused as error:
            return self._not_up(f"login refused: {error}; check the secrets of the AMI users", refused=True)
        except AmiError as error:
            return self._not_up(str(error))
        finally:
            self._go_down()
            for link in links:
                link.close()

    async def _booted(self, links: list[AmiLink]) -> None:
        await asyncio.wait(
            [links[0].booted, *(link.lost for link in links)], timeout=BOOT_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not links[0].booted.done():
            raise AmiDown("the switch does not say that it is booted; may the events user read the class system?")

    def _go_up(self, actions: AmiLink) -> None:
        self._actions, self._came_up, self.problem = actions, time.monotonic(), ""
        self.sessions += 1
        self._queue.want_rebuild()
        log.info("ami.up", sessions=self.sessions)

    def _go_down(self) -> None:
        if self._actions is None:
            return
        self._late_before += self._actions.late_answers
        self._actions = None
        try:
            self._on_down()
        except Exception:  # a callback must not end the connection's task
            self.callback_errors += 1
            log.exception("ami.on_down_failed")

    def _not_up(self, why: str, *, refused: bool = False) -> bool:
        if why != self.problem:
            (log.error if refused else log.warning)("ami.down", why=why)
        self.problem = why
        return refused

    # -- events ------------------------------------------------------------------------------------------------
    def _receive(self, event: AmiEvent) -> None:
        self.last_event_at = time.time()
        self._queue.put(event)

    async def _take_events(self) -> None:
        taken = 0
        while True:
            item = await self._queue.take()
            if isinstance(item, AmiEvent):
                await self._call(item.name, self._on_event, item)
            elif self.up:
                await self._rebuild(item)
            taken += 1
            if taken % BREATH == 0:
                await asyncio.sleep(0)

    async def _rebuild(self, wish: Rebuild) -> None:
        session = self.sessions
        if await self._call("on_up", self._on_up) or not self.up:
            return
        log.warning("ami.rebuild_again", after_seconds=REBUILD_AGAIN)
        asyncio.get_running_loop().call_later(REBUILD_AGAIN, self._wish_again, session)

    def _wish_again(self, session: int) -> None:
        if self.up and self.sessions == session:
            self._queue.want_rebuild()

    async def _call(self, what: str, callback: Callable[..., Awaitable[None] | None], *args: AmiEvent) -> bool:
        try:
            pending = callback(*args)
            if pending is not None:
                async with asyncio.timeout(CALLBACK_SECONDS):
                    await pending
        except Exception:  # the edge between the connection and what hangs on it
            self.callback_errors += 1
            log.exception("ami.callback_failed", what=what)
            return False
        return True
