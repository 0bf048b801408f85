"""One changed byte of the history is found and named, and so is an end cut off or an order gone. On both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlmodel import col, select
from typer.testing import CliRunner

from core.settings import Settings
from hotline.cli_audit import app
from tests.life.lives import AGENT, HOUSING, OFFICE
from tests.workorders.office import Office, complaint
from workorders.errors import Held, NotFound
from workorders.keeping import erase
from workorders.keeping.keeper import Keeper
from workorders.keeping.proof import Result, check_all, check_one
from workorders.keeping.tables import OrderAct
from workorders.life.words import Do


async def lived(office: Office) -> str:
    """Three orders; return the number of the one with a life."""
    await office.accept()
    number = await office.accept()
    await office.do(number, Do.DISPATCH, OFFICE, unit="housing")
    await office.do(number, Do.SIGN_FOR, HOUSING)
    await office.accept()
    return number


async def forge(office: Office, *statements: str) -> None:
    """Change what the database guards, as somebody could who owns it."""
    guards = {True: ("DROP TRIGGER IF EXISTS order_act_update", "DROP TRIGGER IF EXISTS order_act_delete"),
              False: ("ALTER TABLE order_act DISABLE TRIGGER USER",)}
    async with office.db.writing() as session:
        for statement in (*guards[office.db.is_sqlite], *statements):
            await session.execute(text(statement))


async def checked(office: Office, number: str = "") -> Result:
    return await (check_one(office.db, number) if number else check_all(office.db))


async def test_an_untouched_history_is_whole(office: Office) -> None:
    number = await lived(office)
    result = await checked(office)
    assert (result.orders, result.acts, result.faults) == (3, 5, [])
    assert (await checked(office, number)).acts == 3
    with pytest.raises(NotFound):
        await checked(office, "2026-0302-9999")


CHANGES = (
    "at = at + 0.001", "\"by\" = 'paj'", "role = 'team_leader'", "why = '因为如彼'", "text = text || ' '",
    "\"to\" = 'signed'", "digest = 'sha256:0'", "previous = ''", "data = '{\"unit\": \"water\"}'", "dues = '{}'",
    "erased = '{\"why\": \"sha256:0\"}'", "unit = 'x'", "role = 'nobody'")


async def test_one_change_anywhere_in_an_act_is_found_and_named(office: Office) -> None:
    number = await lived(office)
    where = f"WHERE number = '{number}' AND seq = 2"
    columns = "role, why, text, digest, previous, data, dues, erased, unit, at, \"by\", \"to\""
    await forge(office, f"CREATE TABLE as_it_was AS SELECT {columns} FROM order_act {where}")
    for change in CHANGES:
        await forge(office, f"UPDATE order_act SET {change} {where}")
        (fault,) = (await checked(office)).faults
        assert fault.number == number
        assert fault.seq in (0, 2, 3), change
        assert (await checked(office, number)).faults == [fault]
        await forge(office, f"UPDATE order_act SET ({columns}) = (SELECT {columns} FROM as_it_was) {where}")
        assert (await checked(office)).faults == []


async def test_an_end_that_was_cut_off_is_found(office: Office) -> None:
    number = await lived(office)
    await forge(office, f"DELETE FROM order_act WHERE number = '{number}' AND seq = 3")
    assert [one.number for one in (await checked(office)).faults] == [number]


async def test_an_order_that_is_gone_is_missed(office: Office) -> None:
    number = await lived(office)
    await forge(office, f"DELETE FROM work_order WHERE number = '{number}'")
    assert [one.why for one in (await checked(office)).faults] == ["有历史，没有工单", "当日应有 3 张工单，实有 2 张"]
    await forge(office, f"DELETE FROM order_act WHERE number = '{number}'")
    assert [one.why for one in (await checked(office)).faults] == ["当日应有 3 张工单，实有 2 张"]


async def test_an_anchor_finds_what_was_forged_whole(office: Office) -> None:
    number = await lived(office)
    anchors = (await check_all(office.db, make_at=office.now)).anchors
    await office.do(number, Do.NOTE, AGENT)  # what comes later does not matter
    await office.accept()
    assert (await check_all(office.db, anchors)).faults == []
    async with office.db.reading() as session:
        before = (await session.execute(select(OrderAct.digest).where(
            col(OrderAct.number) == number, col(OrderAct.seq) == 2))).scalar_one()
    await forge(office, f"DELETE FROM order_act WHERE number = '{number}' AND seq > 2",
                f"UPDATE work_order SET version = 2, head = '{before}' WHERE number = '{number}'")
    assert (await checked(office)).faults == []
    (fault,) = (await check_all(office.db, anchors)).faults
    assert "锚" in fault.why


async def test_words_that_retention_took_leave_the_proof(office: Office) -> None:
    number = await office.accept(complaint(name="张三"))
    await office.do(number, Do.NOTE, AGENT)
    async with office.db.writing() as session:
        row = await erase.words(session, number, office.now)
    assert (row.summary, row.caller, row.name, row.erased_at) == ("", "", "", office.now)
    async with office.db.reading() as session:
        texts = (await session.execute(select(OrderAct.text).where(col(OrderAct.number) == number))).scalars()
        assert set(texts) == {""}
    assert (await checked(office)).faults == []
    await office.do(number, Do.NOTE, AGENT)


async def test_an_order_under_legal_hold_keeps_its_words(office: Office) -> None:
    number = await office.accept()
    async with office.db.writing() as session:
        await session.execute(text("UPDATE work_order SET hold = true"))
    with pytest.raises(Held):
        async with office.db.writing() as session:
            await erase.words(session, number, office.now)
    assert (await office.row(number)).summary


async def test_sm3_seals_as_well_and_both_stand_side_by_side(office: Office) -> None:
    number = await office.accept()
    office.keeper = Keeper(office.keeper.zone, "sm3")
    await office.do(number, Do.NOTE, AGENT)
    assert (await office.row(number)).head.startswith("sm3:")
    assert (await check_all(office.db, make_at=office.now, digest="sm3")).faults == []


async def test_the_command_names_the_fault_and_keeps_an_anchor(
        office: Office, home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await lived(office)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", str(office.db.url.render_as_string(hide_password=False)))

    async def run(*words: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, app, words)
        return done.exit_code, done.output

    code, said = await run("anchor")
    assert (code, home.anchors_file.exists()) == (0, True)
    assert "3 张工单" in said
    assert (await run("verify"))[0] == 0
    assert (await run("verify", number))[0] == 0
    assert (await run("verify", "--beside"))[0] == 0
    await forge(office, f"UPDATE work_order SET state = 'closed' WHERE number = '{number}'",
                "INSERT INTO figure_day VALUES (20260302, 'water', 'closing', 1, 1, 1, 1)")
    code, said = await run("verify", "--beside")
    assert (code, "state：登记为 'closed'" in said, "20260302 water closing" in said) == (1, True, True)
    await forge(office, f"UPDATE work_order SET state = 'signed' WHERE number = '{number}'")
    assert (await run("verify", "2026-0302-9999"))[0] == 1
    await forge(office, f"UPDATE order_act SET \"by\" = 'x' WHERE number = '{number}' AND seq = 2")
    for words in (("verify",), ("verify", number)):
        code, said = await run(*words)
        assert code == 1
        assert f"工单 {number} 第 2 步" in said
    assert (await run("anchor"))[0] == 1
