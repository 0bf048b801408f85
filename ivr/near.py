"""How near a person is, from every spot: the shortest wait with so many keys, whatever the hour and the number.

What the caller may choose is the least of the ways, what they may not (``env``) the most of them. Keys are spent from
layer to layer; inside a layer (``auto``, ``env``, ``silence``) a sound flow has no circle, so one pass is enough.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from ivr.explore import Edge, Explored, Spot
from ivr.release import Collect, Information, Menu, Record, Release, Say, Service
from ivr.timing import Seconds

_FREE = ("auto", "env", "silence")


@dataclass(frozen=True, slots=True)
class Near:
    """`waits[k][spot]`: seconds to a person with at most `k` keys; infinite where there is no way."""

    waits: tuple[Mapping[Spot, float], ...]
    explored: Explored

    def silent_way(self, spot: Spot) -> list[Edge]:
        """Return the edges of whoever presses nothing from `spot`, by the longest wait of what they may not choose."""
        way: list[Edge] = []
        while free := [edge for edge in self.explored.edges[spot] if edge.how in _FREE]:
            edge = max(free, key=lambda one: one.wait + self.waits[0][one.to])
            way.append(edge)
            spot = edge.to
        return way


def near(release: Release, explored: Explored, seconds: Seconds, keys: int) -> Near:
    """Reckon the waits for 0 to `keys` keys. Raises Circle if somebody can go round without a key."""
    order = _inside_out(explored)
    layers: list[dict[Spot, float]] = []
    for _ in range(keys + 1):
        layer: dict[Spot, float] = {}
        for spot in order:
            layer[spot] = _wait(release, explored.edges[spot], spot, [*layers, layer], seconds)
        layers.append(layer)
    return Near(tuple(layers), explored)


def _wait(
    release: Release, edges: Iterable[Edge], spot: Spot, layers: list[dict[Spot, float]], seconds: Seconds,
) -> float:
    step = release.steps[spot.step]
    if isinstance(step, Service):
        return 0.0 if len(layers) > 1 else sum(seconds(p, spot.lang) for p in (*spot.owed, *step.prompts))
    forced = [layers[-1][edge.to] for edge in edges if edge.how == "env"]
    if forced:
        return max(forced)
    return min((edge.wait + layers[len(layers) - 1 - edge.keys][edge.to] for edge in edges
                if edge.keys < len(layers)), default=math.inf)


class Circle(Exception):
    """Whoever presses nothing comes round to `spot` again, without end."""

    def __init__(self, spot: Spot) -> None:
        super().__init__(spot.step)
        self.spot = spot


def _inside_out(explored: Explored) -> list[Spot]:
    """Every spot after those that it leads to without a key. No recursion: a flow may be a chain of thousands."""
    done: dict[Spot, None] = {}
    entered: set[Spot] = set()
    for root in explored.edges:
        trail = [root]
        while trail:
            spot = trail[-1]
            ahead: list[Spot] = []
            if spot not in entered:
                entered.add(spot)
                ahead = [edge.to for edge in explored.edges[spot] if edge.how in _FREE and edge.to not in done]
                if again := next((to for to in ahead if to in entered), None):  # entered, not done: on the trail
                    raise Circle(again)
            if ahead:
                trail.extend(ahead)
            else:
                done.setdefault(trail.pop())
    return list(done)


def within(
    release: Release, explored: Explored, spot: Spot, keys: int, limit: float, env: Mapping[str, str],
    seconds: Seconds,
) -> bool:
    """Tell whether a person is within `keys` keys and `limit` seconds for one hour and one number (`env`)."""
    best: dict[tuple[Spot, int], float] = {(spot, keys): 0.0}
    waiting: list[tuple[float, int, Spot, int]] = [(0.0, 0, spot, keys)]
    order = count(1)
    while waiting:
        spent, _, at, left = heapq.heappop(waiting)
        step = release.steps[at.step]
        if isinstance(step, Service):
            last = 0.0 if left else sum(seconds(p, at.lang) for p in (*at.owed, *step.prompts))
            if spent + last <= limit:
                return True
        for edge in explored.edges[at]:
            cost, rest = spent + edge.wait, left - edge.keys
            fits = all(env.get(name, value) == value for name, value in edge.assumes)
            if rest >= 0 and fits and cost <= limit and cost < best.get((edge.to, rest), math.inf):
                best[edge.to, rest] = cost
                heapq.heappush(waiting, (cost, next(order), edge.to, rest))
    return False


def is_point(release: Release, spot: Spot, edges: Iterable[Edge]) -> bool:
    """Tell whether a caller spends time at this spot: is asked something, or must listen."""
    step = release.steps[spot.step]
    if isinstance(step, Say):
        return any(edge.wait > 0 for edge in edges)
    return isinstance(step, (Menu, Collect, Record, Information))
