"""Somebody with several roles acts in the office that the step asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from api.people.acts import actor_for, first_allowed, offices_for
from api.people.caller import Caller
from api.people.rights import INSTALLATION, OF_ROLE, conflict
from workorders.life.acts import Act, Actor, Wish
from workorders.life.errors import NeedsMore, NotYours
from workorders.life.fold import apply
from workorders.life.history import SHA256, seal
from workorders.life.order import FollowUp, Order
from workorders.life.perform import perform
from workorders.life.policy import Rules
from workorders.life.states import BY_ACT, STEPS
from workorders.life.words import Do, Role, State

NOON = 1_795_400_000.0
RULES = Rules()


def person(*roles: Role, unit: str = "", who: str = "p-1") -> Caller:
    """A person who is signed on."""
    return Caller("person", who, who, frozenset({"orders.act"}), frozenset(roles), unit=unit)


def accepted() -> Order:
    """An order just accepted."""
    wish = Wish(Do.ACCEPT, Actor("p-0", Role.AGENT), NOON, data={"number": "2026-1123-0001"})
    return apply(None, seal(perform(None, wish, RULES), SHA256))


def tried(caller: Caller, do: Do, order: Order, **words: str) -> Act:
    """Return the act that the caller's wish becomes, in whichever office the table allows."""
    def attempt(office: Actor) -> Act:
        return perform(order, Wish(do, office, NOON + 60, **words), RULES)

    return first_allowed(offices_for(caller, do, order), attempt)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.do}-{step.to}")
def test_whoever_holds_the_offices_of_a_step_and_others_acts_in_one_of_them(step: object) -> None:
    frm, do, who = step.frm, step.do, step.who  # type: ignore[attr-defined]
    others = [role for role in OF_ROLE if not any(role in row.who for row in BY_ACT[do])]
    for state in frm:
        order = None if state is None else replace(accepted(), state=state)
        for role in who & OF_ROLE.keys():
            assert actor_for(person(role, *others), do, order).role is role


def test_the_leader_on_duty_signs_as_the_leader_though_a_deputy_too() -> None:
    order = replace(accepted(), state=State.AWAITING)
    assert tried(person(Role.DEPUTY, Role.DUTY_LEADER), Do.ENDORSE, order).role is Role.DUTY_LEADER
    assert actor_for(person(Role.DEPUTY), Do.ENDORSE, order).role is Role.DEPUTY


@pytest.mark.parametrize("roles", [(Role.BACK_OFFICE, Role.TEAM_LEADER), (Role.TEAM_LEADER, Role.BACK_OFFICE),
                                   (Role.BACK_OFFICE, Role.DUTY_LEADER)])
def test_a_reopened_order_is_closed_in_the_office_that_may(roles: Sequence[Role]) -> None:
    said = FollowUp(round=1, calls=1, reached=True, said_at=NOON, solved=True, satisfaction=5, by="p-9")
    order = replace(accepted(), state=State.FOLLOW_UP, reopened=1, follow_ups=(said,))
    assert tried(person(*roles), Do.CLOSE, order).role in (Role.TEAM_LEADER, Role.DUTY_LEADER)
    with pytest.raises(NeedsMore):
        tried(person(Role.BACK_OFFICE), Do.CLOSE, order)


def test_an_office_that_the_step_does_not_ask_for_is_refused_by_the_table_itself() -> None:
    with pytest.raises(NotYours):
        tried(person(Role.QUALITY), Do.ENDORSE, replace(accepted(), state=State.AWAITING))
    with pytest.raises(NotYours):
        actor_for(person(), Do.NOTE, accepted())


def test_the_unit_stands_on_every_act_of_its_people_whatever_their_office() -> None:
    handler = actor_for(person(Role.UNIT_HANDLER, Role.UNIT_LEAD, unit="housing"), Do.REPLY, accepted())
    assert (handler.role, handler.unit) == (Role.UNIT_LEAD, "housing")
    assert actor_for(person(Role.DUTY_LEADER, unit="housing"), Do.ENDORSE, accepted()).unit == "housing"


def test_programs_act_as_programs_whatever_roles_are_written_on_them() -> None:
    key = Caller("client", "c-1", "province", frozenset(), frozenset({Role.API_CLIENT}), unit="province")
    assert actor_for(key, Do.ACCEPT, None) == Actor("c-1", Role.API_CLIENT, "province")
    own = Caller("installation", "installation", "installation", INSTALLATION)
    assert actor_for(own, Do.ACCEPT, None).role is Role.SYSTEM


def test_every_step_of_a_person_is_open_to_a_role_that_may_act_on_orders() -> None:
    roles = {role for step in STEPS for role in step.who} & OF_ROLE.keys()
    shut = {role for role in roles if "orders.act" not in OF_ROLE[role]}
    assert shut == {Role.ADMIN, Role.AUDITOR}  # new clocks come of an edited calendar; an auditor reads the audit
    assert all(not conflict(frozenset({role}), "housing", "a1") for role in roles)
