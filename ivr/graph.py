"""The ways through a flow: who leads where, by what, and what follows from it. Linear in steps and edges.

`how` of an edge: ``auto`` (the caller is not asked), ``silence`` (asked, nothing pressed), ``key`` (chosen), ``limit``
(too many wrong keys).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ivr.schema import (
    BranchDoc,
    CollectDoc,
    HangUpDoc,
    HoursDoc,
    InformationDoc,
    MenuDoc,
    RecordDoc,
    SayDoc,
    ServiceDoc,
    SetDoc,
    StepDoc,
)

How = Literal["auto", "silence", "key", "limit"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a step: to which step, how one gets on it, and the field (path below the step) that says so."""

    to: str
    how: How
    field: tuple[str, ...]


def _menu(step: MenuDoc, person: str) -> Iterator[Edge]:
    yield from (Edge(to, "key", ("choices", key)) for key, to in step.choices.items())
    yield Edge(step.on_time_out or person, "silence", ("on_time_out",))
    yield Edge(step.on_retries or person, "limit", ("on_retries",))


def _collect(step: CollectDoc, person: str) -> Iterator[Edge]:
    yield Edge(step.then, "key", ("then",))
    yield Edge(step.on_time_out or person, "silence", ("on_time_out",))
    yield Edge(step.on_retries or person, "limit", ("on_retries",))


def _spoken(step: RecordDoc | InformationDoc, person: str) -> Iterator[Edge]:
    yield Edge(step.then, "silence", ("then",))
    yield Edge(step.person or person, "key", ("person",))


def _hours(step: HoursDoc, person: str) -> Iterator[Edge]:
    yield Edge(step.open, "auto", ("open",))
    yield Edge(step.closed, "auto", ("closed",))


def _branch(step: BranchDoc, person: str) -> Iterator[Edge]:
    yield from (Edge(to, "auto", ("cases", value)) for value, to in step.cases.items())
    yield Edge(step.otherwise, "auto", ("otherwise",))


def _then(step: SayDoc | SetDoc, person: str) -> Iterator[Edge]:
    yield Edge(step.then, "auto", ("then",))


def _end(step: ServiceDoc | HangUpDoc, person: str) -> Iterator[Edge]:
    return iter(())


_EDGES: dict[type[StepDoc], Callable[[Any, str], Iterator[Edge]]] = {
    SayDoc: _then, SetDoc: _then, MenuDoc: _menu, CollectDoc: _collect, RecordDoc: _spoken,
    InformationDoc: _spoken, HoursDoc: _hours, BranchDoc: _branch, ServiceDoc: _end, HangUpDoc: _end,
}

Graph = Mapping[str, tuple[Edge, ...]]


def graph_of(steps: Mapping[str, StepDoc], person: str) -> Graph:
    """Return the edges of each step; an unset `on_time_out`, `on_retries` or `person` leads to `person`."""
    return {name: tuple(_EDGES[type(step)](step, person)) for name, step in steps.items()}


def reachable(graph: Graph, roots: Iterable[str], hows: frozenset[How] | None = None) -> set[str]:
    """Return every step that can be reached from `roots` (they included) over edges of these kinds."""
    found: set[str] = set()
    waiting = [root for root in roots if root in graph]
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting.extend(e.to for e in graph[step] if e.to in graph and (hows is None or e.how in hows))
    return found


def reversed_graph(graph: Graph) -> Graph:
    """Return the graph with every edge turned round."""
    turned: dict[str, list[Edge]] = {name: [] for name in graph}
    for name, edges in graph.items():
        for edge in edges:
            if edge.to in turned:
                turned[edge.to].append(Edge(name, edge.how, edge.field))
    return {name: tuple(edges) for name, edges in turned.items()}


def circles(graph: Graph, hows: frozenset[How]) -> list[list[str]]:
    """Return circles over edges of these kinds, one for each way back that a depth-first walk meets.

    A circle is its steps in walking order. No recursion: a flow may be a chain of thousands.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for root in graph:
        if root not in done:
            found.extend(_circles_from(root, graph, hows, done))
    return found


def _circles_from(root: str, graph: Graph, hows: frozenset[How], done: set[str]) -> Iterator[list[str]]:
    trail: list[str] = [root]
    place = {root: 0}
    ways = [iter(graph[root])]
    while ways:
        edge = next((e for e in ways[-1] if e.how in hows and e.to in graph and e.to not in done), None)
        if edge is None:
            ways.pop()
            done.add(left := trail.pop())
            del place[left]
        elif edge.to in place:
            yield trail[place[edge.to]:]
        else:
            place[edge.to] = len(trail)
            trail.append(edge.to)
            ways.append(iter(graph[edge.to]))
