"""What a caller hears, presses and gets, by the interpreter alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.errors import FlowError
from ivr.flow import compile_flow, flow_from_data
from ivr.interpreter import State, advance, start
from ivr.release import Collect, Menu, Release, from_json, to_json
from ivr.requests import (
    Begin,
    CallFacts,
    Done,
    Event,
    Keys,
    Outcome,
    Play,
    PlayAndRead,
    Played,
    Recorded,
    Request,
    TakeMessage,
)
from tests.ivr.flows import HEAD, random_documents, release

NOON = datetime(2026, 11, 23, 12, 0)  # a Monday
CALL = CallFacts("a" * 32, "13800001111", "12345")
SILENCE = Keys("", timed_out=True)
MENU = """\
  welcome:
    verb: menu
    prompts: [hello]
    choices: {"0": person, "1": help, "2": ask}
    repeat_key: "*"
    wrong_key: wrong
    retries: 2
  help: {verb: service, skill: complaint, unit: housing, urgency: 1, lang: en}
  ask: {verb: collect, prompts: hello, variable: order, min: 2, max: 6, then: person}
"""


def walk(flow: Release, *events: Event, step: str | None = None, now: datetime = NOON) -> tuple[State, Request]:
    """Begin, then tell these events."""
    state, request = advance(start(flow, CALL, step), Begin(), now)
    for event in events:
        state, request = advance(state, event, now)
    return state, request


def outcome(request: Request) -> Outcome:
    assert isinstance(request, Done)
    return request.outcome


def test_a_key_leads_where_the_menu_says() -> None:
    done = outcome(walk(release(MENU), Keys("1"))[1])
    assert (done.kind, done.skill, done.unit, done.urgency, done.lang) == ("service", "complaint", "housing", 1, "en")


def test_silence_leads_to_a_person() -> None:
    done = outcome(walk(release(MENU), SILENCE)[1])
    assert (done.kind, done.skill, done.lang) == ("service", "general", "zh-CN")


def test_a_wrong_key_is_named_and_the_menu_said_again() -> None:
    state, request = walk(release(MENU), Keys("7"))
    assert isinstance(request, PlayAndRead)
    assert request.prompts == ("wrong", "hello")
    assert [(e.key, e.why, e.to) for e in state.trace] == [("7", "wrong_key", "welcome")]


def test_too_many_wrong_keys_lead_to_a_person() -> None:
    state, request = walk(release(MENU), Keys("7"), Keys("8"), Keys("9"))
    assert outcome(request).skill == "general"
    assert state.trace[0].why == "retries"


def test_the_repeat_key_says_it_again_and_is_no_mistake() -> None:
    request = walk(release(MENU), *[Keys("*")] * 5, Keys("7"), Keys("8"))[1]
    assert isinstance(request, PlayAndRead)


def test_wrong_keys_of_one_menu_do_not_count_in_the_next() -> None:
    flow = release(MENU.replace("ask: {verb: collect, prompts: hello, variable: order, min: 2, max: 6, then: person}",
                                'ask: {verb: menu, prompts: hello, choices: {"1": person}, retries: 1}'))
    assert isinstance(walk(flow, Keys("7"), Keys("7"), Keys("2"), Keys("7"))[1], PlayAndRead)


def test_the_hash_key_alone_is_a_key_and_not_silence() -> None:
    flow = release('  welcome: {verb: menu, prompts: hello, choices: {"#": help}}\n  help: {verb: service, skill: x}')
    assert outcome(walk(flow, Keys(""))[1]).skill == "x"


def test_digits_are_collected_into_a_variable() -> None:
    done = outcome(walk(release(MENU), Keys("2"), Keys("2046"))[1])
    assert done.variables == {"order": "2046"}


@pytest.mark.parametrize("digits", ["1", "12*4", ""])
def test_too_few_digits_or_a_star_are_asked_again(digits: str) -> None:
    assert isinstance(walk(release(MENU), Keys("2"), Keys(digits))[1], PlayAndRead)


def test_a_say_step_that_may_be_interrupted_costs_no_request_of_its_own() -> None:
    flow = release('  welcome: {verb: say, prompts: hello, then: ask}\n'
                   '  ask: {verb: menu, prompts: wrong, choices: {"1": person}}')
    state, request = walk(flow)
    assert isinstance(request, PlayAndRead)
    assert request.prompts == ("hello", "wrong")
    assert [entry.step for entry in state.trace] == ["welcome"]


def test_a_say_step_that_must_be_heard_is_played_to_its_end() -> None:
    flow = release("  welcome: {verb: say, prompts: hello, barge_in: false, then: person}")
    assert walk(flow)[1] == Play(("hello",), "zh-CN", barge_in=False)
    assert outcome(walk(flow, Played())[1]).kind == "service"


def test_last_words_are_played_before_the_menu_is_over() -> None:
    flow = release('  welcome: {verb: menu, prompts: hello, choices: {"1": bye}}\n'
                   "  bye: {verb: hang_up, prompts: wrong}")
    assert isinstance(walk(flow, Keys("1"))[1], Play)
    assert outcome(walk(flow, Keys("1"), Played())[1]).kind == "hangup"


INFORMATION = ('  welcome: {verb: menu, prompts: hello, choices: {"1": info}}\n'
               "  info: {verb: information, prompts: hello, then: bye}\n  bye: {verb: hang_up}")


def test_information_keeps_a_person_one_key_away() -> None:
    assert outcome(walk(release(INFORMATION), Keys("1"), SILENCE)[1]).kind == "information"
    assert outcome(walk(release(INFORMATION), Keys("1"), Keys("0"))[1]).kind == "service"


def test_a_message_is_recorded_or_given_up_for_a_person() -> None:
    flow = release('  welcome: {verb: menu, prompts: hello, choices: {"1": leave}}\n'
                   "  leave: {verb: record, prompts: hello, then: bye}\n  bye: {verb: hang_up}")
    assert isinstance(walk(flow, Keys("1"))[1], TakeMessage)
    assert outcome(walk(flow, Keys("1"), Recorded(12, "#"))[1]).kind == "message"
    assert outcome(walk(flow, Keys("1"), Recorded(0, ""))[1]).kind == "hangup"
    assert outcome(walk(flow, Keys("1"), Recorded(0, "0"))[1]).kind == "service"


HOURS = HEAD + """\
calendars:
  office:
    weekly:
      - {days: mon-fri, from: 08:30, to: 12:00}
      - {days: mon-fri, from: "13:30", to: "17:00"}
      - {days: sat, from: "22:00", to: "06:00"}
    holidays: [2026-10-01]
    working: {2026-10-10: mon}
"""
OPEN_OR_NOT = """\
  welcome: {verb: hours, calendar: office, open: day, closed: person}
  day: {verb: service, skill: day}
"""


@pytest.mark.parametrize(("at", "is_open"), [
    ("2026-11-23T08:29", False), ("2026-11-23T08:30", True), ("2026-11-23T12:00", False), ("2026-11-23T16:59", True),
    ("2026-10-01T10:00", False), ("2026-10-10T10:00", True), ("2026-11-28T21:59", False), ("2026-11-28T22:00", True),
    ("2026-11-29T05:59", True), ("2026-11-29T06:00", False), ("2026-11-23T01:00", False),
])
def test_opening_hours_follow_week_days_holidays_and_moved_working_days(at: str, is_open: bool) -> None:
    flow = release(OPEN_OR_NOT, HOURS)
    done = outcome(walk(flow, now=datetime.fromisoformat(at))[1])
    assert (done.skill == "day") is is_open


def test_opening_hours_are_those_of_the_citys_clock() -> None:
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
    assert outcome(walk(release(OPEN_OR_NOT, HOURS), now=at)[1]).skill == "day"


def test_branch_and_set_decide_by_variables_and_language() -> None:
    flow = release('  welcome: {verb: branch, variable: called, cases: {"12345": english}, otherwise: person}\n'
                   "  english: {verb: set, values: {lang: en, vip: yes}, then: ask}\n"
                   '  ask: {verb: menu, prompts: hello, choices: {"1": person}}')
    request = walk(flow)[1]
    assert isinstance(request, PlayAndRead)
    assert request.lang == "en"
    done = outcome(walk(flow, Keys("1"))[1])
    assert (done.lang, done.variables) == ("en", {"vip": "yes"})


def test_a_call_resumes_at_its_step_and_an_unknown_step_means_the_beginning() -> None:
    flow = release(MENU)
    resumed = walk(flow, step="ask")[1]
    assert isinstance(resumed, PlayAndRead)
    assert resumed.max_digits == 6
    assert walk(flow, step="gone")[1] == walk(flow)[1]


def test_keys_pressed_like_mad_end_at_a_person() -> None:
    state, request = walk(release(MENU))
    for _ in range(1000):
        if isinstance(request, Done):
            break
        state, request = advance(state, Keys("*"), NOON)
    assert outcome(request).kind == "service"


def test_every_step_leaves_a_trace_line_with_a_number_without_gaps() -> None:
    state, seen = start(release(MENU), CALL), 0
    for event in (Begin(), Keys("7"), Keys("2"), Keys("123")):
        state, _ = advance(state, event, NOON)
        seen += len(state.trace)
        assert state.count == seen
    assert state.trace[-1].step == "person"


def test_an_answer_to_another_question_is_a_fault_of_the_driver() -> None:
    state, _ = walk(release(MENU))
    with pytest.raises(ValueError, match="does not answer"):
        advance(state, Played(), NOON)


def test_a_release_survives_its_json_form() -> None:
    flow = release(OPEN_OR_NOT, HOURS)
    assert from_json(to_json(flow)) == flow


def test_the_release_id_changes_with_what_is_said() -> None:
    assert release(MENU).id != release(MENU, HEAD.replace("您好", "你好")).id
    assert re.fullmatch(r"7-[0-9a-f]{8}", release(MENU).id)


# -- any flow that the check accepts; that a person is near from everywhere: test_proof.py ---------------------------
presses = st.one_of(
    st.just(SILENCE), st.text("0123456789*#", max_size=6).map(Keys), st.sampled_from("0123456789*#").map(Keys),
)


def answer(request: Request, press: Keys) -> Event:
    if isinstance(request, TakeMessage):
        return Recorded(3, press.digits[:1])
    return press if isinstance(request, PlayAndRead) else Played()


def finish(state: State, request: Request, press: list[Keys]) -> tuple[Outcome, int]:
    """Go on with these presses, then with silence; return the outcome and the number of questions."""
    for asked in range(1000):
        if isinstance(request, Done):
            return request.outcome, asked
        state, request = advance(state, answer(request, press.pop(0) if press else SILENCE), NOON)
    raise AssertionError("the caller is still in the menu")


@settings(max_examples=150, derandomize=True, deadline=None,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(random_documents(), st.lists(presses, max_size=60))
def test_an_accepted_flow_strands_nobody_whatever_is_pressed(document: dict[str, object], press: list[Keys]) -> None:
    try:
        flow = compile_flow(flow_from_data(document), lambda name, lang, said: name)
    except FlowError:
        return
    state, request = advance(start(flow, CALL), Begin(), NOON)
    done, asked = finish(state, request, list(press))
    assert asked <= 2 * flow.max_steps + 1
    assert done.kind in ("service", "information", "message", "hangup")


@settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random_documents(), st.lists(presses, max_size=10))
def test_whoever_falls_silent_at_a_question_of_an_accepted_flow_gets_a_person(
    document: dict[str, object], press: list[Keys],
) -> None:
    try:
        flow = compile_flow(flow_from_data({**document, "silence": "person"}), lambda name, lang, said: name)
    except FlowError:
        return
    state, request = advance(start(flow, CALL), Begin(), NOON)
    for one in press:
        if isinstance(request, Done):
            return
        state, request = advance(state, answer(request, one), NOON)
    if isinstance(flow.steps[state.step], Menu | Collect) and isinstance(request, PlayAndRead):
        assert finish(state, request, [])[0].kind == "service"


def test_the_random_flows_are_neither_all_refused_nor_all_accepted() -> None:
    verdicts: list[bool] = []

    @settings(max_examples=300, deadline=None, database=None, derandomize=True,
              suppress_health_check=[HealthCheck.too_slow])
    @given(random_documents())
    def judge(document: dict[str, object]) -> None:
        try:
            flow_from_data(document)
            verdicts.append(True)
        except FlowError:
            verdicts.append(False)

    judge()
    assert 30 < sum(verdicts) < 270
