"""The history as people read it: one line of Chinese for each act, who, in what office, what, to whom, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from workorders.life.acceptance import DOORS, Ground
from workorders.life.acts import Act, Json
from workorders.life.findings import CHINESE_FINDING
from workorders.life.shapes import FindingKind
from workorders.life.words import CHINESE_DO, CHINESE_ROLE, CHINESE_STATE, Do, Role

Name = Callable[[str], str]  # id of a unit or person → what people call it
CITY = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Line:
    """One act, told. `text` names nobody by number: units and persons by what `name` calls them."""

    seq: int
    at: float
    text: str


def timeline(acts: Iterable[Act], name: Name = str, zone: ZoneInfo = CITY) -> tuple[Line, ...]:
    """Return the lines of a history, oldest first."""
    return tuple(Line(act.seq, act.at, line_of(act, name, zone)) for act in acts)


def line_of(act: Act, name: Name = str, zone: ZoneInfo = CITY) -> str:
    """Return one act as a sentence: ``2026-03-02 09:05 派单审核 b1 派单:住建局 → 已派单。理由:……``."""
    when = datetime.fromtimestamp(act.at, zone).strftime("%Y-%m-%d %H:%M")
    told = _about(act, name)
    moved = f" → {CHINESE_STATE[act.to]}" if act.moved else ""
    return f"{when} {_who(act, name)} {CHINESE_DO[act.do]}{'：' + told if told else ''}{moved}{_words(act)}"


def _who(act: Act, name: Name) -> str:
    office = CHINESE_ROLE[act.role]
    person = "" if act.role is Role.SYSTEM else f" {name(act.by)}"
    unit = f"（{name(act.unit)}）" if act.unit else ""
    behalf = f"，代{name(act.on_behalf)}" if act.on_behalf else ""
    return f"{office}{person}{unit}{behalf}"


def _words(act: Act) -> str:
    said = [f"理由：{act.why}" if act.why else "", f"内容：{act.text}" if act.text else "",
            "文字已按保存期限清除" if act.erased else ""]
    told = "；".join(part for part in said if part)
    return f"。{told}" if told else ""


def _about(act: Act, name: Name) -> str:
    teller = TELLERS.get(act.do)
    told = teller(act.data, name) if teller else ""
    whose = name(act.about) if act.about and act.about != act.unit and act.do not in TELLERS else ""
    return "、".join(part for part in (told, whose) if part)


def _sent(data: Json, name: Name) -> str:
    joint = "、".join(name(unit) for unit in data.get("joint", ()))
    call = "（在通话中首接）" if data.get("on_call") else ""
    return f"{name(data['unit'])}{call}{'，协办 ' + joint if joint else ''}"


def _refused(data: Json, _: Name) -> str:
    door = DOORS[Ground(data["ground"])]
    return f"编号 {data['refusal']}，{door.chinese}，请找{door.door}{' ' + door.phone if door.phone else ''}"


def _said(data: Json, _: Name) -> str:
    solved = {True: "已解决", False: "未解决", None: "未答是否解决"}[data.get("solved")]
    rating = data.get("satisfaction")
    return f"{solved}，{f'满意度 {rating} 分' if rating else '未评分'}"


def _finding(data: Json, name: Name) -> str:
    kind: FindingKind = data["kind"]
    return f"{name(data['unit'])} {CHINESE_FINDING[kind]}"


def _term(data: Json, _: Name) -> str:
    unit = {"minutes": "分钟", "hours": "小时", "working_hours": "个工作小时", "working_days": "个工作日"}
    return f"{data['term']['amount']}{unit[data['term']['unit']]}"


def _moment(field: str) -> Callable[[Json, Name], str]:
    def told(data: Json, _: Name) -> str:
        again = data.get(field)
        return f"至 {datetime.fromtimestamp(again, CITY).strftime('%Y-%m-%d %H:%M')}" if again is not None else ""
    return told


def _unit(data: Json, name: Name) -> str:
    return name(data["unit"]) if data.get("unit") else ""


_FIELDS = {"number": "号码", "name": "姓名", "recording": "录音", "history": "历史"}
TELLERS: dict[Do, Callable[[Json, Name], str]] = {
    Do.DISPATCH: _sent, Do.REDISPATCH: _sent, Do.ARBITRATE_MOVE: _sent, Do.ADD_JOINT: _sent, Do.REFUSE: _refused,
    Do.CITIZEN_SAYS: _said, Do.RAISE_FINDING: _finding, Do.HAND_DOWN: _unit, Do.OFFER_LEAD: _unit,
    Do.PHONE_UNANSWERED: _unit, Do.MAIN_ANSWERED: _unit, Do.ASK_STRIKE: _unit,
    Do.ASK_EXTENSION: _term, Do.APPROVE_EXTENSION: _term, Do.ASK_PAUSE: _moment("until"),
    Do.APPROVE_PAUSE: _moment("until"), Do.REVISIT: _moment("again"),
    Do.PROTECT: lambda data, name: "、".join(name(unit) for unit in data["units"]),
    Do.REPLY: lambda data, _: "报称已解决" if data["solved"] else "报称未能解决",
    Do.CONTACT: lambda data, _: "已联系上" if data["reached"] else "未联系上",
    Do.TRY_CITIZEN: lambda data, _: ("接通" if data["reached"] else "未接通") + (
        "" if data.get("call") else "，平台外"),
    Do.RATE: lambda data, _: f"{data['value']} 分" if data.get("value") else "未评",
    Do.ASK_ENDING: lambda data, _: {"shelve": "挂账", "terminate": "终结"}[data["ending"]],
    Do.DECIDE_FINDING: lambda data, _: "成立" if data["established"] else "不成立",
    Do.DECIDE_STRIKE: lambda data, _: "准予剔除" if data["granted"] else "不予剔除",
    Do.MERGE: lambda data, _: f"并入 {data['into']}",
    Do.HAND_OVER: lambda data, _: f"{data['platform']} {data.get('reference', '')}".strip(),
    Do.UNMASK: lambda data, _: _FIELDS[data["field"]],
}
