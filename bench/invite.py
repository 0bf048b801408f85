"""From the wish to invite a unit to the INVITE on the wire, p95.

ours       `Acts.invite` of a controller of the whole product in this process: call and directory looked up, what the
           state forbids refused, the fact written to the journal, a leg put on the board, Originate with all that the
           leg must know.
baseline   a raw script on a manager connection of its own: one write of an Originate of seven lines to the same number,
           nothing checked, nothing remembered.

Both go to the same switch and the same busy telephone of another process, turn by turn; the clock is the kernel's
monotonic one, which both processes read. Two people talk all the while: an invitation needs a talk.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bench.far_client import Far
from bench.figures import BenchError, VoidError, median, percentile
from bench.house import Ground, House, ground
from bench.table import Row
from core.journal import Journal
from core.secrets import Secrets, load_secrets
from hotline.controller import Controller
from routing.directory import load_directory

TIMES, WARM_UP = 200, 10
DEADLINE = 5.0  # seconds, of anything that is waited for
AGENT, PHONE, UNIT, NUMBER = "a1", "6001", "u1", "66001"
KEY_AFTER = 1.0  # seconds from the answer to the citizen's key


async def measure() -> list[Row]:
    """Run it. Raises BenchError."""
    async with ground() as place, place.ours() as house, _controller(house) as controller:
        call = await _talk(place, house, controller)
        raw = await RawManager.open(house.settings.ami_port, load_secrets(house.settings))

        async def ours() -> None:
            await _quiet(controller, call)
            begun = time.monotonic()
            await controller.acts.invite(call, "unit", UNIT)
            times[0].append(await _seen(place.far) - begun)

        async def baseline() -> None:
            await asyncio.sleep(0.02)
            begun = time.monotonic()
            raw.originate(NUMBER)
            times[1].append(await _seen(place.far) - begun)

        times: tuple[list[float], list[float]] = ([], [])
        await _in_turn(ours, baseline)
        raw.close()
    mine, theirs = (sample[WARM_UP:] for sample in times)
    note = f"p95 of {TIMES} each, in turn; medians {1000 * median(mine):.2f} and {1000 * median(theirs):.2f} ms"
    slowest, theirs_slowest = 1000 * percentile(mine, 0.95), 1000 * percentile(theirs, 0.95)
    return [Row("invite → INVITE on the wire, p95", slowest, theirs_slowest, "ms", 2.0, 1.3, note=note)]


async def _in_turn(*arms: Callable[[], Awaitable[None]]) -> None:
    for _ in range(WARM_UP + TIMES):
        for arm in arms:
            await arm()


async def _seen(far: Far) -> float:
    """Return when the far end saw the INVITE, monotonic seconds."""
    try:
        return (await asyncio.wait_for(far.invites.get(), DEADLINE)).at
    except TimeoutError as error:
        raise VoidError("an invitation never reached the wire") from error


# -- a talk to invite into ------------------------------------------------------------------------------------------
@asynccontextmanager
async def _controller(house: House) -> AsyncIterator[Controller]:
    settings = house.settings
    journal = Journal.open(settings.journal_dir)
    controller = Controller(settings, load_secrets(settings), load_directory(settings.directory), journal)
    try:
        await controller.start()
        await _until(lambda: controller.talks.commands and controller.ami.up, "the controller does not command")
        yield controller
    finally:
        await controller.close()
        journal.close()


async def _talk(place: Ground, house: House, controller: Controller) -> str:
    """Bring a citizen and an agent together; return the call key."""
    secret = load_secrets(house.settings).phone(PHONE)
    await place.far.do("register", switch=house.address, phones=[[PHONE, secret]])
    await place.far.do("refuse", numbers=[NUMBER])
    await controller.acts.agent_state(AGENT, "ready")
    await place.far.do("ring", switch=house.address, numbers=["12345"], key="0", after=KEY_AFTER)
    calls = controller.talks.board.calls
    await _until(lambda: any(leg.state.value == "room" for call in calls.values() for leg in call.present()),
                 "the agent does not come")
    return next(iter(calls))


async def _quiet(controller: Controller, call: str) -> None:
    """Wait until nobody is being rung."""
    live = controller.acts.call(call)
    await _until(lambda: not live.ringing("unit"), "an invitation does not end")
    await asyncio.sleep(0.02)


async def _until(look: Callable[[], object], complaint: str) -> None:
    until = time.monotonic() + 2 * DEADLINE
    while not look():
        if time.monotonic() > until:
            raise BenchError(complaint)
        await asyncio.sleep(0.01)


# -- the baseline ---------------------------------------------------------------------------------------------------
class RawManager:
    """A manager connection as a script has it: text written, answers thrown away."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._eating = asyncio.create_task(self._eat(reader))

    @classmethod
    async def open(cls, port: int, secrets: Secrets) -> RawManager:
        """Log in. Raises OSError or VoidError."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"Action: Login\r\nUsername: actions\r\nSecret: {secrets.ami_secret_actions}\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE)
        if b"Success" not in answer:
            raise VoidError("the raw script may not log in")
        return cls(reader, writer)

    def originate(self, number: str) -> None:
        """Ring a number of the network."""
        self._writer.write((f"Action: Originate\r\nChannel: PJSIP/{number}@network\r\nContext: from-agent\r\n"
                            "Exten: s\r\nPriority: 1\r\nAsync: true\r\n\r\n").encode())

    async def _eat(self, reader: asyncio.StreamReader) -> None:
        while await reader.read(65536):
            pass

    def close(self) -> None:
        """Leave."""
        self._eating.cancel()
        self._writer.close()
