"""The far end as a process of its own: citizens, agents' phones and units' phones, all speaking.

Its CPU is nobody's; it must only never be saturated. Commands and replies are JSON lines on its standard streams:
``{"do": "load", …}`` → ``{"done": …}`` or ``{"failed": "…"}``; ``{"invite": number, "at": seconds}`` comes unasked.
`bench.far_client` is the other end.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from bench.phone import Call, Endpoint
from bench.rtp import Media, Speakers
from bench.sip import Address

LATEST = 15.0  # seconds until a call that ends by itself has ended
KEY_DEADLINE = 3.0  # seconds until the next prompt
LISTENING = 0.2  # seconds of a prompt that are heard before the next key
LINE_LIMIT = 1 << 20


class FarEnd:
    """The telephone network at one address, agents' phones at another."""

    def __init__(self, network: Address, phones: Address, say: Callable[[dict[str, Any]], None]) -> None:
        self._say = say
        self._busy: set[str] = set()
        self._speakers = Speakers()
        self._network = Endpoint(network, self._speakers, self._invited)
        self._phones = Endpoint(phones, self._speakers, self._invited)
        self._caller = 0

    async def open(self) -> None:
        """Take both addresses."""
        await self._network.open()
        await self._phones.open()

    def close(self) -> None:
        """Hang up and leave."""
        self._network.close()
        self._phones.close()

    async def speak(self) -> None:
        """Let everybody speak until cancelled."""
        await self._speakers.run()

    def _invited(self, number: str, at: float) -> int:
        if number not in self._busy:
            return 200
        self._say({"invite": number, "at": at})
        return 486

    async def _ring(self, switch: list[Any], number: str) -> Call:
        self._caller += 1
        return await self._network.ring((switch[0], switch[1]), number, f"139{self._caller:08d}")

    # -- verbs -----------------------------------------------------------------------------------------------
    async def register(self, switch: list[Any], phones: list[list[str]]) -> int:
        """Register agents' phones, each [name, secret]."""
        for name, secret in phones:
            await self._phones.register((switch[0], switch[1]), name, secret)
        return len(phones)

    async def refuse(self, numbers: list[str]) -> int:
        """Be busy at these numbers, and tell of every INVITE to them."""
        self._busy = set(numbers)
        return len(numbers)

    async def ring(self, switch: list[Any], numbers: list[str], key: str = "", after: float = 0.0) -> int:
        """Ring numbers one after the other and stay on the line; press `key` after a while. Return how many are up."""
        calls = []
        for number in numbers:
            call = await self._ring(switch, number)
            calls.append(call)
            if key:
                asyncio.get_running_loop().call_later(after, call.media.press, key)
        return sum(1 for call in calls if call.status == 200 and not call.ended.is_set())

    async def hang_up(self) -> int:
        """End everything."""
        calls = [*self._network.calls.values()]
        for call in calls:
            self._network.forget(call)
        return len(calls)

    async def load(
        self, switch: list[Any], number: str, calls: int, rate: float, keys: str, gap: float
    ) -> list[str]:
        """Make `calls` calls at `rate` a second; each presses `keys`, one every `gap` seconds, until the switch ends
        it.

        Returns what went wrong, a line for each call that did not go that way.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            tasks = []
            for count in range(calls):
                await asyncio.sleep(max(0.0, began + count / rate - loop.time()))
                tasks.append(group.create_task(self._one(switch, number, keys, gap)))
        return [fault for task in tasks if (fault := task.result())]

    async def _one(self, switch: list[Any], number: str, keys: str, gap: float) -> str:
        try:
            call = await self._ring(switch, number)
        except TimeoutError:
            return "no answer"
        for key in keys:
            await asyncio.sleep(gap)
            call.media.press(key)
        fault = await _ends_by_itself(call)
        self._network.forget(call)
        return fault

    async def keys(
        self, switch: list[Any], arms: list[list[str]], prompts: list[list[str]], gap: float,
    ) -> dict[str, list[list[float]]]:
        """Walk through the questions of several calls at once; each of `arms` is [name, number, first key].

        Returns for each name, for each key but the first, the seconds from its end to the next prompt's first packet
        and to its first sound. `prompts` are the payloads (hex) by which those two are known.
        """
        walks = (self._walk(switch, number, first, prompts, gap) for _, number, first in arms)
        return dict(zip((arm[0] for arm in arms), await asyncio.gather(*walks), strict=True))

    async def _walk(
        self, switch: list[Any], number: str, first: str, prompts: list[list[str]], gap: float,
    ) -> list[list[float]]:
        call = await self._ring(switch, number)
        if call.status != 200:
            raise RuntimeError(f"refused: {call.status}")
        try:
            await asyncio.sleep(gap)
            ears = Ears(call.media)
            times = [await ears.after_key("1" if count else first, [bytes.fromhex(payload) for payload in prompt])
                     for count, prompt in enumerate(prompts)]
        finally:
            self._network.forget(call)
        return times[1:]


class Ears:
    """Listens to one call for the prompt that must come next."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._wanted: list[bytes] = []
        self._times: list[float] = []
        self._heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        media.listen(self._hear)

    async def after_key(self, key: str, payloads: list[bytes]) -> list[float]:
        """Press a key; return the seconds from its end to each of `payloads`, in this order, then listen a little."""
        self._wanted, self._times, self._heard = payloads, [], asyncio.get_running_loop().create_future()
        self._media.press(key)
        async with asyncio.timeout(KEY_DEADLINE):
            await self._heard
        await asyncio.sleep(LISTENING)
        return [at - self._media.key_sent for at in self._times]

    def _hear(self, payload: bytes, at: float) -> None:
        pressed = not self._media.pressing and self._media.key_sent
        if pressed and len(self._times) < len(self._wanted) and payload == self._wanted[len(self._times)]:
            self._times.append(at)
            if len(self._times) == len(self._wanted):
                self._heard.set_result(None)


async def _ends_by_itself(call: Call) -> str:
    if call.status != 200:
        return f"refused: {call.status}"
    try:
        async with asyncio.timeout(LATEST):
            await call.ended.wait()
    except TimeoutError:
        return "did not end"
    return ""


async def serve(network: Address, phones: Address) -> None:
    """Obey commands until the input ends."""
    far = FarEnd(network, phones, _say)
    await far.open()
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    speaking = asyncio.create_task(far.speak())
    _say({"done": "up"})
    while line := await reader.readline():
        _say(await _obey(far, json.loads(line)))
    speaking.cancel()
    far.close()


async def _obey(far: FarEnd, command: dict[str, Any]) -> dict[str, Any]:
    verb: Callable[..., Awaitable[Any]] = getattr(far, command.pop("do"))
    try:
        return {"done": await verb(**command)}
    except Exception as error:  # the edge of the process: the asker must get a word
        return {"failed": f"{type(error).__name__}: {error}"}


def _say(news: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(serve((sys.argv[1], int(sys.argv[2])), (sys.argv[3], int(sys.argv[4]))))
