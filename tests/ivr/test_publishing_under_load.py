"""Two hundred callers are in the menu while twenty releases come and go: nobody is dropped, each keeps their own."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from core.facts import MENU_OUTCOME, MENU_STEP
from core.settings import Settings
from hotline.switch import EmbeddedSwitch
from ivr.agi import AgiServer
from ivr.build import build_menu_service, build_publishing
from ivr.flow import Flow, parse_flow
from ivr.publishing import Publishing, Signed
from tests.conftest import settings_for, take_port, take_rtp_range
from tests.ivr.flows import HEAD, text
from tests.support.city import SIPP_SCENARIOS
from tests.support.waiting import until

pytestmark = [pytest.mark.switch, pytest.mark.slow]

CALLERS, RELEASES = 200, 20
QUESTIONS = 6  # each keeps a silent caller for about a second and a half
STAY_MS = 30_000


def flow(number: int) -> Flow:
    """A flow that says which release it is; a silent caller is asked QUESTIONS times, then given to a person."""
    steps = "\n".join(
        f'  q{n}: {{verb: menu, prompts: hello, choices: {{"0": person}}, time_out: 1, on_time_out: q{n + 1}}}'
        for n in range(QUESTIONS))
    head = HEAD.replace("welcome", "q0").replace("您好", f"第{number}版")
    return parse_flow(text(f"{steps}\n  q{QUESTIONS}: {{verb: service, skill: general}}", head), "t.yaml")


async def press_on(publishing: Publishing, until: asyncio.Task[Any]) -> int:
    """Publish RELEASES releases, and roll back after each, while the callers are there; return how many acts."""
    acts = 0
    for number in range(2, RELEASES + 2):
        entry = await asyncio.to_thread(publishing.publish, flow(number), Signed("wang", "试压"))
        await asyncio.to_thread(publishing.roll_back, entry.number - 1, Signed("wang", "退回"))
        acts += 2
        assert not until.done(), f"the callers were gone after {acts} acts"
        await asyncio.sleep(0.1)
    return acts


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation with ports enough for all of them."""
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    first, last = take_rtp_range(3 * CALLERS)
    return settings_for(tmp_path / "home").model_copy(update={"rtp_first": first, "rtp_last": last})


async def test_two_hundred_callers_keep_their_release_while_twenty_come_and_go(
    home: Settings, switch: EmbeddedSwitch,
) -> None:
    publishing = build_publishing(home)
    await asyncio.to_thread(publishing.publish, flow(1), Signed("wang", "开通"))
    steps: dict[str, list[str]] = defaultdict(list)
    ends: dict[str, dict[str, Any]] = {}

    def keep(kind: str, call: str, key: str, data: dict[str, Any]) -> None:
        if kind == MENU_STEP:
            steps[call].append(data["release"])
        elif kind == MENU_OUTCOME:
            ends[call] = data

    server = AgiServer({"menu": build_menu_service(home, keep).handle})
    await server.start("127.0.0.1", home.agi_port)
    try:
        sipp = asyncio.create_task(callers(home))
        await until(lambda: len(steps) >= CALLERS // 10, 120)
        assert await press_on(publishing, sipp) == 2 * RELEASES
        failed = await asyncio.wait_for(sipp, 180)
        await until(lambda: len(ends) == CALLERS, 120)
    finally:
        await server.close()
    assert failed == ""
    assert len(steps) == CALLERS
    assert server.failed == 0
    mixed = {call: seen for call, seen in steps.items() if set(seen) != {ends[call]["release"]}}
    assert mixed == {}
    assert {end["outcome"] for end in ends.values()} == {"service"}
    assert len({end["release"] for end in ends.values()}) > 2  # they did come and go
    assert [entry.number for entry in publishing.shelf.index().entries] == list(range(1, RELEASES + 2))


async def callers(home: Settings) -> str:
    """Have SIPp make the calls; return what it says if one of them was refused or dropped."""
    process = await asyncio.create_subprocess_exec(
        "sipp", f"{home.sip_address}:{home.sip_port}", "-sf", str(SIPP_SCENARIOS / "caller.xml"), "-i",
        home.network_address, "-p", str(home.network_port), "-mp", str(take_port()), "-s", "12345", "-m", str(CALLERS),
        "-l", str(CALLERS), "-r", "30", "-d", str(STAY_MS), "-nostdin", "-timeout", "150", "-recv_timeout", "20000",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return "" if process.returncode == 0 else output.decode(errors="replace")[-3000:]
