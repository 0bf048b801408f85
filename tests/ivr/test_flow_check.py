"""What an editor is told about a flow, before any caller hears it."""

from __future__ import annotations

import gc
import json
import time
from pathlib import Path

import pytest

from ivr.errors import Finding, FlowError
from ivr.flow import check_flow, flow_from_data, load_flow, parse_flow
from tests.ivr.flows import HEAD, text

DEFAULT = Path(__file__).parents[2] / "ivr" / "flows" / "default.yaml"
MENU = '  welcome: {verb: menu, prompts: hello, choices: {"1": person}}'


def finding(raw: bytes, code: str) -> Finding:
    """The one finding with this code; fails with all of them if there is none."""
    found = check_flow(raw, "test.yaml")
    matching = [one for one in found if one.code == code]
    assert matching, f"no {code} among {[one.code for one in found]}"
    return matching[0]


def test_the_default_flow_is_accepted_without_a_word() -> None:
    assert check_flow(DEFAULT.read_bytes(), "default.yaml") == []


def test_a_small_flow_is_accepted() -> None:
    assert parse_flow(text(MENU), "test.yaml").head.release == 7


REFUSED = [
    ("unknown-step", '  welcome:\n    verb: menu\n    prompts: hello\n    choices:\n      "1": sales', 13,
     "steps.welcome.choices.1"),
    ("circle", "  welcome: {verb: say, prompts: hello, then: b}\n  b: {verb: say, prompts: hello, then: welcome}", 9,
     "steps.welcome"),
    ("silent-circle", '  welcome: {verb: menu, prompts: hello, choices: {"1": person}, on_time_out: b}\n'
     '  b: {verb: menu, prompts: hello, choices: {"1": person}, on_time_out: welcome}', 9, "steps.welcome"),
    ("no-person", f'{MENU[:-2]}, "2": b}}}}\n  b: {{verb: say, prompts: hello, then: c}}\n  c: {{verb: hang_up}}', 10,
     "steps.b"),
    ("silence-ends-call", f"{MENU[:-1]}, on_time_out: bye}}\n  bye: {{verb: hang_up}}", 9, "steps.welcome.on_time_out"),
    ("silence-ends-call", "  welcome: {verb: information, prompts: hello, then: bye}\n  bye: {verb: hang_up}", 3,
     "entry"),
    ("unknown-prompt", MENU.replace("hello", "hallo"), 9, "steps.welcome.prompts"),
    ("key-twice", f'{MENU[:-1]}, repeat_key: "1"}}', 9, "steps.welcome.repeat_key"),
    ("twice", '  welcome: {verb: menu, prompts: hello, choices: {"1": person, "1": person}}', 9,
     "steps.welcome.choices.1"),
    ("shape-string-pattern-mismatch", MENU.replace('"1"', "A"), 9, "steps.welcome.choices.A"),
    ("shape-too-long", MENU.replace('"1": person', ", ".join(f'"{key}": person' for key in range(6))), 9,
     "steps.welcome.choices"),
    ("shape-extra-forbidden", f"{MENU[:-1]}, timeout: 5}}", 9, "steps.welcome.timeout"),
    ("shape-missing", "  welcome: {verb: menu, prompts: hello}", 9, "steps.welcome.choices"),
    ("unknown-verb", "  welcome: {verb: shout}", 9, "steps.welcome.verb"),
    ("unknown-calendar", "  welcome: {verb: hours, calendar: office, open: person, closed: person}", 9,
     "steps.welcome.calendar"),
    ("unknown-variable", '  welcome: {verb: branch, variable: colour, cases: {red: person}, otherwise: person}', 9,
     "steps.welcome.variable"),
    ("unknown-language", "  welcome: {verb: set, values: {lang: fr}, then: person}", 9, "steps.welcome.values.lang"),
    ("min-over-max", "  welcome: {verb: collect, prompts: hello, variable: a, min: 5, max: 2, then: person}", 9,
     "steps.welcome.min"),
    ("bad-step-name", f"{MENU}\n  欢迎: {{verb: hang_up}}", 10, "steps.欢迎"),
]


@pytest.mark.parametrize(("code", "steps", "line", "where"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_refused_flow_names_line_step_reason_and_remedy(code: str, steps: str, line: int, where: str) -> None:
    found = finding(text(steps), code)
    assert found.place == f"test.yaml:{line} {where}"
    assert found.problem
    assert found.fix
    with pytest.raises(FlowError, match=f"test.yaml:{line}"):
        parse_flow(text(steps), "test.yaml")


def test_a_prompt_without_a_text_in_one_language_is_refused() -> None:
    head = HEAD.replace(", en: Wrong key", "")
    found = finding(text(f"{MENU[:-1]}, wrong_key: wrong}}", head), "missing-text")
    assert found.place == "test.yaml:7 prompts.wrong"
    assert "en" in found.problem


def test_the_person_must_be_a_service() -> None:
    raw = text(f"{MENU}\n  bye: {{verb: hang_up}}", HEAD.replace("person: person", "person: bye"))
    assert finding(raw, "person-is-no-service").place == "test.yaml:4 person"


def test_what_is_never_reached_or_heard_is_only_a_warning() -> None:
    raw = text(f"{MENU}\n  lost: {{verb: hang_up}}")
    assert [(f.code, f.warning) for f in check_flow(raw, "t")] == [("unused-prompt", True), ("unreachable", True)]
    assert len(parse_flow(raw, "t").warnings) == 2


def test_every_fault_is_told_at_once() -> None:
    raw = text("  welcome: {verb: shout}\n  b: {verb: say, prompts: 5, then: b, colour: red}", HEAD.replace("7", "x"))
    codes = {found.code for found in check_flow(raw, "t")}
    assert {"shape-int-parsing", "unknown-verb", "shape-extra-forbidden"} <= codes


def test_silence_may_end_elsewhere_only_where_the_document_says_so() -> None:
    steps = f"{MENU[:-1]}, on_time_out: bye}}\n  bye: {{verb: hang_up}}"
    raw = text(steps, HEAD.replace("entry:", "silence: any\nentry:"))
    assert [found for found in check_flow(raw, "t") if not found.warning] == []


@pytest.mark.parametrize(("raw", "code", "line"), [
    (HEAD.encode() + "steps:\n  a: 您".encode()[:-1], "not-utf8", 9),
    (b"release: [1\nb: 2\n", "syntax", 2),
    (b"release: 1\x00", "syntax", 1),
    (b"a: &x 1\nb: *x\n", "alias", 1),
    (b"a: 1\n---\nb: 2\n", "two-documents", 1),
    (b"? [a]\n: 1\n", "bad-key", 1),
    (b"[" * 20 + b"]" * 20, "too-deep", 1),
    (b"[" * 200_000, "too-deep", 1),
    (b"# " + b"x" * 4_000_001, "too-big", 1),
    (b"", "no-flow", 1),
    (b"- a\n", "no-flow", 1),
    (b"just a word", "no-flow", 1),
], ids=lambda value: str(value)[:12] if not isinstance(value, bytes) else "raw")
def test_a_file_that_is_no_flow_is_refused_with_its_line(raw: bytes, code: str, line: int) -> None:
    assert finding(raw, code).place.startswith(f"test.yaml:{line}")


def test_clock_times_and_leading_zeros_mean_what_they_look_like() -> None:
    head = HEAD + ("calendars:\n  office:\n    weekly: [{days: mon-fri, from: 08:30, to: 17:00}]\n"
                   "    holidays: [2026-10-01]\n    working: {2026-10-10: fri}\n")
    flow = parse_flow(text("  welcome: {verb: hours, calendar: office, open: person, closed: person}", head), "t")
    opening = flow.head.calendars["office"].weekly[0]
    assert (opening.start, opening.end, opening.days) == (510, 1020, (1, 2, 3, 4, 5))


def test_a_flow_can_come_as_json_data() -> None:
    step = {"verb": "menu", "prompts": ["hello"], "choices": {"1": "person"}, "retries": 3, "time_out": 4.5}
    data = {"release": 1, "languages": ["zh-CN"], "entry": "a", "person": "person",
            "prompts": {"hello": {"zh-CN": "您好"}}, "steps": {"a": step, "person": {"verb": "service", "skill": "x"}}}
    assert flow_from_data(data).steps.keys() == {"a", "person"}
    assert parse_flow(json.dumps(data).encode(), "t").steps.keys() == {"a", "person"}


def test_a_missing_file_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="打不开"):
        load_flow(tmp_path / "none.yaml")


def _chain(count: int) -> bytes:
    steps = "\n".join(f'  s{n}: {{verb: menu, prompts: hello, choices: {{"1": s{n + 1}, "2": s0}}}}'
                      for n in range(count))
    return text(f"{steps}\n  s{count}: {{verb: say, prompts: hello, then: person}}", HEAD.replace("welcome", "s0"))


def test_five_thousand_steps_are_checked_in_linear_time() -> None:
    def seconds(count: int) -> float:
        raw, found = _chain(count), list[float]()
        for _ in range(3):  # the collector's rounds over everything else that lives are not the check's
            gc.collect()
            gc.disable()
            begun = time.process_time()
            assert parse_flow(raw, "t")
            found.append(time.process_time() - begun)
            gc.enable()
        return min(found)

    small, large = seconds(1000), seconds(4998)
    assert large < 5 * small * 3  # far from the 25 of a square


def test_one_step_too_many_is_refused() -> None:
    assert finding(_chain(4999), "shape-too-long").place.startswith("test.yaml:8 steps")


def test_a_long_chain_without_a_key_does_not_exhaust_the_stack() -> None:
    steps = "\n".join(f"  s{n}: {{verb: say, prompts: hello, then: s{(n + 1) % 4000}}}" for n in range(4000))
    assert "4000" in finding(text(steps, HEAD.replace("welcome", "s0")), "circle").problem
