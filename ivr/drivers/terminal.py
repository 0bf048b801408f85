"""Walk a flow in the terminal: what a caller would hear, line by line, with keys given beforehand. No sound, no call.

Keys are ``1``, ``12345#`` (a number collected), ``t`` (silence until the time-out), ``h`` (hang up). When they run out
the caller stays silent: the default policy leads to a person.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime

from ivr.interpreter import State, advance, start
from ivr.release import Release
from ivr.requests import (
    Begin,
    CallFacts,
    Done,
    Event,
    Keys,
    Outcome,
    Recorded,
    TraceEntry,
)
from ivr.walk import answer

_KINDS = {"service": "转人工", "information": "已播报信息，结束", "message": "已留言，结束", "hangup": "结束"}
_URGENCY = ("普通", "紧急", "突发")
_WHY = {"time_out": "没有按键", "wrong_key": "按键无效", "repeat": "重听", "retries": "按错次数已到上限",
        "limit": "步骤过多，直接转人工", "open": "在工作时间内", "closed": "不在工作时间内", "case": "变量相符",
        "otherwise": "变量不符", "recorded": "留言已保存", "sms": "要求短信发送"}


def parse_keys(text: str) -> list[str]:
    """``1,2,t`` → ["1", "2", "t"]; raises ValueError on anything a telephone cannot do."""
    keys = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [key for key in keys if key not in ("t", "h") and not set(key) <= set("0123456789*#")]
    if wrong:
        raise ValueError(f"{wrong[0]!r} 不是按键：请用 0 到 9、*、#，t 表示不按键，h 表示挂机，用逗号分隔")
    return keys


def simulate(
    release: Release, keys: Iterable[str], now: datetime, lang: str = "", caller: str = "", step: str | None = None,
) -> Iterator[str]:
    """Yield what the caller hears and does, one line at a time, in Chinese. `now` as for the interpreter."""
    waiting = deque(keys)
    state, event = start(release, CallFacts("simulated", caller), step, lang), Begin()
    asked: Event = event
    while True:
        state, request = advance(state, asked, now)
        yield from _moves(state)
        if isinstance(request, Done):
            yield _ending(request.outcome)
            return
        yield from (f"  听到：{release.text(name, request.lang)}" for name in request.prompts)
        if waiting and waiting[0] == "h":
            yield "  来电人挂机"
            return
        asked = answer(request, waiting)
        yield from _done(asked)


def _done(event: Event) -> Iterator[str]:
    if isinstance(event, Keys):
        yield f"  按键：{event.digits or ('（没有按键）' if event.timed_out else '#')}"
    elif isinstance(event, Recorded):
        yield f"  留言：{event.seconds:.0f} 秒" + (f"，按键 {event.key}" if event.key else "")


def _moves(state: State) -> Iterator[str]:
    yield from (_move(entry) for entry in state.trace)


def _move(entry: TraceEntry) -> str:
    why = f"（{_WHY[entry.why]}）" if entry.why in _WHY else ""
    return f"[{entry.step}] {entry.verb}{why}" + (f" → {entry.to}" if entry.to else "")


def _ending(outcome: Outcome) -> str:
    parts = [f"结果：{_KINDS[outcome.kind]}"]
    if outcome.kind == "service":
        parts.append(f"技能 {outcome.skill}")
        parts += [f"承办单位 {outcome.unit}"] if outcome.unit else []
        parts.append(f"紧急程度 {_URGENCY[outcome.urgency]}")
    parts.append(f"语言 {outcome.lang}")
    parts += [f"{name}={value}" for name, value in (outcome.variables or {}).items()]
    return "，".join(parts)
