"""The menu interpreter: told what the caller did, asks for the next thing to play or read. No socket, no clock.

    state = start(release, CallFacts(key), step)      # step: where to resume, or None for the entry
    state, request = advance(state, Begin(), now)     # request: Play | PlayAndRead | TakeMessage | Done
    state, request = advance(state, Keys("3"), now)

`state.trace` holds the lines that the last `advance` added. A state keeps the release that the call began with. No
walk is endless: after `release.max_steps` steps the caller is given to a person. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ivr.hours import is_open
from ivr.release import (
    VERB_OF,
    Branch,
    Collect,
    HangUp,
    Hours,
    Information,
    Menu,
    Record,
    Release,
    Say,
    Service,
    Set,
    Step,
)
from ivr.requests import (
    Begin,
    CallFacts,
    Done,
    Event,
    Keys,
    Outcome,
    OutcomeKind,
    Play,
    PlayAndRead,
    Played,
    Recorded,
    Request,
    TakeMessage,
    TraceEntry,
)

MOST_OWED = 6  # prompts carried along to the next question; more are played at once


@dataclass(frozen=True, slots=True)
class State:
    """One call in one menu. `count` is the number of trace lines so far, `visits` of steps entered or repeated."""

    flow: Release
    call: CallFacts
    step: str
    lang: str
    variables: Mapping[str, str] = field(default_factory=dict)
    pending: tuple[str, ...] = ()  # prompts owed to the caller: played with the next question
    tries: int = 0
    visits: int = 0
    messages: int = 0
    informed: bool = False
    outcome: Outcome | None = None  # decided, but its last prompts are still being played
    count: int = 0
    trace: tuple[TraceEntry, ...] = ()


def start(
    flow: Release, call: CallFacts, step: str | None = None, lang: str = "", first: tuple[str, ...] = (),
) -> State:
    """Return the state of a call at `step`, or at its number's entry if the release does not know that step.

    `first`: prompts said before anything else (notices); the number's own greeting follows them.
    """
    lang = lang if lang in flow.languages else flow.languages[0]
    if step is not None and step in flow.steps:
        return State(flow, call, step, lang)
    own = flow.numbers.get(call.called)
    greeting = (own.greeting,) if own is not None and own.greeting else ()
    return State(flow, call, own.entry if own is not None else flow.entry, lang, pending=(*first, *greeting))


def advance(state: State, event: Event, now: datetime) -> tuple[State, Request]:
    """Tell what happened, get what to do. `now` is aware, or naive wall-clock time of the flow's zone.

    Raises ValueError if the event does not answer what was asked (a fault of the driver).
    """
    walk = _Walk(state, now)
    request = walk.enter() if isinstance(event, Begin) else walk.answer(event)
    while request is None:
        request = walk.enter()
    return walk.state, request


def local_time(now: datetime, timezone: str) -> datetime:
    """Return `now` as wall-clock time of `timezone`; a naive `now` is taken as just that."""
    if now.tzinfo is None:
        return now
    from zoneinfo import ZoneInfo  # only flows with hours pay for it: the survival driver starts while one waits

    return now.astimezone(ZoneInfo(timezone))


class _Walk:
    """One `advance` under way: the state so far, and a method for each verb. None as a request means: go on."""

    def __init__(self, state: State, now: datetime) -> None:
        self.state = replace(state, trace=())
        self.now = now

    # -- moving --------------------------------------------------------------------------------------------------
    def enter(self) -> Request | None:
        """Do the current step as far as it goes without the caller."""
        state = self.state
        if state.visits >= state.flow.max_steps:
            return self._to_person_for_good()
        self.state = replace(state, visits=state.visits + 1)
        step = state.flow.steps[state.step]
        return _ENTER[type(step)](self, step)

    def answer(self, event: Event) -> Request | None:
        """Take the caller's answer to what the current step asked."""
        if self.state.outcome is not None:
            return Done(self.state.outcome)
        step = self.state.flow.steps[self.state.step]
        expected, answer = _ANSWER.get(type(step), (None, None))
        if expected is None or answer is None or not isinstance(event, expected):
            raise ValueError(f"{event!r} does not answer step {self.state.step}")
        answer(self, step, event)
        return None

    def _note(self, why: str, to: str, key: str = "", heard: tuple[str, ...] | None = None) -> None:
        state = self.state
        step = state.flow.steps[state.step]
        played = getattr(step, "prompts", ()) if heard is None else heard
        entry = TraceEntry(state.step, VERB_OF[type(step)], played, key, why, to)
        self.state = replace(state, trace=(*state.trace, entry), count=state.count + 1)

    def _go(self, to: str, why: str, key: str = "", heard: tuple[str, ...] | None = None) -> None:
        self._note(why, to, key, heard)
        self.state = replace(self.state, step=to, tries=0)

    def _again(self, why: str, key: str, apology: str, retry: int) -> None:
        """Stay at this step and ask once more, with an apology first."""
        self._note(why, self.state.step, key)
        owed = (*self.state.pending, apology) if apology else self.state.pending
        self.state = replace(self.state, pending=owed, tries=self.state.tries + retry)

    def _owed(self, prompts: tuple[str, ...]) -> tuple[str, ...]:
        owed = (*self.state.pending, *prompts)
        self.state = replace(self.state, pending=())
        return owed

    # -- endings -------------------------------------------------------------------------------------------------
    def _end(self, prompts: tuple[str, ...], outcome: Outcome) -> Request:
        owed = self._owed(prompts)
        if not owed:
            return Done(outcome)
        self.state = replace(self.state, outcome=outcome)
        return Play(owed, self.state.lang, barge_in=True)

    def _outcome(self, kind: OutcomeKind, service: Service | None = None) -> Outcome:
        state = self.state
        if service is None:
            return Outcome(kind, lang=state.lang, variables=state.variables)
        lang = service.lang or state.lang
        own = state.flow.numbers.get(state.call.called)
        unit = service.unit or (own.unit if own is not None else "")
        return Outcome(kind, service.skill, unit, service.urgency, lang, state.variables)

    def _to_person_for_good(self) -> Request:
        """The circuit breaker: whatever the flow says, this caller has walked enough."""
        person = self.state.flow.steps[self.state.flow.person]
        assert isinstance(person, Service)
        self._note("limit", "", heard=())
        return self._end((), self._outcome("service", person))

    # -- a method for each verb: entering ------------------------------------------------------------------------
    def say(self, step: Say) -> Request | None:
        if not step.barge_in or len(self.state.pending) + len(step.prompts) > MOST_OWED:
            return Play(self._owed(step.prompts), self.state.lang, step.barge_in)
        self.state = replace(self.state, pending=(*self.state.pending, *step.prompts))
        self._go(step.then, "next")
        return None

    def menu(self, step: Menu) -> Request | None:
        return PlayAndRead(self._owed(step.prompts), self.state.lang, 1, step.time_out, "", step.barge_in)

    def collect(self, step: Collect) -> Request | None:
        owed = self._owed(step.prompts)
        return PlayAndRead(owed, self.state.lang, step.max, step.time_out, step.terminator, step.barge_in)

    def record(self, step: Record) -> Request | None:
        number = self.state.messages + 1
        owed = self._owed(step.prompts)
        return TakeMessage(owed, self.state.lang, number, step.max_seconds, step.silence_seconds, step.person_key)

    def hours(self, step: Hours) -> Request | None:
        state, flow = self.state, self.state.flow
        shut = not state.call.shut.isdisjoint((step.calendar, "*"))
        if not shut and is_open(flow.calendars[step.calendar], local_time(self.now, flow.timezone)):
            self._go(step.open, "open")
        else:
            self._go(step.closed, "closed")
        return None

    def set(self, step: Set) -> Request | None:
        lang = step.values.get("lang", self.state.lang)
        kept = {**self.state.variables, **{name: value for name, value in step.values.items() if name != "lang"}}
        self.state = replace(self.state, variables=kept, lang=lang)
        self._go(step.then, "next")
        return None

    def branch(self, step: Branch) -> Request | None:
        call = self.state.call
        known = {"caller": call.caller, "called": call.called, "lang": self.state.lang, **self.state.variables}
        value = known.get(step.variable, "")
        found = step.cases.get(value)
        self._go(found or step.otherwise, "case" if found else "otherwise")
        return None

    def service(self, step: Service) -> Request | None:
        self._note("end", "")
        return self._end(step.prompts, self._outcome("service", step))

    def information(self, step: Information) -> Request | None:
        return PlayAndRead(self._owed(step.prompts), self.state.lang, 1, step.time_out, "", barge_in=True)

    def hang_up(self, step: HangUp) -> Request | None:
        self._note("end", "")
        kind: OutcomeKind = "information" if self.state.informed else "hangup"
        return self._end(step.prompts, self._outcome("message" if self.state.messages else kind))

    # -- a method for each verb that asks: being told ------------------------------------------------------------
    def said(self, step: Say, event: Played) -> None:
        self._go(step.then, "next")

    def pressed(self, step: Menu, event: Keys) -> None:
        key = _key(event)
        if key and key in step.choices:
            self._go(step.choices[key], "key", key)
        elif not key:
            self._go(step.on_time_out, "time_out")
        elif key == step.repeat_key:
            self._again("repeat", key, "", 0)
        elif self.state.tries < step.retries:
            self._again("wrong_key", key, step.wrong_key, 1)
        else:
            self._go(step.on_retries, "retries", key)

    def collected(self, step: Collect, event: Keys) -> None:
        digits = event.digits
        if not digits and event.timed_out:
            self._go(step.on_time_out, "time_out")
        elif step.min <= len(digits) <= step.max and digits.isdecimal():
            self.state = replace(self.state, variables={**self.state.variables, step.variable: digits})
            self._go(step.then, "key", digits)
        elif self.state.tries < step.retries:
            self._again("wrong_key", digits, step.wrong_key, 1)
        else:
            self._go(step.on_retries, "retries", digits)

    def recorded(self, step: Record, event: Recorded) -> None:
        if event.key and event.key == step.person_key:
            self._go(step.person, "key", event.key)
            return
        self.state = replace(self.state, messages=self.state.messages + (1 if event.seconds > 0 else 0))
        self._go(step.then, "recorded" if event.seconds > 0 else "time_out")

    def informed(self, step: Information, event: Keys) -> None:
        self.state = replace(self.state, informed=True)
        key = _key(event)
        if key == step.person_key:
            self._go(step.person, "key", key)
        elif key and key == step.sms_key:
            self._go(step.then, "sms", key)
        else:
            self._go(step.then, "next", key)


def _key(event: Keys) -> str:
    return "" if event.timed_out and not event.digits else (event.digits[:1] or "#")


_ENTER: dict[type[Step], Callable[[_Walk, Any], Request | None]] = {
    Say: _Walk.say, Menu: _Walk.menu, Collect: _Walk.collect, Record: _Walk.record, Hours: _Walk.hours,
    Set: _Walk.set, Branch: _Walk.branch, Service: _Walk.service, Information: _Walk.information,
    HangUp: _Walk.hang_up,
}
_ANSWER: dict[type[Step], tuple[type[Event], Callable[[_Walk, Any, Any], None]]] = {
    Say: (Played, _Walk.said), Menu: (Keys, _Walk.pressed), Collect: (Keys, _Walk.collected),
    Record: (Recorded, _Walk.recorded), Information: (Keys, _Walk.informed),
}
