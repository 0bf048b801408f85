"""The doctor names what is wrong in plain words, says how to mend it, and changes nothing."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.secrets import load_secrets
from core.settings import Settings
from hotline.cli import app
from hotline.doctor import Fault, examine
from hotline.ports import owner_of_port, why_taken
from hotline.switch import EmbeddedSwitch
from tests.conftest import take_port


def _about(faults: list[Fault], word: str) -> Fault:
    found = [fault for fault in faults if word in fault.zh or word in fault.en or word in fault.mend]
    assert found, f"nothing about {word!r} in {faults}"
    return found[0]


def test_a_good_installation_has_no_fault(asterisk_root: Path, home: Settings) -> None:
    load_secrets(home)
    assert examine(home) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("sip_port", socket.SOCK_DGRAM), ("ami_port", socket.SOCK_STREAM), ("agi_port", socket.SOCK_STREAM),
     ("ws_port", socket.SOCK_STREAM), ("web_port", socket.SOCK_STREAM)],
)
def test_a_taken_port_is_named_with_the_process_that_has_it(
    home: Settings, name: str, kind: socket.SocketKind,
) -> None:
    with socket.socket(socket.AF_INET, kind) as thief:
        thief.bind(("127.0.0.1", getattr(home, name)))
        if kind is socket.SOCK_STREAM:
            thief.listen()
        fault = _about(examine(home), name)
    assert str(getattr(home, name)) in fault.zh
    assert "pid" in fault.zh
    assert f"HOTLINE_{name.upper()}" in fault.mend


def test_secrets_that_others_can_read_are_named_with_the_command_that_mends_it(home: Settings) -> None:
    load_secrets(home)
    home.secrets_file.chmod(0o640)
    assert f"chmod 600 {home.secrets_file}" in _about(examine(home), "others").mend


def test_an_empty_secret_is_named(home: Settings) -> None:
    load_secrets(home)
    values = json.loads(home.secrets_file.read_text()) | {"ami_secret_actions": ""}
    home.secrets_file.write_text(json.dumps(values))
    assert "weak" in _about(examine(home), "ami_secret_actions").en


def test_a_missing_asterisk_is_named_with_the_command_that_gets_it(home: Settings, tmp_path: Path) -> None:
    faults = examine(home.model_copy(update={"asterisk_root": tmp_path / "nothing"}))
    assert _about(faults, "Asterisk").mend == "hotline switch fetch"


def test_a_missing_speech_program_is_named_with_its_package(
    home: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _about(examine(home), "espeak-ng").mend == "apt-get install espeak-ng"


def test_a_broken_directory_is_named_with_the_place(home: Settings, tmp_path: Path) -> None:
    broken = tmp_path / "directory.toml"
    broken.write_text('[[agents]]\nid = "a b"\n')
    assert "agents.0" in _about(examine(home.model_copy(update={"directory": broken})), "通讯录").en


def test_looking_changes_nothing(home: Settings) -> None:
    examine(home)
    assert not home.home.exists()


@pytest.mark.switch
async def test_the_ports_of_our_own_running_switch_are_no_fault(switch: EmbeddedSwitch) -> None:
    assert examine(switch.settings) == []


def test_the_command_ends_with_status_1_and_counts_the_faults(
    home: Settings, monkeypatch: pytest.MonkeyPatch, asterisk_root: Path,
) -> None:
    port = take_port()
    monkeypatch.setenv("HOTLINE_WEB_PORT", str(port))
    with socket.create_server(("127.0.0.1", port)):
        result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert str(port) in result.output
    assert "fault(s)" in result.output


def test_a_free_port_has_no_owner() -> None:
    port = take_port()
    assert why_taken("tcp", "127.0.0.1", port) == ""
    assert owner_of_port("tcp", port) is None
