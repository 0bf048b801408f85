"""The page on the life of an order says what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.cli_life import DOCUMENT, app
from workorders.life.page import LIMITS, TABLES, fill
from workorders.life.policy import Policy
from workorders.life.states import STEPS
from workorders.life.words import CHINESE_STATE, State

PAGE = DOCUMENT.read_text("utf-8")


def test_the_page_is_what_the_rules_say() -> None:
    assert fill(PAGE) == PAGE, "make it anew: hotline life --write"


def test_the_page_has_every_table_once() -> None:
    assert sorted(re.findall(r"<!-- (\w+) -->", PAGE)) == sorted(TABLES)


def test_every_step_and_every_state_stands_on_it() -> None:
    assert len(TABLES["steps"]().splitlines()) == len(STEPS) + 2
    assert len(TABLES["states"]().splitlines()) == len(State) + 2
    for step in STEPS:
        assert step.why in PAGE
    assert all(word in PAGE for word in CHINESE_STATE.values())


def test_every_limit_of_the_policy_is_explained() -> None:
    tables = {"terms", "desk", "signature", "ladder", "bring"}  # these have tables of their own, or are lists
    assert set(LIMITS) == set(Policy.model_fields) - tables


def test_a_page_that_says_something_else_is_noticed() -> None:
    spoilt = PAGE.replace("| 督办 | 150% |", "| 督办 | 999% |")
    assert spoilt != PAGE
    assert fill(spoilt) == PAGE


def test_it_can_be_read_at_a_terminal_whole_or_one_table_and_written(tmp_path: Path,
                                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    runner = CliRunner()
    assert TABLES["steps"]() in runner.invoke(app, []).output
    assert runner.invoke(app, ["ladder"]).output == TABLES["ladder"]() + "\n"
    assert runner.invoke(app, ["nothing"]).exit_code == 2
    copy = tmp_path / "page.md"
    copy.write_text(PAGE.replace("80%", "99%"), "utf-8")
    monkeypatch.setattr("hotline.cli_life.DOCUMENT", copy)
    assert runner.invoke(app, ["--write"]).exit_code == 0
    assert copy.read_text("utf-8") == PAGE
