"""The wire to the city's own switch: a small manager client, apart from the product's, so that the demo proves it.

Messages are ``Name: value`` lines up to an empty line. Answers are told from events by their ActionID.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from hotline.demo.errors import CityError, TooLateError

Message = dict[str, str]
LONGEST = 1 << 16  # bytes of one line
ANSWER_SECONDS = 5.0

log = structlog.get_logger(__name__)


class CityAmi:
    """One connection. `on_event` is called for each event, in order, and must not wait."""

    def __init__(self, port: int, secret: str, on_event: Callable[[Message], None]) -> None:
        self._port, self._secret, self._on_event = port, secret, on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._lists: dict[str, list[Message]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def connect(self, deadline: float = 10.0, events: bool = True) -> None:
        """Log in; without `events` only answers are sent to us. Raises TooLateError or CityError."""
        try:
            async with asyncio.timeout(deadline):
                reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=LONGEST)
                await reader.readline()
        except (OSError, TimeoutError) as error:
            raise TooLateError(f"the city's switch does not answer on port {self._port}: {error}") from error
        self._reading = asyncio.create_task(self._read(reader), name="city-ami")
        await self.action("Login", Username="city", Secret=self._secret, Events="on" if events else "off")

    async def close(self) -> None:
        """End the connection; what still waits for an answer is told so."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        self._forget("the connection to the city's switch was closed")

    async def action(
        self, name: str, variables: Mapping[str, str] | None = None, deadline: float = ANSWER_SECONDS, **fields: Any,
    ) -> Message:
        """Send an action and return its answer. Raises CityError if it is refused, TooLateError without an answer."""
        number = str(next(self._numbers))
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        lines = {"Action": name, "ActionID": number, **{key: str(value) for key, value in fields.items()}}
        try:
            async with asyncio.timeout(deadline):
                await self._send([*lines.items(), *(("Variable", f"{k}={v}") for k, v in (variables or {}).items())])
                message = await answer
        except TimeoutError as error:
            raise TooLateError(f"the city's switch did not answer {name}") from error
        finally:
            self._waiting.pop(number, None)
        if message.get("Response") == "Error":
            raise CityError(f"{name}: {message.get('Message', 'refused')}")
        return message

    async def listing(self, name: str, event: str) -> list[Message]:
        """Send an action that answers with a list and return its events called `event`."""
        collected: list[Message] = []
        number = str(next(self._numbers))
        done: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[number + "-end"], self._lists[number] = done, collected
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._send([("Action", name), ("ActionID", number)])
                await done
        except TimeoutError as error:
            raise TooLateError(f"the city's switch did not answer {name}") from error
        finally:
            self._waiting.pop(number + "-end", None)
            self._lists.pop(number, None)
        return [message for message in collected if message.get("Event") == event]

    async def _send(self, lines: list[tuple[str, str]]) -> None:
        if self._writer is None or self._writer.is_closing():
            raise CityError("the city's switch is not connected")
        text = "".join(f"{name}: {value}\r\n" for name, value in lines if value != "")
        if any(ord(sign) < 32 and sign not in "\r\n" for sign in text) or text.count("\n") != sum(
            1 for _, value in lines if value != ""
        ):
            raise CityError("a value for the city's switch has a control character")
        self._writer.write((text + "\r\n").encode())
        await self._writer.drain()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        message: Message = {}
        try:
            while line := await reader.readline():
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                if text:
                    name, _, value = text.partition(":")
                    message[name] = value.strip()
                elif message:
                    self._take(message)
                    message = {}
        except (OSError, ValueError) as error:
            log.warning("city_ami_broken", error=str(error))
        self._forget("the city's switch went away")

    def _take(self, message: Message) -> None:
        number = message.get("ActionID", "")
        waiting = self._waiting.get(number)
        if "Response" in message and waiting is not None and not waiting.done():
            waiting.set_result(message)
        elif number in self._lists:
            self._take_of_list(number, message)
        elif "Event" in message:
            self._on_event(message)

    def _take_of_list(self, number: str, message: Message) -> None:
        end = self._waiting[number + "-end"]
        self._lists[number].append(message)
        failed = message.get("Response") == "Error"
        if (failed or message.get("EventList") in {"Complete", "cancelled"}) and not end.done():
            end.set_result(message)

    def _forget(self, why: str) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(CityError(why))
