"""The seed city's knowledge: articles of its units, some looked at too long ago; what nobody found, what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from core.db import Database
from hotline.seed.city import read
from workorders.knowledge import keeping, wishes
from workorders.knowledge.keeping import By, Content
from workorders.knowledge.rules import DAY, USUAL
from workorders.knowledge.tables import KnowledgeArticle

# words, whose they would be, how often: "" where nobody knows
MISSED: Final = (("新能源车 绿牌 指标", "police", 7), ("养老院 排队 补贴", "civil", 5),
                 ("老小区 加装电梯 补贴", "housing", 9), ("无人机 限飞 报备", "", 3),
                 ("中考 报名 随迁", "education", 4))
WRONG: Final = (("暂停供暖（报停）的条件和费用", "今年改成三成半了，营业厅的牌子上写着"),
                ("电动自行车上牌", "过渡牌已经到期，现在不给办了"))
_WRITING: Final = 3600.0  # s between the first words and their publication


@dataclass(frozen=True, slots=True)
class Article:
    """An article and how many days ago its unit last looked at it."""

    content: Content
    ago: int


@cache
def articles() -> tuple[Article, ...]:
    """Return every article of the seed city."""
    return tuple(Article(Content(one["title"], one["words"], one["unit"], one["field"], one.get("public", False),
                                 one.get("days", USUAL)), one["ago"]) for one in read("knowledge.yaml"))


async def shelve(db: Database, now: float, writer: Callable[[str], str], publisher: str,
                 units: Collection[str] | None = None) -> int:
    """Publish the articles of `units` (None: of all), written by `writer`(unit); return how many.

    Where there are articles already, nothing is added: invented ones must never stand among a city's own.
    """
    async with db.writing() as session:
        if (await session.execute(select(func.count()).select_from(KnowledgeArticle))).scalar_one():
            return 0
        told = [one for one in articles() if units is None or one.content.unit in units]
        for one in told:
            at = now - one.ago * DAY
            made = await keeping.make(session, one.content, By(writer(one.content.unit), at - _WRITING))
            await keeping.publish(session, made, By(publisher, at))
        return len(told)


async def doubt(db: Database, now: float, agent: str) -> None:
    """Have an agent say what was not found, and what is wrong."""
    async with db.writing() as session:
        for words, unit, times in MISSED:
            for before in range(times, 0, -1):
                await wishes.missed(session, words, unit, By(agent, now - before * DAY))
        for title, words in WRONG:
            await wishes.flag(session, await _titled(session, title), By(agent, now - DAY, words))


async def _titled(session: AsyncSession, title: str) -> KnowledgeArticle:
    query = select(KnowledgeArticle).where(col(KnowledgeArticle.title) == title)
    return (await session.execute(query)).scalar_one()
