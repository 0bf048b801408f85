"""FastAGI with a real Asterisk on the line: what the menu relies on."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bridge.ami import Ami, AmiEvent
from core.settings import PROJECT
from ivr.agi import AgiBadValue, AgiError, AgiFailed, AgiGone, AgiHangup, AgiServer, AgiSession, GetData
from tests.ami.bare_switch import BareSwitch
from tests.ami.listener import Listener
from tests.ami.test_ami_switch import AWKWARD
from tests.support.waiting import until

pytestmark = pytest.mark.switch


class Line:
    """A switch, a FastAGI server and an AMI connection: one call after the other can be made."""

    def __init__(self, bare: BareSwitch, ami: Ami, listener: Listener) -> None:
        self.bare, self.ami, self.listener = bare, ami, listener
        self.done: asyncio.Queue[object] = asyncio.Queue()
        self.script: Callable[[AgiSession], Awaitable[object]]
        self.server = AgiServer({"menu": self._handle})

    async def _handle(self, session: AgiSession) -> None:
        try:
            self.done.put_nowait(await self.script(session))
        except AgiError as error:
            self.done.put_nowait(error)
            raise

    async def call(self, script: Callable[[AgiSession], Awaitable[object]], far: str = "quiet", *,
                   leave: str = "yes", signal: str = "no") -> None:
        """Make a call whose menu is `script`; `far` is what the caller does."""
        self.script = script
        leg = {"Channel": f"Local/{far}@test", "Context": "test", "Exten": "agi", "Priority": "1", "Async": "true"}
        variables = {"HL_KEY": "k1", "EXIT": leave, "SIGNAL": signal, "PORT": str(self.server.port)}
        await self.ami.action("Originate", leg, variables=variables)

    async def result(self, deadline: float = 60) -> Any:
        """Wait for what the script came to."""
        async with asyncio.timeout(deadline):
            return await self.done.get()

    async def after(self) -> AmiEvent:
        """Wait until the dialplan has gone on behind AGI."""
        await until(lambda: self.listener.named("UserEvent"))
        return self.listener.named("UserEvent")[-1]


@asynccontextmanager
async def lined(bare: BareSwitch) -> AsyncIterator[Line]:
    listener = Listener()
    ami = listener.ami(bare.ami_port)
    line = Line(bare, ami, listener)
    await line.server.start("127.0.0.1", 0)
    await ami.start()
    try:
        await until(lambda: listener.ups)
        yield line
    finally:
        await ami.close()
        await line.server.close()


async def test_a_key_is_read_while_a_prompt_plays(bare: BareSwitch) -> None:
    long = bare.prompt("long", 10)

    async def menu(session: AgiSession) -> object:
        began = time.monotonic()
        pressed = await session.get_data([long], 5000, 1)
        return pressed, time.monotonic() - began, session.args

    async with lined(bare) as line:
        await line.call(menu, "keys-3")
        pressed, took, args = await line.result()
        assert pressed == GetData("3", False)
        assert took < 8
        assert args == ("k1", "", "2")
        after = await line.after()
        assert (after.get("Status"), after.get("Outcome")) == ("SUCCESS", "")


@pytest.mark.parametrize("prompts", [0, 1, 3])
async def test_silence_and_hash_are_told_apart_after_any_number_of_prompts(bare: BareSwitch, prompts: int) -> None:
    short = bare.prompt("short", 0.2)

    async def menu(session: AgiSession) -> object:
        first = await session.get_data([short] * prompts, 200, 1)
        return first, await session.get_data([short] * prompts, 3000, 1)

    async with lined(bare) as line:
        await line.call(menu, "keys-w#")
        first, second = await line.result()
        assert (first, second) in [(GetData("", True), GetData("", False))]


async def test_several_prompts_are_interrupted_by_a_key_and_take_several_digits(bare: BareSwitch) -> None:
    long, short = bare.prompt("long", 8), bare.prompt("short", 0.1)

    async def menu(session: AgiSession) -> object:
        began = time.monotonic()
        one = await session.get_data([short, long, long], 5000, 3)
        return one, time.monotonic() - began

    async with lined(bare) as line:
        await line.call(menu, "keys-123")
        pressed, took = await line.result()
        assert pressed == GetData("123", False)
        assert took < 12


async def test_a_prompt_that_is_missing_is_a_failure_and_the_call_goes_on(bare: BareSwitch) -> None:
    short = bare.prompt("short", 0.1)

    async def menu(session: AgiSession) -> object:
        with pytest.raises(AgiFailed):
            await session.get_data(["/no/such/prompt"], 200, 1)
        with pytest.raises(AgiFailed):
            await session.stream("/no/such/prompt")
        with pytest.raises(AgiFailed):
            await session.command("EXEC", "NoSuchApp", "x")
        with pytest.raises(AgiFailed):
            await session.command("NO SUCH COMMAND")
        with pytest.raises(AgiFailed):
            await session.command("GET DATA")
        return await session.stream(short, "1")

    async with lined(bare) as line:
        await line.call(menu)
        assert await line.result() == ""


async def test_variables_arrive_whatever_is_in_them_in_one_round_trip(bare: BareSwitch) -> None:
    values = {f"V{n}": value for n, value in enumerate(AWKWARD)}

    async def menu(session: AgiSession) -> object:
        await session.command("EXEC", "MSet", "V15=old")
        before = session.round_trips
        await session.set_variables(values)
        trips = session.round_trips - before
        return trips, {name: await session.get_variable(name) for name in values}

    async with lined(bare) as line:
        await line.call(menu)
        assert await line.result() == (1, values)


async def test_a_long_value_is_set_whole_and_refused_when_read_cut(bare: BareSwitch) -> None:
    async def menu(session: AgiSession) -> object:
        await session.set_variables({"SHORT": "x" * 1022, "LONG": "市" * 600, "HL_OUTCOME": "service"})
        with pytest.raises(AgiBadValue):
            await session.get_variable("LONG")
        length = await session.command("GET FULL VARIABLE", "${LEN(${LONG})}")
        return len(await session.get_variable("SHORT")), length.data

    async with lined(bare) as line:
        await line.call(menu)
        assert await line.result() == (1022, "1800")
        assert (await line.after()).get("Outcome") == "service"


async def test_a_message_is_recorded_until_a_key(bare: BareSwitch, tmp_path: Path) -> None:
    async def menu(session: AgiSession) -> object:
        return await session.record(str(tmp_path / "m-1"), "#0", 10000, 0, beep=False)

    async with lined(bare) as line:
        await line.call(menu, "keys-0")
        taken = await line.result()
        assert (taken.why, taken.key) == ("dtmf", "0")
        assert 0 <= taken.seconds < 8


@pytest.mark.parametrize(("leave", "signal"), [("yes", "no"), ("yes", "yes"), ("no", "yes")])
@pytest.mark.parametrize("doing", ["menu", "stream", "several", "record"])
async def test_a_hang_up_in_the_middle_is_told_within_a_moment(
    bare: BareSwitch, tmp_path: Path, doing: str, leave: str, signal: str,
) -> None:
    long = bare.prompt("long", 20)
    began: asyncio.Queue[str] = asyncio.Queue()
    verbs: dict[str, Callable[[AgiSession], Awaitable[object]]] = {
        "menu": lambda s: s.get_data([long], 5000, 1), "stream": lambda s: s.stream(long),
        "several": lambda s: s.get_data([long, long], 5000, 1),
        "record": lambda s: s.record(str(tmp_path / "m"), "#", 20000, beep=False),
    }

    async def menu(session: AgiSession) -> object:
        began.put_nowait(session.channel)
        return await verbs[doing](session)

    async with lined(bare) as line:
        await line.call(menu, leave=leave, signal=signal)
        channel = await began.get()
        await asyncio.sleep(0.3)
        hung_up = time.monotonic()
        await line.ami.action("Hangup", {"Channel": channel})
        # between the two round trips of several prompts a closed line does not tell why
        kinds = (AgiHangup, AgiGone) if doing == "several" else AgiHangup
        assert isinstance(await line.result(), kinds)
        assert time.monotonic() - hung_up < 5
        assert line.server.failed == 0
        await until(lambda: line.server.calls == 0)


async def test_a_hang_up_between_two_commands_ends_the_next_one(bare: BareSwitch) -> None:
    began: asyncio.Queue[str] = asyncio.Queue()
    go = asyncio.Event()

    async def menu(session: AgiSession) -> object:
        began.put_nowait(session.channel)
        await go.wait()
        return await session.get_variable("CHANNEL")

    for leave, signal, kind in (("no", "yes", AgiHangup), ("yes", "no", AgiGone)):
        async with lined(bare) as line:
            go.clear()
            await line.call(menu, leave=leave, signal=signal)
            await line.ami.action("Hangup", {"Channel": await began.get()})
            await asyncio.sleep(0.3)
            go.set()
            assert isinstance(await line.result(), kind)


async def test_a_controller_that_goes_lets_the_dialplan_go_on_at_once(bare: BareSwitch) -> None:
    long = bare.prompt("long", 20)
    began: asyncio.Queue[float] = asyncio.Queue()

    async def menu(session: AgiSession) -> object:
        began.put_nowait(time.monotonic())
        return await session.get_data([long], 5000, 1)

    async with lined(bare) as line:
        await line.call(menu)
        await began.get()
        await asyncio.sleep(0.2)
        left = time.monotonic()
        await line.server.close()
        after = await line.after()
        assert time.monotonic() - left < 5
        assert (after.get("Status"), after.get("Outcome")) == ("SUCCESS", "")


async def test_strangers_at_the_port_change_nothing_for_a_call(bare: BareSwitch) -> None:
    short = bare.prompt("short", 0.1)

    async def menu(session: AgiSession) -> object:
        slowest = 0.0
        for _ in range(100):
            began = time.monotonic()
            await session.get_variable("HL_KEY")
            slowest = max(slowest, time.monotonic() - began)
        return slowest, await session.get_data([short], 20000, 1)

    async with lined(bare) as line:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.agi.hostile", str(line.server.port), "4", cwd=PROJECT,
            stdout=asyncio.subprocess.PIPE,
        )
        await until(lambda: line.server.refused > 50)
        for _ in range(3):
            began = time.monotonic()
            await line.call(menu, "keys-5")
            slowest, pressed = await line.result()
            assert pressed == GetData("5", False)
            assert slowest < 2
            assert time.monotonic() - began < 15
        out, _ = await process.communicate()
        assert int(out) >= 1000
        assert line.server.failed == 0
