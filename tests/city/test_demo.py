"""``hotline demo --once`` ends well only if the whole call is proved, and each way to break it is found out."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from core.settings import PROJECT, Settings

pytestmark = [pytest.mark.switch, pytest.mark.slow]

PORTS = ("sip_port", "network_port", "rtp_first", "rtp_last", "ami_port", "agi_port", "ws_port", "web_port")
BREAKS = {
    "mute-department": "the citizen did not hear the unit",
    "skip-rating": "the call record has the rating None",
    "drop-recording": "there is no recording",
    "double-order": "there are 2",
}


async def started(home: Settings, *arguments: str) -> asyncio.subprocess.Process:
    """Start the command in the home of this test."""
    ports = {f"HOTLINE_{name.upper()}": str(getattr(home, name)) for name in PORTS}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from hotline.cli import main; main()", "demo", *arguments, cwd=PROJECT,
        env={**os.environ, **ports}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )


async def demo(home: Settings, *arguments: str) -> tuple[int, str, str]:
    """Run the command to its end; return status, what it printed and what it said on the way."""
    child = await started(home, *arguments)
    try:
        out, err = await asyncio.wait_for(child.communicate(), 150)
    finally:
        if child.returncode is None:
            child.terminate()
            await child.wait()
    return child.returncode or 0, out.decode(), err.decode()


def size_of(path: str) -> int:
    return Path(path).stat().st_size


def processes_of(home: Settings) -> list[str]:
    """Return the command lines of the processes that belong to this home."""
    mark, found = os.fsencode(str(home.home)), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if mark in said and process.name != str(os.getpid()):
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


async def test_one_whole_call_is_played_and_proved(asterisk_root: Path, home: Settings) -> None:
    status, out, err = await demo(home, "--once", "--json")
    assert status == 0, err
    shown = json.loads(out.splitlines()[-1])
    assert shown["heard"] == {"citizen": [660, 1100], "agent": [520, 1100], "unit": [520, 660]}
    assert [leg["role"] for leg in shown["legs"]][:2] == ["citizen", "agent"]
    assert shown["rating"] == 5
    assert shown["order"]
    assert size_of(shown["recording"]["path"]) == round(shown["recording"]["seconds"] * 8000)
    assert processes_of(home) == []


@pytest.mark.parametrize("name", BREAKS)
async def test_a_call_that_was_broken_on_purpose_is_found_out(asterisk_root: Path, home: Settings, name: str) -> None:
    status, out, _ = await demo(home, "--once", "--break", name)
    assert status == 1
    assert BREAKS[name] in out.replace("\n", " ")
    assert processes_of(home) == []


async def test_ctrl_c_ends_a_staying_demonstration_with_a_word_and_no_error(
        asterisk_root: Path, home: Settings) -> None:
    child = await started(home)
    assert child.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(150):
            while "Ctrl-C" not in said:
                line = await child.stdout.readline()
                assert line, said
                said += line.decode()
            child.send_signal(signal.SIGINT)
            out, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.terminate()
            await child.wait()
    assert said.index("/desk") < said.index("/telephone")  # the README's order
    assert "已停止" in out.decode()
    assert child.returncode == 0
    assert processes_of(home) == []


async def test_a_break_that_does_not_exist_is_refused_before_anything_starts(home: Settings) -> None:
    status, _, err = await demo(home, "--break", "everything")
    assert status == 2
    assert "mute-department" in err
