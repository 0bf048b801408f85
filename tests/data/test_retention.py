"""Retention: what goes is what was foretold, holds hold, proofs stay, and each erasing leaves a line."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from core.db import Database
from hotline.seed.lives import Year
from workorders.keeping.keeper import Keeper
from workorders.keeping.tables import Attachment, OrderAct
from workorders.life.errors import BadContent
from workorders.life.history import verify
from workorders.life.words import Kind
from workorders.models import CallFact, CallRecord, WorkOrder
from workorders.retention.due import GONE, Due, everything
from workorders.retention.hold import set_hold
from workorders.retention.rules import PROPOSED, Event, Rule, RuleSet, What, in_force, rules_from, set_rules
from workorders.retention.sweep import Places, Swept, sweep

Town = tuple[Database, Year]
LATER = 1_795_500_000.0 + 400 * 86_400.0
ATTACHMENT = "att-00112233445566aa"


def rule(what: What, **changed: object) -> Rule:
    event = Event.CALL_ENDED if what in (What.RECORDING, What.CALL_WORDS) else Event.CLOSED
    return Rule.model_validate({"name": what.value, "what": what, "after_days": 120, "event": event,
                                "ground": "市政府令", **changed})


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "recordings", tmp_path / "attachments")
    made.recordings.mkdir()
    (made.attachments / ATTACHMENT[4:6]).mkdir(parents=True)
    return made


async def foretold(db: Database, one: Rule) -> list[Due]:
    async with db.reading() as session:
        return [due async for due in everything(session, one, LATER)]


async def swept(db: Database, places: Places, *rules: Rule) -> list[Swept]:
    lines: list[Swept] = []

    def told(_: AsyncSession, one: Swept) -> None:
        lines.append(one)

    assert await sweep(db, RuleSet(rules=rules), places, LATER, told) == len(lines)
    return lines


async def test_what_goes_is_what_was_foretold_and_it_goes_once(town: Town, places: Places) -> None:
    db, _ = town
    words = rule(What.HISTORY_WORDS, kinds=(Kind.HELP, Kind.COMPLAINT))
    before = await foretold(db, words)
    assert before
    assert [one.due.key for one in await swept(db, places, words)] == [due.key for due in before]
    assert await foretold(db, words) == []
    assert await swept(db, places, words) == []


async def test_the_words_are_gone_and_every_seal_still_holds(town: Town, places: Places) -> None:
    db, _ = town
    gone = {one.due.key for one in await swept(db, places, rule(What.HISTORY_WORDS))}
    keeper = Keeper(ZoneInfo("Asia/Shanghai"))
    async with db.reading() as session:
        for number in gone:
            kept = await keeper.load(session, number)
            assert verify(kept.acts).whole
            assert (kept.row.summary, kept.row.name, kept.row.caller, kept.row.address) == ("", "", "", "")
            assert not any(act.why or act.text for act in kept.acts)
        rest = select(OrderAct.text).where(col(OrderAct.number).not_in(gone), col(OrderAct.text) != "")
        assert (await session.execute(rest)).scalars().first() is not None or len(gone) == 40


async def test_a_legal_hold_keeps_words_sound_and_files(town: Town, places: Places) -> None:
    db, _ = town
    words, sound = rule(What.ORDER_WORDS), rule(What.RECORDING)
    async with db.writing() as session:
        row = (await session.execute(select(WorkOrder).where(
            col(WorkOrder.call_key).is_not(None), col(WorkOrder.state) == "archived").limit(1))).scalar_one()
        assert await set_hold(session, row.number, held=True, why="（2026）民初1号")
        await session.execute(update(CallRecord).values(recordings=[{"path": "x", "sha256": "y"}]))
    assert [(due.key, due.held) for due in await foretold(db, words) if due.key == row.number] == [(row.number, True)]
    await swept(db, places, words, sound)
    async with db.reading() as session:
        kept, record = await session.get_one(WorkOrder, row.number), await session.get_one(CallRecord, row.call_key)
        assert kept.summary == row.summary != ""
        assert GONE not in record.recordings[0]
    async with db.writing() as session:
        assert await set_hold(session, row.number, held=False, why="已结案")
    assert row.number in {one.due.key for one in await swept(db, places, words)}


async def test_a_recording_that_is_erased_leaves_what_there_was_and_by_which_rule_it_went(
        town: Town, places: Places) -> None:
    db, _ = town
    async with db.writing() as session:
        record = (await session.execute(select(CallRecord).order_by(col(CallRecord.ended_at)).limit(1))).scalar_one()
        record.recordings = [{"path": f"{record.key}-mixed.alaw", "seconds": 9.0, "sha256": "abc", "gap": ""}]
    sound = places.recordings / f"{record.key}-mixed.alaw"
    other = places.recordings / f"{'0' * 32}-mixed.alaw"
    sound.write_bytes(b"sound")
    other.write_bytes(b"sound")
    assert [one.files for one in await swept(db, places, rule(What.RECORDING))] == [1]
    assert (sound.exists(), other.exists()) == (False, True)
    sound.write_bytes(b"left by one who died before unlinking")
    assert await swept(db, places, rule(What.RECORDING)) == []
    assert (sound.exists(), other.exists()) == (False, True)
    async with db.reading() as session:
        entry = (await session.get_one(CallRecord, record.key)).recordings[0]
    assert (entry["sha256"], entry["gone_by"], entry[GONE]) == ("abc", "recording", LATER)


async def test_files_and_facts_of_calls_go_by_their_rules(town: Town, places: Places) -> None:
    db, _ = town
    path = places.attachments / ATTACHMENT[4:6] / ATTACHMENT
    path.write_bytes(b"picture")
    async with db.writing() as session:
        row = (await session.execute(select(WorkOrder).where(
            col(WorkOrder.closed_at).is_not(None), col(WorkOrder.state) == "archived").limit(1))).scalar_one()
        session.add(Attachment(id=ATTACHMENT, number=row.number, name="a.png", media_type="image/png", size=7,
                               sha256="abc", by="x", unit="", at=row.created_at))
        record = (await session.execute(select(CallRecord).order_by(col(CallRecord.ended_at)).limit(1))).scalar_one()
        session.add(CallFact(id="f", call=record.key, at=1.0, kind="call.answered", source="cel", data={}))
    await swept(db, places, rule(What.ATTACHMENT), rule(What.CALL_WORDS))
    async with db.reading() as session:
        assert (await session.get_one(Attachment, ATTACHMENT)).gone_at == LATER
        assert await session.get(CallFact, "f") is None
        assert (await session.get_one(CallRecord, record.key)).caller == ""
    assert not path.exists()


async def test_nothing_is_in_force_before_somebody_decided_with_a_reason(db: Database) -> None:
    async with db.writing() as session:
        assert (await in_force(session, LATER)).version == 0
        with pytest.raises(BadContent, match="理由"):
            await set_rules(session, PROPOSED, "p-x", " ", LATER)
        mine = RuleSet(rules=(rule(What.RECORDING),))
        assert await set_rules(session, mine, "p-x", "市政府第 7 号令", LATER) == 1
        found = await in_force(session, LATER)
    assert (found.version, found.rules) == (1, mine)


@pytest.mark.parametrize("broken", [
    {"rules": [{"name": "a", "what": "recording", "after_days": 730, "event": "closed", "ground": "某令"}]},
    {"rules": [{"name": "a", "what": "recording", "after_days": 1, "event": "call_ended", "ground": "某令"}]},
    {"rules": [{"name": "a", "what": "everything", "after_days": 730, "event": "closed", "ground": "某令"}]},
    {"rules": [{"name": "a", "what": "attachment", "after_days": 730, "event": "closed", "ground": "某令"}] * 2},
    [], "", None])
def test_rules_that_make_no_sense_are_refused_with_the_place(broken: object) -> None:
    with pytest.raises(BadContent, match="保留规则有误"):
        rules_from(broken)
