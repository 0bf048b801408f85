"""What strangers at the ports, hostile callers and other processes do to a call: nothing."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import pytest

from hotline.demo.tones import largest_gap
from tests.calls.test_talks import begin, ring
from tests.support.house import Processes
from tests.support.town import Town

pytestmark = [pytest.mark.switch, pytest.mark.asyncio(loop_scope="module")]

HOSTILE = [
    "${SHELL(touch hacked)}", '"; Hangup()', "市民😀", "a" * 700, "x\\r\\nAction: Hangup", "$[1/0]", "','); --",
    "%s%n", "key=value fact=call.rated rating=5",
]


async def strangers(port: int, what: bytes, count: int) -> None:
    """Open `count` connections; each sends `what` and hangs about, or goes at once."""
    async def one() -> None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(what)
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.drain(), 2)
            writer.close()

    await asyncio.gather(*(one() for _ in range(count)))


@pytest.mark.parametrize("what", [b"", b"agi_network: yes\nagi_request: agi://", b"agi_x: " + b"y" * 1_000_000],
                         ids=["closes at once", "half a header", "a megabyte of header"])
async def test_a_thousand_strangers_at_the_agi_port_and_a_call_as_if_alone(town: Town, what: bytes) -> None:
    flood = asyncio.create_task(strangers(town.settings.agi_port, what, 1000 if len(what) < 1000 else 200))
    talk = await begin(town)
    await flood
    await talk.do("call.finish", by="a1001")
    await talk.fact("talk.ended")
    outcome = await talk.fact("menu.outcome", driver="fastagi")
    assert outcome.data["skill"] in ("", "general")


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_caller_name_is_only_a_name(town: Town, name: str) -> None:
    mark = town.journal.seq if town.journal else 0
    citizen = await town.city.citizen(name=name)
    answered = await town.fact("call.answered", 5, mark)
    assert answered.data["caller"] == "13800001234"
    await citizen.hang_up()
    await town.nothing_left()
    assert not [f for f in town.facts("call.rated", mark) if f.data.get("rating")]


async def test_a_hidden_number_is_served_like_any_other(town: Town) -> None:
    mark = town.journal.seq if town.journal else 0
    await town.city.citizen(hidden=True)
    assert (await town.fact("call.answered", 5, mark)).data["caller"] in ("", "anonymous")


async def test_keys_pressed_like_mad_end_with_a_person(town: Town) -> None:
    await town.ready("a1001")
    citizen, _, mark = await ring(town, "9*#85")
    with contextlib.suppress(Exception):
        await citizen.press("77#*888*12", spacing=0.05, length=0.06)
    await town.fact("party.joined", 60, mark, role="agent")


async def test_web_and_worker_killed_and_a_busy_machine_are_noticed_by_no_call(town: Town) -> None:
    async with Processes(town) as house:
        talk = await begin(town)
        await house.kill("web")
        await house.kill("worker")
        burner = await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")
        try:
            await talk.citizen.until_heard("agent", 12, talk.citizen.heard()["agent"] + 5)
        finally:
            burner.kill()
            await burner.wait()
        assert largest_gap(talk.citizen.heard_file, town.city.tones["agent"]) <= 0.3  # a busy machine's own
        await talk.invite()
        await talk.do("call.finish", by="a1001")
        await talk.fact("talk.ended")
        await talk.citizen.press("5")
        assert (await talk.fact("call.rated")).data["rating"] == 5
        await talk.citizen.until_ended(15)
        await house.start("web")
        await house.start("worker")
        record = await house.record_of(talk.key)
        assert record["rating"] == 5
        assert len(await house.orders(talk.key)) == 1
