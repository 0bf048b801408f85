"""Follow-up: only calls of the platform count, who hangs up is asked by text, every merged citizen is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlmodel import select

from core import facts
from core.db import Database
from core.facts import Fact
from tests.life.lives import AGENT, OFFICE, OFFICE2
from tests.people.staff import Staff
from tests.workorders.office import Office, complaint, report
from workorders import records
from workorders.civic_tables import FollowUpCall, TextMessage
from workorders.followup import words
from workorders.followup.attempts import PATIENCE, Outcome, outcome_of
from workorders.followup.courier import FollowUpCourier
from workorders.followup.gateway import Folder, Incoming, Outgoing, Remembered
from workorders.followup.keeping import GRACE, Asking, is_asked
from workorders.keeping.intake import Intake
from workorders.life.acts import Actor
from workorders.life.errors import LifeError
from workorders.life.policy import Policy, Rules
from workorders.life.words import Do, Role, State
from workorders.models import WorkOrder

CALL = "0123456789abcdef0123456789abc"
ANSWERED = Fact(0, 0.0, facts.CALL_ANSWERED, "", "", {"caller": "13800001234", "called": "12345", "direction": "out"})
CAME = Fact(0, 0.0, facts.PARTY_JOINED, "", "", {"party": "p1", "role": "agent", "who": "a1001", "phone": "1001",
                                                 "invitation": "i1", "place": "room"})
WENT = Fact(0, 0.0, facts.PARTY_LEFT, "", "", {"party": "p1", "role": "agent", "who": "a1001", "why": "hung_up"})
HUNG_UP = Fact(0, 0.0, facts.CALL_HUNG_UP, "", "", {"state": "room", "by": "citizen", "cause": 16})


@dataclass
class Desk:
    """An office whose orders are followed up, and what carries its questions."""

    office: Office
    gateway: Remembered
    courier: FollowUpCourier
    made: int = 0

    async def reviewed(self, appeal: Intake | None = None) -> str:
        """Return an order whose reply passed review."""
        number = await self.office.accept(appeal)
        await self.office.replied(number)
        await self.office.do(number, Do.PASS, OFFICE2)
        return number

    async def call(self, number: str, *told: Fact) -> str:
        """Call about an order; `told` is what the call's facts say of it."""
        self.made += 1
        key = f"{CALL}{self.made:03d}"
        async with self.office.db.writing() as session:
            asking = Asking(self.office.keeper, "示范市", session, self.office.now)
            await asking.begin(number, AGENT)
            asking.called(key, number, AGENT)
        await self.tell(key, *told)
        return key

    async def tell(self, key: str, *told: Fact) -> None:
        async with self.office.db.writing() as session:
            await records.keep(session, [Fact(place, self.office.now + place, one.kind, key, f"{key}:{one.kind}",
                                              one.data) for place, one in enumerate(told)], "controller",
                               self.office.now)

    async def round(self, later: float = 60.0) -> None:
        self.office.now += later
        await self.courier.round(self.office.now)

    async def state(self, number: str) -> str:
        return (await self.office.row(number)).state

    async def acts(self, number: str) -> list[str]:
        return await self.office.acts(number)


@pytest.fixture
async def desk(one: Database) -> Desk:
    """A desk."""
    return _desk(one)


@pytest.fixture
async def desk_each(db: Database) -> Desk:
    """A desk on a database of each kind."""
    return _desk(db)


def _desk(db: Database) -> Desk:
    office, gateway = Office(db), Remembered()
    return Desk(office, gateway, FollowUpCourier(db, office.keeper, gateway, "示范市", "test"))


async def test_a_citizen_counts_as_unreachable_only_after_the_platforms_own_calls(desk: Desk) -> None:
    number = await desk.reviewed()
    await desk.call(number)  # the agent never came: nobody was rung
    await desk.call(number, CAME, WENT)
    await desk.call(number, CAME, WENT)
    await desk.round(PATIENCE + 1)
    assert (await desk.acts(number)).count("try_citizen") == 2
    with pytest.raises(LifeError, match="平台拨打次数也不够"):
        await desk.office.do(number, Do.CLOSE, OFFICE)
    await desk.call(number, CAME, WENT)
    await desk.round()
    await desk.round()
    assert (await desk.acts(number)).count("try_citizen") == 3  # each call once, however often it is looked at
    await desk.office.do(number, Do.CLOSE, OFFICE)
    assert await desk.state(number) == State.CLOSED


async def test_whoever_hangs_up_before_answering_is_asked_by_text_and_their_answer_counts(desk_each: Desk) -> None:
    desk = desk_each
    number = await desk.reviewed()
    key = await desk.call(number, CAME, ANSWERED)
    await desk.round()
    assert (await desk.acts(number))[-1] == "try_citizen"  # reached, while they speak
    await desk.tell(key, HUNG_UP)
    await desk.round(GRACE / 2)
    assert desk.gateway.sent == {}  # the agent may still be writing
    desk.gateway.broken = 1
    await desk.round(GRACE)
    await desk.round()
    await desk.round()
    (sent,) = desk.gateway.sent.values()
    assert (sent.to, sent.key) == ("13800001234", f"follow_up:{number}:1")
    assert "漏水" not in sent.body  # phones are shared
    desk.gateway.inbox += [Incoming("13900000000", "15"), Incoming("13800001234", "谢谢"),
                           Incoming("+8613800001234", "２ １"), Incoming("13800001234", "15")]
    await desk.round()
    async with desk.office.db.reading() as session:
        order = (await desk.office.keeper.load(session, number)).order
    assert order.follow_up is not None
    assert (order.follow_up.solved, order.follow_up.satisfaction) == (False, 1)  # the first answer, not a later one
    await desk.office.do(number, Do.REOPEN, OFFICE)
    assert await desk.state(number) == State.REOPENED


async def test_whoever_was_asked_on_the_telephone_is_not_asked_again(desk: Desk) -> None:
    number = await desk.reviewed()
    key = await desk.call(number, CAME, ANSWERED)
    await desk.round()
    await desk.office.do(number, Do.CITIZEN_SAYS, AGENT, solved=True, satisfaction=5, via="call")
    await desk.tell(key, HUNG_UP)
    await desk.round(GRACE * 2)
    assert desk.gateway.sent == {}


async def test_each_merged_citizen_is_followed_up_and_a_report_is_never_asked_by_text(desk: Desk) -> None:
    main = await desk.office.accept()
    other = await desk.office.accept(Intake(complaint().matter, summary="同一处漏水", caller="13900005678"))
    await desk.office.do(other, Do.MERGE, OFFICE, into=main)
    await desk.office.replied(main)
    await desk.office.do(main, Do.PASS, OFFICE2)
    await desk.office.do(other, Do.MAIN_ANSWERED, Actor("system", Role.SYSTEM), unit="housing")
    for number in (main, other):
        key = await desk.call(number, CAME, ANSWERED)
        await desk.tell(key, HUNG_UP)
    await desk.round()
    await desk.round(GRACE * 2)
    assert {sent.to for sent in desk.gateway.sent.values()} == {"13800001234", "13900005678"}
    secret = await desk.office.accept(report("water"))
    await desk.office.do(secret, Do.SUBMIT, OFFICE)
    await desk.office.do(secret, Do.ENDORSE, Actor("qu", Role.DUTY_LEADER))
    await desk.office.replied(secret)
    await desk.office.do(secret, Do.PASS, OFFICE2)
    key = await desk.call(secret, CAME, ANSWERED)
    await desk.tell(key, HUNG_UP)
    await desk.round()
    await desk.round(GRACE * 2)
    assert len(desk.gateway.sent) == 2


async def test_policy_says_who_is_asked_and_reopened_orders_always_are(desk: Desk) -> None:
    number = await desk.reviewed()
    nobody = Rules(Policy(follow_up_share=0.0))
    async with desk.office.db.reading() as session:
        order = (await desk.office.keeper.load(session, number)).order
    assert is_asked(order, Rules())
    assert not is_asked(order, nobody)
    assert is_asked(replace(order, reopened=1), nobody)
    assert is_asked(replace(order, state=State.FOLLOW_UP), nobody)


async def test_an_order_whose_history_was_broken_stops_no_other(desk: Desk) -> None:
    broken, good = await desk.reviewed(), await desk.reviewed()
    for number in (broken, good):
        await desk.call(number, CAME, WENT)
    async with desk.office.db.writing() as session:
        (await session.get_one(WorkOrder, broken)).head = "sha256:0"
    await desk.round()
    assert (await desk.acts(good))[-1] == "try_citizen"
    assert (await desk.acts(broken))[-1] == "begin_follow_up"


async def test_the_list_is_of_the_hotline_and_calls_from_it_are_kept(staff: Staff) -> None:
    office = Office(staff.db)
    office.now = staff.now
    number = await office.accept()
    await office.replied(number)
    await office.do(number, Do.PASS, OFFICE2)
    staff.now = office.now + 60
    agent = await staff.signed_on("wang", Role.AGENT, agent="a1001")
    unit = await staff.signed_on("unit", Role.UNIT_LEAD, unit="housing")
    assert (await unit.get("/api/follow-up")).status_code == 403  # never by the unit that handled it
    (line,) = (await agent.get("/api/follow-up")).json()["orders"]
    assert (line["number"], line["calls"], line["calls_left"], line["said"]) == (number, 0, 3, False)
    staff.house.controller.server._handlers["call.dial_out"] = _dialled
    made = await agent.post(f"/api/follow-up/{number}/calls", json={"agent": "a1001"})
    assert made.status_code == 202, made.text
    assert (await agent.post(f"/api/follow-up/{number}/calls", json={"agent": "a1002"})).status_code == 403
    assert (await office.row(number)).state == State.FOLLOW_UP
    async with staff.db.reading() as session:
        (kept,) = (await session.execute(select(FollowUpCall))).scalars().all()
    assert (kept.call, kept.number, kept.role) == (f"{CALL}001", number, "agent")


async def test_a_call_made_from_the_orders_own_page_counts_once_it_is_followed_up(staff: Staff) -> None:
    office = Office(staff.db)
    office.now = staff.now
    numbers = [await office.accept() for _ in range(2)]
    for number in numbers:
        await office.replied(number)
        await office.do(number, Do.PASS, OFFICE2)
    await office.do(numbers[0], Do.BEGIN_FOLLOW_UP, AGENT)
    staff.now = office.now + 60
    agent = await staff.signed_on("wang", Role.AGENT, agent="a1001")
    staff.house.controller.server._handlers["call.dial_out"] = _dialled
    for number in numbers:  # the second is not asked about its result yet
        made = await agent.post("/api/calls", json={"agent": "a1001", "work_order": number})
        assert made.status_code == 202, made.text
    desk = Desk(office, gateway := Remembered(), FollowUpCourier(staff.db, office.keeper, gateway, "示范市", "test"))
    office.now = staff.now
    await desk.tell(f"{CALL}001", CAME, WENT)
    await desk.round()
    assert [(await desk.acts(number)).count("try_citizen") for number in numbers] == [1, 0]


async def _dialled(**args: object) -> dict[str, object]:
    assert args["number"] == "13800001234"
    return {"call": f"{CALL}001", "order": args["order"]}


async def test_a_rating_cut_short_is_asked_by_text_once(desk_each: Desk) -> None:
    desk = desk_each
    key = f"{CALL}777"
    number = await desk.office.accept(complaint(call_key=key, appeal=1))
    rated = Fact(0, 0.0, facts.CALL_RATED, "", "", {"rating": None, "why": "hung_up"})
    answered = Fact(0, 0.0, facts.CALL_ANSWERED, "", "", {"caller": "13800001234", "called": "12345",
                                                          "direction": "in"})
    await desk.tell(key, answered, CAME, rated, HUNG_UP)
    async with desk.office.db.writing() as session:
        await records.settle(session, key, [], "", desk.office.now)
        record = await session.get_one(records.CallRecord, key)
        record.orders = {"1": number}
    await desk.round()
    await desk.round()
    assert list(desk.gateway.sent) == [f"rating:{key}"]
    desk.gateway.inbox.append(Incoming("13800001234", "4分"))
    await desk.round()
    async with desk.office.db.reading() as session:
        assert (await desk.office.keeper.load(session, number)).order.ratings[-1] == 4
        (row,) = (await session.execute(select(TextMessage))).scalars().all()
    assert (row.answer, row.attempts) == ("4分", 1)


@pytest.mark.parametrize(("text", "solved", "satisfaction"), [
    ("15", True, 5), (" 2 1 ", False, 1), ("１，３", True, 3), ("1", True, None), ("2", False, None), ("5", None, None),
    ("19", None, None), ("153", None, None), ("", None, None), ("不满意", None, None), ("1" * 500, None, None)])
def test_an_answer_says_what_it_says_and_anything_else_says_nothing(
        text: str, solved: bool | None, satisfaction: int | None) -> None:
    assert words.heard(text) == words.Said(solved, satisfaction)


@pytest.mark.parametrize(("told", "age", "outcome"), [
    ([], 1, None), ([], PATIENCE + 1, Outcome.NOT_RUNG), ([(facts.PARTY_LEFT, "agent")], 1, None),
    ([(facts.PARTY_JOINED, "agent")], 30, None), ([(facts.PARTY_JOINED, "agent"), (facts.PARTY_LEFT, "agent")], 30,
                                                  Outcome.UNREACHED),
    ([(facts.PARTY_JOINED, "unit"), (facts.PARTY_LEFT, "unit")], PATIENCE + 1, Outcome.NOT_RUNG),
    ([(facts.CALL_ANSWERED, "")], 1, Outcome.REACHED), ([(facts.CALL_INTERRUPTED, "")], 1, Outcome.NOT_RUNG)])
def test_what_became_of_a_call(told: list[tuple[str, str]], age: float, outcome: Outcome | None) -> None:
    assert outcome_of(told, age) == outcome


def test_a_folder_is_a_gateway_that_any_program_can_serve(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "texts")
    assert folder.received(0) == ([], 0)
    folder.send(Outgoing("k", "13800001234", "请评分"))
    assert json.loads((tmp_path / "texts" / "out.jsonl").read_text())["body"] == "请评分"
    (tmp_path / "texts" / "in.jsonl").write_bytes(b'{"sender": "1", "body": "5"}\nbroken\n{"sender"')
    found, place = folder.received(0)
    assert (found, place) == ([Incoming("1", "5")], 36)
    assert folder.received(place) == ([], place)  # half a line waits for its other half
