"""直接答复 from the line to the order: it ends the order once the agent is done writing, and is never lost."""

from __future__ import annotations

from typing import Any

import pytest

from core.db import Database
from core.facts import Fact
from routing.agents import AgentBoard, AgentStatus
from tests.workorders.office import Office
from tests.workorders.story import KEY, fact, whole_call
from tests.workorders.test_records import outgoing, settled, told
from workorders.keeping.answered import Answer, answer_from, answering, kept_anyway
from workorders.keeping.intake import from_columns
from workorders.keeping.keeper import Kept, taker
from workorders.keeping.rules import set_policy
from workorders.keeping.together import accept_with_evidence
from workorders.life.acts import Actor
from workorders.life.errors import BadContent, WrongStep
from workorders.life.policy import Policy
from workorders.life.words import Do, Role, State
from workorders.projection import Record, project
from workorders.records import told_of

WORDS = "供暖从 11 月 15 日零时开始，室温低于 18 度可以要求入户测温。"
CALL = {"key": KEY, "caller": "13800001234"}


def saved(seq: int, after: float, agent: str = "a1", **appeal: Any) -> Fact:
    return fact(seq, after, "appeal.saved", agent=agent, number=1, appeal={"kind": "inquiry"} | appeal)


def wrapped(seq: int, after: float, agent: str = "a1") -> Fact:
    return fact(seq, after, "agent.wrapped", agent=agent)


def given(*facts: Fact) -> bool:
    record: Record = project(told_of(one) for one in (*whole_call(), *facts))
    return bool(record.appeals["1"]["given"])


def test_an_answer_counts_once_the_agent_is_done_with_the_call_and_not_while_it_is_being_typed() -> None:
    typed = saved(50, 35, answer="供暖从")
    assert not given(typed)
    assert not given(typed, wrapped(60, 30))  # an earlier wrap-up of the same call: they came back into the talk
    assert not given(typed, wrapped(60, 90, agent="a2"))
    assert given(typed, wrapped(60, 90))
    assert given(saved(50, 35, agent="at-the-counter", answer=WORDS))  # was in no talk: has no wrap-up


def test_the_end_of_a_wrap_up_says_whose_it_was_and_of_which_call() -> None:
    board = AgentBoard(["a1"])
    board.put("a1", AgentStatus.TALKING, 1.0, call=KEY)
    assert board.put("a1", AgentStatus.WRAP_UP, 2.0, call=KEY, until=9.0).wrapped == ""  # type: ignore[union-attr]
    assert board.put("a1", AgentStatus.READY, 9.0).wrapped == KEY  # type: ignore[union-attr]
    assert board.put("a1", AgentStatus.BREAK, 10.0).wrapped == ""  # type: ignore[union-attr]


async def test_what_is_still_being_written_at_the_hang_up_goes_out_whole_when_wrap_up_ends(db: Database) -> None:
    await told(db, [*whole_call(), saved(40, 39, summary="问供暖", answer="供暖从", first="公用事业")])
    await settled(db)
    (born,) = await outgoing(db)
    assert "answer" not in born.body
    assert (born.body["first"], born.body["kind"]) == ("公用事业", "inquiry")
    await told(db, [saved(41, 70, summary="问供暖", answer=WORDS, first="公用事业")])
    assert len(await outgoing(db)) == 1
    await told(db, [fact(42, 90, "agent.state", call="", agent="a1", state="ready", wrapped=KEY)])
    assert [one.body for one in (await outgoing(db))[1:]] == [{"answer": {"text": WORDS, "to_unit": False}}]


async def accept(office: Office, **columns: Any) -> str:
    whole = {"kind": "inquiry", "agent": "a1", "call": CALL, "call_key": KEY, "appeal": 1} | columns
    async with office.db.writing() as session:
        appeal = from_columns(whole)
        made = await accept_with_evidence(office.keeper, session, appeal, taker(appeal.agent), office.now)
    return made.kept.row.number


async def kept_of(office: Office, number: str) -> Kept:
    async with office.db.reading() as session:
        return await office.keeper.load(session, number)


async def test_an_order_whose_answer_came_with_it_is_answered_by_the_agent_in_their_words(office: Office) -> None:
    number = await accept(office, answer={"text": f" {WORDS}\x00"})
    row = await office.row(number)
    assert (row.state, row.outcome, row.answered_at) == (State.ANSWERED.value, "answered", office.now)
    kept = await kept_of(office, number)
    assert [(one.do, one.by, one.text) for one in kept.acts[-1:]] == [(Do.ANSWER, "a1", WORDS)]


@pytest.mark.parametrize(("columns", "state", "why"), [
    ({"kind": "report", "answer": {"text": WORDS}}, State.ACCEPTED, "举报须有人查办"),
    ({"answer": {"text": "正在办理，请耐心等待"}}, State.ACCEPTED, "不是答复"),
    ({"answer": {"text": WORDS, "to_unit": True}}, State.ACCEPTED, "还须单位办理"),
])
async def test_words_that_cannot_end_the_order_stand_in_its_history_and_the_order_goes_on(
        office: Office, columns: dict[str, Any], state: State, why: str) -> None:
    number = await accept(office, **columns)
    kept = await kept_of(office, number)
    assert (kept.order.state, kept.acts[-1].do) == (state, Do.NOTE)
    assert why in kept.acts[-1].text
    assert columns["answer"]["text"] in kept.acts[-1].text


async def test_an_answer_that_comes_when_the_order_is_there_ends_it_and_what_is_added_later_is_kept(
        office: Office) -> None:
    number = await accept(office)
    kept = await office.amend(number, answer={"text": WORDS, "to_unit": False})
    assert (kept.order.state, kept.acts[-1].by) == (State.ANSWERED, "a1")
    more = await office.amend(number, answer={"text": WORDS + "另告知报修电话。", "to_unit": False})
    assert (more.order.state, more.acts[-1].do) == (State.ANSWERED, Do.NOTE)
    assert "另告知报修电话。" in more.acts[-1].text


async def test_a_city_that_allows_few_characters_loses_the_end_of_an_answer_and_never_the_order(office: Office) -> None:
    async with office.db.writing() as session:
        await set_policy(session, Policy(text_limit=100), 0.0, "admin", "试", office.now)
    kept = await kept_of(office, await accept(office, answer={"text": "答" * 4000}))
    assert (kept.order.state, kept.acts[-1].text) == (State.ANSWERED, "答" * 40)


def test_the_note_of_an_answer_that_could_not_end_the_order_is_never_too_long_to_be_kept() -> None:
    policy = Policy(text_limit=100)
    wish = answering(Answer("答" * 4000), Actor("a1", Role.AGENT), 0.0, policy)
    kept = kept_anyway(wish, WrongStep("由" * 200, "改"))
    assert len(kept.text) <= policy.text_limit
    assert kept.text.endswith(wish.text)


@pytest.mark.parametrize("odd", ["\U0001f600" * 2000, "\u202e答复\u202c 已经当场解释清楚",
                                 "e\u0301\u0301 已经当场解释清楚", "\x00\x07\ud800答复已经说明清楚"])
def test_odd_characters_are_kept_or_cleaned_and_break_nothing(odd: str) -> None:
    answer = answer_from({"text": odd})
    assert isinstance(answer, Answer)
    assert answer.text.encode().decode() == answer.text
    assert "\x00" not in answer.text


def test_an_answer_that_is_too_long_is_refused_and_none_is_none() -> None:
    assert [answer_from(one) for one in (None, {}, {"text": "  \n"}, "x")] == [None] * 4
    with pytest.raises(BadContent, match="最多 4000 个"):
        answer_from({"text": "x" * 10_000})
