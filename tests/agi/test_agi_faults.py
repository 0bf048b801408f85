"""Callers that go, replies that confuse, strangers at the port: each ends its own session at most."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ivr.agi import (
    GRACE_SECONDS,
    AgiError,
    AgiFailed,
    AgiGone,
    AgiHangup,
    AgiServer,
    AgiSession,
    AgiTimeout,
    GetData,
)
from tests.agi.fake_switch import FakeSwitch, header
from tests.support.waiting import until

Script = Callable[[AgiSession], Awaitable[object]]


class Outcome:
    """What a handler came to."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.done: asyncio.Queue[object] = asyncio.Queue()

    async def handle(self, session: AgiSession) -> None:
        try:
            self.done.put_nowait(await self._script(session))
        except AgiError as error:
            self.done.put_nowait(error)
            raise

    async def result(self, deadline: float = 60) -> Any:
        async with asyncio.timeout(deadline):
            return await self.done.get()


@asynccontextmanager
async def serving(script: Script, **more: Any) -> AsyncIterator[tuple[AgiServer, Outcome]]:
    outcome = Outcome(script)
    server = AgiServer({"menu": outcome.handle}, **more)
    await server.start("127.0.0.1", 0)
    try:
        yield server, outcome
    finally:
        await server.close()
        await FakeSwitch.close_all()


async def ask(session: AgiSession) -> GetData:
    return await session.get_data(["/p/one"], 5000, 1)


# -- a call ------------------------------------------------------------------------------------------------------
async def test_a_call_brings_its_arguments_and_gets_its_handler() -> None:
    async def who(session: AgiSession) -> object:
        return session.script, session.args, session.channel, session.uniqueid, session.caller

    async with serving(who) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        assert await outcome.result() == ("menu", ("k1", "", "2"), "PJSIP/network-1", "1.1", "13800001234")
        assert await switch.closed()


async def test_one_prompt_and_its_key_are_one_round_trip() -> None:
    async with serving(ask) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        assert await switch.answer("200 result=3") == "GET DATA /p/one 5000 1"
        assert await outcome.result() == GetData("3", False)


@pytest.mark.parametrize(("said", "pressed"), [
    ("200 result= (timeout)", GetData("", True)), ("200 result=", GetData("", False)),
    ("200 result=12 (timeout)", GetData("12", True)),
])
async def test_silence_and_the_hash_key_are_told_apart(said: str, pressed: GetData) -> None:
    async with serving(ask) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        await switch.answer(said)
        assert await outcome.result() == pressed


async def test_several_prompts_are_two_round_trips() -> None:
    async def several(session: AgiSession) -> object:
        return await session.get_data(["/p/one", "/p/two", "/p/three"], 5000, 1)

    async with serving(several) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        assert await switch.answer("200 result=0") == 'EXEC Read "HL_READ,/p/one&/p/two&/p/three,1,,1,5.000"'
        assert await switch.answer("200 result=1 (OK:7)") == 'GET FULL VARIABLE "${READSTATUS}:${HL_READ}"'
        assert await outcome.result() == GetData("7", False)


async def test_a_recording_tells_its_key_and_its_length() -> None:
    async def record(session: AgiSession) -> object:
        taken = await session.record("/r/m-1", "#0", 60000, 4)
        return taken.why, taken.key, taken.seconds

    async with serving(record) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        assert await switch.answer("200 result=48 (dtmf) endpos=16000") == "RECORD FILE /r/m-1 alaw #0 60000 BEEP s=4"
        assert await outcome.result() == ("dtmf", "0", 2.0)


async def test_a_prompt_is_a_path_and_nothing_else() -> None:
    async def odd(session: AgiSession) -> object:
        for name in ("a&b", "a b", "a,b", 'a"', "a\nHANGUP", ""):
            with pytest.raises(AgiError):
                await session.stream(name)
        return session.round_trips

    async with serving(odd) as (server, outcome):
        await FakeSwitch.call(server.port)
        assert await outcome.result() == 0


# -- replies -----------------------------------------------------------------------------------------------------
async def test_hangup_in_band_does_not_shift_the_replies() -> None:
    async def three(session: AgiSession) -> object:
        first = await session.get_variable("A")
        with pytest.raises(AgiHangup):
            await session.get_variable("B")
        return first

    async with serving(three) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        await switch.command()
        switch.say("HANGUP\n200 result=1 (a)\n")
        assert await outcome.result() == "a"


@pytest.mark.parametrize("said", [
    "200 result=-1\nHANGUP\nHANGUP\n", "200 result=-1\n", "HANGUP\n200 result=-1\n",
    "200 result=-1 (hangup) endpos=0\n", "511 Command Not Permitted on a dead channel or intercept routine\n",
])
async def test_a_caller_who_hung_up_is_told_as_that(said: str) -> None:
    async with serving(ask) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        await switch.command()
        switch.say(said)
        await switch.writer.drain()
        if "HANGUP" not in said:
            switch.writer.write_eof()
        assert isinstance(await outcome.result(), AgiHangup)
        assert server.failed == 0


async def test_a_failure_on_a_live_channel_is_no_hang_up() -> None:
    async with serving(ask) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        await switch.answer("200 result=-1")
        assert isinstance(await outcome.result(), AgiFailed)


@pytest.mark.parametrize("said", ["510 Invalid or unknown command\n", "520-Wrong:\nUsage\n520 End of proper usage.\n"])
async def test_a_refused_command_is_told_and_the_next_one_works(said: str) -> None:
    async def twice(session: AgiSession) -> object:
        with pytest.raises(AgiFailed) as caught:
            await session.command("FOO")
        return caught.value.code, await session.get_variable("A")

    async with serving(twice) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        await switch.command()
        switch.say(said)
        await switch.answer("200 result=1 (a)")
        assert await outcome.result() == (int(said[:3]), "a")


async def test_a_value_the_switch_has_cut_is_refused() -> None:
    async def get(session: AgiSession) -> object:
        return await session.get_variable("A")

    async with serving(get) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        await switch.answer(f"200 result=1 ({'x' * 1023})")
        assert isinstance(await outcome.result(), AgiError)


async def test_a_connection_cut_in_mid_command_ends_the_session() -> None:
    async with serving(ask) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        await switch.command()
        switch.close()
        assert isinstance(await outcome.result(), AgiGone)
        await until(lambda: server.calls == 0)
        assert server.failed == 0


async def test_a_reply_that_never_comes_is_a_deadline_and_the_line_is_given_up() -> None:
    async def get(session: AgiSession) -> object:
        return await session.get_variable("A")

    async with serving(get, command_timeout=0.1) as (server, outcome):
        switch = await FakeSwitch.call(server.port)
        await switch.command()
        assert isinstance(await outcome.result(), AgiTimeout)
        assert await switch.closed()


async def test_a_handler_that_fails_ends_its_own_call_only() -> None:
    async def broken(session: AgiSession) -> object:
        raise RuntimeError("a defect")

    async with serving(broken) as (server, _):
        for _ in range(3):
            switch = await FakeSwitch.call(server.port)
            assert await switch.closed()
        assert server.failed == 3


async def test_closing_ends_calls_and_leaves_nothing() -> None:
    before = len(asyncio.all_tasks())
    async with serving(ask) as (server, _):
        switch = await FakeSwitch.call(server.port)
        await switch.command()
        assert server.calls == 1
    assert await switch.closed()
    await until(lambda: len(asyncio.all_tasks()) <= before)


# -- strangers ---------------------------------------------------------------------------------------------------
async def test_an_unknown_address_is_not_served() -> None:
    async with serving(ask) as (server, _):
        switch = await FakeSwitch.call(server.port, header(agi_network_script="other"))
        assert await switch.closed()
        assert (server.served, server.refused) == (0, 1)


async def test_a_host_that_is_not_on_the_list_is_not_heard() -> None:
    async with serving(ask, allow=("10.0.0.1",)) as (server, _):
        switch = await FakeSwitch.call(server.port)
        assert await switch.closed()
        assert server.served == 0


async def test_a_slow_header_and_a_giant_one_are_dropped() -> None:
    async with serving(ask, header_timeout=0.2) as (server, _):
        slow = await FakeSwitch.call(server.port, b"agi_network: yes\n")
        giant = await FakeSwitch.call(server.port, b"x" * 1_000_000)
        whole = await FakeSwitch.call(server.port, b"x: " + b"y" * 20_000 + b"\n\n")
        for switch in (slow, giant, whole):
            assert await switch.closed()
        assert (server.served, server.refused) == (0, 3)


async def test_with_a_thousand_idle_sockets_a_call_is_served_at_once() -> None:
    async with serving(ask, header_timeout=60) as (server, outcome):
        for _ in range(500):
            await FakeSwitch.call(server.port, b"")
        await asyncio.gather(*(FakeSwitch.call(server.port, b"agi_ne") for _ in range(500)))
        await asyncio.sleep(1.5 * GRACE_SECONDS)  # until they are too late
        began = time.monotonic()
        switch = await FakeSwitch.call(server.port)
        await switch.answer("200 result=1")
        assert await outcome.result() == GetData("1", False)
        assert time.monotonic() - began < 15
        async with asyncio.timeout(60):
            while server.refused < 800:  # each who comes makes the latest of the late go; a busy machine saw some later
                await FakeSwitch.call(server.port, b"")


async def test_when_all_places_are_calls_one_more_is_turned_away_and_they_go_on() -> None:
    async with serving(ask, max_connections=3) as (server, outcome):
        calls = [await FakeSwitch.call(server.port) for _ in range(3)]
        for switch in calls:
            await switch.command()
        assert await (await FakeSwitch.call(server.port)).closed()
        for switch in calls:
            switch.say("200 result=1\n")
            assert await outcome.result() == GetData("1", False)
