"""Days as the index of words has them: a stretch holds all its days, and one follows the other without a gap."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.keeping.numbers import rank_of
from workorders.keeping.stretches import DAY, MONTH, YEAR, cover, day_of, stretches

DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))


def rank(day: date, count: int = 1) -> int:
    return rank_of(f"{day:%Y-%m%d}-{count:04d}")


def held(tokens: tuple[int, ...], order: int) -> bool:
    """Tell whether the index finds an order by these tokens, as the database reckons."""
    return bool({order // DAY, order // MONTH, order // YEAR} & set(tokens))


@given(DAYS, DAYS)
def test_a_cover_holds_its_days_and_no_other_with_few_tokens(one: date, other: date) -> None:
    begin, end = min(one, other), max(one, other)
    tokens = tuple(cover(begin, end))
    for days in range(-40, (end - begin).days + 41):
        day = begin + timedelta(days=days)
        assert held(tokens, rank(day)) == (begin <= day <= end), day
    assert len(tokens) <= 30 + 11 + 6 + 11 + 30


def test_whole_months_and_years_are_one_token_each() -> None:
    assert list(cover(date(2024, 2, 29), date(2024, 2, 29))) == [20240229]
    assert list(cover(date(2025, 12, 30), date(2027, 2, 1))) == [20251230, 20251231, 2026, 202701, 20270201]


@given(DAYS, DAYS, st.floats(1, 1e7), st.floats(0, 1), st.booleans())
def test_stretches_follow_one_another_from_the_newest_back_without_a_gap(
        one: date, other: date, orders: float, share: float, behind: bool) -> None:
    first, last = min(one, other), max(one, other)
    before = rank(last, 7) if behind else None
    found = stretches(rank(last, 9), rank(first), orders, share, before)
    assert 1 <= len(found) <= 4
    assert [part.begin for part in found] == sorted({part.begin for part in found}, reverse=True)
    for days in range((last - first).days + 1):
        order = rank(last - timedelta(days=days), 3)
        assert [held(part.tokens, order) for part in found].count(True) == (order >= found[-1].begin)
    assert held(found[0].tokens, rank(last))


def test_an_order_of_a_later_day_than_the_newest_known_is_in_the_first_stretch() -> None:
    found = stretches(rank(date(2026, 11, 25)), rank(date(2026, 1, 1)), 1_000_000, 0.02, None)
    assert held(found[0].tokens, rank(date(2026, 11, 26)))
    assert held(found[0].tokens, rank(date(2027, 3, 1)))
    assert [day_of(part.begin).isoformat() for part in found[:2]] == ["2026-11-19", "2026-09-24"]


@pytest.mark.parametrize(("newest", "oldest"), [(0, 0), (79, 3), (2026_1332_00000001, 2026_0101_00000001)])
def test_ranks_that_are_no_days_have_no_stretches(newest: int, oldest: int) -> None:
    assert stretches(newest, oldest, 1e6, 0.05, None) == ()
