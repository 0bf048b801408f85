"""What a city demands of the words, lengths and names in its menu: one small rule each, all of them policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from ivr.city_days import CityDays, missing
from ivr.document import Path
from ivr.flow import Flow, compile_flow
from ivr.policy import FlowPolicy
from ivr.schema import InformationDoc, MenuDoc, ServiceDoc
from ivr.staff import Staff
from ivr.timing import seconds_of

FileOf = Callable[[str, str, str], str]
_SHOWN = 5  # days that a finding names


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a flow is checked against. `prompts`: folder of rendered prompts, to measure; None: judge by the words.

    `staff`: who is there; None leaves people out. `recording(name, lang)` tells whether a recording is there. `city`:
    the days of the city's working calendar; None leaves them out.
    """

    today: date
    policy: FlowPolicy = field(default_factory=FlowPolicy)
    staff: Staff | None = None
    prompts: Any = None
    file_of: FileOf = lambda name, lang, text: name
    recording: Callable[[str, str], bool] = lambda name, lang: True
    city: CityDays | None = None


class Add(Protocol):
    """Takes a finding."""

    def __call__(self, path: Path, code: str, problem: str, fix: str, warning: bool = False) -> None: ...


class Rule(Protocol):
    """Adds what it finds in a flow."""

    def __call__(self, flow: Flow, add: Add) -> None: ...


def rules_of_the_house(around: Surroundings) -> Iterator[Rule]:
    """Return the rules that apply in these surroundings."""
    rules = _Rules(around)
    yield from (rules.lengths, rules.choices, rules.words, rules.recordings, rules.reviews)
    if around.staff is not None:
        yield rules.people
    if around.city is not None:
        yield rules.days


class _Rules:
    def __init__(self, around: Surroundings) -> None:
        self.around, self.policy = around, around.policy

    def lengths(self, flow: Flow, add: Add) -> None:
        """No prompt is longer than allowed in any language; greetings are short."""
        seconds = seconds_of(compile_flow(flow, self.around.file_of), self.around.prompts)
        greetings = _greetings(flow)
        for name in flow.prompts:
            most = self.policy.greeting_seconds if name in greetings else self.policy.prompt_seconds
            for lang in flow.head.languages:
                if (long := seconds(name, lang)) > most:
                    what = "问候语" if name in greetings else "提示音"
                    problem = f"{what} {name!r}（{lang}）长 {long:.1f} 秒，规定不超过 {most:g} 秒"
                    add(("prompts", name, lang), "prompt-too-long", problem, "请缩短文字，或换短一些的录音")

    def choices(self, flow: Flow, add: Add) -> None:
        """A menu offers no more than people remember."""
        for name, step in flow.steps.items():
            if isinstance(step, MenuDoc) and len(step.choices) > self.policy.menu_choices:
                add(("steps", name, "choices"), "too-many-choices",
                    f"菜单 {name!r} 有 {len(step.choices)} 个选项，规定不超过 {self.policy.menu_choices} 个",
                    "请合并选项，或分到下一级菜单")

    def words(self, flow: Flow, add: Add) -> None:
        """A government's line advertises nothing."""
        for name, prompt in flow.prompts.items():
            for lang, text in prompt.texts.items():
                for word in self.policy.forbidden:
                    if word.casefold() in text.casefold():
                        add(("prompts", name, lang), "advertising",
                            f"提示音 {name!r}（{lang}）含有广告用语“{word}”", "政务热线不得播放广告，请改写")

    def recordings(self, flow: Flow, add: Add) -> None:
        """A recording that a prompt names is there; else its text is spoken."""
        for name, prompt in flow.prompts.items():
            if prompt.recording is None:
                continue
            named = [lang for lang in flow.head.languages
                     if isinstance(prompt.recording, str) or lang in prompt.recording]
            there = [lang for lang in named if self.around.recording(prompt.recording_in(lang, name), lang)]
            if (isinstance(prompt.recording, dict) and there != named) or not there:
                missing = "、".join(lang for lang in named if lang not in there)
                add(("prompts", name, "recording"), "recording-missing", f"提示音 {name!r} 的录音（{missing}）不在",
                    "请重新上传，或去掉 recording 改用合成语音")

    def reviews(self, flow: Flow, add: Add) -> None:
        """Each information line has an owner who looks at it again in time."""
        today, soon = self.around.today, self.around.today + timedelta(days=self.policy.review_days)
        for name, step in flow.steps.items():
            if not isinstance(step, InformationDoc):
                continue
            if not step.owner:
                add(("steps", name, "owner"), "no-owner", f"信息 {name!r} 没有负责单位", "请写上 owner", True)
            if step.review is None:
                add(("steps", name, "review"), "no-review-date", f"信息 {name!r} 没有复核日期", "请写上 review", True)
            elif step.review <= soon:
                when = "已过" if step.review < today else "快到"
                add(("steps", name, "review"), "review-due", f"信息 {name!r} 的复核日期 {step.review} {when}",
                    "请负责单位核对内容，改写 review", True)

    def days(self, flow: Flow, add: Add) -> None:
        """Calendars of office hours know the days that the city has off, and those that are worked for them."""
        city, today = self.around.city, self.around.today
        assert city is not None
        for name, calendar in flow.head.calendars.items():
            weekdays = [opening.days for opening in calendar.weekly]
            lack = missing(weekdays, calendar.holidays, calendar.working, calendar.special, city, today)
            if lack.off:
                add(("calendars", name, "holidays"), "city-day-off",
                    f"日历 {name!r} 没有写上市里放假的 {_some(lack.off)}，那几天会按上班接听",
                    "请加入 holidays；当天照常上班的，请在 special 中写明", True)
            if lack.worked:
                add(("calendars", name, "working"), "city-day-worked",
                    f"日历 {name!r} 没有写上调休上班的 {_some(lack.worked)}，那几天会按下班处理",
                    "请加入 working；当天不上班的，请在 special 中写明", True)

    def people(self, flow: Flow, add: Add) -> None:
        """Every skill has an agent, every unit exists and has a duty phone."""
        staff = self.around.staff
        assert staff is not None
        for name, step in flow.steps.items():
            if isinstance(step, ServiceDoc) and not staff.skills.get(step.skill):
                add(("steps", name, "skill"), "nobody-with-skill", f"没有坐席有技能 {step.skill!r}，来电会一直等待",
                    "请改用已有的技能，或先给坐席加上这项技能")
            unit = step.unit if isinstance(step, ServiceDoc) else getattr(step, "owner", "")
            if unit:
                on_call(unit, ("steps", name, "unit" if isinstance(step, ServiceDoc) else "owner"), staff, add)
        for number, begins in flow.head.numbers.items():
            if begins.unit:
                on_call(begins.unit, ("numbers", number, "unit"), staff, add)


def on_call(unit: str, path: Path, staff: Staff, add: Add) -> None:
    """A unit can be rung at every hour: by its roster, or else by its phones of the directory."""
    gaps, phones = staff.gaps.get(unit), staff.units.get(unit)
    if phones is None:
        add(path, "unknown-unit", f"通讯录中没有承办单位 {unit!r}", "请改用通讯录中的编号，或先登记该单位")
    elif not phones and gaps is None:
        add(path, "unknown-unit", f"承办单位 {unit!r} 没有值班电话", "请先在通讯录中登记值班电话，或排好值班表")
    elif gaps:
        begin, end = gaps[0]
        when = f"{begin:%m-%d %H:%M} 至 {end:%m-%d %H:%M}" + (f" 等 {len(gaps)} 段" if len(gaps) > 1 else "")
        if phones:
            add(path, "roster-gap", f"承办单位 {unit!r} 的值班表在 {when} 没有人，那时只打通讯录里的电话",
                "请该单位补上值班表", True)
        else:
            add(path, "unit-uncovered", f"承办单位 {unit!r} 在 {when} 没有人值班，也没有登记值班电话，三方通话接不通",
                "请该单位补上值班表，或在通讯录中登记值班电话")


def _some(days: tuple[date, ...]) -> str:
    shown = "、".join(day.isoformat() for day in days[:_SHOWN])
    return shown if len(days) <= _SHOWN else f"{shown} 等 {len(days)} 天"


def _greetings(flow: Flow) -> set[str]:
    """What callers hear first: the first prompt of the entry step, and each number's own greeting."""
    first = getattr(flow.steps[flow.head.entry], "prompts", ())[:1]
    return {*first, *(begins.greeting for begins in flow.head.numbers.values() if begins.greeting)}
