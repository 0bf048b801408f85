"""One call's FastAGI session: what the menu may ask of the channel, one round trip each.

panoramisk's Request with its reading replaced: theirs takes ``HANGUP`` for the reply under way and is off by one from
then on, has no deadline, and sends whatever text it is given.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from panoramisk.fast_agi import Application, Request

from ivr.agi_wire import (
    MAX_VALUE,
    AgiBadValue,
    AgiError,
    AgiFailed,
    AgiGone,
    AgiHangup,
    AgiReply,
    AgiTimeout,
    ReplyReader,
    assignments,
    encode_command,
)

LONGEST_PROMPT = 300.0  # seconds; a play is given that long before its reply is given up
LAST_LINE_SECONDS = 0.25  # after result=-1: a hang-up is told within 45 ms (measured), a failure is not told
SAMPLES = 8000  # a second, of endpos

_PROMPT = re.compile(r"[0-9A-Za-z_./-]+")


@dataclass(frozen=True, slots=True)
class GetData:
    """What was pressed. No digits and no time-out means only ``#``."""

    digits: str
    timed_out: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording is over: `why` is ``dtmf``, ``timeout`` (also silence), its ending `key` or "", its length."""

    why: str
    key: str
    seconds: float


class AgiSession(Request):  # type: ignore[misc]
    """A session. Every method raises an AgiError; after AgiHangup, AgiGone and AgiTimeout there is nothing more."""

    def __init__(self, app: Application, headers: Mapping[str, str], transport: asyncio.Transport) -> None:
        super().__init__(app, dict(headers), None, transport)
        self.headers: dict[str, str]
        self._transport = transport
        self._replies = ReplyReader()
        self._waiter: asyncio.Future[AgiReply] | None = None
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._end: AgiError | None = None
        self.round_trips = 0

    # -- who is calling --------------------------------------------------------------------------------------
    @property
    def script(self) -> str:
        """The path of the address the dialplan called."""
        return self.headers.get("agi_network_script", "")

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments after the address; empty ones in between are kept."""
        numbers = [int(n[8:]) for n in self.headers if n.startswith("agi_arg_") and n[8:].isdecimal()]
        return tuple(self.headers.get(f"agi_arg_{n}", "") for n in range(1, max(numbers, default=0) + 1))

    @property
    def channel(self) -> str:
        """Name of the channel."""
        return self.headers.get("agi_channel", "")

    @property
    def uniqueid(self) -> str:
        """Uniqueid of the channel."""
        return self.headers.get("agi_uniqueid", "")

    @property
    def caller(self) -> str:
        """The caller's number, "" if hidden."""
        number = self.headers.get("agi_callerid", "")
        return "" if number == "unknown" else number

    @property
    def hung_up(self) -> bool:
        """Whether the channel is known to be gone."""
        return isinstance(self._end, AgiHangup)

    # -- verbs -----------------------------------------------------------------------------------------------
    async def get_data(self, prompts: Sequence[str], timeout_ms: int, max_digits: int) -> GetData:
        """Play prompts one after the other and read keys; a key interrupts. Times out after the last prompt.

        One round trip for one prompt or none; two for several, however many (GET DATA plays a single file).
        """
        wait = str(max(1, timeout_ms))  # 0 would be the switch's own 6 s
        within = LONGEST_PROMPT + timeout_ms / 1000
        if len(prompts) > 1:
            return await self._read_several(prompts, timeout_ms, max_digits, within)
        name = _prompt(prompts[0]) if prompts else ""
        reply = await self.command("GET DATA", name, wait, str(max_digits), timeout=within)
        return GetData(reply.result, reply.data == "timeout")

    async def _read_several(
        self, prompts: Sequence[str], timeout_ms: int, max_digits: int, within: float,
    ) -> GetData:
        names = "&".join(map(_prompt, prompts))
        seconds = max(1, timeout_ms) / 1000
        await self.command("EXEC", "Read", f"HL_READ,{names},{max_digits},,1,{seconds:.3f}", timeout=within)
        reply = await self.command("GET FULL VARIABLE", "${READSTATUS}:${HL_READ}")
        status, _, digits = reply.data.partition(":")
        if status not in ("OK", "TIMEOUT"):
            raise await self._why_minus_one(reply)
        return GetData(digits, status == "TIMEOUT")

    async def stream(self, prompt: str, escape: str = "") -> str:
        """Play one prompt; return the key of `escape` that interrupted it, or ""."""
        reply = await self.command("STREAM FILE", _prompt(prompt), escape, timeout=LONGEST_PROMPT)
        return _key(reply.result)

    async def record(
        self, path: str, escape: str, max_ms: int, silence_s: int = 0, *, fmt: str = "alaw", beep: bool = True,
    ) -> Recording:
        """Record the caller into ``<path>.<fmt>`` until a key of `escape`, silence or the limit."""
        extra = (*(("BEEP",) if beep else ()), *((f"s={silence_s}",) if silence_s else ()))
        reply = await self.command(
            "RECORD FILE", _prompt(path), fmt, escape, str(max_ms), *extra, timeout=max_ms / 1000 + 10
        )
        return Recording(reply.data, _key(reply.result) if reply.data == "dtmf" else "", reply.endpos / SAMPLES)

    async def set_variables(self, variables: Mapping[str, str]) -> None:
        """Set channel variables in order, one round trip for about 2 kB of them. Values arrive as they are."""
        for argument in assignments(variables):
            await self.command("EXEC", "MSet", argument)

    async def get_variable(self, name: str) -> str:
        """Return a channel variable or function, "" if unset. Raises AgiBadValue for one the switch may have cut."""
        value = (await self.command("GET VARIABLE", name)).data
        if len(value.encode()) >= MAX_VALUE:
            raise AgiBadValue(f"{name}: longer than the switch tells")
        return value

    async def answer(self) -> None:
        """Answer the call."""
        await self.command("ANSWER")

    async def hangup(self) -> None:
        """End the call's leg."""
        await self.command("HANGUP")

    # -- commands and replies ----------------------------------------------------------------------------------
    async def command(self, *words: str, timeout: float | None = None) -> AgiReply:  # noqa: ASYNC109
        """Send one command, each word quoted as it needs, and return its reply if it succeeded."""
        reply = await self._exchange(encode_command(*words), timeout or self.app.command_timeout)
        if reply.code == 511:
            raise self._ended(AgiHangup("the channel is dead"))
        if reply.code != 200:
            raise AgiFailed(reply.code, reply.data)
        if reply.result.startswith("-"):
            raise await self._why_minus_one(reply)
        return reply

    async def send_command(self, command: str) -> AgiReply:
        """Refused: a command is words, not text."""
        raise AgiBadValue(f"use command() with words instead of {command[:40]!r}")

    async def _exchange(self, line: bytes, within: float) -> AgiReply:
        if self._end is not None:
            raise self._end
        if self._waiter is not None:
            raise AgiBadValue("another command of this session is under way")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[AgiReply] = loop.create_future()
        self._waiter = waiter
        alarm = loop.call_later(within, self._too_late)
        self.round_trips += 1
        self._transport.write(line)  # one write with its line end: half a line makes the channel's thread spin
        try:
            return await waiter
        except asyncio.CancelledError:
            self.lose(AgiGone("given up in the middle of a command"))
            raise
        finally:
            alarm.cancel()
            self._waiter = None

    def _too_late(self) -> None:
        self.lose(AgiTimeout("no reply within the deadline"))

    async def _why_minus_one(self, reply: AgiReply) -> AgiError:
        """Tell a hang-up from a failure; the switch says -1 for both and then closes, says HANGUP, or is silent."""
        if self._end is None:
            await asyncio.wait([self._over], timeout=LAST_LINE_SECONDS)
        if self._end is None and reply.data != "hangup":
            return AgiFailed(reply.code, f"result={reply.result} {reply.data}".strip())
        return self._ended(AgiHangup("hung up"))

    def _ended(self, error: AgiError) -> AgiError:
        if not isinstance(self._end, AgiTimeout):
            self._end = error
        return self._end

    # -- called by the connection --------------------------------------------------------------------------------
    def feed(self, data: bytes) -> None:
        """Take bytes from the switch. Replies nobody waits for are dropped."""
        try:
            for reply in self._replies.feed(data):
                if reply is None:
                    self._finish(AgiHangup("hung up"))
                elif self._waiter is not None and not self._waiter.done():
                    self._waiter.set_result(reply)
        except AgiError as error:
            self.lose(error)

    def lost(self) -> None:
        """The connection is closed."""
        self._finish(AgiGone("the switch has closed the connection"))
        if self._waiter is not None and not self._waiter.done() and self._end is not None:
            self._waiter.set_exception(self._end)

    def lose(self, error: AgiError) -> None:
        """Give the connection up."""
        self._finish(error)
        self._transport.abort()
        self.lost()

    def _finish(self, error: AgiError) -> None:
        if self._end is None:
            self._end = error
        if not self._over.done():
            self._over.set_result(None)


def _prompt(path: str) -> str:
    if not _PROMPT.fullmatch(path):
        raise AgiBadValue(f"{path!r} is no name of a prompt")
    return path


def _key(result: str) -> str:
    return chr(int(result)) if result.isdecimal() and int(result) else ""


