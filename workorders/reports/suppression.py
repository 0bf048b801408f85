"""Small counts hidden in a table that is published, so that no hidden one can be computed from what is left.

A table of counts with the totals of its rows, its columns and all. A count from 1 to k − 1 is hidden, a total too;
then further ones are hidden until none of the hidden can be derived. The reader is taken to know everything but the
hidden numbers: all that is shown, that rows and columns add up, and that whatever is hidden is at least 1.

Such a table is a flow network: rows and columns are places, each number flows between its row and its column. A hidden
number is derivable exactly when no cycle of hidden numbers leads through it along which one may be added here and
taken away there (the theory of circulations); so the cheapest cycle is sought and its numbers are hidden too. Through
the three totals there always is one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

Cell = tuple[int, int]  # row, column; the totals' row and column are the last ones
Node = tuple[str, int]
Arc = tuple[Node, Node, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """Counts: `numbers[row][column]`, all ≥ 0, without totals."""

    rows: Sequence[str]
    columns: Sequence[str]
    numbers: Sequence[Sequence[int]]

    def whole(self) -> list[list[int]]:
        """Return the numbers with the totals as last row and last column."""
        lines = [[*line, sum(line)] for line in self.numbers]
        return [*lines, [sum(line[place] for line in lines) for place in range(len(self.columns) + 1)]]


def hidden_of(table: Table, k: int) -> frozenset[Cell]:
    """Return the cells that are not shown, totals included."""
    whole = table.whole()
    numbers = {(row, column): value for row, line in enumerate(whole) for column, value in enumerate(line)}
    hidden = {cell for cell, value in numbers.items() if 0 < value < k}
    waiting = sorted(hidden)
    while waiting:  # what is safe stays safe: hiding more only leaves more possible
        cell = waiting.pop(0)
        if derivable(cell, numbers, hidden):
            more = sorted(set(_cheapest(cell, numbers, hidden)) - hidden)
            hidden.update(more)
            waiting += more
    return frozenset(hidden)


def shown(table: Table, k: int) -> list[list[int | None]]:
    """Return the numbers with totals; None stands for a hidden one."""
    hidden = hidden_of(table, k)
    return [[None if (row, column) in hidden else value for column, value in enumerate(line)]
            for row, line in enumerate(table.whole())]


def derivable(cell: Cell, numbers: Mapping[Cell, int], hidden: set[Cell]) -> bool:
    """Tell whether a hidden number follows from the rest."""
    return not any(_path(arc, numbers, hidden, everything=False) is not None
                   for arc in _arcs(cell, numbers))


def _arcs(cell: Cell, numbers: Mapping[Cell, int]) -> Iterator[Arc]:
    """Yield the ways a number may move: one more; one less if it stays at least 1.

    Turned so that each number flows from one end to the other: a cell from row to column, a total of a row into its
    row, a total of a column out of its column, the total of all from the one total to the other.
    """
    last_row, last_column = max(numbers)
    row, column = ("row", cell[0]), ("column", cell[1])
    back = (cell[0] == last_row) != (cell[1] == last_column)
    one, other = (column, row) if back else (row, column)
    yield one, other, cell
    if numbers[cell] >= 2:
        yield other, one, cell


def _path(first: Arc, numbers: Mapping[Cell, int], hidden: set[Cell], *,
          everything: bool) -> tuple[int, list[Cell]] | None:
    """Return the cheapest way from the end of `first` back to its start, and the cells on it that must be hidden.

    `everything`: shown numbers may be used, at the price of what they tell; zeros never.
    """
    start, goal, own = first[1], first[0], first[2]
    neighbours = _network(own, numbers, hidden, everything=everything)
    order = count()
    queue: list[tuple[int, int, Node, list[Cell]]] = [(0, next(order), start, [])]
    done: set[Node] = set()
    while queue:
        price, _, node, way = heapq.heappop(queue)
        if node == goal:
            return price, [cell for cell in way if cell not in hidden]
        if node in done:
            continue
        done.add(node)
        for _, further, cell in neighbours.get(node, ()):
            if further not in done:
                cost = 0 if cell in hidden else numbers[cell]
                heapq.heappush(queue, (price + cost, next(order), further, [*way, cell]))
    return None


def _network(own: Cell, numbers: Mapping[Cell, int], hidden: set[Cell], *, everything: bool) -> dict[Node, list[Arc]]:
    found: dict[Node, list[Arc]] = {}
    for cell in numbers if everything else hidden:
        if cell != own and numbers[cell] > 0:
            for arc in _arcs(cell, numbers):
                found.setdefault(arc[0], []).append(arc)
    return found


def _cheapest(cell: Cell, numbers: Mapping[Cell, int], hidden: set[Cell]) -> list[Cell]:
    ways = [way for arc in _arcs(cell, numbers)
            if (way := _path(arc, numbers, hidden, everything=True)) is not None]
    return min(ways, key=lambda way: (way[0], len(way[1])))[1]
