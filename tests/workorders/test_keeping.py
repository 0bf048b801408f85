"""Every act of an order is kept whole, with all that lists, scope and figures need, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from core.db import DatabaseDown
from tests.life.lives import AGENT, CITIZEN, DUTY, HOUSING, HOUSING_LEAD, OFFICE, OFFICE2, WATER_LEAD, when
from tests.support.rung import joined, rang
from tests.workorders.office import CALL, NOW, Office, complaint, report
from workorders.errors import AppealTaken, LostUpdate, NotFound
from workorders.keeping import figures, numbers, store
from workorders.keeping.intake import from_columns
from workorders.keeping.rules import set_calendar, set_policy, versions
from workorders.keeping.tables import OrderBarred, OrderNamed, OrderUnit, Timer
from workorders.keeping.together import accept_with_evidence
from workorders.life.acts import Wish
from workorders.life.assessment import Measure
from workorders.life.calendar import Calendar
from workorders.life.errors import BadContent, BrokenHistory, NeedsMore, NotYours, WrongStep
from workorders.life.holidays import KNOWN_YEARS, year_of
from workorders.life.policy import Policy, hours
from workorders.life.words import Do, State
from workorders.models import WorkOrder


async def test_an_order_has_history_owner_clock_and_timer_from_its_first_moment(office: Office) -> None:
    number = await office.accept()
    row = await office.row(number)
    assert (number, row.state, row.owner, row.version) == ("2026-0302-0001", "accepted", "desk:dispatch", 1)
    assert row.due == NOW + 3600
    assert row.answer_due == when("2026-03-09 17:30")
    (timer,) = await office.rows(Timer, number)
    assert NOW < timer.due_at < row.due
    (act,) = await _history(office, number)
    assert (act.by, act.digest) == (AGENT.id, row.head)
    assert "漏水" not in str(act)


async def _history(office: Office, number: str) -> Sequence[Any]:
    async with office.db.reading() as session:
        return await store.history(session, number)


async def test_what_is_written_reads_back_as_it_was_sealed(office: Office) -> None:
    number = await office.accept()
    await office.replied(number)
    async with office.db.reading() as session:
        kept = await office.keeper.load(session, number)
    assert kept.order.head == kept.acts[-1].digest == kept.row.head
    assert kept.order.state is State.REPLIED
    assert kept.row.owner == "desk:review"


async def test_a_units_list_and_the_scope_are_rows_of_their_own(office: Office) -> None:
    number = await office.accept()
    await office.do(number, Do.DISPATCH, OFFICE, unit="housing", joint=["water"])
    rows = {row.unit: row for row in await office.rows(OrderUnit, number)}
    assert {(unit, row.part, row.live, row.void) for unit, row in rows.items()} == {
        ("housing", "lead", True, False), ("water", "joint", True, False)}
    assert rows["housing"].due == rows["housing"].sign_due
    await office.do(number, Do.RETURN, HOUSING_LEAD, ground="三定方案")
    await office.do(number, Do.UPHOLD_RETURN, OFFICE2)
    rows = {row.unit: row for row in await office.rows(OrderUnit, number)}
    assert (rows["housing"].live, rows["housing"].void) == (False, True)
    assert (await office.row(number)).owner == "desk:dispatch"


async def test_two_editors_at_once_one_is_told(office: Office) -> None:
    number = await office.accept()
    await office.do(number, Do.NOTE, AGENT, expect=1)
    with pytest.raises(LostUpdate):
        await office.do(number, Do.NOTE, OFFICE, expect=1)
    assert await office.acts(number) == ["accept", "note"]


async def test_ten_acts_at_once_come_one_after_the_other(office: Office) -> None:
    number = await office.accept()

    async def urge() -> None:
        while True:
            try:
                async with office.db.writing() as session:
                    await office.keeper.act(session, number, Wish(Do.URGE, CITIZEN, NOW + 60))
                return
            except DatabaseDown:  # a busy machine: the lock did not come in time
                pass

    await asyncio.gather(*(urge() for _ in range(10)))
    row = await office.row(number)
    assert (row.urges, row.version) == (10, 11)
    assert len(await office.acts(number)) == 11


async def test_an_act_that_may_not_be_leaves_nothing_behind(office: Office) -> None:
    number = await office.accept()
    before = (await office.row(number)).model_dump()
    with pytest.raises(WrongStep):
        await office.do(number, Do.CLOSE, OFFICE)
    with pytest.raises(NotFound):
        await office.do("2026-0302-9999", Do.NOTE, OFFICE)
    assert (await office.row(number)).model_dump() == before
    assert await office.acts(number) == ["accept"]


async def test_an_appeal_has_one_order_and_words_that_cannot_be_kept_none(office: Office) -> None:
    await office.accept(complaint(call_key=CALL, appeal=1))
    with pytest.raises(AppealTaken):
        await office.accept(complaint(call_key=CALL, appeal=1))
    with pytest.raises(BadContent):
        await office.accept(replace(complaint(), summary="x" * 10_000_000))
    assert await office.accept() == "2026-0302-0002"


async def test_the_citizens_code_is_told_once_and_kept_as_a_digest(office: Office) -> None:
    async with office.db.writing() as session:
        made = await office.keeper.accept(session, complaint(), AGENT, NOW)
    row = await office.row(made.kept.row.number)
    assert made.code not in row.code_hash
    assert numbers.code_fits(row.number, made.code, row.code_hash)
    assert not numbers.code_fits(row.number, "00000000" if made.code != "00000000" else "1", row.code_hash)
    assert not numbers.code_fits(row.number, "", "")


async def test_a_report_names_who_must_not_know_and_who_may(office: Office) -> None:
    number = await office.accept(report("housing"))
    row = await office.row(number)
    assert (row.secrecy, row.kind) == (2, "report")
    assert [one.unit for one in await office.rows(OrderBarred, number)] == ["housing"]
    assert [one.person for one in await office.rows(OrderNamed, number)] == [AGENT.id]


async def test_a_complaint_that_turns_out_a_report_leaves_the_unit_at_once(office: Office) -> None:
    number = await office.accept()
    await office.do(number, Do.DISPATCH, OFFICE, unit="housing")
    await office.do(number, Do.PROTECT, AGENT, units=["housing"])
    (row,) = await office.rows(OrderUnit, number)
    assert (row.live, row.void) == (False, True)
    assert [one.unit for one in await office.rows(OrderBarred, number)] == ["housing"]


async def test_a_call_says_its_rating_and_its_unanswered_phones_once(office: Office) -> None:
    call = {"key": CALL, "rating": 4, "rating_why": "pressed", "first_responder": "housing", "failures": [
        {"role": "unit", "who": "water", "why": "rang_out"}, {"role": "unit", "who": "heat", "why": "busy"},
        {"role": "agent", "who": "a1", "why": "rang_out"}]}
    columns = {"kind": "help", "summary": "停水", "call": call, "call_key": CALL, "appeal": 1}
    async with office.db.writing() as session:
        made = await accept_with_evidence(office.keeper, session, from_columns(columns), AGENT, NOW)
    number = made.kept.row.number
    assert await office.acts(number) == ["accept", "rate", "phone_unanswered"]
    assert (await office.row(number)).first_responder == "housing"
    await office.amend(number, call=call)
    kept = await office.amend(number, call={**call, "rating": 2})
    assert kept.order.ratings == (4, 2)
    assert kept.order.missed_phones == ("water",)


async def test_later_news_of_a_call_become_acts_and_nothing_is_lost(office: Office) -> None:
    number = await office.accept()
    await office.amend(number, summary="五楼也漏水", urgency=1)
    row = await office.row(number)
    assert (row.summary, row.urgency) == ("五楼也漏水", 1)
    assert await office.acts(number) == ["accept", "note", "classify"]
    await office.amend(number, summary="五楼也漏水", urgency=1)
    assert (await office.row(number)).version == 3
    kept = await office.amend(number, kind="report")
    assert (kept.row.kind, kept.row.secrecy) == ("report", 2)
    kept = await office.amend(number, kind="complaint")
    assert (kept.row.kind, kept.acts[-1].do) == ("report", Do.NOTE)


async def test_an_appeal_withdrawn_and_found_again_is_handled(office: Office) -> None:
    number = await office.accept(complaint(call_key=CALL, appeal=1))
    assert (await office.amend(number, state="withdrawn")).row.state == "withdrawn"
    assert (await office.amend(number, state="withdrawn")).row.version == 2
    assert (await office.amend(number, state="accepted")).row.state == "reopened"


async def test_an_attempt_is_a_call_of_the_platform_for_this_order_and_ended_as_it_is_told(office: Office) -> None:
    number, other = await office.accept(), await office.accept()
    await office.replied(number)
    await office.do(number, Do.PASS, OFFICE2)
    await office.do(number, Do.BEGIN_FOLLOW_UP, AGENT)
    missed, early = await rang(office.db, number, office.now, reached=False), await rang(office.db, number, NOW)
    elsewhere = await rang(office.db, other, office.now)
    for call, reached in (("f" * 32, True), (elsewhere, True), (missed, True), (early, True)):
        with pytest.raises(NeedsMore):
            await office.do(number, Do.TRY_CITIZEN, AGENT, reached=reached, call=call)
    kept = await office.do(number, Do.TRY_CITIZEN, AGENT, reached=False, call=missed)
    assert kept.order.follow_ups[-1].calls == 1


async def test_a_unit_was_on_call_only_where_the_orders_own_call_shows_it(office: Office) -> None:
    number = await office.accept(complaint(call_key=CALL, appeal=1))
    await joined(office.db, CALL, "water", NOW)
    for call, unit in (("f" * 32, "water"), (CALL, "housing")):
        with pytest.raises(NeedsMore):
            await office.do(number, Do.DISPATCH, OFFICE, unit=unit, on_call=True, call=call)
    kept = await office.do(number, Do.DISPATCH, OFFICE, unit="water", on_call=True, call=CALL)
    assert kept.order.first_responder == "water"
    await office.do(number, Do.PLEAD, WATER_LEAD, ground="三定方案")
    await office.do(number, Do.UPHOLD_PLEA, OFFICE2, about="water")
    with pytest.raises(NeedsMore, match="没有该单位参加通话"):
        await office.do(number, Do.REDISPATCH, OFFICE, unit="housing", on_call=True, call=CALL)
    await office.do(number, Do.ASK_ARBITRATION, OFFICE)
    with pytest.raises(NeedsMore, match="没有该单位参加通话"):
        await office.do(number, Do.ARBITRATE_MOVE, DUTY, unit="housing", on_call=True, call=CALL)


async def test_a_contact_names_a_call_of_this_order_or_none(office: Office) -> None:
    number = await office.accept(complaint(call_key=CALL, appeal=1))
    await office.do(number, Do.DISPATCH, OFFICE, unit="housing")
    await office.do(number, Do.SIGN_FOR, HOUSING)
    with pytest.raises(NeedsMore, match="没有为工单"):
        await office.do(number, Do.CONTACT, HOUSING, reached=True, call="f" * 32)
    assert (await office.do(number, Do.CONTACT, HOUSING, reached=True, call=CALL)).order.leading is not None


async def test_the_sums_of_days_are_the_cases(office: Office) -> None:
    number = await office.accept()
    await office.replied(number)
    await office.do(number, Do.PASS, OFFICE2)
    await office.do(number, Do.BEGIN_FOLLOW_UP, AGENT)
    await office.do(number, Do.TRY_CITIZEN, AGENT, reached=True,
                    call=await rang(office.db, number, office.now))
    await office.do(number, Do.CITIZEN_SAYS, AGENT, solved=True, satisfaction=5)
    async with office.db.reading() as session:
        found = await figures.assessed(session, date(2026, 3, 1), date(2026, 3, 31))
        other = await figures.assessed(session, date(2026, 3, 1), date(2026, 3, 31), ["water"])
    assert found["housing", Measure.SOLUTION].whole.value == 1.0
    assert found["housing", Measure.SIGNING].kept.denominator == 1
    assert other == {}


async def test_rules_hold_from_their_moment_and_are_kept(office: Office) -> None:
    async with office.db.writing() as session:
        policy = Policy(desk={State.ACCEPTED: hours(2)})
        assert await set_policy(session, policy, NOW + 1000, "admin", "新政策", NOW) == 1
        assert await set_calendar(session, Calendar(), NOW, "admin", "2026 年安排", NOW) == 1
    office.keeper.rulebook.forget()
    assert (await office.row(await office.accept())).due == NOW + 3600
    office.now = NOW + 2000
    assert (await office.row(await office.accept())).due == NOW + 2000 + 7200
    async with office.db.reading() as session:
        assert [one.version for one in await versions(session, "policy")] == [1]
        with pytest.raises(BadContent):
            await set_calendar(session, Calendar((*KNOWN_YEARS, year_of(2026, "again", "1.1"))), NOW, "admin", "", NOW)


async def test_the_database_itself_refuses_to_change_the_history(office: Office) -> None:
    number = await office.accept()
    await office.do(number, Do.NOTE, AGENT)
    for statement in ("UPDATE order_act SET text = 'x'", "DELETE FROM order_act", "UPDATE order_act SET at = at + 1",
                      "UPDATE order_act SET data = '{}'"):
        with pytest.raises((DBAPIError, DatabaseDown)):
            async with office.db.writing() as session:
                await session.execute(text(statement))
    async with office.db.writing() as session:  # but retention may take words away
        await session.execute(text("UPDATE order_act SET text = '' WHERE seq = 2"))


async def test_a_history_that_was_cut_off_is_not_worked_on(office: Office) -> None:
    number = await office.accept()
    async with office.db.writing() as session:
        await session.execute(text("UPDATE work_order SET head = 'sha256:0'"))
    with pytest.raises(BrokenHistory):
        await office.do(number, Do.NOTE, AGENT)


async def test_an_order_from_before_gets_the_history_it_must_have_had(office: Office) -> None:
    async with office.db.writing() as session:
        for place, state in ((1, "accepted"), (2, "withdrawn")):
            number = f"2026-0301-{place:04d}"
            session.add(WorkOrder(number=number, rank=numbers.rank_of(number), state=state, kind="help",
                                  summary="旧单", agent="a1", created_at=NOW - 86400, changed_at=NOW - 80000))
    assert (await office.do("2026-0301-0001", Do.NOTE, AGENT)).order.length == 2
    assert await office.acts("2026-0301-0002") == []
    kept = await office.amend("2026-0301-0002", summary="旧单")
    assert (kept.row.state, kept.row.version, await office.acts("2026-0301-0002")) == (
        "withdrawn", 2, ["accept", "withdraw"])


async def test_orders_merge_only_into_one_that_is_there_and_no_secret(office: Office) -> None:
    main, second = await office.accept(), await office.accept()
    secret = await office.accept(report("housing"))
    for into, error in ((secret, NotYours), ("2026-0302-9999", NotFound)):
        with pytest.raises(error):
            await office.do(second, Do.MERGE, OFFICE, into=into)
    await office.do(second, Do.MERGE, OFFICE, into=main)
    assert (await office.row(second)).merged_into == main
    with pytest.raises(NotFound):
        await office.do(main, Do.MERGE, OFFICE, into="")


async def test_one_of_several_offices_is_enough(office: Office) -> None:
    number = await office.accept()
    async with office.db.writing() as session:
        kept = await office.keeper.act_in_office(session, number, Wish(Do.DISPATCH, WATER_LEAD, NOW, data={
            "unit": "housing"}), lambda do, order: [WATER_LEAD, OFFICE])
    assert kept.acts[-1].by == OFFICE.id


async def test_orders_are_found_in_the_order_they_came(office: Office) -> None:
    found = [await office.accept() for _ in range(3)]
    async with office.db.reading() as session:
        query = select(WorkOrder.number).order_by(col(WorkOrder.rank))
        assert list((await session.execute(query)).scalars()) == found
