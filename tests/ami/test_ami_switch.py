"""The same against a real Asterisk: what we believe of it, and what a bad line to it does."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bridge.ami import Ami, AmiDown, AmiRefused, AmiTimeout
from bridge.ami_codec import MAX_LINE
from tests.ami.bare_switch import BareSwitch
from tests.ami.listener import Listener
from tests.relay import Relay
from tests.support.waiting import LATE, until

pytestmark = pytest.mark.switch

AWKWARD = ["a,b", 'q"q', "back\\slash", "(p", "p)", "[x", "x]", "a=b", "市民，来电", "${HL_KEY}", "$[1+1]", "trail ",
           "a;b", "|", "\\", "", ",", "=", "\\n", "a: b", "'", "%41", "A=1,__B=2", "🙂"]


@asynccontextmanager
async def connected(listener: Listener, port: int) -> AsyncIterator[Ami]:
    ami = listener.ami(port)
    await ami.start()
    try:
        await until(lambda: listener.ups)
        yield ami
    finally:
        await ami.close()


def quiet_leg(key: str) -> dict[str, str]:
    return {"ActionID": key, "Channel": "Local/quiet@test", "ChannelId": key, "OtherChannelId": f"{key}-far",
            "Context": "test", "Exten": "quiet", "Priority": "1", "Async": "true"}


async def test_it_logs_in_pings_and_lists(bare: BareSwitch) -> None:
    listener = Listener()
    async with connected(listener, bare.ami_port) as ami:
        assert (await ami.action("Ping")).get("Ping") == "Pong"
        assert float((await ami.action("Ping")).get("Timestamp")) > 0
        assert await ami.listing("CoreShowChannels") == []
        assert await ami.listing("ConfbridgeListRooms") == []
        assert await ami.listing("ConfbridgeList", {"Conference": "room-x"}) == []
        with pytest.raises(AmiRefused, match="No such channel"):
            await ami.action("Hangup", {"Channel": "nobody"})
        with pytest.raises(AmiRefused, match="Invalid/unknown command"):
            await ami.listing("NoSuchAction", timeout=2)
        with pytest.raises(AmiRefused, match="Permission denied"):
            await ami.action("Command", {"Command": "core show version"})


async def test_a_leg_carries_its_variables_whatever_is_in_them(bare: BareSwitch) -> None:
    listener = Listener()
    variables = {f"V{n}": value for n, value in enumerate(AWKWARD)} | {"HL_KEY": "k1"}
    async with connected(listener, bare.ami_port) as ami:
        await ami.action("Originate", quiet_leg("leg-1"), variables=variables)
        await until(lambda: listener.named("OriginateResponse"))
        names = ",".join(variables)
        legs = await ami.listing("Status", {"Variables": names})
        leg = next(leg for leg in legs if leg.get("Uniqueid") == "leg-1")
        assert {name: leg.variables[name] for name in variables} == variables
        assert listener.named("OriginateResponse")[0].get("ActionID") == "leg-1"
        assert any(event.var("HL_KEY") == "k1" for event in listener.named("Newstate"))


async def test_the_longest_line_we_send_is_one_the_switch_reads(bare: BareSwitch) -> None:
    listener = Listener()
    async with connected(listener, bare.ami_port) as ami:
        await ami.action("Originate", quiet_leg("leg-1"))
        await until(lambda: listener.named("OriginateResponse"))
        channel = listener.named("OriginateResponse")[0].get("Channel")
        value = "z" * (MAX_LINE - len("Value: "))
        await ami.action("Setvar", {"Channel": channel, "Variable": "HL_LONG", "Value": value})
        assert (await ami.action("Getvar", {"Channel": channel, "Variable": "HL_LONG"})).get("Value") == value
        await ami.action("Setvar", {"Channel": channel, "Variable": "TIMEOUT(absolute)", "Value": "0"})


async def test_a_cut_line_is_mended_by_itself_with_one_rebuild_each(bare: BareSwitch) -> None:
    listener = Listener()
    async with Relay(bare.ami_port) as relay, connected(listener, relay.port) as ami:
        for cuts in range(1, 6):
            relay.cut()
            await until(lambda cuts=cuts: listener.downs == cuts and listener.ups == cuts + 1)  # type: ignore[misc]
            assert (await ami.action("Ping")).get("Ping") == "Pong"
        assert [s for s in listener.story if isinstance(s, str)] == ["up", *["down", "up"] * 5]


async def test_an_originate_whose_answer_was_lost_rings_once(bare: BareSwitch) -> None:
    listener = Listener()
    async with Relay(bare.ami_port) as relay, connected(listener, relay.port) as ami:
        asked = asyncio.create_task(ami.action("Originate", quiet_leg("leg-1")))
        relay.tamper = lambda data: b""  # everything arrives there, nothing comes back
        await until(lambda: b"Action: Originate" in relay.sent)
        await asyncio.sleep(0.2)
        relay.tamper = None
        relay.cut()
        with pytest.raises(AmiDown):
            await asked
        await until(lambda: listener.ups == 2)
        legs = [leg for leg in await ami.listing("Status") if leg.get("Uniqueid") == "leg-1"]
        assert len(legs) == 1
        assert bytes(relay.sent).count(b"Action: Originate") == 1
        again = await ami.action("Originate", quiet_leg("leg-1"))
        assert again.name == "Success"  # queued; and refused by the switch while the first lives
        await until(lambda: any(e.get("Response") == "Failure" for e in listener.named("OriginateResponse")))


async def test_an_answer_that_comes_late_is_a_deadline_missed_and_nothing_worse(bare: BareSwitch) -> None:
    listener = Listener()
    async with Relay(bare.ami_port) as relay, connected(listener, relay.port) as ami:
        relay.delay = 0.4
        with pytest.raises(AmiTimeout):
            await ami.action("Ping", timeout=0.1)
        relay.delay = 0.0
        await until(lambda: ami.late_answers)
        assert (await ami.action("Ping")).get("Ping") == "Pong"
        assert listener.downs == 0


@pytest.mark.parametrize("how", ["stalled line", "stopped switch"])
async def test_half_open_is_noticed_within_ten_seconds(bare: BareSwitch, how: str) -> None:
    listener = Listener()
    async with Relay(bare.ami_port) as relay, connected(listener, relay.port):
        assert bare.process is not None
        began = time.monotonic()
        if how == "stalled line":
            relay.stall()
        else:
            os.kill(bare.process.pid, signal.SIGSTOP)
        await until(lambda: listener.downs)
        assert time.monotonic() - began < 10 + LATE
        os.kill(bare.process.pid, signal.SIGCONT)
        relay.flow()
        await until(lambda: listener.ups == 2)


async def test_a_switch_killed_and_started_again_is_found_within_five_seconds(bare: BareSwitch) -> None:
    listener = Listener()
    async with connected(listener, bare.ami_port) as ami:
        await bare.stop()
        await until(lambda: listener.downs)
        with pytest.raises(AmiDown):
            await ami.action("Ping")
        await asyncio.sleep(1.5)
        await bare.start_again()
        await until(lambda: listener.ups == 2, 5 + LATE)


async def test_a_burst_of_50000_events_arrives_in_order_and_in_bounds(bare: BareSwitch) -> None:
    listener = Listener()
    many, loops = 5000, 10
    async with connected(listener, bare.ami_port) as ami:
        for loop in range(loops):
            leg = {"Channel": "Local/quiet@test", "Context": "test", "Exten": "burst", "Priority": "1", "Async": "true"}
            await ami.action("Originate", leg, variables={"MANY": str(many), "HL_KEY": f"k{loop}"})
        bursts: dict[str, list[int]] = {}
        await until(lambda: len(listener.events) > many, 60)
        await until(lambda: len(listener.named("UserEvent")) + ami.overflow >= many * loops, 90)
        for event in listener.named("UserEvent"):
            assert event.get("Text") == "市民来电"
            bursts.setdefault(event.get("Uniqueid"), []).append(int(event.get("N")))
        assert all(numbers == sorted(numbers) for numbers in bursts.values())
        assert ami.longest_queue <= 20001
        assert listener.downs == 0
        if ami.overflow == 0:
            assert all(numbers == list(range(many)) for numbers in bursts.values())
        else:
            await until(lambda: listener.ups > 1)
