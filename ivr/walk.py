"""Walk a release as a caller would, with keys given beforehand and a watch in hand: what happens, when, and why.

The same interpreter as every call, without a call. Used to show a way, to replay real calls, to try a draft.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
    Play,
    PlayAndRead,
    Played,
    Recorded,
    Request,
    TakeMessage,
    TraceEntry,
)
from ivr.timing import BEEP, Seconds

_MESSAGE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Move:
    """One trace line of a walk, and how many seconds after the answer it came to an end."""

    seconds: float
    entry: TraceEntry
    lang: str


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk to its end: the moves, how it ended (None: the caller hung up), the seconds, the answers not needed."""

    moves: tuple[Move, ...]
    outcome: Outcome | None
    seconds: float
    left_over: tuple[str, ...]
    at: str  # the last step
    asked: Request | None = None  # what waits for the caller, where the walk stopped before its end
    variables: Mapping[str, str] = field(default_factory=dict)  # as they stand at the end
    heard: tuple[tuple[str, str], ...] = ()  # every prompt as it was played, and its language


def walk(
    release: Release, presses: Iterable[str], now: datetime, seconds: Seconds, call: CallFacts | None = None,
    lang: str = "", *, stop: bool = False,
) -> Walked:
    """Walk to the end; ``t`` is silence, ``h`` hangs up. When `presses` run out the caller is silent, or, with `stop`,
    the walk stops at the question.
    """
    waiting = deque(presses)
    state = start(release, call or CallFacts("walk"), None, lang)
    event: Event = Begin()
    moves: list[Move] = []
    heard: list[tuple[str, str]] = []
    clock = 0.0
    while True:
        state, request = advance(state, event, now)
        moves += [Move(clock, entry, state.lang) for entry in state.trace]
        if isinstance(request, Done):
            return Walked(tuple(moves), request.outcome, clock, tuple(waiting), state.step,
                          variables=state.variables, heard=tuple(heard))
        heard += [(prompt, request.lang) for prompt in request.prompts]
        if waiting and waiting[0] == "h" and not isinstance(request, Play):
            return Walked(tuple(moves), None, clock, tuple(waiting), state.step, variables=state.variables,
                          heard=tuple(heard))
        if stop and not waiting and not isinstance(request, Play):
            return Walked(tuple(moves), None, clock, (), state.step, request, state.variables, tuple(heard))
        event = answer(request, waiting)
        clock += lasts(request, event, seconds)


def answer(request: Request, waiting: deque[str]) -> Event:
    """Take from `waiting` what the caller answers; nothing left is silence."""
    if isinstance(request, Play):
        return Played()
    pressed = waiting.popleft() if waiting else "t"
    if isinstance(request, TakeMessage):
        key = pressed[:1] if pressed != "t" else ""
        return Recorded(0.0 if key == request.person_key else _MESSAGE_SECONDS, key)
    assert isinstance(request, PlayAndRead)
    if pressed == "t":
        return Keys("", timed_out=True)
    digits, terminated, _ = pressed.partition("#")
    taken = digits[: request.max_digits]
    rest = pressed[len(taken) + (1 if terminated and taken == digits and request.max_digits > 1 else 0):]
    if rest and taken:
        waiting.appendleft(rest)
    return Keys(taken, timed_out=bool(taken) and len(taken) < request.max_digits and not terminated)


def lasts(request: Request, event: Event, seconds: Seconds) -> float:
    """Return how many seconds a request takes; a key is pressed as soon as it is heard."""
    if isinstance(request, Done):
        return 0.0
    heard = sum(seconds(prompt, request.lang) for prompt in request.prompts)
    if isinstance(request, TakeMessage):
        assert isinstance(event, Recorded)
        return heard + BEEP + (0.0 if event.key else request.silence_seconds)
    if isinstance(request, PlayAndRead):
        assert isinstance(event, Keys)
        if not event.digits and event.timed_out:
            return heard + request.timeout_s
        return (0.0 if request.barge_in else heard) + (request.timeout_s if event.timed_out else 0.0)
    return heard


def lines(walked: Walked) -> Iterator[str]:
    """Tell a walk in Chinese, a line a move, with the seconds since the answer."""
    for move in walked.moves:
        yield f"{move.seconds:5.1f} 秒 {told(move.entry)}"
    yield f"{walked.seconds:5.1f} 秒 {ending(walked)}"


def named(entry: TraceEntry, titles: Mapping[str, str]) -> TraceEntry:
    """Return a move with the steps called what their editors call them."""
    return replace(entry, step=titles.get(entry.step, entry.step), to=titles.get(entry.to, entry.to))


def with_titles(walked: Walked, titles: Mapping[str, str]) -> Walked:
    """Return a walk to be told to people: every step by its title."""
    moves = tuple(replace(move, entry=named(move.entry, titles)) for move in walked.moves)
    return replace(walked, moves=moves, at=titles.get(walked.at, walked.at))


_WHY = {"time_out": "没有按键", "wrong_key": "按 {key} 无效", "repeat": "按 {key} 重听", "key": "按 {key}",
        "retries": "又按错（{key}），次数已到上限", "limit": "步骤过多，直接转人工", "open": "在工作时间内",
        "closed": "不在工作时间内", "case": "变量相符", "otherwise": "变量不符", "recorded": "留言已保存",
        "sms": "按 {key} 要求短信发送"}
_KINDS = {"service": "转人工（技能 {skill}）", "information": "信息播报完，结束", "message": "留言完，结束",
          "hangup": "被挂断"}


def told(entry: TraceEntry) -> str:
    """Say one move in Chinese."""
    why = _WHY.get(entry.why, "").format(key=entry.key)
    return f"步骤 {entry.step}" + (f"：{why}" if why else "") + (f" → {entry.to}" if entry.to else "")


def ending(walked: Walked) -> str:
    """Say how a walk ended in Chinese."""
    if walked.asked is not None:
        return f"在步骤 {walked.at} 等待按键"
    if walked.outcome is None:
        return "来电人挂机"
    return _KINDS[walked.outcome.kind].format(skill=walked.outcome.skill)


def state_after(release: Release, presses: Iterable[str], now: datetime, call: CallFacts) -> tuple[State, Request]:
    """Return state and open question after these presses (or the end)."""
    waiting = deque(presses)
    state, request = advance(start(release, call), Begin(), now)
    while not isinstance(request, Done) and (waiting or isinstance(request, Play)):
        state, request = advance(state, answer(request, waiting), now)
    return state, request
