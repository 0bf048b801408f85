"""The table of steps by itself: whole, without dead ends, each row takeable, each odd edge with its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.life.lives import TAKEN
from tests.life.stories import STORIES
from workorders.life.checks import CHECKS, OF_THE_WISH
from workorders.life.fold import EFFECTS
from workorders.life.needs import Need
from workorders.life.policy import SEED_DESK, Policy
from workorders.life.shapes import SHAPES
from workorders.life.states import BY_ACT, OWNERS, STEPS, Go, Of, acts_from
from workorders.life.words import (
    CHINESE_DESK,
    CHINESE_DO,
    CHINESE_ROLE,
    CHINESE_STATE,
    UNIT_PHASE,
    UNIT_ROLES,
    Do,
    Role,
    State,
)

HELD = {State.DISPATCHED, State.SIGNED, State.HANDLING}
# the plain way of an appeal; whatever leaves it is odd and says why
PLAIN = (State.ACCEPTED, State.AWAITING, State.ENDORSED, State.DISPATCHED, State.SIGNED, State.HANDLING, State.REPLIED,
         State.REVIEWED, State.FOLLOW_UP, State.CLOSED, State.ARCHIVED)
# odd by where they lead, but said by their own name
SAY_THEMSELVES = {Do.ANSWER, Do.REFUSE, Do.OBJECT, Do.CONFIRM_REFUSAL, Do.SEND_BACK, Do.RETURN, Do.UPHOLD_RETURN,
                  Do.REDISPATCH, Do.RELEASE_JOINT, Do.SHELVE, Do.TERMINATE, Do.MAIN_ANSWERED, Do.ARCHIVE, Do.REOPEN,
                  Do.CLOSE}


def targets(state: State) -> set[State]:
    """Return where an order, or the part of it that carries it, can go from a state in one step."""
    found = set()
    for step in acts_from(state):
        if step.of is not Of.JOINT and isinstance(step.to, State):
            found.add(step.to)
        if step.to is Go.BACK:
            found |= HELD
    return found - {State.RELEASED}


def closure(start: State, ways: Callable[[State], set[State]]) -> set[State]:
    """Return every state reached from `start`."""
    seen, ahead = {start}, [start]
    while ahead:
        for state in ways(ahead.pop()) - seen:
            seen.add(state)
            ahead.append(state)
    return seen


def test_every_state_is_reached_from_acceptance() -> None:
    assert closure(State.ACCEPTED, targets) == set(State) - {State.RELEASED}  # that one is of parts only
    assert any(step.to is State.RELEASED for step in STEPS)


@pytest.mark.parametrize("state", [s for s in State if s is not State.RELEASED])
def test_no_state_is_a_dead_end_before_the_archive(state: State) -> None:
    assert State.ARCHIVED in closure(state, targets)


def test_every_state_has_an_owner_and_every_desk_a_clock_and_a_name() -> None:
    assert set(OWNERS) | HELD | {State.RELEASED} == set(State)
    assert set(OWNERS) & HELD == set()
    assert set(OWNERS) - {State.ARCHIVED} == set(SEED_DESK)
    assert set(OWNERS.values()) == set(CHINESE_DESK)


def test_a_policy_that_forgets_a_desk_does_not_leave_it_without_a_clock() -> None:
    assert set(Policy(desk={}).desk) == set(SEED_DESK)


def test_every_act_has_a_row_a_word_and_nothing_left_over() -> None:
    assert set(BY_ACT) == set(Do) == set(CHINESE_DO)
    assert set(CHINESE_STATE) == set(State)
    assert set(CHINESE_ROLE) == set(Role)
    assert set(SHAPES) <= set(Do)
    assert set(EFFECTS) <= set(Do)


def test_every_need_is_checked_and_used() -> None:
    assert set(CHECKS) == set(Need)
    assert {need for step in STEPS for need in step.needs} == set(Need)
    assert set(Need) >= OF_THE_WISH


def test_every_odd_edge_has_its_reason() -> None:
    odd = [step for step in STEPS if isinstance(step.to, State) and step.do not in SAY_THEMSELVES and any(
        (frm in PLAIN and (step.to not in PLAIN or PLAIN.index(step.to) <= PLAIN.index(frm)))
        or (frm not in PLAIN and frm is not None) for frm in step.frm)]
    assert [(step.do, step.to) for step in odd if not step.why
            and step.do not in (Do.UPHOLD_PLEA, Do.REFUSE_RETURN)] == []


def test_no_row_hides_behind_another() -> None:
    """A row with the same start, office and part, and needs that are all asked before too, could never be chosen."""
    for place, step in enumerate(STEPS):
        for before in STEPS[:place]:
            same = before.do is step.do and before.of is step.of and before.frm >= step.frm and before.who >= step.who
            assert not (same and set(before.needs) <= set(step.needs)), f"{step.do} is never reached"


def test_every_row_of_the_table_can_be_taken() -> None:
    TAKEN.clear()
    for story in STORIES:
        story()
    assert [f"{step.do} → {step.to} by {sorted(step.who)}" for step in STEPS if step not in TAKEN] == []


# -- who ----------------------------------------------------------------------------------------------------------
OF_UNITS = {Do.SIGN_FOR, Do.CONTACT, Do.START, Do.HAND_DOWN, Do.INNER_REPLY, Do.PROGRESS, Do.REPLY, Do.RETURN, Do.PLEAD,
            Do.ASK_ARBITRATION, Do.OFFER_LEAD, Do.ACCEPT_LEAD, Do.DECLINE_LEAD, Do.ASK_EXTENSION, Do.ASK_PAUSE,
            Do.RESUME, Do.ASK_ENDING, Do.ANSWER_FINDING, Do.ASK_STRIKE, Do.NOTE}


def offices(do: Do) -> set[Role]:
    return {role for step in BY_ACT[do] for role in step.who}


def test_units_do_what_is_theirs_and_nothing_else() -> None:
    assert {do for do in Do if offices(do) & UNIT_ROLES} == OF_UNITS


def test_what_commits_a_unit_only_its_lead_does() -> None:
    for do in (Do.REPLY, Do.RETURN, Do.PLEAD, Do.OFFER_LEAD, Do.ACCEPT_LEAD, Do.ASK_EXTENSION, Do.ASK_PAUSE):
        assert offices(do) & UNIT_ROLES == {Role.UNIT_LEAD}


@pytest.mark.parametrize("do", [Do.PASS, Do.BEGIN_FOLLOW_UP, Do.TRY_CITIZEN, Do.CITIZEN_SAYS, Do.CLOSE, Do.WITHDRAW,
                                Do.RATE, Do.REOPEN, Do.MERGE])
def test_the_unit_that_handled_it_neither_reviews_nor_asks_nor_ends_it(do: Do) -> None:
    assert not offices(do) & UNIT_ROLES


def test_only_leaders_sign_arbitrate_and_end_without_a_solution() -> None:
    assert offices(Do.ENDORSE) == {Role.DUTY_LEADER, Role.DEPUTY}
    for do in (Do.ARBITRATE_KEEP, Do.ARBITRATE_MOVE, Do.SHELVE, Do.TERMINATE, Do.REVISIT):
        assert offices(do) == {Role.DUTY_LEADER}


def test_findings_are_decided_by_those_who_supervise_and_by_no_machine() -> None:
    assert offices(Do.DECIDE_FINDING) == {Role.SUPERVISION, Role.DISCIPLINE}
    assert not offices(Do.DECIDE_STRIKE) & (UNIT_ROLES | {Role.SYSTEM, Role.BACK_OFFICE})


def test_what_asks_for_a_person_s_judgement_asks_for_reasons() -> None:
    judged = (Do.REFUSE, Do.CONFIRM_REFUSAL, Do.OVERTURN_REFUSAL, Do.UPHOLD_RETURN, Do.REFUSE_RETURN, Do.UPHOLD_PLEA,
              Do.REFUSE_PLEA, Do.ARBITRATE_KEEP, Do.ARBITRATE_MOVE, Do.APPROVE_EXTENSION, Do.APPROVE_PAUSE, Do.SHELVE,
              Do.TERMINATE, Do.DECIDE_FINDING, Do.DECIDE_STRIKE, Do.UNMASK, Do.WITHDRAW, Do.REWORK)
    for do in judged:
        assert all(Need.REASON in step.needs for step in BY_ACT[do]), do


def test_while_a_unit_has_it_the_lead_carries_the_order() -> None:
    for step in STEPS:
        if step.of is Of.LEAD and isinstance(step.to, State):
            assert step.to in UNIT_PHASE | {State.REDISPATCHING}
