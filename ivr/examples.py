"""An example of a caller to whom a fault happens: which number, what hour, which keys; told second by second."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from ivr.errors import Way
from ivr.explore import Edge, Explored, How, Spot
from ivr.near import within
from ivr.release import HangUp, Release
from ivr.requests import CallFacts
from ivr.timing import Seconds
from ivr.walk import lines, walk

AUTO: tuple[How, ...] = ("auto", "env")
SILENT: tuple[How, ...] = ("auto", "env", "silence")
_LINES = 40  # of a way
_ENVIRONMENTS = 2000  # tried for an example


@dataclass(frozen=True, slots=True)
class Examples:
    """Finds ways in an explored release; None means that it cannot happen to anybody."""

    release: Release
    explored: Explored
    seconds: Seconds
    today: date

    def to(self, spot: Spot, then: Sequence[Edge] = (), env: Mapping[str, str] | None = None) -> Way:
        """The way to a spot, and on by these edges; after them the caller is silent. `env`: the hour and number."""
        start, way = self.explored.way(spot)
        edges = [*(edge for _, edge in way), *then]
        presses = tuple(press for edge in edges for press in edge.press)
        names = {**(env or {}), **dict(pair for edge in edges for pair in edge.assumes)}
        at = self.explored.time_for(tuple(names.items())) or datetime.combine(self.today, time())
        called, caller = start.called or names.get("called", ""), names.get("caller", "")
        hours = any(name.startswith("hours:") for name in names)
        said = list(lines(walk(self.release, presses, at, self.seconds, CallFacts("walk", caller, called))))
        said = said if len(said) <= _LINES else [*said[:_LINES - 2], f"…（共 {len(said)} 行）", said[-1]]
        return Way(presses, called, caller, at.isoformat(timespec="minutes") if hours else "", tuple(said))

    def to_step(self, step: str) -> Way | None:
        """The way to a step."""
        spot = next(iter(self._spots(step)), None)
        return None if spot is None else self.to(spot)

    def silent_end(self, spots: Iterable[Spot]) -> Way | None:
        """The way by one of these spots to a hang-up, without a key from there on."""
        ends = self._any(spots, SILENT, lambda spot: isinstance(self.release.steps[spot.step], HangUp))
        return ends and self.to(*ends)

    def circle(self, step: str, hows: tuple[How, ...]) -> Way | None:
        """The way to a step from which the caller comes round to it again by edges of these kinds."""
        for spot in self._spots(step):
            round_again = self._any([spot], hows, lambda at, first=spot: at == first, at_least=1)  # type: ignore[misc]
            if round_again:
                return self.to(*round_again)
        return None

    def far(self, spot: Spot, keys: int, limit: float) -> Way | None:
        """The way to a spot at an hour and from a number with which no person is near enough, whatever is pressed."""
        _, way = self.explored.way(spot)
        assumed = [pair for _, edge in way for pair in edge.assumes]
        for tried, env in enumerate(self.explored.environments()):
            if tried >= _ENVIRONMENTS:
                return self.to(spot)  # not shown to be near: refused, though the example may not be the hour
            if all(env.get(name, value) == value for name, value in assumed) and not within(
                    self.release, self.explored, spot, keys, limit, env, self.seconds):
                return self.to(spot, env=env)
        return None

    def spots_of(self, step: str) -> list[Spot]:
        """Every spot at a step."""
        return list(self._spots(step))

    def _spots(self, step: str) -> Iterable[Spot]:
        return (spot for spot in self.explored.edges if spot.step == step)

    def _any(
        self, spots: Iterable[Spot], hows: tuple[How, ...], found: Callable[[Spot], bool], at_least: int = 0,
    ) -> tuple[Spot, list[Edge]] | None:
        for spot in spots:
            edges = self._on(spot, hows, found, at_least)
            if edges is not None:
                return spot, edges
        return None

    def _on(self, spot: Spot, hows: tuple[How, ...], found: Callable[[Spot], bool], at_least: int) -> list[Edge] | None:
        """The shortest way on from a spot to one that is `found`, by edges of these kinds."""
        waiting: deque[tuple[Spot, tuple[Edge, ...]]] = deque([(spot, ())])
        seen: set[Spot] = set()
        while waiting:
            at, way = waiting.popleft()
            if len(way) >= at_least and found(at):
                return list(way)
            for edge in self.explored.edges[at]:
                if edge.how in hows and edge.to not in seen:
                    seen.add(edge.to)
                    waiting.append((edge.to, (*way, edge)))
        return None
