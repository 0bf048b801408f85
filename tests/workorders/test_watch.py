"""What happens to orders by itself happens at its moment, once, whoever is killed in between. On both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sqlalchemy import update
from sqlmodel import col, select

from core.db import DatabaseDown
from tests.life.lives import AGENT, HOUSING_LEAD, OFFICE, OFFICE2, when
from tests.workorders.office import NOW, Office, complaint
from workorders.keeping import timers
from workorders.keeping.rules import set_calendar, set_policy
from workorders.keeping.tables import OrderCase, OrderFinding, Timer
from workorders.keeping.timers import LEASE
from workorders.keeping.watch import Watch
from workorders.life.calendar import Calendar
from workorders.life.holidays import KNOWN_YEARS
from workorders.life.matters import Matter
from workorders.life.policy import Policy
from workorders.life.words import Do, Kind
from workorders.models import WorkOrder


def watch(office: Office, name: str = "w1") -> Watch:
    return Watch(office.db, office.keeper, name)


async def until(office: Office, at: float) -> None:
    """Let time pass, moment by moment, up to `at`."""
    for _ in range(500):
        async with office.db.reading() as session:
            due = (await session.execute(select(Timer.due_at).order_by(col(Timer.due_at)).limit(1))).scalar()
        if due is None or due > at:
            office.now = at
            return
        await watch(office).round(max(due, office.now))
    raise AssertionError("the timers never come to rest")


async def test_an_order_that_nobody_dispatches_climbs_the_ladder_once(office: Office) -> None:
    number = await office.accept()
    await until(office, when("2026-03-06 18:00"))
    acts = await office.acts(number)
    assert acts[:5] == ["accept", "remind", "press", "supervise", "escalate"]
    assert acts.count("press") == 1
    assert await watch(office).round(office.now) == 0


async def test_an_unsigned_order_is_a_finding_and_counts_against_its_unit(office: Office) -> None:
    number = await office.accept()
    await office.do(number, Do.DISPATCH, OFFICE, unit="housing")
    await until(office, when("2026-03-03 12:00"))
    (finding,) = await office.rows(OrderFinding, number)
    assert (finding.kind, finding.unit, finding.by, finding.decided_at) == ("inaction", "housing", "system", None)
    cases = {(one.measure, one.good) for one in await office.rows(OrderCase, number)}
    assert ("signing", False) in cases


async def test_a_refused_return_is_a_finding_at_once(office: Office) -> None:
    number = await office.accept()
    await office.do(number, Do.DISPATCH, OFFICE, unit="housing")
    await office.do(number, Do.RETURN, HOUSING_LEAD, ground="三定方案")
    await office.do(number, Do.REFUSE_RETURN, OFFICE2)
    await watch(office).round(office.now)
    assert [one.kind for one in await office.rows(OrderFinding, number)] == ["buck_passing"]


async def test_what_was_answered_on_the_spot_is_closed_and_archived_in_time(office: Office) -> None:
    number = await office.accept(replace(complaint(), matter=Matter(kind=Kind.INQUIRY)))
    await office.do(number, Do.ANSWER, AGENT)
    await until(office, when("2026-06-30 12:00"))
    row = await office.row(number)
    assert row.state == "archived"
    assert [act for act in await office.acts(number) if act in ("close", "archive")] == ["close", "archive"]
    assert await office.rows(Timer, number) == []


async def test_a_reply_that_must_be_followed_up_never_closes_by_itself(office: Office) -> None:
    number = await office.accept()
    await office.replied(number)
    await office.do(number, Do.PASS, OFFICE2)
    await until(office, office.now + 20 * 86400)
    assert (await office.row(number)).state == "reviewed"


async def test_a_merged_citizen_is_answered_when_the_main_order_is(office: Office) -> None:
    main, second = await office.accept(), await office.accept()
    await office.do(second, Do.MERGE, OFFICE, into=main)
    await office.replied(main)
    await office.do(main, Do.PASS, OFFICE2)
    office.now += 1
    await watch(office).round(office.now)
    row = await office.row(second)
    assert (row.state, row.answered_at) == ("reviewed", office.now)


async def test_a_merged_order_comes_apart_when_the_main_one_ends_without_an_answer_or_is_a_report(
        office: Office) -> None:
    for end in (Do.WITHDRAW, Do.PROTECT):
        main, second = await office.accept(), await office.accept()
        await office.do(second, Do.MERGE, OFFICE, into=main)
        await watch(office).round(office.now)
        assert (await office.row(second)).state == "merged"
        await office.do(main, end, AGENT, **({"evidence": "c-1"} if end is Do.WITHDRAW else {"units": ["housing"]}))
        await watch(office).round(office.now)
        row = await office.row(second)
        assert (row.state, row.merged_into, row.owner) == ("accepted", "", "desk:dispatch")


async def test_promises_made_by_guessed_weekdays_are_made_again_when_the_year_is_known(office: Office) -> None:
    async with office.db.writing() as session:
        await set_calendar(session, Calendar(KNOWN_YEARS[:2]), NOW, "admin", "2026 年还没有公布", NOW)
    office.keeper.rulebook.forget()
    office.now = when("2026-04-30 10:00")
    number = await office.accept()
    guessed = (await office.row(number)).answer_due
    assert guessed == when("2026-05-07 17:30")
    async with office.db.writing() as session:
        await set_calendar(session, Calendar(KNOWN_YEARS), office.now, "admin", "2026 年公布了", office.now)
    office.keeper.rulebook.forget()
    await watch(office).round(office.now)
    assert (await office.row(number)).answer_due == when("2026-05-11 17:30")
    assert "reckon_anew" in await office.acts(number)


async def test_many_watchers_at_once_do_everything_once(office: Office) -> None:
    numbers = [await office.accept() for _ in range(8)]
    later = NOW + 3600

    async def work(name: str) -> None:
        for _ in range(20):
            try:
                if not await watch(office, name).round(later, limit=3):
                    return
            except DatabaseDown:  # a busy machine: the lock did not come in time
                pass

    await asyncio.gather(*(work(f"w{n}") for n in range(4)))
    for number in numbers:
        assert (await office.acts(number)).count("remind") == 1


async def test_the_timer_of_a_watcher_that_was_killed_is_taken_by_the_next(office: Office) -> None:
    number = await office.accept()
    later = NOW + 3600
    async with office.db.writing() as session:  # claimed, and then its process is gone
        assert len(await timers.claim(session, "dead", later)) == 1
    assert await watch(office).round(later) == 0
    assert await watch(office).round(later + LEASE) == 1
    assert "remind" in await office.acts(number)


async def test_an_order_whose_history_is_broken_does_not_stop_the_others(office: Office) -> None:
    broken, whole = await office.accept(), await office.accept()
    async with office.db.writing() as session:
        await session.execute(update(WorkOrder).where(col(WorkOrder.number) == broken).values(head="sha256:0"))
    await watch(office).round(NOW + 3600)
    assert "remind" in await office.acts(whole)
    (timer,) = await office.rows(Timer, broken)
    assert "audit verify" not in timer.error
    assert timer.error
    assert timer.due_at > NOW + 3600


async def test_nothing_waits_for_ever_where_policy_asks_nobody(office: Office) -> None:
    async with office.db.writing() as session:
        await set_policy(session, Policy(follow_up_share=0.0), NOW, "admin", "不回访", NOW)
    office.keeper.rulebook.forget()
    number = await office.accept()
    await office.replied(number)
    await office.do(number, Do.PASS, OFFICE2)
    await until(office, office.now + 10 * 86400)
    assert (await office.row(number)).state == "closed"


async def test_orders_from_before_are_given_a_history_once(office: Office) -> None:
    async with office.db.writing() as session:
        session.add(WorkOrder(number="2026-0301-0001", rank=2026030100000001, kind="help", summary="旧单", agent="a1",
                              created_at=NOW - 86400, changed_at=NOW - 80000))
    assert await watch(office).adopt() == 1
    assert await watch(office).adopt() == 0
    assert await office.acts("2026-0301-0001") == ["accept"]
