"""What changed between two flows: in words for the person who signs, and value by value for the page beside it.

Both sides are compared in one form (`plain`), so that how something was written makes no difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ivr.flow import Flow

Plain = Mapping[str, Any]
Kind = Literal["added", "removed", "changed"]
_SECTIONS = {"steps": "步骤", "prompts": "提示音", "calendars": "日历", "numbers": "号码"}
_FIELDS = {
    "title": "名称", "note": "备注", "timezone": "时区", "languages": "语言", "entry": "起点",
    "person": "转人工的步骤", "silence": "不按键的规则", "max_steps": "最多步数", "verb": "动作",
    "prompts": "提示音", "choices": "按键", "barge_in": "可否打断", "time_out": "等待秒数",
    "on_time_out": "不按键时", "wrong_key": "按错时的提示音", "repeat_key": "重听键", "retries": "可按错次数",
    "on_retries": "按错太多次时", "then": "之后", "variable": "变量", "min": "最少位数", "max": "最多位数",
    "terminator": "结束键", "max_seconds": "最长秒数", "silence_seconds": "静音秒数", "person_key": "转人工键",
    "calendar": "日历", "open": "工作时间内", "closed": "工作时间外", "values": "变量值", "cases": "分支",
    "otherwise": "其他情况", "skill": "技能", "unit": "承办单位", "urgency": "紧急程度", "lang": "语言",
    "owner": "负责单位", "review": "复核日期", "sms_key": "短信键", "weekly": "每周时间", "holidays": "节假日",
    "working": "调休上班日", "special": "特殊日", "name": "名称", "field": "领域", "greeting": "问候语",
    "recording": "录音", "texts": "文字",
}
_LONGEST = 60  # characters of a value in a sentence


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its path in the document, what kind, a Chinese sentence, both sides (None where there is none)."""

    path: tuple[str, ...]
    kind: Kind
    words: str
    before: Any
    after: Any


def plain(flow: Flow) -> dict[str, Any]:
    """Return a checked flow as JSON data in one form; it reads back to the same flow."""
    head = flow.head.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    head |= {"calendars": {name: _calendar(calendar) for name, calendar in head.get("calendars", {}).items()}}
    prompts = {name: {**prompt.texts, **({"recording": prompt.recording} if prompt.recording else {})}
               for name, prompt in flow.prompts.items()}
    steps = {name: {"verb": step.verb, **step.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
             for name, step in flow.steps.items()}
    return {**head, "prompts": prompts, "steps": steps}


_DAYS = ("", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _calendar(calendar: dict[str, Any]) -> dict[str, Any]:
    """Week days and minutes as an editor writes them."""
    shown = {**calendar, "weekly": [_span(span) | {"days": [_DAYS[day] for day in span["days"]]}
                                    for span in calendar["weekly"]]}
    if "working" in shown:
        shown["working"] = {day: _DAYS[as_day[0]] for day, as_day in shown["working"].items()}
    if "special" in shown:
        shown["special"] = {day: [_span(span) for span in spans] for day, spans in shown["special"].items()}
    return shown


def _span(span: dict[str, Any]) -> dict[str, Any]:
    return {name: f"{span[name] // 60:02d}:{span[name] % 60:02d}" for name in ("from", "to")}


def changes(before: Plain, after: Plain) -> list[Change]:
    """Return every change from one plain flow to another, the document's head first."""
    found = [change for name in _names(before, after) if name not in (*_SECTIONS, "release")
             for change in _field((name,), "流程", name, before.get(name), after.get(name))]
    for section, word in _SECTIONS.items():
        old, new = before.get(section, {}), after.get(section, {})
        for name in _names(old, new):
            found += _part((section, name), word, old.get(name), new.get(name))
    return found


def words(found: list[Change]) -> tuple[str, ...]:
    """Return the sentences, or one that says that nothing has changed."""
    return tuple(change.words for change in found) or ("内容没有变化",)


def _names(before: Plain, after: Plain) -> list[str]:
    return [*before, *(name for name in after if name not in before)]


def _part(path: tuple[str, ...], word: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    label = f"{word}“{_label(path[1], new or old)}”"
    if old is None:
        yield Change(path, "added", f"新增{label}", None, new)
    elif new is None:
        yield Change(path, "removed", f"删除{label}", old, None)
    else:
        for name in _names(old, new):
            yield from _field((*path, name), label, name, old.get(name), new.get(name))


def _label(name: str, part: Any) -> str:
    said = part.get("title") or part.get("name") if isinstance(part, dict) else ""
    return f"{said}（{name}）" if said else name


def _field(path: tuple[str, ...], label: str, name: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if name in ("choices", "cases", "values", "working", "special") and path[0] != "prompts":
        yield from _entries(path, label, name, old or {}, new or {})
        return
    kind: Kind = "added" if old is None else "removed" if new is None else "changed"
    yield Change(path, kind, f"{label}：{_sentence(path, name, kind, old, new)}", old, new)


def _entries(path: tuple[str, ...], label: str, name: str, old: Plain, new: Plain) -> Iterator[Change]:
    word = "按" if name == "choices" else f"{_FIELDS[name]} "
    for key in _names(old, new):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        kind: Kind = "added" if before is None else "removed" if after is None else "changed"
        told = {"added": f"新增{word}{key} → {_said(after)}", "removed": f"取消{word}{key}（原到 {_said(before)}）",
                "changed": f"{word}{key} 由 {_said(before)} 改为 {_said(after)}"}[kind]
        yield Change((*path, key), kind, f"{label}：{told}", before, after)


def _sentence(path: tuple[str, ...], name: str, kind: Kind, old: Any, new: Any) -> str:
    if path[0] == "prompts" and name == "recording":
        return {"added": f"改用录音 {_said(new)}", "removed": "不再用录音，改为合成语音",
                "changed": f"换录音，由 {_said(old)} 换成 {_said(new)}"}[kind]
    word = f"{name} 的文字" if path[0] == "prompts" else _FIELDS.get(name, name)
    return {"added": f"{word}设为 {_said(new)}", "removed": f"{word}恢复默认（原为 {_said(old)}）",
            "changed": f"{word}由 {_said(old)} 改为 {_said(new)}"}[kind]


def _said(value: Any) -> str:
    text = f"“{value}”" if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
