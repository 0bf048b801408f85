"""What those who search say of the articles: not found, wrong, cited. All in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from core.db import insert_into
from core.ids import new_id
from workorders.errors import NotFound
from workorders.keeping.words import folded, wanted
from workorders.knowledge.keeping import By
from workorders.knowledge.rules import without_numbers
from workorders.knowledge.tables import KnowledgeArticle, KnowledgeCitation, KnowledgeFlag, KnowledgeGap
from workorders.life.errors import BadContent


async def missed(session: AsyncSession, words: str, unit: str, by: By) -> KnowledgeGap:
    """Count words that were looked for in vain; words that were closed before are open again. Raises BadContent."""
    told = folded(without_numbers(words))
    if not wanted(told):
        raise BadContent("没有写要找什么", "写下市民问的内容，至少一个汉字、字母或数字")
    row = {"id": new_id("gap"), "words": told[:100], "unit": unit, "times": 1, "first_at": by.now, "last_at": by.now,
           "closed_at": 0.0, "closed_by": "", "said": ""}
    again = {"times": KnowledgeGap.times + 1, "last_at": by.now, "closed_at": 0.0}
    counted = insert_into(session, KnowledgeGap).values(row).on_conflict_do_update(
        index_elements=["words", "unit"], set_=again).returning(KnowledgeGap)
    return (await session.execute(counted, execution_options={"populate_existing": True})).scalar_one()  # type: ignore[no-any-return]


async def close_gap(session: AsyncSession, gap: str, seen: ColumnElement[bool], by: By) -> KnowledgeGap:
    """Close words that have an article now, or need none. Raises NotFound."""
    query = select(KnowledgeGap).where(col(KnowledgeGap.id) == gap, seen).with_for_update()
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"没有这条待补充的知识 {gap}", "刷新列表")
    found.closed_at, found.closed_by, found.said = by.now, by.person, by.why
    await session.flush()
    return found


async def flag(session: AsyncSession, article: KnowledgeArticle, by: By) -> KnowledgeFlag:
    """Write down that an article is wrong; `by.why` says in what."""
    made = KnowledgeFlag(id=new_id("flag"), number=article.number, edition=article.published, words=by.why,
                         by=by.person, at=by.now)
    session.add(made)
    await session.flush()
    return made


async def settle_flag(session: AsyncSession, flag_id: str, seen: ColumnElement[bool], by: By) -> KnowledgeFlag:
    """Answer somebody who said that an article is wrong. Raises NotFound."""
    of_seen = col(KnowledgeFlag.number).in_(select(KnowledgeArticle.number).where(seen))
    query = select(KnowledgeFlag).where(col(KnowledgeFlag.id) == flag_id, of_seen).with_for_update()
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"没有这条报错 {flag_id}", "刷新列表")
    found.settled_at, found.settled_by, found.said = by.now, by.person, by.why
    await session.flush()
    return found


async def open_flags(session: AsyncSession, numbers: Sequence[int]) -> dict[int, int]:
    """Return how many open flags each of these articles has."""
    query = select(KnowledgeFlag.number, func.count()).where(
        col(KnowledgeFlag.number).in_(numbers), col(KnowledgeFlag.settled_at) == 0).group_by(col(KnowledgeFlag.number))
    return {number: count for number, count in (await session.execute(query)).all()}


async def cite(session: AsyncSession, article: KnowledgeArticle, call: str, by: By) -> None:
    """Remember that an article was cited in a call; once, however often it is said."""
    row = {"call": call, "number": article.number, "edition": article.published, "by": by.person, "at": by.now}
    new = insert_into(session, KnowledgeCitation).values(row).on_conflict_do_nothing().returning(
        col(KnowledgeCitation.number))
    if (await session.execute(new)).scalar_one_or_none() is not None:
        await session.execute(update(KnowledgeArticle).where(col(KnowledgeArticle.number) == article.number).values(
            cited=KnowledgeArticle.cited + 1))


async def cited_in(session: AsyncSession, call: str) -> list[tuple[int, int, str]]:
    """Return number, edition and title of what was cited in a call, in the order it was."""
    query = (select(KnowledgeCitation.number, KnowledgeCitation.edition, KnowledgeArticle.title)
             .join(KnowledgeArticle, col(KnowledgeArticle.number) == col(KnowledgeCitation.number))
             .where(col(KnowledgeCitation.call) == call).order_by(col(KnowledgeCitation.at)))
    return [(number, edition, title) for number, edition, title in (await session.execute(query)).all()]
