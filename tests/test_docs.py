"""What the documents say is there, is there: commands, links, packages, settings, tests, words on the wire."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from core.settings import Settings
from hotline.cli import app
from hotline.demo.cli import BREAKS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FOLDERS = ("core", "routing", "ivr", "bridge", "workorders", "api", "hotline", "asterisk-conf")
_SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_FENCED = re.compile(r"```.*?```", re.DOTALL)
_TICKED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NAMED_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
_NAMED_PATH = re.compile(rf"(?:{'|'.join(FOLDERS)}|tests|docs)/[\w./-]+\.(?:py|j2|toml|yaml|md)")


def text_of(name: str) -> str:
    """Return the text of a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    """Return how a document is called in a test's name."""
    return str(path.relative_to(ROOT))


def code_in(text: str) -> list[str]:
    """Return the lines of a document that are meant to be typed: shell blocks without comments, and ticked words."""
    lines = [line.split("#", 1)[0] for block in _SHELL.findall(text) for line in block.splitlines()]
    return lines + _TICKED.findall(_FENCED.sub("", text))


def arguments_of(program: str, text: str) -> Iterator[list[str]]:
    """Yield the words behind `program` wherever a document says a command of it."""
    for line in code_in(text):
        words = line.split()
        if len(words) > 1 and words[0].removeprefix(".venv/bin/") == program and "→" not in words:
            yield words[1:]


def rows(text: str, heading: str = "") -> Iterator[list[str]]:
    """Yield the cells of each table row below `heading`, up to the next heading."""
    text = _FENCED.sub("", text)
    part = re.split(r"\n#", text.split(f"{heading}\n", 1)[1], maxsplit=1)[0] if heading else text
    for line in part.splitlines():
        if line.startswith("|") and not set(line) <= set("|- "):
            yield [cell.strip() for cell in line.strip("|").split("|")]


@cache
def all_code() -> str:
    """Return everything that is written in the house as one text."""
    files = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")))
    return "\n".join(path.read_text("utf-8") for path in files if path.suffix in (".py", ".j2", ".yaml", ".toml"))


# -- commands ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_make_target_a_document_names_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {words[0] for words in arguments_of("make", path.read_text("utf-8"))}
    assert named - targets == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_hotline_command_and_option_a_document_names_exists(path: Path) -> None:
    unknown = [words for words in arguments_of("hotline", path.read_text("utf-8")) if not is_command(words)]
    assert unknown == []


def is_command(words: list[str]) -> bool:
    """Tell whether these words are a sub-command with options that it has."""
    command: Any = get_command(app)
    rest = list(words)
    while rest and hasattr(command, "get_command"):
        if (command := command.get_command(None, rest.pop(0))) is None:
            return False
    options = {option for parameter in command.params for option in parameter.opts}
    return {word for word in rest if word.startswith("--")} <= options


def test_the_first_screen_shows_the_two_commands() -> None:
    first_screen = "\n".join(text_of("README.md").splitlines()[:12])
    assert [words[0] for words in arguments_of("make", first_screen)] == ["demo", "test"]


def test_the_ways_to_break_the_demonstration_are_those_that_are_named() -> None:
    named = re.search(r"BREAK=([a-z|-]+)`", text_of("README.md"))
    assert named is not None
    assert set(named[1].split("|")) == set(BREAKS)


def test_the_sample_of_the_demonstration_is_what_it_says() -> None:
    sample = next(block for block in _FENCED.findall(text_of("README.md")) if "全部属实" in block)
    lines = (re.match(r" +[\d.]+s .*? {2}· ([^\d;:]+)", line) for line in sample.splitlines())
    said = [found[1].removesuffix("http") for found in lines if found]
    assert len(said) > 10
    assert [words for words in said if words.strip() not in all_code()] == []


# -- places ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = [link.split("#", 1)[0] for link in _LINK.findall(path.read_text("utf-8")) if "://" not in link]
    assert [target for target in targets if target and not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_file_a_document_names_exists(path: Path) -> None:
    named = {found for words in _TICKED.findall(path.read_text("utf-8")) for found in _NAMED_PATH.findall(words)}
    assert {name for name in named if not (ROOT / name).exists() and not (ROOT / "tests" / name).exists()} == set()


@pytest.mark.parametrize(("document", "heading"), [
    ("README.md", "## Where things are"), ("docs/architecture.md", "## The rooms of the house"),
])
def test_the_folders_in_the_documents_are_the_folders_of_the_house(document: str, heading: str) -> None:
    told = {cells[0].strip("`/") for cells in rows(text_of(document), heading)} - {"folder"}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages | {"asterisk-conf"} <= told
    assert {name for name in told if not (ROOT / name).is_dir()} <= {"web"}


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        document = ahead.pop()
        if document in reached or document.suffix != ".md":
            continue
        reached.add(document)
        links = (link.split("#", 1)[0] for link in _LINK.findall(document.read_text("utf-8")) if "://" not in link)
        ahead += [(document.parent / link).resolve() for link in links if link]
    assert set(DOCUMENTS) - reached == set()


# -- settings ----------------------------------------------------------------------------------------------------
def test_every_setting_is_documented_and_no_other() -> None:
    told = {name for cells in rows(text_of("docs/settings.md"), "# Settings") for name in _TICKED.findall(cells[0])}
    assert told == set(Settings.model_fields)


def test_the_example_of_settings_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```toml\n(.*?)```", text_of("docs/settings.md"), re.DOTALL)
    assert example is not None
    (tmp_path / "hotline.toml").write_text(example[1], encoding="utf-8")
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    assert Settings().city == tomllib.loads(example[1])["city"]


# -- faults ------------------------------------------------------------------------------------------------------
def test_every_fault_has_its_line_and_the_tests_it_names_exist() -> None:
    faults = text_of("docs/faults.md")
    assert re.findall(r"^\| (F\d+) ", faults, re.MULTILINE) == [f"F{number}" for number in range(1, 31)]
    missing = [f"{path}::{name}" for path, name in _NAMED_TEST.findall(faults) if not has_test(path, name)]
    assert missing == []


def test_what_the_desks_promise_is_held_by_tests_that_exist() -> None:
    promises = [cells[1] for cells in rows(text_of("docs/desks.md")) if cells[1] != "shown by"]
    assert [cell for cell in promises if not _NAMED_TEST.findall(cell)] == []
    named = [one for cell in promises for one in _NAMED_TEST.findall(cell)]
    assert [f"{path}::{name}" for path, name in named if not has_test(path, name)] == []


def has_test(path: str, name: str) -> bool:
    """Tell whether tests/<path> has a test of this name."""
    file = ROOT / "tests" / path
    return file.exists() and re.search(rf"^(?:async )?def {name}\(", file.read_text("utf-8"), re.MULTILINE) is not None


# -- words -------------------------------------------------------------------------------------------------------
def test_what_the_dialplan_reports_is_what_the_architecture_says() -> None:
    dialplan = text_of("asterisk-conf/extensions.conf.j2")
    reports = re.findall(r"Gosub\(report,s,1\(([\w.]+),(.*)\)\)$", dialplan, re.MULTILINE)
    table = rows(text_of("docs/architecture.md"), "### What the dialplan reports")
    told = {cells[0].strip("`"): cells[1] for cells in table if cells[0] != "report"}
    assert {kind for kind, _ in reports} == set(told)
    untold = {(kind, name) for kind, data in reports for name in re.findall(r"(?:^| )(\w+)=", data)
              if not re.search(rf"\b{name}\b", told[kind])}
    assert untold == set()


def test_every_variable_of_the_dialplan_is_explained_and_every_explained_one_is_used() -> None:
    local = {f"HL_{name}" for name in (
        "DIGIT", "FOUND", "LISTED", "LOCKED", "TAKEN", "TAKEN_", "PROMPTS", "REC", "AGENT_OF_")}
    told = set(re.findall(r"HL_[A-Z_]+", text_of("docs/architecture.md")))
    used = set(re.findall(r"HL_[A-Z_]+", text_of("asterisk-conf/extensions.conf.j2")))
    assert used - told - local == set()
    assert {name for name in told if name not in all_code()} == set()


def test_the_words_of_the_glossary_are_words_of_the_code() -> None:
    columns = [cells[2] for cells in rows(text_of("docs/glossary.md")) if len(cells) == 3]
    words = [word for column in columns for word in _TICKED.findall(column)]
    assert len(words) > 40
    assert [word for word in words if not known(word)] == []


def known(word: str) -> bool:
    """Tell whether the code has this word: a name, a file, a command, or each part of a phrase."""
    if (ROOT / word).exists() or word.startswith("hotline "):
        return True
    return all(part in all_code() for part in re.findall(r"[A-Za-z_.]+", word.replace("<call key>", "")))
