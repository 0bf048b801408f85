"""Keeps articles: each act adds a line to the article's history, each change of its words an edition.

All in the caller's transaction. Who may do it is decided before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from core.db import hold
from workorders.errors import NotFound
from workorders.knowledge import finding
from workorders.knowledge.rules import USUAL, Do, Standing, due, step
from workorders.knowledge.tables import KnowledgeArticle, KnowledgeChange, KnowledgeEdition


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, when (epoch s), and in their own words why."""

    person: str
    now: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What an article says and how it is kept."""

    title: str
    words: str
    unit: str
    field: str = ""
    public: bool = False
    review_days: int = USUAL


def standing(article: KnowledgeArticle) -> Standing:
    """Return how an article stands."""
    return Standing(article.state, article.latest, article.published)  # type: ignore[arg-type]


async def make(session: AsyncSession, content: Content, by: By) -> KnowledgeArticle:
    """Add a draft; its number is the next one."""
    await hold(session, "knowledge")
    last = (await session.execute(select(func.max(KnowledgeArticle.number)))).scalar_one()
    article = KnowledgeArticle(
        number=int(last or 0) + 1, version=0, state="draft", unit=content.unit, title=content.title,
        words=content.words, field=content.field, public=content.public, review_days=content.review_days,
        changed_at=by.now)
    session.add(article)
    await session.flush()
    _add_edition(session, article, content, by)
    _note(session, article, "make", by)
    await session.flush()
    return article


async def locked(session: AsyncSession, number: int, seen: ColumnElement[bool]) -> KnowledgeArticle:
    """Return an article that is `seen`, held for this transaction. Raises NotFound."""
    query = select(KnowledgeArticle).where(col(KnowledgeArticle.number) == number, seen).with_for_update()
    return there(number, (await session.execute(query)).scalar_one_or_none())


def there(number: int, found: KnowledgeArticle | None) -> KnowledgeArticle:
    """Return an article that was asked for. Raises NotFound."""
    if found is None:
        raise NotFound(f"没有知识 {number}，或它已停用", "从知识库重新查找")
    return found


async def edit(session: AsyncSession, article: KnowledgeArticle, content: Content, by: By) -> None:
    """Change an article. New words wait to be published; who owns it and how often it is reviewed hold at once."""
    step(standing(article), "edit")
    moved = _keep_otherwise(article, content)
    before = await session.get_one(KnowledgeEdition, (article.number, article.latest))
    if (before.title, before.words, before.field, before.public) != (
            content.title, content.words, content.field, content.public):
        article.latest += 1
        _add_edition(session, article, content, by)
    if article.state == "draft":
        _show(article, content)
    _note(session, article, "edit", by, moved)
    await session.flush()


async def publish(session: AsyncSession, article: KnowledgeArticle, by: By) -> None:
    """Put the newest edition into use; whoever publishes it has read it. Raises KnowledgeError."""
    article.state = step(standing(article), "publish")
    article.published = article.latest
    newest = await session.get_one(KnowledgeEdition, (article.number, article.latest))
    _show(article, newest)
    _reviewed(article, by)
    _note(session, article, "publish", by)
    await _settled(session, article)


async def review(session: AsyncSession, article: KnowledgeArticle, by: By) -> None:
    """Say that an article still is right. Raises KnowledgeError."""
    article.state = step(standing(article), "review")
    _reviewed(article, by)
    _note(session, article, "review", by)
    await session.flush()


async def withdraw(session: AsyncSession, article: KnowledgeArticle, by: By) -> None:
    """Take an article out of use; nothing is deleted. Raises KnowledgeError."""
    article.state = step(standing(article), "withdraw")
    _note(session, article, "withdraw", by)
    await _settled(session, article)


async def history(session: AsyncSession, number: int) -> Sequence[KnowledgeChange]:
    """Return what was done with an article, the newest first."""
    query = select(KnowledgeChange).where(col(KnowledgeChange.number) == number)
    return (await session.execute(query.order_by(col(KnowledgeChange.seq).desc()).limit(200))).scalars().all()


async def _settled(session: AsyncSession, article: KnowledgeArticle) -> None:
    await session.flush()
    await finding.keep(session, article)


def _show(article: KnowledgeArticle, said: Content | KnowledgeEdition) -> None:
    article.title, article.words, article.field, article.public = said.title, said.words, said.field, said.public


def _keep_otherwise(article: KnowledgeArticle, content: Content) -> dict[str, Any]:
    """Take over who owns it and how often it is reviewed; return what that was before."""
    moved: dict[str, Any] = {name: [getattr(article, name), getattr(content, name)] for name in ("unit", "review_days")
                             if getattr(article, name) != getattr(content, name)}
    article.unit, article.review_days = content.unit, content.review_days
    if article.reviewed_at:
        article.due_at = due(article.reviewed_at, article.review_days)
    return moved


def _reviewed(article: KnowledgeArticle, by: By) -> None:
    article.reviewed_at, article.reviewed_by = by.now, by.person
    article.due_at = due(by.now, article.review_days)


def _add_edition(session: AsyncSession, article: KnowledgeArticle, content: Content, by: By) -> None:
    session.add(KnowledgeEdition(number=article.number, edition=article.latest, title=content.title,
                                 words=content.words, field=content.field, public=content.public, by=by.person,
                                 why=by.why, at=by.now))


def _note(session: AsyncSession, article: KnowledgeArticle, do: Do, by: By, data: dict[str, Any] | None = None) -> None:
    article.version += 1
    article.changed_at = by.now
    session.add(KnowledgeChange(number=article.number, seq=article.version, do=do, edition=article.latest,
                                by=by.person, why=by.why, data=data or {}, at=by.now))
