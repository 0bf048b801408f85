"""What is accepted strands nobody, whatever they press; what is refused, an example shows: the interpreter walks it."""

from __future__ import annotations

import os
from collections import Counter, deque
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ivr.city_days import CityDays
from ivr.document import read_document
from ivr.errors import Finding, ReleaseError
from ivr.interpreter import State, advance, start
from ivr.policy import load_policy
from ivr.proof import prove_data, prove_text
from ivr.release import Release
from ivr.requests import Begin, CallFacts, Done, Event, Keys, Play, PlayAndRead, Played, Recorded, Request, TakeMessage
from ivr.rules import Surroundings
from ivr.staff import Staff, staff_of
from ivr.timing import Seconds, seconds_of
from ivr.walk import answer, lasts
from routing.directory import Directory, Phone
from routing.roster import DAYS, Roster, Slot
from tests.ivr.flows import HEAD, LONG, documents_with_waits, text

TODAY = date(2026, 11, 25)
AROUND = Surroundings(TODAY)
POLICY = AROUND.policy
SILENCE = Keys("", timed_out=True)
EXAMPLES = int(os.environ.get("HOTLINE_EXAMPLES", "60"))
SAME = "HOTLINE_EXAMPLES" not in os.environ  # the same ones every time, unless somebody looks for more
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # an example that fails is small enough as it is
moments = st.datetimes(datetime(2026, 11, 25), datetime(2027, 1, 5))
presses = st.lists(st.one_of(st.just("t"), st.sampled_from("0123456789*#"), st.text("0123456789*#", min_size=1,
                                                                                   max_size=5)), max_size=10)


@dataclass
class Caller:
    """Somebody in a release, with a watch."""

    release: Release
    now: datetime
    seconds: Seconds
    state: State
    request: Request
    clock: float = 0.0

    @classmethod
    def of(cls, release: Release, now: datetime, call: CallFacts) -> Caller:
        state, request = advance(start(release, call), Begin(), now)
        return cls(release, now, seconds_of(release, None), state, request)

    def tell(self, event: Event) -> Caller:
        """The same caller after this."""
        state, request = advance(self.state, event, self.now)
        passed = lasts(self.request, event, self.seconds)
        return Caller(self.release, self.now, self.seconds, state, request, self.clock + passed)

    def press(self, key: str) -> Caller:
        """The same caller after answering one question; what must be heard first is heard."""
        caller = self.heard()
        return caller if isinstance(caller.request, Done) else caller.tell(answer(caller.request, deque([key])))

    def heard(self) -> Caller:
        """The same caller after what is only played."""
        caller = self
        while isinstance(caller.request, Play):
            caller = caller.tell(Played())
        return caller

    def silent(self) -> Caller:
        """The same caller, who never presses anything, at the end."""
        caller = self
        while not isinstance(caller.request, Done):
            caller = caller.tell(_silence(caller.request))
        return caller


def _silence(request: Request) -> Event:
    if isinstance(request, Play):
        return Played()
    return Recorded(8.0) if isinstance(request, TakeMessage) else SILENCE


def _kind(caller: Caller) -> str:
    assert isinstance(caller.request, Done)
    return caller.request.outcome.kind


def least_wait(caller: Caller, keys: int) -> float:
    """Seconds to a person with at most so many keys, by trying everything. A last word can be cut short by a key."""
    if isinstance(caller.request, Done):
        return caller.clock if _kind(caller) == "service" else float("inf")
    if isinstance(caller.request, Play):
        if keys and caller.state.outcome is not None and caller.state.outcome.kind == "service":
            return caller.clock
        return least_wait(caller.tell(Played()), keys)
    ways = [least_wait(caller.tell(_silence(caller.request)), keys)]
    if keys:
        ways += [least_wait(caller.press(key), keys - 1) for key in "0123456789*#"]
    return min(ways)


def call_of(finding: Finding) -> tuple[tuple[str, ...], datetime, CallFacts]:
    way = finding.way
    assert way is not None, finding
    at = datetime.fromisoformat(way.at) if way.at else datetime(2026, 11, 25)
    return way.presses, at, CallFacts("walk", way.caller, way.called)


def compiled(document: dict[str, Any]) -> Release:
    """The release of any document of the right shape, accepted or not."""
    from ivr.check import check_document, step_lines
    from ivr.document import Document
    from ivr.flow import Flow, compile_flow

    checked = check_document(Document("t", document))
    assert checked.head is not None
    flow = Flow(checked.head, checked.prompts, checked.steps, (), step_lines(checked.document), checked.document)
    return compile_flow(flow, lambda name, lang, said: name)


# -- accepted ----------------------------------------------------------------------------------------------------
@settings(max_examples=EXAMPLES, phases=PHASES, derandomize=SAME)
@given(documents_with_waits(), presses, moments, st.sampled_from(["", "13800000000", "13912345678"]),
       st.sampled_from(["12345", "12319", "110"]))
def test_what_is_accepted_strands_nobody_whatever_they_press(
    document: dict[str, Any], keys: list[str], now: datetime, number: str, called: str,
) -> None:
    report = prove_data(document, AROUND)
    if report.release is None:
        return
    caller = Caller.of(report.release, now, CallFacts("c", number, called))
    if document["silence"] == "person":
        silent = caller.silent()
        assert _kind(silent) == "service"
        assert silent.clock <= POLICY.silent_seconds + 1e-6
    for key in keys:
        if isinstance(caller.request, Done):
            break
        begun = caller.clock
        if caller.state.outcome is None:  # not in its last words
            assert least_wait(caller, POLICY.person_keys) - begun <= POLICY.person_seconds + 1e-6
        if document["silence"] == "person" and isinstance(caller.request, PlayAndRead) and _asks(caller):
            assert _kind(caller.silent()) == "service"
        caller = caller.press(key)


def _asks(caller: Caller) -> bool:
    return type(caller.release.steps[caller.state.step]).__name__ in ("Menu", "Collect")


# -- refused -----------------------------------------------------------------------------------------------------
def shows(finding: Finding, release: Release) -> bool:
    """Walk the example of a finding, and tell whether what it says happens."""
    keys, at, call = call_of(finding)
    caller = Caller.of(release, at, call)
    for key in keys:
        caller = caller.press(key)
    return _SHOWS[finding.code](finding, caller)


def _step(finding: Finding) -> str:
    return finding.place.split("steps.", 1)[1].split(".")[0]


def _far(finding: Finding, caller: Caller) -> bool:
    while isinstance(caller.request, Play) and caller.state.step != _step(finding):
        caller = caller.tell(Played())  # what must be heard on the way there
    return caller.state.step == _step(finding) and (
        least_wait(caller, POLICY.person_keys) - caller.clock > POLICY.person_seconds)


def _silence_too_long(finding: Finding, caller: Caller) -> bool:
    end = caller.silent()
    return end.clock > POLICY.silent_seconds or _kind(end) != "service"


def _ends_call(finding: Finding, caller: Caller) -> bool:
    return _kind(caller.silent()) != "service"


def _no_person(finding: Finding, caller: Caller) -> bool:
    """No key at all leads to a person within a few questions."""
    return least_wait(caller, 2) == float("inf") or caller.silent().state.visits >= caller.release.max_steps


def _goes_round(finding: Finding, caller: Caller) -> bool:
    """Once round: the same step again without a key, in one silent walk from the beginning of the call."""
    seen: Counter[str] = Counter()
    while not isinstance(caller.request, Done):
        seen.update(entry.step for entry in caller.state.trace)
        caller = caller.tell(_silence(caller.request))
    seen.update(entry.step for entry in caller.state.trace)
    return max(seen.values(), default=0) > 1


_SHOWS = {"person-far": _far, "silence-too-long": _silence_too_long, "silence-ends-call": _ends_call,
          "no-person": _no_person, "circle": _goes_round, "silent-circle": _goes_round}


@settings(max_examples=EXAMPLES, phases=PHASES, derandomize=SAME)
@given(documents_with_waits())
def test_what_is_refused_an_example_shows_why(document: dict[str, Any]) -> None:
    report = prove_data(document, AROUND)
    if any(finding.code == "unknown-step" for finding in report.findings):
        return  # nobody can walk a flow that has holes
    for finding in report.findings:
        if finding.code in _SHOWS and not finding.warning:
            assert shows(finding, compiled(document)), finding


MENU = '{verb: menu, prompts: hello, choices: {"1": person'
WALKED = {
    "person-far": f"  welcome: {MENU}, \"2\": b}}}}\n  b: {{verb: say, prompts: long, barge_in: false, then: welcome}}",
    "silence-too-long": f"  welcome: {MENU}}}, time_out: 30}}",
    "silence-ends-call": f"  welcome: {MENU}}}, on_time_out: bye}}\n  bye: {{verb: hang_up}}",
    "no-person": f"  welcome: {MENU}, \"2\": b}}}}\n  b: {{verb: say, prompts: hello, then: c}}\n"
                 "  c: {verb: hang_up}",
    "circle": f"  welcome: {MENU}, \"2\": b}}}}\n  b: {{verb: say, prompts: hello, then: b}}",
    "silent-circle": f"  welcome: {MENU}}}, on_time_out: welcome}}",
}


@pytest.mark.parametrize("code", WALKED)
def test_each_fault_about_a_way_has_an_example_that_happens(code: str) -> None:
    raw = text(WALKED[code], HEAD.replace("  wrong:", f"  long: {{zh-CN: {LONG}, en: Long}}\n  wrong:"))
    report = prove_text(raw, "t.yaml", AROUND)
    found = [finding for finding in report.findings if not finding.warning]
    assert found[0].code == code
    assert found[0].way is not None
    assert found[0].way.lines
    assert shows(found[0], compiled(read_document(raw, "t").data))


CALENDARS = """\
calendars:
  office: {weekly: [{days: mon-fri, from: 09:00, to: 17:00}], special: {2026-12-31: closed}}
"""


def test_an_example_names_the_hour_at_which_it_happens() -> None:
    steps = ("  welcome: {verb: hours, calendar: office, open: day, closed: bye}\n  bye: {verb: hang_up}\n"
             f"  day: {MENU}}}}}")
    report = prove_text(text(steps, HEAD + CALENDARS), "t.yaml", AROUND)
    found = next(finding for finding in report.findings if finding.code == "silence-ends-call")
    assert found.way is not None
    assert found.way.at == "2026-11-25T00:00"
    assert found.way.lines[-1].endswith("被挂断")


def test_what_happens_to_nobody_does_not_stop_a_release() -> None:
    steps = ('  welcome: {verb: set, values: {vip: "1"}, then: b}\n'
             "  b: {verb: branch, variable: vip, cases: {\"2\": bye}, otherwise: person}\n  bye: {verb: hang_up}")
    report = prove_text(text(steps), "t.yaml", AROUND)
    assert report.ok
    assert [f.code for f in report.findings if "不会有人遇到" in f.problem] == ["silence-ends-call"]


STAFF = Staff({"general": 3}, {"water": 1, "empty": 0})
RULES = [
    ("nobody-with-skill", "  welcome: {verb: service, skill: dance}", HEAD),
    ("unknown-unit", "  welcome: {verb: service, skill: general, unit: moon}", HEAD),
    ("unknown-unit", "  welcome: {verb: service, skill: general, unit: empty}", HEAD),
    ("advertising", f"  welcome: {MENU}}}}}", HEAD.replace("您好", "您好，限时优惠")),
    ("prompt-too-long", f"  welcome: {MENU}}}}}", HEAD.replace("您好", "您好" * 16)),
    ("recording-missing", f"  welcome: {MENU}}}}}", HEAD.replace("{zh-CN: 您好", "{recording: gone, zh-CN: 您好")),
    ("unknown-unit", "  welcome: {verb: service, skill: general}", HEAD + "numbers: {'12319': {name: x, unit: y}}\n"),
]


@pytest.mark.parametrize(("code", "steps", "head"), RULES)
def test_a_rule_of_the_house_that_is_broken_is_told(code: str, steps: str, head: str) -> None:
    around = replace(AROUND, staff=STAFF, recording=lambda name, lang: False)
    report = prove_text(text(steps, head), "t.yaml", around)
    assert not report.ok
    assert code in {finding.code for finding in report.findings if not finding.warning}


def test_reviews_that_are_due_and_calendars_that_run_out_are_reminders_only() -> None:
    steps = (f"  welcome: {MENU}, \"2\": info, \"3\": when}}}}\n"
             "  info: {verb: information, prompts: hello, owner: water, review: 2026-11-01, then: bye}\n"
             "  when: {verb: hours, calendar: old, open: person, closed: person}\n  bye: {verb: hang_up}")
    head = HEAD + "calendars: {old: {weekly: [{days: mon-sun, from: 00:00, to: 24:00}], working: {2026-02-01: mon}}}\n"
    report = prove_text(text(steps, head), "t.yaml", AROUND)
    assert report.ok
    assert {"review-due", "old-calendar", "one-sided-calendar"} <= {finding.code for finding in report.findings}


NIGHT = (datetime(2026, 11, 25, 18), datetime(2026, 11, 26, 8))


@pytest.mark.parametrize(("phones", "gaps", "told", "ok"), [
    (1, None, None, True), (1, (), None, True), (1, (NIGHT,), "roster-gap", True),
    (0, (), None, True), (0, (NIGHT, NIGHT), "unit-uncovered", False), (0, None, "unknown-unit", False)])
def test_hours_that_a_units_roster_leaves_open_are_told(
    phones: int, gaps: tuple[tuple[datetime, datetime], ...] | None, told: str | None, ok: bool,
) -> None:
    staff = Staff({"general": 3}, {"water": phones}, {} if gaps is None else {"water": gaps})
    steps = f"  welcome: {MENU}, \"3\": water}}}}\n  water: {{verb: service, skill: general, unit: water}}"
    report = prove_text(text(steps), "t.yaml", replace(AROUND, staff=staff))
    found = [finding for finding in report.findings if finding.place.endswith("steps.water.unit")]
    assert [finding.code for finding in found] == ([told] if told else [])
    assert report.ok is ok
    assert not gaps or "11-25 18:00 至 11-26 08:00" in found[0].problem


def test_the_rosters_in_force_are_read_for_the_check(directory: Directory) -> None:
    day = Slot(days=DAYS, begin="08:00", end="18:00", phones=(Phone(number="66010001"),))
    staff = staff_of(directory, {"housing": Roster(slots=(day,)), "water": Roster()}, datetime(2026, 11, 25, 12))
    assert staff.gaps["housing"][0] == NIGHT
    assert "water" not in staff.gaps


def test_days_of_the_city_that_a_calendar_lacks_are_a_reminder() -> None:
    steps = (f"  welcome: {MENU}, \"3\": when}}}}\n"
             "  when: {verb: hours, calendar: office, open: person, closed: person}")
    hours = "from: 08:30, to: \"17:30\""
    head = HEAD + f"calendars: {{office: {{weekly: [{{days: mon-fri, {hours}}}], holidays: [2027-01-01]}}}}\n"
    city = CityDays(frozenset({date(2027, 1, 1), date(2027, 2, 8)}), frozenset({date(2027, 2, 20)}))
    found = prove_text(text(steps, head), "t.yaml", replace(AROUND, city=city))
    assert found.ok
    told = {finding.code: finding.problem for finding in found.findings}
    assert "2027-02-08" in told["city-day-off"]
    assert "2027-01-01" not in told["city-day-off"]
    assert "2027-02-20" in told["city-day-worked"]
    assert not any("city-day" in finding.code for finding in prove_text(text(steps, head), "t.yaml", AROUND).findings)


def test_the_default_flow_satisfies_the_policy_with_the_people_of_the_demo_city(directory: Directory) -> None:
    raw = (Path(__file__).parents[2] / "ivr" / "flows" / "default.yaml").read_bytes()
    report = prove_text(raw, "default.yaml", replace(AROUND, staff=staff_of(directory)))
    assert report.findings == ()


def test_too_many_conditions_are_refused_rather_than_half_checked() -> None:
    cases = ", ".join(f'"{number}": person' for number in range(100, 300))
    steps = "\n".join(f"  s{n}: {{verb: collect, prompts: hello, variable: v{n}, max: 3, then: s{n + 1}}}"
                      for n in range(4))
    last = "\n".join(f"  s{n + 4}: {{verb: branch, variable: v{n}, cases: {{{cases}}}, otherwise: s{n + 5}}}"
                     for n in range(4))
    raw = text(f"{steps}\n{last}\n  s8: {MENU}}}}}", HEAD.replace("welcome", "s0"))
    assert [f.code for f in prove_text(raw, "t", AROUND).findings if not f.warning] == ["too-many-ways"]


def test_a_policy_file_changes_the_rules_and_a_faulty_one_names_the_place(tmp_path: Path) -> None:
    file = tmp_path / "menu-policy.yaml"
    assert load_policy(file) == POLICY
    file.write_text("silent_seconds: 45\nperson_keys: 2\n")
    assert (load_policy(file).silent_seconds, load_policy(file).person_keys) == (45, 2)
    file.write_text("silent_secs: 45\n")
    with pytest.raises(ReleaseError, match="silent_secs"):
        load_policy(file)
