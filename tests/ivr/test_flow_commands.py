"""`hotline flow`, as an editor uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.cli_flow import app
from ivr.drivers.terminal import parse_keys
from ivr.releases import FlowStore
from tests.ivr.flows import HEAD, text

FLOW = str(Path(__file__).parents[2] / "ivr" / "flows" / "default.yaml")
run = CliRunner().invoke


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    return tmp_path


def test_a_walk_shows_what_the_caller_hears_and_where_it_ends() -> None:
    shown = run(app, ["simulate", FLOW, "--keys", "7,9", "--at", "2026-11-23T03:00"])
    assert shown.exit_code == 0
    assert "听到：您好" in shown.output
    assert "按键无效" in shown.output
    assert "技能 english" in shown.output.splitlines()[-1]


def test_a_walk_without_keys_ends_at_a_person() -> None:
    assert "转人工，技能 general" in run(app, ["simulate", FLOW]).output.splitlines()[-1]


def test_a_walk_in_english_and_one_that_hangs_up() -> None:
    shown = run(app, ["simulate", FLOW, "--lang", "en", "--keys", "h"])
    assert "听到：12345 hotline" in shown.output
    assert shown.output.splitlines()[-1].strip() == "来电人挂机"


def test_collected_digits_and_messages_can_be_walked(tmp_path: Path) -> None:
    flow = tmp_path / "f.yaml"
    flow.write_bytes(text('  welcome: {verb: menu, prompts: hello, choices: {"1": ask, "2": leave}}\n'
                          "  ask: {verb: collect, prompts: hello, variable: order, max: 8, then: person}\n"
                          "  leave: {verb: record, prompts: hello, then: bye}\n  bye: {verb: hang_up, prompts: hello}"))
    assert "order=2046" in run(app, ["simulate", str(flow), "--keys", "1,2046#"]).output
    assert "已留言" in run(app, ["simulate", str(flow), "--keys", "2,#"]).output


@pytest.mark.parametrize("keys", ["x", "1,a,2", "1;2"])
def test_what_is_no_key_is_refused(keys: str) -> None:
    assert run(app, ["simulate", FLOW, "--keys", keys]).exit_code == 2
    with pytest.raises(ValueError, match="不是按键"):
        parse_keys(keys)


def test_a_time_that_is_none_is_refused() -> None:
    assert run(app, ["simulate", FLOW, "--at", "yesterday"]).exit_code == 2


def test_check_names_line_and_remedy_and_says_no(tmp_path: Path) -> None:
    flow = tmp_path / "bad.yaml"
    flow.write_bytes(text('  welcome: {verb: menu, prompts: hello, choices: {"1": gone}}'))
    shown = run(app, ["check", str(flow)])
    assert shown.exit_code == 1
    assert "bad.yaml:9 steps.welcome.choices.1 [unknown-step]" in shown.output
    assert "不能发布" in shown.output
    found = json.loads(run(app, ["check", str(flow), "--json"]).output)
    assert found[0]["code"] == "unknown-step"


def test_check_accepts_the_default() -> None:
    shown = run(app, ["check", FLOW])
    assert (shown.exit_code, shown.output.strip()) == (0, "可以发布")


def test_publishing_puts_a_flow_in_force_and_a_refused_one_changes_nothing(home: Path) -> None:
    assert run(app, ["publish", FLOW]).exit_code == 0
    before = FlowStore(home / "release").current()
    bad = home / "bad.yaml"
    bad.write_bytes(text("  welcome: {verb: say, prompts: hello, then: welcome}", HEAD))
    shown = run(app, ["publish", str(bad)])
    assert shown.exit_code == 1
    assert "circle" in shown.output
    assert FlowStore(home / "release").current() == before
    assert (home / "prompts" / "zh-CN").is_dir()


def test_all_prompts_can_be_rendered_beforehand(home: Path) -> None:
    assert run(app, ["render-prompts"]).exit_code == 0
    assert (home / "prompts" / "zh-CN" / "rating.alaw").stat().st_size > 8000
    assert "合成 0 条" in run(app, ["render-prompts"]).output
