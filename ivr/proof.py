"""The whole check before publishing: what the document alone can tell (`ivr.check`), and what a caller would meet.

Every spot is explored, so what is accepted holds for every caller, hour and number; each refusal about a way brings an
example that can be walked. Pure: the house around the menu (rules, people, lengths, today) is passed in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ivr.check import Checked, check_document, step_lines
from ivr.document import Document, Path, read_document
from ivr.errors import Finding, FlowError, Way
from ivr.examples import AUTO, SILENT, Examples
from ivr.explore import Explored, Spot, TooManySpots, explore
from ivr.flow import Flow, compile_flow
from ivr.near import Circle, Near, is_point, near
from ivr.release import Release
from ivr.rules import Surroundings, rules_of_the_house
from ivr.timing import Seconds, seconds_of

_MOST_FAR = 100  # findings of one kind: more help nobody
_WAYS = frozenset({"no-person", "silence-ends-call", "circle", "silent-circle"})  # a caller can be shown walking there


@dataclass(frozen=True, slots=True)
class Report:
    """All findings; `flow` and `release` are there if nothing but warnings was found."""

    findings: tuple[Finding, ...]
    flow: Flow | None = None
    release: Release | None = None

    @property
    def ok(self) -> bool:
        """Tell whether it may be published."""
        return self.flow is not None


def prove_text(raw: bytes, name: str, around: Surroundings) -> Report:
    """Check the text of a document whole. Never raises for a faulty document."""
    try:
        document = read_document(raw, name)
    except FlowError as error:
        return Report(tuple(error.findings))
    return prove(document, around)


def prove_data(data: Any, around: Surroundings, name: str = "草稿") -> Report:
    """Check a document given as JSON data."""
    return prove(Document(name, data), around)


def prove(document: Document, around: Surroundings) -> Report:
    """Check a document whole."""
    checked = check_document(document)
    faults = {finding.code for finding in checked.findings if not finding.warning}
    if checked.head is None or not faults <= _WAYS:
        return Report(tuple(checked.findings))
    flow = Flow(checked.head, checked.prompts, checked.steps, (), step_lines(document), document)
    release = compile_flow(flow, around.file_of)
    proof = _Proof(checked, flow, release, around, seconds_of(release, around.prompts))
    proof.run()
    return _report(tuple(checked.findings), flow, release)


def _report(findings: tuple[Finding, ...], flow: Flow, release: Release) -> Report:
    if any(not finding.warning for finding in findings):
        return Report(findings)
    return Report(findings, replace(flow, warnings=findings), release)


@dataclass(slots=True)
class _Proof:
    checked: Checked
    flow: Flow
    release: Release
    around: Surroundings
    seconds: Seconds

    def run(self) -> None:
        """Add the findings."""
        policy = self.around.policy
        try:
            explored = explore(self.release, self.seconds, self.around.today, policy.days_ahead)
        except TooManySpots:
            fix = "请减少 branch 的分支或 hours 的日历，或把流程拆开"
            self.checked.add((), "too-many-ways", "流程的条件组合太多，无法逐一核实", fix)
            return
        examples = Examples(self.release, explored, self.seconds, self.around.today)
        self._show_ways(examples)
        if self.checked.ok:  # a flow with a circle has no waits that could be reckoned
            self._nearness(examples)
        for rule in rules_of_the_house(self.around):
            rule(self.flow, self._add)
        self._calendars(explored)

    def _add(self, path: Path, code: str, problem: str, fix: str, warning: bool = False) -> None:
        self.checked.add(path, code, problem, fix, warning)

    # -- ways ----------------------------------------------------------------------------------------------------
    def _show_ways(self, examples: Examples) -> None:
        """Give each finding about a way its example; what cannot happen to anybody is only a warning."""
        for number, finding in enumerate(self.checked.findings):
            if finding.code in _WAYS:
                way = self._example(examples, finding.code, self._step_of(finding), "entry" in finding.place)
                self.checked.findings[number] = (
                    replace(finding, way=way) if way is not None else
                    replace(finding, warning=True, problem=f"{finding.problem}（按现在的条件不会有人遇到）"))

    def _example(self, examples: Examples, code: str, step: str, at_start: bool) -> Way | None:
        if code == "no-person":
            return examples.to_step(step)
        if code != "silence-ends-call":
            return examples.circle(step, AUTO if code == "circle" else SILENT)
        starts = [start.spot for start in examples.explored.starts if start.spot.step == step]
        return examples.silent_end(starts if at_start else examples.spots_of(step))

    def _step_of(self, finding: Finding) -> str:
        """The step that a finding is about, by its place ``file:line steps.<id>…``."""
        path = finding.place.partition(" ")[2].split(".", 1)
        if path[0] == "steps":
            return max((step for step in self.release.steps if f"{path[1]}.".startswith(f"{step}.")), key=len)
        number = path[1].split(".")[0] if path[0] == "numbers" else ""
        return self.release.numbers[number].entry if number else self.release.entry

    # -- nearness ------------------------------------------------------------------------------------------------
    def _nearness(self, examples: Examples) -> None:
        policy, explored = self.around.policy, examples.explored
        try:
            found = near(self.release, explored, self.seconds, policy.person_keys)
        except Circle as circle:
            self._round(circle.spot.step, examples)
            return
        told: set[str] = set()
        for spot, wait in found.waits[policy.person_keys].items():
            far = wait > policy.person_seconds and is_point(self.release, spot, explored.edges[spot])
            if not far or spot.step in told or len(told) >= _MOST_FAR:
                continue
            way = examples.far(spot, policy.person_keys, policy.person_seconds)
            if way is not None:  # else at each hour another key is the right one: near enough
                told.add(spot.step)
                self._far(spot.step, wait, way)
        if self.flow.head.silence == "person":
            self._silence(examples, found)

    def _round(self, step: str, examples: Examples) -> None:
        """A circle that the steps alone did not show: another one through the same step hid it."""
        way = examples.circle(step, SILENT)
        assert way is not None
        self._add_way(("steps", step), "silent-circle", f"来电人不按键就会一直循环，又回到步骤 {step!r}",
                      "请让其中一步走向转人工的步骤", way)

    def _far(self, step: str, wait: float, way: Way) -> None:
        policy = self.around.policy
        least = "到不了人工" if math.isinf(wait) else f"最快也要 {wait:.1f} 秒才到人工"
        problem = f"在步骤 {step!r} 按 {policy.person_keys} 个键以内{least}，规定 {policy.person_seconds:g} 秒以内"
        fix = "请在这一步加一个直接转人工的按键，或缩短、允许打断它的提示音"
        self._add_way(("steps", step), "person-far", problem, fix, way)

    def _silence(self, examples: Examples, found: Near) -> None:
        most = self.around.policy.silent_seconds
        told: set[Spot] = set()
        for start in examples.explored.starts:
            wait = found.waits[0][start.spot]
            if wait <= most or start.spot in told:
                continue
            told.add(start.spot)
            way = examples.to(start.spot, found.silent_way(start.spot))
            long = "永远等不到人工" if math.isinf(wait) else f"要等 {wait:.1f} 秒才到人工"
            path: Path = ("numbers", start.called, "entry") if start.called else ("entry",)
            self._add_way(path, "silence-too-long", f"来电人什么都不按{long}，规定 {most:g} 秒以内",
                          "请缩短问候语和菜单的提示音，或缩短等待按键的秒数", way)

    def _add_way(self, path: Path, code: str, problem: str, fix: str, way: Way) -> None:
        place = self.checked.document.place(path)
        self.checked.findings.append(Finding(place, code, problem, fix, way=way))

    # -- calendars -----------------------------------------------------------------------------------------------
    def _calendars(self, explored: Explored) -> None:
        used = {name for state in explored.times for name, _ in state}
        ahead = self.around.today + timedelta(days=self.around.policy.days_ahead)
        for name in sorted(used):
            states = {dict(state)[name] for state in explored.times}
            if len(states) == 1:
                always = "一直开放" if True in states else "一直关闭"
                problem = f"日历 {name!r} 到 {ahead} 为止{always}，另一条路永远不会走"
                self._add(("calendars", name), "one-sided-calendar", problem, "请核对每周时间和特殊日", warning=True)
            for problem in self._horizon(name):
                self._add(("calendars", name, "holidays"), "old-calendar", problem, "请补上今后的节假日和调休", True)

    def _horizon(self, name: str) -> Iterator[str]:
        calendar = self.release.calendars[name]
        named = [*calendar.holidays, *calendar.working, *calendar.special]
        if named and max(named) < self.around.today.isoformat():
            yield f"日历 {name!r} 的节假日只写到 {max(named)}，以后的节假日会当作平日"
