"""The embedded switch: what we render is what a real Asterisk reads, and it comes and goes as it is told."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path

import pytest

from core.secrets import Secrets, load_secrets
from core.settings import Settings
from hotline.switch import AsteriskProcess, EmbeddedSwitch, Installation, NotReadyError, SwitchError, TooOldError
from routing.directory import Agent, Directory
from routing.directory_file import DirectoryFile, as_bytes
from tests.conftest import settings_for

pytestmark = pytest.mark.switch

_COMPLAINT = re.compile(r"\b(WARNING|ERROR)\b.*|.*(Unable to|Could not|not find).*")


def _complaints(switch: EmbeddedSwitch) -> list[str]:
    logs = [(switch.places.log / name).read_text() for name in ("messages.log", "console.log")]
    return [line for text in logs for line in text.splitlines() if _COMPLAINT.search(line)]


async def test_a_real_asterisk_reads_every_rendered_file_without_a_complaint(switch: EmbeddedSwitch) -> None:
    assert _complaints(switch) == []


async def test_every_module_we_name_is_running(switch: EmbeddedSwitch) -> None:
    named = set(re.findall(r"^load = (\S+)", (switch.places.etc / "modules.conf").read_text(), re.MULTILINE))
    rows = (line.split() for line in (await switch.rx("module show")).splitlines() if ".so" in line)
    assert named == {row[0] for row in rows if "Running" in row}


async def test_every_application_the_dialplan_uses_is_there(switch: EmbeddedSwitch) -> None:
    text = (switch.places.etc / "extensions.conf").read_text()
    used = set(re.findall(r"(?:,\d+|same => n(?:\(\w+\))?),([A-Z][A-Za-z]+)\(", text))
    known = {line.split(":")[0].strip() for line in (await switch.rx("core show applications")).splitlines()}
    assert used - known == set()


async def test_every_function_the_dialplan_uses_is_there(switch: EmbeddedSwitch) -> None:
    text = re.sub(r"^\s*;.*$", "", (switch.places.etc / "extensions.conf").read_text(), flags=re.MULTILINE)
    used = set(re.findall(r"\$\{([A-Z_]{2,})\(", text)) | set(re.findall(r"Set\(([A-Z_]+)\(", text))
    known = {line.split()[0] for line in (await switch.rx("core show functions")).splitlines() if line.strip()}
    assert used - known == set()


async def test_no_application_that_runs_a_program_is_loaded_but_agi(switch: EmbeddedSwitch) -> None:
    known = await switch.rx("core show applications")
    for name in ("System", "TrySystem", "ExternalIVR"):
        assert f"{name}:" not in known


async def test_it_starts_and_stops_twice(
    asterisk_root: Path, home: Settings, secrets: Secrets, directory: Directory,
) -> None:
    switch = EmbeddedSwitch(home, secrets, directory)
    seen = set()
    for _ in range(2):
        await switch.start()
        status = await switch.status()
        assert (status.calls, status.channels) == (0, 0)
        seen.add(status.pid)
        await switch.stop()
        assert (await switch.status()).pid is None
    assert len(seen) == 2
    await switch.stop()


async def test_two_switches_run_side_by_side(
    switch: EmbeddedSwitch, tmp_path: Path, directory: Directory,
) -> None:
    other_settings = settings_for(tmp_path / "other")
    other = EmbeddedSwitch(other_settings, load_secrets(other_settings), directory)
    try:
        await other.start()
        assert (await other.status()).pid != (await switch.status()).pid
        assert _complaints(other) == []
        await other.stop()
        assert (await switch.status()).calls == 0
    finally:
        await other.stop()


async def test_another_program_finds_the_running_switch_and_does_not_start_a_second_one(
    switch: EmbeddedSwitch, secrets: Secrets, directory: Directory,
) -> None:
    again = EmbeddedSwitch(switch.settings, secrets, directory)
    await again.start()
    assert again.process.pid == switch.process.pid


async def test_a_home_whose_path_is_very_long_works_too(
    asterisk_root: Path, tmp_path: Path, directory: Directory,
) -> None:
    settings = settings_for(tmp_path / ("long" * 20) / "home")
    switch = EmbeddedSwitch(settings, load_secrets(settings), directory)
    try:
        await switch.start()
        assert (await switch.status()).calls == 0
    finally:
        await switch.stop()
    assert not switch.places.run.exists()


async def test_a_taken_port_is_told_before_anything_is_started(
    asterisk_root: Path, home: Settings, secrets: Secrets, directory: Directory,
) -> None:
    switch = EmbeddedSwitch(home, secrets, directory)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
        thief.bind((home.sip_address, home.sip_port))
        with pytest.raises(NotReadyError, match=rf"{home.sip_port}.*pytest|{home.sip_port}.*python"):
            await switch.start()
    assert switch.process.pid is None


async def test_a_switch_that_dies_while_starting_says_its_last_words(
    asterisk_root: Path, home: Settings, secrets: Secrets, directory: Directory,
) -> None:
    switch = EmbeddedSwitch(home, secrets, directory)
    switch.render()
    with (switch.places.etc / "modules.conf").open("a") as file:
        file.write("require = no_such_module.so\n")
    with pytest.raises(NotReadyError, match=r"died while starting[\s\S]*no_such_module"):
        await switch.process.start()
    assert switch.process.pid is None


async def test_a_second_process_on_the_same_control_socket_is_refused(switch: EmbeddedSwitch, tmp_path: Path) -> None:
    (tmp_path / "asterisk.conf").write_text((switch.places.etc / "asterisk.conf").read_text())
    twin = AsteriskProcess(switch.settings.asterisk, tmp_path, "the twin")
    with pytest.raises(NotReadyError, match=f"pid {switch.process.pid}"):
        await twin.start()
    assert twin.pid is None
    assert (await switch.status()).calls == 0


async def test_a_stale_pid_file_is_not_taken_for_a_running_switch(
    asterisk_root: Path, home: Settings, secrets: Secrets, directory: Directory,
) -> None:
    switch = EmbeddedSwitch(home, secrets, directory)
    switch.render()
    switch.process.pid_file.write_text("1")
    assert switch.process.pid is None
    with pytest.raises(SwitchError, match="cannot be asked"):
        await switch.rx("core show version")


async def test_a_console_command_cannot_carry_a_second_one(switch: EmbeddedSwitch) -> None:
    with pytest.raises(SwitchError, match="control characters"):
        await switch.rx("core show version\ncore stop now")


async def test_cancelling_a_start_leaves_a_switch_that_can_be_stopped(
    asterisk_root: Path, home: Settings, secrets: Secrets, directory: Directory,
) -> None:
    switch = EmbeddedSwitch(home, secrets, directory)
    starting = asyncio.create_task(switch.start())
    try:
        await asyncio.sleep(0)  # lets it run as far as its first wait, when the process has been made
        assert switch.process.pid is not None
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
    finally:
        await switch.stop()
    assert switch.process.pid is None


@pytest.mark.parametrize("told", ["Asterisk 20.1.0~dfsg", "Asterisk 22.4.1", "Asterisk certified-20.7-cert3"])
def test_an_older_asterisk_is_refused_with_what_to_do(tmp_path: Path, told: str) -> None:
    installation = _pretended(tmp_path, told)
    with pytest.raises(TooOldError, match="hotline switch fetch"):
        installation.check()


def test_a_new_enough_one_without_the_json_event_log_is_refused(tmp_path: Path) -> None:
    installation = _pretended(tmp_path, "Asterisk 22.9.0")
    with pytest.raises(TooOldError):
        installation.check()
    (installation.modules / "res_cdrel_custom.so").touch()
    assert installation.check() == (22, 9, 0)


def _pretended(root: Path, told: str) -> Installation:
    """Make a foreign root whose loader is a script that prints a version."""
    for folder in ("usr/sbin", "lib64", "usr/lib/x86_64-linux-gnu/asterisk/modules"):
        (root / folder).mkdir(parents=True)
    (root / "usr/sbin/asterisk").touch()
    loader = root / "lib64/ld-linux-x86-64.so.2"
    loader.write_text(f"#!/bin/sh\necho '{told}'\n")
    loader.chmod(0o755)
    return Installation(root)


async def test_a_changed_directory_that_the_switch_did_not_take_is_given_to_it_again(
    asterisk_root: Path, home: Settings, secrets: Secrets, directory: Directory, monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, first = home.home / "directory.json", home.home / "directory.toml"
    path.write_bytes(as_bytes(directory))
    switch = EmbeddedSwitch(home, secrets, DirectoryFile(path, first))
    await switch.start()
    try:
        path.write_bytes(as_bytes(directory.model_copy(update={
            "agents": (*directory.agents, Agent(id="a7777", name="新来的", phone="7777"))})))
        with monkeypatch.context() as patch:
            patch.setattr(switch, "rx", _away)
            with pytest.raises(SwitchError):
                await switch.follow()
        assert "7777" not in await switch.rx("pjsip show endpoints")
        assert await switch.follow()
        assert "7777" in await switch.rx("pjsip show endpoints")
        assert "HL_AGENT_OF_7777=a7777" in await switch.rx("dialplan show globals")
        assert not await switch.follow()
    finally:
        await switch.stop()


async def _away(command: str) -> str:
    raise SwitchError("the switch does not answer")
