"""How long prompts sound, and which of them a caller heard."""

from __future__ import annotations

import pytest

from ivr.timing import begun

LONG = {"welcome": 2.0, "choices": 6.0, "english": 3.0}


@pytest.mark.parametrize(("after", "heard"), [(1.5, 1), (2.5, 2), (8.5, 3), (60.0, 3)])
def test_a_key_ends_what_is_said_and_what_would_have_come_was_not_heard(after: float, heard: int) -> None:
    assert begun(tuple(LONG), "zh", after, lambda name, lang: LONG[name]) == heard


def test_where_no_length_is_known_nothing_is_left_out() -> None:
    assert begun(tuple(LONG), "zh", 1.5, lambda name, lang: 0.0) == 3
