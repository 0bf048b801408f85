"""After any sequence of acts by anybody at any time: an owner, a clock, a history; and what must never move has not."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.life.lives import DEFAULT
from tests.life.stories import PHOTOGRAPHED
from tests.life.walker import TEXTS, UNITS, Walker
from workorders.life.acts import Act, Wish
from workorders.life.assessment import cases
from workorders.life.clocks import clocks_of, running
from workorders.life.confidential import Field, Reader, sees
from workorders.life.errors import LifeError
from workorders.life.findings import to_raise
from workorders.life.history import act_fields, act_from, advance, erase, replay, verify
from workorders.life.ladder import due_rungs
from workorders.life.offers import open_acts
from workorders.life.order import Order
from workorders.life.policy import Rules
from workorders.life.states import BY_ACT, STEPS, Step, owner
from workorders.life.timeline import timeline
from workorders.life.words import UNIT_PHASE, Do, Kind, Role, State

MOVES_THE_PROMISE = {Do.ACCEPT, Do.REOPEN, Do.APPROVE_EXTENSION, Do.APPROVE_PAUSE, Do.RESUME, Do.CLASSIFY,
                     Do.RECKON_ANEW, Do.PROTECT}
ONLY_EARLIER = {Do.RESUME, Do.CLASSIFY, Do.PROTECT}
HAVE_PARTS = UNIT_PHASE | {State.REDISPATCHING, State.AWAITING, State.ENDORSED, State.ACCEPTED}


def sound(order: Order, act: Act, before: Order | None, now: float) -> None:
    """Check what holds after every act."""
    assert owner(order)
    assert order.state is State.ARCHIVED or running(order), f"no clock in {order.state}"
    assert order.length == act.seq
    assert order.head == act.digest
    assert all(clock.due >= 0 for clock in clocks_of(order))
    _parts(order)
    _secrecy(order)
    if before is not None:
        _promise(order, act, before)
        _findings(order, act, before)
        assert before.matter.confidentiality <= order.matter.confidentiality
        assert before.matter.barred <= order.matter.barred
        assert before.ratings == order.ratings[:len(before.ratings)]
        assert before.rungs <= order.rungs
        assert settled(before) <= settled(order)


def settled(order: Order) -> Counter[tuple[str, float]]:
    """Return the time that is charged for good: all but a refused return that a leader may yet uphold."""
    return Counter((one.whom, one.since) for one in order.charges if one.until is not None
                   and one.why != "refused_return")


def _parts(order: Order) -> None:
    leads = [part for part in order.current() if part.part == "lead"]
    assert len(leads) <= 1
    units = [part.unit for part in order.current()]
    assert len(units) == len(set(units))
    assert not units or order.state in HAVE_PARTS
    if order.state in UNIT_PHASE - {State.ARBITRATION}:
        assert [lead.state for lead in leads] == [order.state]
    if order.state not in UNIT_PHASE:
        assert leads == []


def _promise(order: Order, act: Act, before: Order) -> None:
    """The citizen's promise moves by an approval, a reopening or an earlier class, and by nothing else."""
    new, old = order.round, before.round
    if act.do is Do.REOPEN:
        assert order.rounds[:-1] == (*before.rounds[:-1], replace(old, closed_at=order.rounds[-2].closed_at))
        return
    assert len(order.rounds) == len(before.rounds)
    assert order.rounds[:-1] == before.rounds[:-1]
    assert (new.opened_at, new.opened_at) == (old.opened_at, old.opened_at)
    if (new.due, new.close_due) != (old.due, old.close_due):
        assert act.do in MOVES_THE_PROMISE, f"{act.do} moved the citizen's promise"
        assert act.do not in ONLY_EARLIER or new.due <= old.due, f"{act.do} put the citizen off"


def _findings(order: Order, act: Act, before: Order) -> None:
    for was in before.findings:
        now = order.finding(was.key)
        assert now is not None
        assert (now.kind, now.unit, now.by, now.raised_at) == (was.kind, was.unit, was.by, was.raised_at)
        if was.decided_at is not None:
            assert (now.established, now.decided_by) == (was.established, was.decided_by)
        elif now.decided_at is not None:
            assert act.role in (Role.SUPERVISION, Role.DISCIPLINE)
            assert act.why
            assert now.decided_by != now.by


def _secrecy(order: Order) -> None:
    barred = order.matter.barred
    assert not {part.unit for part in order.current()} & barred
    assert not {one.unit for part in order.current() for one in part.inner} & barred
    for unit in barred:
        assert sees(Reader("x", Role.UNIT_LEAD, frozenset({unit}), unit), order) == frozenset()
        offer = order.pending("lead")
        assert offer is None or offer.detail != unit


def _photographed(before: Order, act: Act, rules: Rules) -> None:
    """Check that no complaint is said to be solved without the picture that policy asks for."""
    if rules is not PHOTOGRAPHED or act.do is not Do.REPLY or not act.data["solved"]:
        return
    part = before.part_of(act.about)
    assert part is not None
    units = {part.unit, *(inner.unit for inner in part.inner)}
    pictures = [file for file in before.files if file.unit in units and file.media_type.startswith("image/")]
    assert before.matter.kind is not Kind.COMPLAINT or any(not file.used for file in pictures)


def walk(seed: int, length: int, taken: Counter[Step] | None = None) -> tuple[Order, list[Act], Walker]:
    """Walk one order about and check it after every act and every refusal."""
    walker = Walker(seed, DEFAULT if seed % 3 else PHOTOGRAPHED, taken)
    order, acts = walker.attempt(None, walker.begin()), list[Act]()
    assert order is not None
    acts.append(walker.act)
    for _ in range(length):
        wish = walker.next(order)
        before = replace(order)
        after = walker.attempt(order, wish)
        assert after is not None
        assert order == before  # a wish, granted or refused, changes no order that is there
        if after is not order:
            acts.append(walker.act)
            assert walker.act.by == wish.by.id
            sound(after, walker.act, order, walker.now)
            _photographed(order, walker.act, walker.rules)
            order = after
        else:
            walker.now = max(order.last_at, walker.now)
    return order, acts, walker


def proven(order: Order, acts: list[Act], now: float) -> None:
    """Check a whole life: replayed, written, read, erased, it is the same; its figures too."""
    assert verify(acts).whole
    again = replay(acts)
    assert again == order
    read = [act_from(json.loads(json.dumps(act_fields(act)))) for act in acts]
    assert replay(read) == order
    assert list(cases(again, now)) == list(cases(order, now))
    erased = [erase(act) for act in acts]
    assert verify(erased).whole
    assert replay(erased) == order
    assert [found.key for found in to_raise(again, now)] == [found.key for found in to_raise(order, now)]
    assert due_rungs(again, DEFAULT, now) == due_rungs(order, DEFAULT, now)
    assert len(timeline(acts)) == len(acts)


def test_random_lives_never_lose_owner_clock_or_history() -> None:
    seen: set[State] = set()
    taken: Counter[Step] = Counter()
    codes: Counter[str] = Counter()
    for seed in range(40):
        order, acts, walker = walk(seed, 80, taken)
        proven(order, acts, walker.now + 1)
        seen |= {act.to for act in acts}
        codes.update(walker.refusals)
    # the walks are worth something: they went nearly everywhere, and were refused in every way there is
    assert len(seen) >= len(State) - 2, sorted(set(State) - seen)
    assert len(taken) >= len(STEPS) - 25, sorted({step.do for step in STEPS if step not in taken})
    assert set(codes) >= {"wrong_step", "not_yours", "needs_more", "bad_content", "not_found"}


@pytest.mark.slow
def test_many_more_random_lives() -> None:
    for seed in range(1_000, 1_300):
        order, acts, walker = walk(seed, 200)
        proven(order, acts, walker.now + 1)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(min_value=10_000, max_value=10_000_000), st.integers(min_value=0, max_value=60))
def test_any_seed_and_any_length_holds(seed: int, length: int) -> None:
    order, acts, walker = walk(seed, length)
    proven(order, acts, walker.now)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(min_value=10_000, max_value=10_000_000), st.data())
def test_any_changed_field_of_any_act_is_found_at_its_place(seed: int, data: st.DataObject) -> None:
    _, acts, _ = walk(seed, 25)
    place = data.draw(st.integers(min_value=1, max_value=len(acts)))
    act = acts[place - 1]
    changes = {"at": act.at + 1, "by": act.by + "x", "role": Role.ADMIN if act.role is not Role.ADMIN else Role.AGENT,
               "unit": act.unit + "x", "about": act.about + "x", "why": act.why + "x", "text": act.text + "x",
               "to": State.ARCHIVED if act.to is not State.ARCHIVED else State.CLOSED, "part": not act.part,
               "seq": act.seq + 1, "previous": act.previous + "0", "digest": act.digest[:-1] + "g",
               "dues": {**act.dues, "answer": 1.0}, "data": {**act.data, "x": 1}, "on_behalf": "somebody",
               "unsure": (1999,), "terms": {**act.terms, "x": {}}, "erased": {"why": "sha256:0"}}
    field = data.draw(st.sampled_from(sorted(changes)))
    forged = [*acts[:place - 1], replace(act, **{field: changes[field]}), *acts[place:]]
    assert verify(forged).broken_at == place


def test_what_is_not_offered_or_grey_is_refused_whatever_is_filled_in() -> None:
    tried = 0
    for seed in range(200, 206):
        order, _, walker = walk(seed, 40)
        for role in Role:
            actor = walker.actor(role)
            found = open_acts(order, actor, DEFAULT, walker.now)
            assert all(bool(offer.blocked) == bool(offer.fix) for offer in found)
            assert all(any(role in step.who for step in BY_ACT[offer.do]) for offer in found)
            can = {offer.do for offer in found if offer.open}
            for do in set(Do) - can:
                for about in ("", *UNITS):
                    data = walker.data(order, do, actor)
                    wish = Wish(do, actor, walker.now, "依据规定", TEXTS[0], data, about)
                    with pytest.raises(LifeError):
                        advance(order, wish, DEFAULT)
                    tried += 1
    assert tried > 1_000


def test_what_a_unit_may_see_never_holds_the_caller_of_a_report() -> None:
    for seed in range(300, 315):
        order, _, _ = walk(seed, 30)
        for unit in UNITS:
            seen = sees(Reader("u", Role.UNIT_LEAD, frozenset({unit}), unit), order)
            assert not order.matter.is_report or not seen & {Field.NAME, Field.NUMBER, Field.RECORDING, Field.HISTORY}
