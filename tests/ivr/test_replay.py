"""What real callers pressed, walked through a draft."""

from __future__ import annotations

from datetime import UTC, datetime

from core.facts import CALL_ANSWERED, MENU_STEP, Fact
from ivr.calls import calls_of
from ivr.replay import RealCall, real_call, replay
from ivr.timing import seconds_of
from ivr.walk import walk
from tests.ivr.flows import HEAD, release

HOURS = HEAD + "calendars: {office: {weekly: [{days: mon-fri, from: 09:00, to: 17:00}]}}\n"
OLD = release('  welcome: {verb: menu, prompts: hello, choices: {"1": water, "2": person}}\n'
              "  water: {verb: service, skill: water}", HOURS)
NEW = release('  welcome: {verb: menu, prompts: hello, choices: {"1": when, "2": person}}\n'
              "  when: {verb: hours, calendar: office, open: bye, closed: water}\n"
              "  water: {verb: service, skill: water}\n  bye: {verb: hang_up}", HOURS)
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
NIGHT = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


def call(number: int, at: datetime, *presses: str) -> RealCall:
    return RealCall(f"{number:032x}", at, presses)


def test_callers_who_now_hang_are_counted_and_said_in_words() -> None:
    calls = [call(n, NOON, "1") for n in range(37)] + [call(n, NIGHT, "1") for n in range(37, 2000)]
    calls += [call(2000, NOON, "2"), call(2001, NOON, "t"), call(2002, NOON, "h")]
    found = replay(calls, OLD, NEW, seconds_of(NEW, None))
    assert (found.calls, found.same, found.worse) == (2003, 1966, 37)
    assert [d.words for d in found.differences] == [
        "原来转到人工（技能 water）的 2,000 位来电人中，有 37 位现在在工作时间内被挂断"]
    assert found.differences[0].examples[0] == f"{0:032x}"


def test_a_call_is_read_from_its_trace_lines() -> None:
    lines = [{"why": "wrong_key", "pressed": "7"}, {"why": "time_out"}, {"why": "open"},
             {"why": "key", "pressed": "123"}, {"why": "next", "verb": "information", "pressed": ""},
             {"why": "next", "verb": "say"}, {"why": "broken_off"}]
    found = real_call("k", NOON, lines, "138", "12319")
    assert found is not None
    assert (found.presses, found.called) == (("7", "t", "123", "t", "h"), "12319")
    assert real_call("k", NOON, [], "", "") is None


def test_only_the_last_calls_of_the_journal_are_taken() -> None:
    facts = []
    for number in range(5):
        key = f"{number:032x}"
        facts.append(Fact(0, 1000.0 + number, CALL_ANSWERED, key, "", {"caller": "138", "called": "12345"}))
        facts.append(Fact(0, 1000.0 + number, MENU_STEP, key, "", {"why": "key", "pressed": str(number)}))
    assert [c.presses for c in calls_of(facts, 2)] == [("3",), ("4",)]


def test_what_a_walk_hears_is_each_prompt_as_often_as_it_is_played() -> None:
    steps = ('  welcome: {verb: say, prompts: hello, then: ask}\n'
             '  ask: {verb: menu, prompts: hello, choices: {"1": person}, wrong_key: wrong, time_out: 5}')
    found = release(steps)
    hello, wrong = ("hello", "zh-CN"), ("wrong", "zh-CN")
    assert walk(found, [], NOON, lambda prompt, lang: 1.0, stop=True).heard == (hello, hello)
    assert walk(found, ["5"], NOON, lambda prompt, lang: 1.0, stop=True).heard == (hello, hello, wrong, hello)
