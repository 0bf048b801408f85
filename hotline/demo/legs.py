"""What happens on the lines of the city: a leg a call, a telephone its legs. Every wait has a deadline in seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from hotline.demo.errors import CityError, TooLateError
from hotline.demo.tones import ToneSpan, heard

_LOOK = 0.02  # seconds between two looks at something that tells nobody when it happens
_LOOKS = 100


class Wire(Protocol):
    """What a leg needs of the city."""

    @property
    def tones(self) -> Mapping[str, int]:
        """Role → Hz of everybody who speaks in the city."""

    async def action(self, name: str, variables: Mapping[str, str] | None = None, **fields: Any) -> Mapping[str, str]:
        """Send an action to the city's switch."""

    def has_open(self, path: Path) -> bool:
        """Tell whether the city's switch still writes this file."""


@dataclass(eq=False)
class Leg:
    """One leg at the city's end. Times are epoch seconds, None before it happened; `cause` is the Q.850 number.

    `number` is the citizen's own number, or the number of the phone that was rung; `caller` is who rang it.
    """

    wire: Wire = field(repr=False)
    id: str
    number: str
    heard_file: Path
    hz: int = 0
    channel: str = ""
    caller: str = ""
    came_at: float = field(default_factory=time.time)
    answered_at: float | None = None
    ended_at: float | None = None
    cause: int | None = None
    technical: str = ""
    keys_heard: str = ""
    came: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    was_answered: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    pressed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def is_up(self) -> bool:
        """Whether it was answered and has not ended."""
        return self.answered_at is not None and self.ended_at is None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ended_at is not None

    async def until_answered(self, deadline: float) -> None:
        """Wait for the answer. Raises TooLateError, also if the leg ends first."""
        await first_of(deadline, f"{self.number} was not answered", self.was_answered, self.ended)
        if not self.was_answered.is_set():
            raise TooLateError(f"{self.number} ended before an answer (cause {self.cause}, SIP {self.technical})")

    async def until_ended(self, deadline: float) -> None:
        """Wait until it has ended and what it heard is wholly on disk. Raises TooLateError."""
        await first_of(deadline, f"the leg of {self.number} did not end", self.ended)
        for _ in range(_LOOKS):
            if not self.wire.has_open(self.heard_file):
                return
            await asyncio.sleep(_LOOK)

    async def hang_up(self, cause: int = 16) -> None:
        """Put the receiver down; on a ringing phone 21 declines. Nothing happens if it has ended."""
        if self.ended_at is None:
            await self._quietly("Hangup", Channel=self.channel or self.id, Cause=cause)

    async def press(self, keys: str, spacing: float = 0.25, length: float = 0.12, deadline: float = 10.0) -> None:
        """Press keys (0-9 * # A-D) as RFC 4733 events and return when the last was let go; times in seconds."""
        if not keys or any(key not in "0123456789*#ABCD" for key in keys):
            raise CityError(f"{keys!r} are not keys of a telephone")
        self.pressed.clear()
        await self._set("CITY_KEYS", keys)
        await self._set("CITY_SPACING", str(round(spacing * 1000)))
        await self._set("CITY_LENGTH", str(round(length * 1000)))
        await self._go("talk", "press")
        await first_of(deadline, f"{self.number} could not press {keys}", self.pressed, self.ended)

    async def tone(self, hz: int) -> None:
        """Speak another tone from now on; 0 is silence (packets still flow)."""
        await self._set("CITY_TONE", str(hz))
        await self._go("talk", "speak")

    async def mute_tone(self) -> None:
        """Fall silent; packets still flow."""
        await self.tone(0)

    async def speak(self) -> None:
        """Speak the own tone again."""
        await self.tone(self.hz)

    async def lose_sound(self, lost: bool = True) -> None:
        """Send no more packets, as when a network breaks, or send them again; signalling is not touched."""
        await self.wire.action("MuteAudio", Channel=self.channel, Direction="out",
                               State="on" if lost else "off")

    def spans(self) -> dict[str, ToneSpan]:
        """Return where in `heard_file` each role's tone was heard; the own tone is not looked for."""
        others = {role: float(hz) for role, hz in self.wire.tones.items() if hz != self.hz}
        if not self.heard_file.exists():
            return {}
        return heard(self.heard_file, others)

    def heard(self) -> dict[str, float]:
        """Return for how many seconds each other role was heard on this leg so far."""
        return {role: round(span.seconds, 2) for role, span in self.spans().items()}

    async def until_heard(self, role: str, deadline: float, seconds: float = 1.0) -> None:
        """Wait until this leg has heard a role for `seconds`. Raises TooLateError with what it did hear."""
        until = time.monotonic() + deadline
        while True:
            late = time.monotonic() > until  # before the look: a loop that stood still meanwhile is no silence
            if (heard := self.heard()).get(role, 0.0) >= seconds:
                return
            if late:
                raise TooLateError(f"{self.number} did not hear {role} for {seconds} s, but {heard}")
            await asyncio.sleep(0.1)

    async def _set(self, name: str, value: str) -> None:
        await self.wire.action("Setvar", Channel=self.channel, Variable=name, Value=value)

    async def _go(self, context: str, exten: str) -> None:
        await self.wire.action("Redirect", Channel=self.channel, Context=context, Exten=exten, Priority=1)

    async def _quietly(self, action: str, **fields: Any) -> None:
        """Send an action that may come too late because the leg has just ended."""
        try:
            await self.wire.action(action, **fields)
        except TooLateError:
            raise
        except CityError:
            await first_of(2.0, f"{action} of {self.number} failed", self.ended)


class CityCall(Leg):
    """A citizen's call to the hotline."""


class PhoneLeg(Leg):
    """A call that reached a telephone of the city."""

    async def pick_up(self) -> None:
        """Answer a ringing phone now, whatever it would have done by itself."""
        await self._go("act", "picks_up")


class Phone:
    """One telephone and the calls that reached it, oldest first. `nth` counts them from 1."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.legs: list[PhoneLeg] = []
        self._changed = asyncio.Event()

    @property
    def last(self) -> PhoneLeg:
        """The newest leg. Raises CityError if it was never rung."""
        if not self.legs:
            raise CityError(f"{self.number} was never rung")
        return self.legs[-1]

    @property
    def is_up(self) -> bool:
        """Whether somebody talks on it."""
        return any(leg.is_up for leg in self.legs)

    @property
    def is_ringing(self) -> bool:
        """Whether it is being called and has not answered."""
        return any(leg.answered_at is None and not leg.is_over for leg in self.legs)

    @property
    def heard_file(self) -> Path:
        """What the newest leg hears."""
        return self.last.heard_file

    async def rang(self, deadline: float, nth: int = 1) -> PhoneLeg:
        """Wait for its `nth` call and return it. Raises TooLateError."""
        await self._until(lambda: len(self.legs) >= nth, deadline, f"{self.number} was not rung {nth} time(s)")
        return self.legs[nth - 1]

    async def answered(self, deadline: float, nth: int = 1) -> PhoneLeg:
        """Wait until it has answered for the `nth` time and return that leg. Raises TooLateError."""
        await self._until(lambda: len(self._answered()) >= nth, deadline, f"{self.number} did not answer {nth} time(s)")
        return self._answered()[nth - 1]

    async def ended(self, deadline: float, nth: int = 1) -> PhoneLeg:
        """Wait until its `nth` call has ended and return it. Raises TooLateError."""
        started = time.monotonic()
        leg = await self.rang(deadline, nth)
        await leg.until_ended(max(deadline - (time.monotonic() - started), 0.0))
        return leg

    async def hang_up(self, cause: int = 16) -> None:
        """Put the receiver down on every live call."""
        for leg in self.legs:
            await leg.hang_up(cause)

    async def press(self, keys: str) -> None:
        """Press keys on the newest call."""
        await self.last.press(keys)

    async def pick_up(self) -> None:
        """Answer the newest call now."""
        await self.last.pick_up()

    def heard(self) -> dict[str, float]:
        """Return for how many seconds each other role was heard on the newest leg."""
        return self.last.heard()

    def forget(self) -> None:
        """Begin to count anew; live calls go on."""
        self.legs.clear()

    def changed(self) -> None:
        """Wake whoever waits for this phone."""
        self._changed.set()

    def _answered(self) -> list[PhoneLeg]:
        return [leg for leg in self.legs if leg.answered_at is not None]

    async def _until(self, true: Callable[[], bool], deadline: float, complaint: str) -> None:
        try:
            async with asyncio.timeout(deadline):
                while not true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            raise TooLateError(f"{complaint} within {deadline:g} s") from error


async def first_of(deadline: float, complaint: str, *events: asyncio.Event) -> None:
    """Wait until one of the events is set. Raises TooLateError with the complaint."""
    if any(event.is_set() for event in events):
        return
    waits: list[asyncio.Task[bool]] = [asyncio.create_task(_wait(event.wait())) for event in events]
    try:
        done, _ = await asyncio.wait(waits, timeout=deadline, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    if not done:
        raise TooLateError(f"{complaint} within {deadline:g} s")


async def _wait(something: Awaitable[Any]) -> bool:
    await something
    return True
