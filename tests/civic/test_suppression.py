"""Hidden numbers of a published table cannot be computed: an attacker with all that is shown finds another table."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workorders.reports.suppression import Table, hidden_of, shown

K = 5
COUNTS = st.one_of(st.integers(0, 8), st.integers(0, 60))
TABLES = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda size: st.lists(st.lists(COUNTS, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]))


def _table(numbers: list[list[int]]) -> Table:
    return Table([f"r{i}" for i in range(len(numbers))], [f"c{i}" for i in range(len(numbers[0]))], numbers)


def _sums(rows: int, columns: int) -> list[list[tuple[tuple[int, int], int]]]:
    """Return what an attacker knows: each row and each column adds up to its total, the totals' too."""
    across = [[*(((row, column), 1) for column in range(columns)), ((row, columns), -1)] for row in range(rows + 1)]
    down = [[*(((row, column), 1) for row in range(rows)), ((rows, column), -1)] for column in range(columns + 1)]
    return across + down


def _another(cell: tuple[int, int], hidden: list[tuple[int, int]], whole: list[list[int]],
             sums: list[list[tuple[tuple[int, int], int]]]) -> bool:
    """Tell whether some table with the same shown numbers has another number in `cell`: by trying them all."""
    places = {one: place for place, one in enumerate(hidden)}
    open_sums = [[(places[one], sign) for one, sign in line if one in places] for line in sums]
    open_sums = [line for line in open_sums if line]

    def fits(change: tuple[int, ...]) -> bool:
        return all(sum(sign * change[place] for place, sign in line) == 0 for line in open_sums)

    choices = [[step for step in (-1, 0, 1) if whole[one[0]][one[1]] + step >= 1 and (one != cell or step)]
               for one in hidden]
    return any(fits(change) for change in itertools.product(*choices))


@given(TABLES)
def test_no_hidden_number_follows_from_the_totals(numbers: list[list[int]]) -> None:
    table = _table(numbers)
    hidden, sums = sorted(hidden_of(table, K)), _sums(len(numbers), len(numbers[0]))
    if not hidden:
        return
    matrix = np.array([[dict(line).get(cell, 0) for cell in hidden] for line in sums])
    rank = np.linalg.matrix_rank(matrix)
    for place in range(len(hidden)):
        alone = np.zeros(len(hidden))
        alone[place] = 1
        assert np.linalg.matrix_rank(np.vstack([matrix, alone])) > rank, f"{hidden[place]} is the only answer"


@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=3))
def test_nor_does_it_follow_when_one_knows_that_hidden_ones_are_at_least_one(numbers: list[list[int]]) -> None:
    table = _table(numbers)
    hidden, whole = sorted(hidden_of(table, K)), table.whole()
    sums = _sums(len(numbers), len(numbers[0]))
    assert all(_another(cell, hidden, whole, sums) for cell in hidden)


@given(TABLES)
def test_every_small_number_is_hidden_and_zeros_are_shown(numbers: list[list[int]]) -> None:
    table = _table(numbers)
    for line, told in zip(table.whole(), shown(table, K), strict=True):
        for value, seen in zip(line, told, strict=True):
            assert seen in (value, None)
            assert not (0 < value < K) or seen is None
            assert value or seen == 0


def test_a_lone_small_number_takes_others_with_it_but_not_the_whole_table() -> None:
    numbers = [[20, 3, 40], [30, 50, 60], [25, 35, 45]]
    hidden = hidden_of(_table(numbers), K)
    assert (0, 1) in hidden
    assert len(hidden) == 4  # one cycle: the cheapest
    assert (3, 3) not in hidden


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    assert hidden_of(_table([[20, 30], [40, 0]]), K) == frozenset()


def test_two_ones_whose_total_would_tell_them_are_not_left_alone() -> None:
    numbers = [[1, 1, 18], [30, 40, 50]]  # 20 − 18 = 2 = 1 + 1, were these two the only hidden ones of the row
    hidden = sorted(hidden_of(_table(numbers), K))
    whole = _table(numbers).whole()
    assert all(_another(cell, hidden, whole, _sums(2, 3)) for cell in hidden)
