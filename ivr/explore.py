"""Every place where a caller can stand in a release, and every way on from it, exactly as the interpreter goes.

A spot is a step with all that decides what may follow: language, prompts still owed, variables that a later branch
looks at, calendars already found open or closed. Hours are taken as they can really be together in the days ahead (a
call is short: a calendar does not change under it). What callers do not choose (hours, numbers) is an edge of the kind
``env``; the time, number and digits that lead along a way are kept on its edges, so that it can be walked. Pure; the
cost is linear in spots, which are bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any, Literal

from ivr.hours import is_open
from ivr.interpreter import MOST_OWED
from ivr.release import (
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
from ivr.timing import BEEP, Seconds

MAX_SPOTS = 60_000
How = Literal["auto", "env", "silence", "key", "limit"]
Pairs = tuple[tuple[str, str], ...]
_KEYS = "0123456789*#"
_BUILT_IN = ("caller", "called", "lang")


class TooManySpots(Exception):
    """The conditions of a flow combine in more ways than can be walked."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A caller stands at `step`. `known`: variables a later branch looks at; `hours`: calendars found open or not."""

    step: str
    lang: str
    owed: tuple[str, ...] = ()
    known: Pairs = ()
    hours: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """One way on: how, what is pressed (one item a question, ``t``: silence), after how many seconds, assuming what."""

    to: Spot
    how: How
    press: tuple[str, ...] = ()
    wait: float = 0.0
    assumes: Pairs = ()

    @property
    def keys(self) -> int:
        """How many keys it takes."""
        return sum(len(press) for press in self.press if press != "t")


@dataclass(frozen=True, slots=True)
class Start:
    """Where calls to a number begin; `called` is "" for every number that has no beginning of its own."""

    called: str
    spot: Spot


@dataclass(slots=True)
class Explored:
    """All spots with their edges, in the order of discovery, and the edge by which each was first reached."""

    starts: list[Start]
    edges: dict[Spot, tuple[Edge, ...]] = field(default_factory=dict)
    parents: dict[Spot, tuple[Spot, Edge]] = field(default_factory=dict)
    times: Mapping[tuple[tuple[str, bool], ...], datetime] = field(default_factory=dict)

    def way(self, spot: Spot) -> tuple[Start, list[tuple[Spot, Edge]]]:
        """Return the shortest way to a spot: its start, and each step with the edge taken."""
        steps: list[tuple[Spot, Edge]] = []
        at = spot
        while at in self.parents:
            before, edge = self.parents[at]
            steps.append((before, edge))
            at = before
        return next(start for start in self.starts if start.spot == at), steps[::-1]

    def environments(self) -> Iterator[dict[str, str]]:
        """Yield what callers do not choose, as it can be together: hours, and numbers that a branch tells apart."""
        named: dict[str, dict[str, None]] = {}
        for edges in self.edges.values():
            for name, value in (pair for edge in edges for pair in edge.assumes if not pair[0].startswith("hours:")):
                named.setdefault(name, {})[value] = None
        for state in self.times:
            hours = {f"hours:{name}": "open" if value else "closed" for name, value in state}
            for values in product(*named.values()):
                yield {**hours, **dict(zip(named, values, strict=True))}

    def time_for(self, assumed: Pairs) -> datetime | None:
        """Return a time at which the calendars are as a way assumes."""
        wanted = {name[6:]: value == "open" for name, value in assumed if name.startswith("hours:")}
        fitting = (at for state, at in self.times.items() if all(dict(state).get(c) == v for c, v in wanted.items()))
        return next(fitting, None)


class _Ways:
    """The edges of a spot, verb by verb."""

    def __init__(self, release: Release, seconds: Seconds, today: date, days: int) -> None:
        self.release, self.seconds = release, seconds
        self.domains = _domains(release)
        self.tested = _tested_later(release)
        self.times = calendar_states(release, today, days)
        self.states = [dict(state) for state in self.times]

    def edges(self, spot: Spot) -> tuple[Edge, ...]:
        step = self.release.steps[spot.step]
        return tuple(_WAYS[type(step)](self, spot, step))

    def sound(self, prompts: Sequence[str], lang: str) -> float:
        """How long these prompts sound one after the other."""
        return sum(self.seconds(prompt, lang) for prompt in prompts)

    def go(self, spot: Spot, to: str, owed: tuple[str, ...] = (), lang: str = "", known: Pairs | None = None,
           hours: tuple[tuple[str, bool], ...] | None = None) -> Spot:
        """The spot at another step, without what no later step looks at."""
        later = self.tested[to]
        kept = spot.known if known is None else known
        kept = tuple(pair for pair in kept if pair[0] in later)
        open_ = (spot.hours if hours is None else hours) if "hours:" in later else ()
        return Spot(to, lang or spot.lang, owed, kept, open_)

    def say(self, spot: Spot, step: Say) -> Iterator[Edge]:
        owed = (*spot.owed, *step.prompts)
        if step.barge_in and len(owed) <= MOST_OWED:
            yield Edge(self.go(spot, step.then, owed), "auto")
        else:
            yield Edge(self.go(spot, step.then), "auto", wait=self.sound(owed, spot.lang))

    def set(self, spot: Spot, step: Set) -> Iterator[Edge]:
        known = _with(spot.known, {name: value for name, value in step.values.items() if name != "lang"})
        yield Edge(self.go(spot, step.then, spot.owed, step.values.get("lang", ""), known), "auto")

    def hours(self, spot: Spot, step: Hours) -> Iterator[Edge]:
        for state in (True, False):
            found = dict(spot.hours).get(step.calendar)
            hours = tuple(sorted({**dict(spot.hours), step.calendar: state}.items()))
            if found in (None, state) and self._possible(hours):
                assumes = ((f"hours:{step.calendar}", "open" if state else "closed"),)
                to = step.open if state else step.closed
                yield Edge(self.go(spot, to, spot.owed, hours=hours), "env", assumes=assumes)

    def _possible(self, hours: tuple[tuple[str, bool], ...]) -> bool:
        return any(all(state[name] == value for name, value in hours) for state in self.states)

    def branch(self, spot: Spot, step: Branch) -> Iterator[Edge]:
        known = dict(spot.known)
        if step.variable == "lang":
            values: Sequence[str] = (spot.lang,)
        elif step.variable in known or step.variable not in _BUILT_IN:
            values = (known.get(step.variable, ""),)
        else:
            values = self.domains[step.variable]
        for value in values:
            to = step.cases.get(value, step.otherwise)
            assumes = ((step.variable, value),) if len(values) > 1 else ()
            yield Edge(self.go(spot, to, spot.owed, known=_with(spot.known, {step.variable: value})), "env",
                       assumes=assumes)

    def menu(self, spot: Spot, step: Menu) -> Iterator[Edge]:
        heard = self.sound((*spot.owed, *step.prompts), spot.lang)
        wait = 0.0 if step.barge_in else heard
        yield Edge(self.go(spot, step.on_time_out), "silence", ("t",), heard + step.time_out)
        yield from (Edge(self.go(spot, to), "key", (key,), wait) for key, to in step.choices.items())
        wrong = next((key for key in _KEYS if key not in step.choices and key != step.repeat_key), None)
        if step.repeat_key and spot.owed:
            yield Edge(self.go(spot, spot.step), "key", (step.repeat_key,), wait)
        if wrong is not None:
            yield from self._wrong(spot, step, wrong, wait)

    def collect(self, spot: Spot, step: Collect) -> Iterator[Edge]:
        heard = self.sound((*spot.owed, *step.prompts), spot.lang)
        wait = 0.0 if step.barge_in else heard
        yield Edge(self.go(spot, step.on_time_out), "silence", ("t",), heard + step.time_out)
        for digits in self._digits(step):
            to = self.go(spot, step.then, known=_with(spot.known, {step.variable: digits}))
            short = len(digits) < step.max
            yield Edge(to, "key", (digits,), wait + (step.time_out if short else 0.0))
            if short and step.terminator:
                yield Edge(to, "key", (digits + step.terminator,), wait)
        yield from self._wrong(spot, step, "*", wait)

    def _digits(self, step: Collect) -> list[str]:
        """What may be collected, as far as later steps care: each value they name, and one that they do not."""
        named = [v for v in self.domains.get(step.variable, ()) if v.isdecimal() and step.min <= len(v) <= step.max]
        if step.variable not in self.tested[step.then]:
            named = []
        others = (str(number).zfill(step.min) for number in range(10 ** min(step.max, 6)))
        other = next((one for one in others if one not in named and len(one) <= step.max), None)
        return [*named, *([other] if other is not None else [])]

    def _wrong(self, spot: Spot, step: Menu | Collect, wrong: str, wait: float) -> Iterator[Edge]:
        sorry = (step.wrong_key,) if step.wrong_key else ()
        again = self.sound((*sorry, *step.prompts), spot.lang) if not step.barge_in else 0.0
        if step.retries and sorry != spot.owed:
            yield Edge(self.go(spot, spot.step, sorry), "key", (wrong,), wait)
        presses = (wrong,) * (step.retries + 1)
        yield Edge(self.go(spot, step.on_retries), "limit", presses, wait + step.retries * again)

    def record(self, spot: Spot, step: Record) -> Iterator[Edge]:
        heard = self.sound((*spot.owed, *step.prompts), spot.lang) + BEEP
        yield Edge(self.go(spot, step.then), "silence", ("t",), heard + step.silence_seconds)
        yield Edge(self.go(spot, step.person), "key", (step.person_key,), heard)
        if step.person_key != "#":
            yield Edge(self.go(spot, step.then), "key", ("#",), heard)

    def information(self, spot: Spot, step: Information) -> Iterator[Edge]:
        heard = self.sound((*spot.owed, *step.prompts), spot.lang)
        yield Edge(self.go(spot, step.then), "silence", ("t",), heard + step.time_out)
        yield Edge(self.go(spot, step.person), "key", (step.person_key,))
        yield Edge(self.go(spot, step.then), "key", (next(key for key in _KEYS if key != step.person_key),))

    def end(self, spot: Spot, step: Service | HangUp) -> Iterator[Edge]:
        return iter(())


_WAYS: dict[type[Step], Callable[[_Ways, Spot, Any], Iterator[Edge]]] = {
    Say: _Ways.say, Set: _Ways.set, Hours: _Ways.hours, Branch: _Ways.branch, Menu: _Ways.menu,
    Collect: _Ways.collect, Record: _Ways.record, Information: _Ways.information, Service: _Ways.end,
    HangUp: _Ways.end,
}


def explore(release: Release, seconds: Seconds, today: date, days: int = 400) -> Explored:
    """Find every spot of a release. Raises TooManySpots."""
    ways = _Ways(release, seconds, today, days)
    found = Explored(list(_starts(release, ways)), times=ways.times)
    waiting = deque(dict.fromkeys(start.spot for start in found.starts))
    seen = set(waiting)
    while waiting:
        spot = waiting.popleft()
        found.edges[spot] = edges = ways.edges(spot)
        for edge in edges:
            if edge.to not in seen:
                seen.add(edge.to)
                found.parents[edge.to] = (spot, edge)
                waiting.append(edge.to)
        if len(seen) > MAX_SPOTS:
            raise TooManySpots
    return found


def _starts(release: Release, ways: _Ways) -> Iterator[Start]:
    lang = release.languages[0]
    anywhere = Spot(release.entry, lang)
    yield Start("", anywhere)
    for number, own in release.numbers.items():
        known = (("called", number),) if "called" in ways.tested[own.entry] else ()
        yield Start(number, Spot(own.entry, lang, (own.greeting,) if own.greeting else (), known))


def _with(known: Pairs, more: Mapping[str, str]) -> Pairs:
    return tuple(sorted({**dict(known), **more}.items()))


def _domains(release: Release) -> dict[str, tuple[str, ...]]:
    """The values of each variable that branches tell apart, and one that none of them names."""
    named: dict[str, dict[str, None]] = {}
    for step in release.steps.values():
        if isinstance(step, Branch):
            named.setdefault(step.variable, {}).update(dict.fromkeys(step.cases))
    taken = {number: None for number in release.numbers}
    found = {}
    for variable, values in named.items():
        usable = [v for v in values if variable not in ("caller", "called") or v == "" or v.isdecimal()]
        if variable == "called":  # those with a beginning of their own do not come through the common one
            usable = [value for value in usable if value not in taken]
        other = next(str(n) for n in range(13800000000, 13800010000) if str(n) not in values and str(n) not in taken)
        found[variable] = (*usable, other)
    return found


def _tested_later(release: Release) -> dict[str, frozenset[str]]:
    """For each step, the variables (``hours:`` for any calendar) that it or a later step looks at."""
    back: dict[str, list[str]] = {name: [] for name in release.steps}
    looks: dict[str, set[str]] = {name: set() for name in release.steps}
    for name, step in release.steps.items():
        for to in _targets(step):
            back[to].append(name)
        if isinstance(step, Branch):
            looks[name].add(step.variable)
        if isinstance(step, Hours):
            looks[name].add("hours:")
    for looked in {one for found in looks.values() for one in found}:
        waiting = [name for name, found in looks.items() if looked in found]
        while waiting:
            for before in back[waiting.pop()]:
                if looked not in looks[before]:
                    looks[before].add(looked)
                    waiting.append(before)
    return {name: frozenset(found) for name, found in looks.items()}


def _targets(step: Step) -> Iterator[str]:
    for name in ("then", "on_time_out", "on_retries", "person", "open", "closed", "otherwise"):
        if hasattr(step, name):
            yield getattr(step, name)
    for name in ("choices", "cases"):
        yield from getattr(step, name, {}).values()


def calendar_states(release: Release, today: date, days: int) -> dict[tuple[tuple[str, bool], ...], datetime]:
    """Return how the calendars can stand together in the days ahead, each with the first time (wall clock) of it."""
    used = {step.calendar for step in release.steps.values() if isinstance(step, Hours)}
    calendars = {name: release.calendars[name] for name in sorted(used)}
    minutes = {0}
    named = {today + timedelta(days=n) for n in range(8)}
    for calendar in calendars.values():
        spans = [(o.start, o.end) for o in calendar.weekly] + [s for one in calendar.special.values() for s in one]
        minutes |= {minute % (24 * 60) for span in spans for minute in span}
        for text in (*calendar.holidays, *calendar.working, *calendar.special):
            day = date.fromisoformat(text)
            named |= {day, day + timedelta(days=1)}
    last = today + timedelta(days=days)
    found: dict[tuple[tuple[str, bool], ...], datetime] = {}
    for day in sorted(one for one in named if today <= one <= last):
        for minute in sorted(minutes):
            at = datetime.combine(day, time(minute // 60, minute % 60))
            state = tuple((name, is_open(calendar, at)) for name, calendar in calendars.items())
            found.setdefault(state, at)
    return found
