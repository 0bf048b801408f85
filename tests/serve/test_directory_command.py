"""``hotline directory``: out as a file, in again, what would change first; and the doctor of a file edited in vain."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.settings import Settings
from hotline.cli import part
from hotline.cli_directory import app
from hotline.doctor import examine
from routing.directory import load_directory
from routing.directory_file import directory_in_force
from routing.directory_toml import as_toml

FIRST = """
[[agents]]
id = "a1"
name = "王敏 \\"班长\\""
phone = "6001"
skills = ["general", "law"]

[[units]]
id = "housing"
name = "住建局"
aliases = ["住建"]
duties = "物业\\n房屋质量"
phones = [{ number = "66010001", label = "值班室", order = 2, accept = true }]
"""


def hotline(*words: str) -> str:
    """Run the command; it must not fail."""
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def first(home: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The first stock of this home."""
    assert home.home.exists() or home.home.mkdir(parents=True) is None
    path = tmp_path / "first.toml"
    path.write_text(FIRST, encoding="utf-8")
    monkeypatch.setenv("HOTLINE_DIRECTORY", str(path))
    return path


def test_what_is_exported_is_read_as_the_same_directory(first: Path, tmp_path: Path) -> None:
    assert part("directory") is not None
    again = tmp_path / "again.toml"
    again.write_text(hotline("export"), encoding="utf-8")
    assert load_directory(again) == load_directory(first)
    assert as_toml(load_directory(again)) == again.read_text(encoding="utf-8")


def test_an_import_shows_first_and_is_in_force_only_when_told_to_write(first: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.toml"
    changed.write_text(FIRST.replace('"6001"', '"6009"').replace("[[units]]", "[[experts]]").replace("housing", "law"),
                       encoding="utf-8")
    shown = hotline("import", str(changed))
    assert [line.split()[0:3] for line in shown.splitlines() if line[0] in "+~-"] == [
        ["~", "agents", "a1"], ["+", "experts", "law"], ["-", "units", "housing"]]
    assert "phone: 6001 → 6009" in shown
    assert directory_in_force(Settings()).now() == load_directory(first)
    assert "✓" in hotline("import", str(changed), "--write")
    assert directory_in_force(Settings()).now() == load_directory(changed)
    assert "nothing changes" in hotline("import", str(changed), "--write")


def test_the_doctor_says_that_a_file_was_edited_in_vain(first: Path) -> None:
    def told() -> list[str]:
        return [fault.mend for fault in examine(Settings()) if "通讯录" in fault.zh]

    assert told() == []
    hotline("import", str(first), "--write")
    assert told() == []
    other = first.with_name("other.toml")  # another file taken over: nobody has edited the first one
    other.write_text(FIRST.replace("66010001", "66010009"), encoding="utf-8")
    hotline("import", str(other), "--write")
    assert told() == []
    first.write_text("# 一句注释\n" + FIRST, encoding="utf-8")
    assert told() == []
    first.write_text(FIRST.replace("住建局", "住房局"), encoding="utf-8")
    assert "hotline directory import" in told()[0]
    hotline("import", str(first), "--write")
    assert told() == []
