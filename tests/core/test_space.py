"""How much room is little: a level is easier kept than left, so that an alarm does not come and go with each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.space import Bounds, Level, level_of, room_at

BOUNDS = Bounds(low=1000, full=100)


@pytest.mark.parametrize(("free", "was", "is_now"), [
    (1000, Level.WELL, Level.WELL), (999, Level.WELL, Level.LOW), (99, Level.WELL, Level.FULL),
    (1050, Level.LOW, Level.LOW), (1100, Level.LOW, Level.WELL), (105, Level.FULL, Level.FULL),
    (110, Level.FULL, Level.LOW), (5000, Level.FULL, Level.WELL)])
def test_a_level_is_reached_at_its_bound_and_left_with_a_tenth_to_spare(free: int, was: Level, is_now: Level) -> None:
    assert level_of(free, BOUNDS, was) is is_now


def test_a_folder_that_is_not_there_yet_has_the_room_of_the_one_above(tmp_path: Path) -> None:
    assert room_at(tmp_path / "a" / "b").device == room_at(tmp_path).device
    assert room_at(tmp_path).free >= 0
