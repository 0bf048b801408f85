"""Each need bites on each row that has it: one thing is taken away from an act that goes, and it goes no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.life import lives
from tests.life.lives import Life
from tests.life.spoilers import NOT_SPOILT, SPOILERS
from tests.life.stories import STORIES
from workorders.life.acts import Actor, Wish
from workorders.life.checks import CHECKS, Check
from workorders.life.errors import LifeError
from workorders.life.needs import Need
from workorders.life.order import Order
from workorders.life.perform import perform, step_for
from workorders.life.policy import Rules
from workorders.life.states import STEPS, Step
from workorders.life.words import Do

Taken = tuple[Order, Wish, Rules, Step]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Taken]:
    """Every act of every story with its row and the order before it."""
    found: list[Taken] = []
    plain: Callable[..., Life] = Life.do

    def watched(self: Life, do: Do, by: Actor, **how: object) -> Life:
        before = self.known
        after = plain(self, do, by, **how)
        if before is not None:
            act = after.acts[-1]
            wish = Wish(do, by, act.at, act.why, act.text, dict(act.data), str(how.get("about", "")))
            found.append((before, wish, self.rules, step_for(before, wish, self.rules)))
        return after

    monkeypatch.setattr(lives.Life, "do", watched)
    for story in STORIES:
        story()
    return found


def bites(need: Need, case: Taken) -> bool | None:
    """Tell whether the act is refused for lack of this need alone; None where it cannot be taken away here."""
    order, wish, rules, step = case
    try:
        spoilt, asked = SPOILERS[need](order, wish, step)
    except (LookupError, StopIteration):
        return None
    try:
        perform(spoilt, asked, rules)
    except LifeError as error:
        check = CHECKS[need]
        return str(error) == check.message if isinstance(check, Check) else True
    return False


def test_every_need_has_a_way_to_be_taken_away() -> None:
    assert set(SPOILERS) | NOT_SPOILT == set(Need)


def test_each_need_bites_on_each_row_that_has_it(taken: list[Taken]) -> None:
    rows = {(step, need) for step in STEPS for need in step.needs if need not in NOT_SPOILT}
    bitten = {(case[3], need) for case in taken for need in case[3].needs
              if need not in NOT_SPOILT and bites(need, case)}
    assert sorted(f"{step.do.value} → {step.to} lacks {need.value}" for step, need in rows - bitten) == []
