"""`hotline flow`, as an editor uses it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from core.facts import CALL_ANSWERED, MENU_STEP
from core.journal import Journal
from hotline.cli_flow import app
from ivr.drivers.terminal import parse_keys
from ivr.releases import FlowStore
from ivr.upload import take, wav
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


def test_a_refusal_shows_a_caller_to_whom_it_happens(tmp_path: Path) -> None:
    flow = tmp_path / "far.yaml"
    flow.write_bytes(text('  welcome: {verb: menu, prompts: hello, choices: {"1": person}, time_out: 30}'))
    shown = run(app, ["check", str(flow)])
    assert shown.exit_code == 1
    assert "[silence-too-long]" in shown.output
    assert "例如：按键 t" in shown.output
    assert "转人工（技能 general）" in shown.output


def test_releases_are_compared_rolled_back_and_listed(home: Path) -> None:
    assert run(app, ["publish", FLOW, "--by", "wang", "--why", "开通"]).exit_code == 0
    changed = home / "changed.yaml"
    changed.write_text(Path(FLOW).read_text("utf-8").replace("按键有误", "没有这个选项"), "utf-8")
    assert "zh-CN 的文字由 “按键有误。” 改为 “没有这个选项。”" in run(app, ["diff", str(changed)]).output
    assert run(app, ["publish", str(changed), "--by", "li"]).exit_code == 0
    late = run(app, ["publish", str(changed), "--based-on", "1"])
    assert late.exit_code == 1
    assert "li 已发布了第 2 版" in late.output
    assert "已回退到第 1 版" in run(app, ["rollback", "1", "--why", "改错了"]).output
    assert FlowStore(home / "release").current().id.startswith("1-")
    listed = run(app, ["releases"]).output
    assert "使用中" in listed.splitlines()[0]
    assert "wang：开通" in listed.splitlines()[0]
    assert "已替换" in listed.splitlines()[1]


def test_a_release_can_be_set_for_a_time_to_come(home: Path) -> None:
    assert run(app, ["publish", FLOW]).exit_code == 0
    shown = run(app, ["publish", FLOW, "--at", "2999-01-01T00:00"])
    assert "将于 2999-01-01T00:00 生效" in shown.output
    assert FlowStore(home / "release").current().id.startswith("1-")
    assert run(app, ["publish", FLOW, "--at", "tomorrow"]).exit_code == 2


def test_a_flow_leaves_with_its_recordings_and_comes_back_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = take(wav(0.3 * np.sin(np.arange(16000) / 5), 16000), "zh-CN", home / "recordings-of-prompts")
    flow = home / "own.yaml"
    flow.write_text(Path(FLOW).read_text("utf-8").replace(
        "  wrong:\n", f"  wrong:\n    recording: {{zh-CN: {taken.name}}}\n"), "utf-8")
    assert run(app, ["publish", str(flow)]).exit_code == 0
    file = home / "release.yaml"
    file.write_text(run(app, ["export"]).output, "utf-8")
    assert "您好，12345热线" in file.read_text("utf-8")
    other = home / "elsewhere"
    monkeypatch.setenv("HOTLINE_HOME", str(other))
    assert "收下 1 条录音；可以发布" in run(app, ["import", str(file)]).output
    assert (other / "recordings-of-prompts" / "zh-CN" / f"{taken.name}.wav").read_bytes()[:4] == b"RIFF"
    assert run(app, ["publish", str(file)]).exit_code == 0
    ids = [FlowStore(place / "release").current().id for place in (home, other)]
    assert ids[0] == ids[1]


def test_the_journals_calls_are_replayed_through_a_draft(home: Path) -> None:
    assert run(app, ["publish", FLOW]).exit_code == 0
    journal = Journal.open(home / "journal")
    for number in range(3):
        call = f"{number:032x}"
        journal.write(CALL_ANSWERED, call, f"{call}/a", None, {"caller": "138", "called": "12345"})
        journal.write(MENU_STEP, call, f"{call}/1", None, {"step": "welcome", "verb": "menu", "why": "key",
                                                           "pressed": "9", "to": "english"})
    journal.close()
    draft = home / "draft.yaml"
    draft.write_text(Path(FLOW).read_text("utf-8").replace('"9": english', '"9": person'), "utf-8")
    shown = run(app, ["replay", str(draft)]).output
    assert "重放 3 通来电：0 通结果相同，3 通不同" in shown
    assert "原来转到人工（技能 english）的 3 位来电人中，有 3 位现在转到人工（技能 general）" in shown
