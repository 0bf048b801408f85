"""The command line a person types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.settings import Settings
from hotline.cli import PARTS, app, part


def _hotline(home: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, with this test's ports."""
    ports = {
        f"HOTLINE_{name.upper()}": str(getattr(home, name))
        for name in ("sip_port", "ami_port", "ws_port", "agi_port", "web_port", "rtp_first", "rtp_last")
    }
    command = [sys.executable, "-c", "from hotline.cli import main; main()", *words]
    return subprocess.run(
        command, env=os.environ | ports, capture_output=True, text=True, timeout=60, check=False,
        cwd=Path(__file__).parents[2],
    )


@pytest.mark.switch
def test_start_status_stop_from_three_separate_commands(asterisk_root: Path, home: Settings) -> None:
    try:
        started = _hotline(home, "switch", "start")
        assert (started.returncode, str(home.sip_port) in started.stdout) == (0, True), started.stderr
        status = _hotline(home, "switch", "status")
        assert (status.returncode, "running" in status.stdout) == (0, True)
        again = _hotline(home, "switch", "start")
        assert (again.returncode, "already" in again.stdout) == (0, True)
    finally:
        stopped = _hotline(home, "switch", "stop")
    assert stopped.returncode == 0
    assert _hotline(home, "switch", "status").returncode == 3


@pytest.mark.switch
def test_a_second_fetch_returns_at_once(asterisk_root: Path, home: Settings) -> None:
    done = _hotline(home, "switch", "fetch")
    assert (done.returncode, "ready" in done.stdout) == (0, True)


def test_what_a_person_can_mend_is_told_in_one_line_without_a_stack_trace(home: Settings) -> None:
    home.home.mkdir()
    (home.home / "hotline.toml").write_text("sip_port = 'many'\n")
    done = _hotline(home.model_copy(update={"sip_port": "many"}), "switch", "status")
    assert done.returncode == 1
    assert "sip_port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["sip_port = ", "no_such_setting = 1\n"])
def test_a_broken_settings_file_is_told_in_one_line(home: Settings, text: str) -> None:
    home.home.mkdir()
    (home.home / "hotline.toml").write_text(text)
    done = _hotline(home, "switch", "status")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_the_help_names_every_part_that_is_there() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert {name for name in PARTS if part(name)} <= set(result.output.split())


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(app, ["--version"]).exit_code == 0
