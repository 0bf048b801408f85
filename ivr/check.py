"""The whole check of a flow document: every fault at once, each with its place and what to do.

Shapes come from `ivr.schema`; here stands what only the whole can tell: steps and prompts that do not exist, walks
without an end, and above all that from every step a person can be reached (GB/T 33358-2016 advises against menus
for hotlines: the default must be human first).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ivr.document import Document, Path
from ivr.errors import Finding
from ivr.graph import Graph, How, circles, graph_of, reachable, reversed_graph
from ivr.schema import (
    STEP_DOCS,
    BranchDoc,
    CollectDoc,
    FlowDoc,
    HangUpDoc,
    HoursDoc,
    InformationDoc,
    MenuDoc,
    PromptDoc,
    ServiceDoc,
    SetDoc,
    StepDoc,
)
from ivr.wording import shape_fault

Model = TypeVar("Model", bound=BaseModel)
_AUTO: frozenset[How] = frozenset({"auto"})
_UNATTENDED: frozenset[How] = frozenset({"auto", "silence"})
_BUILT_IN = frozenset({"caller", "called", "lang"})
_ASKING = (MenuDoc, CollectDoc)
_SHOWN = 6  # steps of a circle shown in a message


@dataclass(slots=True)
class Checked:
    """A document under check: the parts that have the right shape, and the findings so far."""

    document: Document
    head: FlowDoc | None = None
    prompts: dict[str, PromptDoc] = field(default_factory=dict)
    steps: dict[str, StepDoc] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, path: Path, code: str, problem: str, fix: str, warning: bool = False) -> None:
        """Add a finding at `path` of the document."""
        self.findings.append(Finding(self.document.place(path), code, problem, fix, warning))

    @property
    def ok(self) -> bool:
        """True if nothing but warnings was found."""
        return not any(not finding.warning for finding in self.findings)


def check_document(document: Document) -> Checked:
    """Check a document whole. Never raises: `findings` has every fault, `ok` says whether it may be published."""
    checked = Checked(document, findings=list(document.findings))
    data = document.data
    if not isinstance(data, dict):
        fix = "请写 release、languages、entry、person、prompts、steps"
        checked.add((), "no-flow", "文件内容不是一个流程", fix)
        return checked
    checked.head = _shape(checked, FlowDoc, data, ())
    _read_prompts(checked, data.get("prompts"))
    _read_steps(checked, data.get("steps"))
    if checked.head is not None and checked.ok:
        for rule in _RULES:
            rule(checked, checked.head)
    return checked


# -- shapes ------------------------------------------------------------------------------------------------------
def _shape(checked: Checked, model: type[Model], data: Any, path: Path) -> Model | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            inner = tuple(str(part) for part in fault["loc"] if part != "[key]")
            problem, fix = shape_fault(fault["type"], fault.get("ctx", {}), fault.get("input"), model)
            checked.add((*path, *inner), f"shape-{fault['type'].replace('_', '-')}", problem, fix)
        return None


def _read_prompts(checked: Checked, data: Any) -> None:
    for name, texts in (data if isinstance(data, dict) else {}).items():
        if not isinstance(texts, dict):
            checked.add(("prompts", name), "no-texts", "提示音没有按语言写文字", "请写成 zh-CN：文字")
            continue
        spoken = {lang: text for lang, text in texts.items() if lang != "recording"}
        whole = {"recording": texts.get("recording"), "texts": spoken}
        prompt = _shape(checked, PromptDoc, whole, ("prompts", name))
        if prompt is not None:
            checked.prompts[name] = prompt


def _read_steps(checked: Checked, data: Any) -> None:
    for name, step in (data if isinstance(data, dict) else {}).items():
        path = ("steps", name)
        verb = step.get("verb") if isinstance(step, dict) else None
        if not name or len(name) > 60 or not name.replace("_", "a").replace("-", "a").replace(".", "a").isalnum():
            checked.add(path, "bad-step-name", "步骤名只能用字母、数字、_ - .，最长 60 个", "请改名")
        elif not name.isascii():
            checked.add(path, "bad-step-name", "步骤名只能用英文字母", "请改名")
        elif not isinstance(verb, str) or verb not in STEP_DOCS:
            known = "、".join(STEP_DOCS)
            checked.add((*path, "verb"), "unknown-verb", f"不认识的动作 {verb!r}", f"请用其中之一：{known}")
        elif (read := _shape(checked, STEP_DOCS[verb], step, path)) is not None:
            checked.steps[name] = read


# -- rules of the whole --------------------------------------------------------------------------------------------
def _steps_exist(checked: Checked, head: FlowDoc) -> None:
    for name in ("entry", "person"):
        if getattr(head, name) not in checked.steps:
            checked.add((name,), "unknown-step", f"没有步骤 {getattr(head, name)!r}", "请新建它或改成已有的步骤")
    person = checked.steps.get(head.person)
    if person is not None and not isinstance(person, ServiceDoc):
        checked.add(("person",), "person-is-no-service", f"{head.person!r} 不是 service 步骤", "请指向一个转人工的步骤")
    for number, begins in head.numbers.items():
        if begins.entry and begins.entry not in checked.steps:
            problem = f"没有步骤 {begins.entry!r}"
            checked.add(("numbers", number, "entry"), "unknown-step", problem, "请新建它或改成已有的步骤")
    for step, edges in _graph(checked, head).items():
        for edge in edges:
            if edge.to not in checked.steps and edge.to != head.person:
                path = ("steps", step, *edge.field)
                checked.add(path, "unknown-step", f"没有步骤 {edge.to!r}", "请新建它或改成已有的步骤")


def _prompts_of(step: StepDoc) -> Iterator[tuple[str, str]]:
    yield from (("prompts", name) for name in getattr(step, "prompts", ()))
    wrong = getattr(step, "wrong_key", None)
    if wrong:
        yield ("wrong_key", wrong)


def _prompts_exist(checked: Checked, head: FlowDoc) -> None:
    used = {begins.greeting for begins in head.numbers.values()}
    for number, begins in head.numbers.items():
        if begins.greeting and begins.greeting not in checked.prompts:
            problem = f"没有提示音 {begins.greeting!r}"
            checked.add(("numbers", number, "greeting"), "unknown-prompt", problem, "请在 prompts 中写上它的文字")
    for name, step in checked.steps.items():
        for place, prompt in _prompts_of(step):
            used.add(prompt)
            if prompt not in checked.prompts:
                path = ("steps", name, place)
                checked.add(path, "unknown-prompt", f"没有提示音 {prompt!r}", "请在 prompts 中写上它的文字")
    for name, spoken in checked.prompts.items():
        missing = [lang for lang in head.languages if lang not in spoken.texts]
        if missing:
            problem = f"提示音 {name!r} 缺少语言 {'、'.join(missing)} 的文字"
            checked.add(("prompts", name), "missing-text", problem, "请补上，否则选了该语言的来电人听到的是空白")
        if name not in used:
            checked.add(("prompts", name), "unused-prompt", f"提示音 {name!r} 没有被用到", "可以删除", warning=True)


def _names_exist(checked: Checked, head: FlowDoc) -> None:
    known = set(_BUILT_IN)
    for step in checked.steps.values():
        known |= set(step.values) if isinstance(step, SetDoc) else set()
        known |= {step.variable} if isinstance(step, CollectDoc) else set()
    for name, step in checked.steps.items():
        path = ("steps", name)
        if isinstance(step, HoursDoc) and step.calendar not in head.calendars:
            problem = f"没有日历 {step.calendar!r}"
            checked.add((*path, "calendar"), "unknown-calendar", problem, "请在 calendars 中写上它")
        if isinstance(step, BranchDoc) and step.variable not in known:
            problem = f"变量 {step.variable!r} 从未被赋值"
            checked.add((*path, "variable"), "unknown-variable", problem, "请检查名称，或先用 set、collect 赋值")
        _check_language(checked, head, name, step)


def _check_language(checked: Checked, head: FlowDoc, name: str, step: StepDoc) -> None:
    asked = step.values.get("lang") if isinstance(step, SetDoc) else getattr(step, "lang", "")
    if asked and asked not in head.languages:
        where = ("values", "lang") if isinstance(step, SetDoc) else ("lang",)
        problem = f"语言 {asked!r} 不在 languages 中"
        checked.add(("steps", name, *where), "unknown-language", problem, "请加入 languages 或改用已有的语言")


def _keys_are_clear(checked: Checked, head: FlowDoc) -> None:
    for name, step in checked.steps.items():
        if isinstance(step, MenuDoc) and step.repeat_key and step.repeat_key in step.choices:
            problem = f"按键 {step.repeat_key} 既是选项又是重听键"
            checked.add(("steps", name, "repeat_key"), "key-twice", problem, "请改用另一个键")
        if isinstance(step, InformationDoc) and step.sms_key and step.sms_key == step.person_key:
            problem = f"按键 {step.sms_key} 既转人工又发短信"
            checked.add(("steps", name, "sms_key"), "key-twice", problem, "请改用另一个键")
        if isinstance(step, CollectDoc) and step.min > step.max:
            checked.add(("steps", name, "min"), "min-over-max", "最少位数大于最多位数", "请改小 min 或改大 max")


def _no_endless_walk(checked: Checked, head: FlowDoc) -> None:
    graph = _graph(checked, head)
    silent = circles(graph, _AUTO)
    on_them = {step for circle in silent for step in circle}
    for circle in silent:
        problem = f"步骤循环而不等待按键：{_shown(circle)}"
        checked.add(("steps", circle[0]), "circle", problem, "请在其中放一个 menu，或让其中一步走向别处")
    for circle in circles(graph, _UNATTENDED):
        if not on_them.intersection(circle):
            problem = f"来电人不按键就会一直循环：{_shown(circle)}"
            checked.add(("steps", circle[0]), "silent-circle", problem, "请把其中一个 on_time_out 指向转人工的步骤")


def _shown(circle: list[str]) -> str:
    shown = circle if len(circle) <= _SHOWN else [*circle[: _SHOWN - 1], f"…（共 {len(circle)} 步）"]
    return " → ".join([*shown, circle[0]])


def _person_within_reach(checked: Checked, head: FlowDoc) -> None:
    graph = _graph(checked, head)
    met = reachable(graph, _entries(head))
    people = [name for name, step in checked.steps.items() if isinstance(step, ServiceDoc)]
    safe = reachable(reversed_graph(graph), people)
    for name, step in checked.steps.items():
        if name not in met:
            if name != head.person:
                checked.add(("steps", name), "unreachable", f"没有路径通向步骤 {name!r}", "请删除或接上", warning=True)
        elif name not in safe and not isinstance(step, HangUpDoc):
            problem = f"从步骤 {name!r} 无法转到人工"
            fix = "请给出一个通向 service 步骤的选项；只播报内容请用 information"
            checked.add(("steps", name), "no-person", problem, fix)


def _silence_reaches_a_person(checked: Checked, head: FlowDoc) -> None:
    graph = _graph(checked, head)
    hang_ups = [name for name, step in checked.steps.items() if isinstance(step, HangUpDoc)]
    hows = _UNATTENDED if head.silence == "person" else _AUTO
    lost = reachable(reversed_graph(graph), hang_ups, hows)
    for entry in _entries(head):
        if entry in lost and not (hows is _UNATTENDED and isinstance(checked.steps.get(entry), _ASKING)):
            problem = "来电人什么都不按就会被挂断"
            path: Path = ("entry",) if entry == head.entry else _number_of(head, entry)
            checked.add(path, "silence-ends-call", problem, "请在挂断之前给出转人工的路径，或直接转人工")
    if head.silence != "person":
        return
    for name in reachable(graph, _entries(head)):
        for edge in graph[name]:
            if edge.how == "silence" and edge.to in lost and isinstance(checked.steps[name], _ASKING):
                problem = f"在步骤 {name!r} 不按键会被挂断，没有转到人工"
                fix = "请把 on_time_out 指向转人工的步骤（或删去，默认即转人工）"
                checked.add(("steps", name, *edge.field), "silence-ends-call", problem, fix)


def _number_of(head: FlowDoc, entry: str) -> Path:
    return ("numbers", next(number for number, begins in head.numbers.items() if begins.entry == entry), "entry")


def _entries(head: FlowDoc) -> list[str]:
    """Where calls begin: the flow's entry, and those of the numbers."""
    return [head.entry, *dict.fromkeys(n.entry for n in head.numbers.values() if n.entry and n.entry != head.entry)]


def _graph(checked: Checked, head: FlowDoc) -> Graph:
    return graph_of(checked.steps, head.person)


_RULES: tuple[Callable[[Checked, FlowDoc], None], ...] = (
    _steps_exist, _prompts_exist, _names_exist, _keys_are_clear, _no_endless_walk, _person_within_reach,
    _silence_reaches_a_person,
)


def step_lines(document: Document) -> Mapping[str, int]:
    """Return the line of each step of a document, for whoever shows it."""
    return {path[1]: line for path, line in document.lines.items() if len(path) == 2 and path[0] == "steps"}
