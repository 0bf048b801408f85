"""Orders are found by their Chinese words, also short ones, and like ones are recognised. On both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import true
from sqlmodel import col, select

from tests.life.lives import AGENT, OFFICE
from tests.workorders.office import Office, complaint, report
from workorders.keeping import words
from workorders.keeping.likeness import Like, Stated, like
from workorders.keeping.lists import by_due, newest_of
from workorders.keeping.numbers import rank_of
from workorders.life.errors import BadContent
from workorders.life.matters import Matter
from workorders.life.words import Do, Kind
from workorders.models import WorkOrder

APPEALS = ("中山路三楼水管漏水，物业不管", "解放路 12 号夜间施工噪声扰民", "幸福小区电梯停运三天",
           "路灯不亮，Wi-Fi 信号差", "楼上装修，漏到楼下的水流进了电梯", "100% 的水费 涨价_了")


async def found(office: Office, query: str) -> list[int]:
    """Return which of APPEALS a query finds, the newest first."""
    async with office.db.reading() as session:
        dialect = session.get_bind().dialect.name
        condition = words.holding(dialect, words.sought(dialect, query))
        query_ = select(WorkOrder.summary).where(condition).order_by(col(WorkOrder.rank).desc())
        return [APPEALS.index(summary) for summary in (await session.execute(query_)).scalars()]


async def test_words_of_any_length_find_the_orders_that_have_them(office: Office) -> None:
    for appeal in APPEALS:
        await office.accept(replace(complaint(), summary=appeal, address=""))
    expected: dict[str, Sequence[int]] = {
        "漏水": [0], "水": [5, 4, 0], "电梯": [4, 2], "夜间施工噪声": [1], "wi-fi": [3], "WI": [3], "12": [1],
        "电梯 漏": [4], "漏 电梯": [4], "水漏": [], "没有这个": [], "100%": [5], "涨价_了": [5], "0": [5], "三": [2, 0],
        "' OR 1=1 --": [], 'x" OR "y': [], "漏水*": [], "NEAR(漏 水)": [], "🚰漏": []}
    for query, numbers in expected.items():
        assert await found(office, query) == list(numbers), query


async def test_a_query_without_words_is_refused_and_told_why(office: Office) -> None:
    for query in ("", "   ", "%", "🚰", "水" * 101):
        with pytest.raises(BadContent) as caught:
            await found(office, query)
        assert caught.value.fix


async def test_words_that_were_changed_or_erased_are_found_no_more(office: Office) -> None:
    number = await office.accept(replace(complaint(), summary=APPEALS[0]))
    await office.amend(number, summary=APPEALS[2])
    assert (await found(office, "漏水"), await found(office, "电梯")) == ([], [2])


@given(st.text("漏水管路ab1 -,", max_size=30), st.text("漏水管路ab1 -,", max_size=6))
def test_whatever_a_text_holds_its_grams_hold(text: str, query: str) -> None:
    if all(word in words.folded(text) for word in words.folded(query).split()):
        assert set(words.wanted(query)) <= set(words.grams(text))


async def likes(office: Office, **stated: str) -> list[Like]:
    async with office.db.reading() as session:
        return await like(session, Stated(**stated), true(), office.now)


async def test_a_second_call_about_the_same_is_recognised(office: Office) -> None:
    first = await office.accept(replace(complaint(), summary=APPEALS[0]))
    await office.accept(replace(complaint(), summary=APPEALS[1], caller="13900000000"))
    (same,) = await likes(office, caller="13800001234", summary="中山路三楼漏水，物业还是不管")
    assert (same.number, same.same_caller) == (first, True)
    (other,) = await likes(office, caller="13700000000", summary="中山路三楼水管漏水，物业不管我们")
    assert (other.number, other.same_caller) == (first, False)
    assert await likes(office, caller="13800001234", summary="公交车拒载老人") == []
    assert await likes(office) == []


async def test_no_report_and_nothing_that_is_over_is_like_anything(office: Office) -> None:
    secret = await office.accept(replace(report("housing"), summary=APPEALS[0]))
    over = await office.accept(replace(complaint(), summary=APPEALS[0]))
    await office.do(over, Do.REFUSE, OFFICE, ground="litigation")
    assert secret
    assert await likes(office, caller="13800001234", summary=APPEALS[0]) == []
    await office.accept(replace(complaint(), summary=APPEALS[0]))
    async with office.db.reading() as session:
        asked = Stated("13800001234", APPEALS[0], is_report=True)
        assert await like(session, asked, true(), office.now) == []
        assert await like(session, replace(asked, is_report=False), col(WorkOrder.agent) == AGENT.id, office.now) == []


async def test_a_likeness_tells_nobody_whether_a_hidden_address_was_guessed(office: Office) -> None:
    hidden = replace(complaint(), matter=Matter(kind=Kind.COMPLAINT, anonymous=True), summary=APPEALS[0])
    await office.accept(replace(hidden, address="解放路 7 号"))
    async with office.db.reading() as session:
        scores = [(await like(session, Stated(summary=APPEALS[0], address=guess), true(), office.now))[0].score
                  for guess in ("解放路 7 号", "人民路 12 号")]
    assert scores[0] == scores[1]


async def test_a_units_pages_begin_at_its_own_shares(office: Office) -> None:
    numbers = [await office.accept() for _ in range(5)]
    for number in numbers[:4]:
        await office.do(number, Do.DISPATCH, OFFICE, unit="housing" if number != numbers[1] else "water")
    async with office.db.reading() as session:
        async def newest(units: Sequence[str], before: int | None, count: int) -> list[str]:
            query = select(WorkOrder.number).where(newest_of(units, before, count)).order_by(col(WorkOrder.rank).desc())
            return list((await session.execute(query)).scalars())

        assert await newest(["housing"], None, 9) == [numbers[3], numbers[2], numbers[0]]
        assert await newest(["housing", "water"], rank_of(numbers[3]), 9) == numbers[2::-1]
        assert await newest(["heat"], None, 9) == []
        number = [col(WorkOrder.number)]
        first, *rest = (await session.execute(by_due(number, "housing", None))).all()
        behind = (await session.execute(by_due(number, "housing", (first.own_due, first.number)))).all()
    assert (first.number, behind) == (numbers[0], rest)
