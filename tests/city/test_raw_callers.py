"""Callers that no decent telephone would be: the switch answers or refuses them, and stays what it was."""

from __future__ import annotations

import asyncio

import pytest

from core.settings import Settings
from hotline.switch import EmbeddedSwitch
from tests.conftest import take_port
from tests.support.city import SIPP_SCENARIOS
from tests.support.raw_sip import RawCaller

pytestmark = pytest.mark.switch

NAMES = {
    "gbk": "你好".encode("gbk"), "quotes": b"a' \\\" OR 1=1 --", "function": b"${SHELL(id)}",
    "emoji": "😀".encode() * 50, "three kilobytes": b"x" * 3000,
    "commas": b"a,b|c;d&e",
}


@pytest.mark.parametrize("name", NAMES)
async def test_a_call_with_any_name_in_its_bytes_is_answered(switch: EmbeddedSwitch, home: Settings, name: str) -> None:
    async with RawCaller(home) as caller:
        assert await caller.ring(b'"%s" <sip:13800009999@127.0.0.2>' % NAMES[name]) == 200
        assert await caller.hang_up() == 200


async def test_rubbish_on_the_wire_disturbs_nobody(switch: EmbeddedSwitch, home: Settings) -> None:
    async with RawCaller(home) as caller:
        for rubbish in (b"\x00" * 1000, b"INVITE", b"INVITE sip:12345 SIP/2.0\r\n\r\n", b"\r\n" * 50, b"A" * 60_000):
            caller.send(rubbish)
        assert await caller.ring() == 200
        assert await caller.hang_up() == 200


async def test_the_scenario_for_sipp_makes_whole_calls(switch: EmbeddedSwitch, home: Settings) -> None:
    sipp = await asyncio.create_subprocess_exec(
        "sipp", f"{home.sip_address}:{home.sip_port}", "-sf", str(SIPP_SCENARIOS / "caller.xml"), "-i",
        home.network_address, "-p", str(take_port()), "-s", "12345", "-m", "3", "-r", "3", "-d", "300", "-nostdin",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(sipp.communicate(), 20)
    assert sipp.returncode == 0, output.decode()[-2000:]
