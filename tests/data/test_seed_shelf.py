"""The seed city's knowledge: believable, owned by its units, found by its words, some of it overdue."""

from __future__ import annotations

from sqlalchemy import true
from sqlmodel import col, func, select

from core.db import Database
from hotline.seed.city import the_city
from hotline.seed.shelf import MISSED, articles, doubt, shelve
from tests.data.conftest import NOW
from workorders.knowledge.finding import Asked, find
from workorders.knowledge.rules import TITLE, WORDS
from workorders.knowledge.tables import KnowledgeArticle, KnowledgeFlag, KnowledgeGap
from workorders.life.matters import SEED_TREE


def test_each_article_belongs_to_a_unit_and_a_field_of_the_city() -> None:
    told = articles()
    assert len(told) >= 60
    assert {one.content.unit for one in told} <= {unit.id for unit in the_city().units}
    assert {one.content.field for one in told} == set(SEED_TREE)
    assert len({one.content.title for one in told}) == len(told)
    assert all(len(one.content.title) <= TITLE and len(one.content.words) <= WORDS for one in told)


async def test_an_agent_finds_what_is_asked_most_and_some_of_it_is_overdue(db: Database) -> None:
    assert await shelve(db, NOW, lambda unit: f"p-{unit}.lead", "office") == len(articles())
    assert await shelve(db, NOW, lambda unit: f"p-{unit}.lead", "office") == 0  # never among articles that are there
    await doubt(db, NOW, "agent")
    async with db.reading() as session:
        for words, title in (("供暖什么时候开始", "居民供暖开始和结束的日期"), ("公积金怎么提取", "公积金租房提取"),
                             ("居住证", "居住证办理"), ("水费", "水费突然变多的核实步骤"),
                             ("拖欠工资", "拖欠工资怎么办"),
                             ("楼上邻居家里漏水滴到我家厨房应该找谁赔偿", "楼上漏水到家里")):
            found = await find(session, Asked(words), true())
            assert title in [one.title for one in found.articles[:3]], words
        overdue = select(func.count()).select_from(KnowledgeArticle).where(col(KnowledgeArticle.due_at) <= NOW)
        assert 5 <= (await session.execute(overdue)).scalar_one() <= len(articles()) // 3
        gaps = (await session.execute(select(KnowledgeGap.words, KnowledgeGap.times))).all()
        assert {(words, times) for words, times in gaps} == {(words, times) for words, _, times in MISSED}
        assert len((await session.execute(select(KnowledgeFlag))).scalars().all()) == 2
