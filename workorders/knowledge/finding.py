"""Finding articles as one types: the grams of orders (keeping.words), what stands in the title first.

What is typed is looked for as it stands. If nothing has it, what the question is about is (rules.essence), and then
whatever has half of its pairs of characters, or three of a long one: such a find is told to be near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, column, literal, or_, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text
from sqlmodel import col, func

from core import db_batch
from workorders.keeping import words
from workorders.knowledge.rules import essence
from workorders.knowledge.tables import KnowledgeArticle

MOST: Final = 20  # results
_PAIRS: Final = 16  # of a question, that are compared one by one
_ENOUGH = 3  # pairs of a long question: who tells a whole story says little of it in the article's words
_IN_TITLE, _IN_WORDS = 3, 1
_KEEP = {
    "sqlite": text("INSERT OR REPLACE INTO knowledge_words(rowid, grams) VALUES (:number, :grams)"),
    "postgresql": text("INSERT INTO knowledge_words(number, grams) VALUES (:number, :grams) "
                       "ON CONFLICT (number) DO UPDATE SET grams = excluded.grams")}
_DROP = {"sqlite": text("DELETE FROM knowledge_words WHERE rowid = :number"),
         "postgresql": text("DELETE FROM knowledge_words WHERE number = :number")}
_INDEX = sql_table("knowledge_words", column("number"), column("rowid"), column("grams"), column("knowledge_words"))
_ROW = KnowledgeArticle


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for. `field`, `unit`: narrow it; without words they are all there is to go by."""

    words: str = ""
    field: str = ""
    unit: str = ""
    limit: int = MOST


@dataclass(frozen=True, slots=True)
class Found:
    """The articles, the best first. `near`: none has what was typed; these are like it."""

    articles: Sequence[KnowledgeArticle]
    near: bool = False


async def keep(session: AsyncSession, article: KnowledgeArticle) -> None:
    """Bring the index of an article to its text: of what is in use, and of nothing else."""
    dialect = session.get_bind().dialect.name
    if article.state != "published":
        await db_batch.run(session, [(_DROP[dialect], {"number": article.number})])
        return
    found = words.grams(f"{article.title}\n{article.field}\n{article.words}")
    kept = " ".join(found) if dialect == "sqlite" else found
    await db_batch.run(session, [(_KEEP[dialect], {"number": article.number, "grams": kept})])


async def find(session: AsyncSession, asked: Asked, seen: ColumnElement[bool]) -> Found:
    """Return what is found among the published articles that are `seen`; at most MOST."""
    narrowed = [col(_ROW.state) == "published", seen, *_narrowing(asked)]
    if not asked.words.strip():
        return Found(await _rows(session, narrowed, [col(_ROW.cited).desc()], asked.limit))
    exact = await _exact(session, asked.words, narrowed, asked.limit)
    if exact:
        return Found(exact)
    about = essence(asked.words)
    near = await _exact(session, about, narrowed, asked.limit) or await _alike(session, about, narrowed, asked.limit)
    return Found(near, near=True)


def _narrowing(asked: Asked) -> list[ColumnElement[bool]]:
    found = []
    if asked.field:
        found.append(col(_ROW.field) == asked.field)
    if asked.unit:
        found.append(col(_ROW.unit) == asked.unit)
    return found


async def _exact(session: AsyncSession, query: str, narrowed: Sequence[ColumnElement[bool]],
                 limit: int) -> Sequence[KnowledgeArticle]:
    """Return the articles that hold every word, as it is written."""
    dialect, grams = session.get_bind().dialect.name, words.wanted(query)
    if not grams:
        return []
    typed = [word.lower() for word in query.split()]
    title, everything = func.lower(col(_ROW.title)), _everything()
    rank = case((and_(*(_has(dialect, title, word) for word in typed)), 0),
                (or_(*(_has(dialect, title, word) for word in typed)), 1), else_=2)
    held = [_has(dialect, everything, word) for word in typed]
    return await _rows(session, [*narrowed, _candidates(dialect, grams, every=True), *held],
                       [rank, col(_ROW.cited).desc()], limit)


async def _alike(session: AsyncSession, query: str, narrowed: Sequence[ColumnElement[bool]],
                 limit: int) -> Sequence[KnowledgeArticle]:
    """Return the articles that hold half of the query's pairs of characters, or _ENOUGH of them."""
    dialect, pairs = session.get_bind().dialect.name, _pairs(query)
    if not pairs:
        return []
    title, everything = func.lower(col(_ROW.title)), _everything()
    shared = _sum([(_has(dialect, everything, pair), 1) for pair in pairs])
    score = _sum([(_has(dialect, title, pair), _IN_TITLE) for pair in pairs]
                 + [(_has(dialect, everything, pair), _IN_WORDS) for pair in pairs])
    grams = [gram for pair in pairs for gram in words.wanted(pair)]
    enough = shared >= min(_ENOUGH, (len(pairs) + 1) // 2)
    return await _rows(session, [*narrowed, _candidates(dialect, grams, every=False), enough],
                       [score.desc(), col(_ROW.cited).desc()], limit)


def _pairs(query: str) -> list[str]:
    runs = query.lower().split()
    found = [run[place:place + 2] for run in runs for place in range(max(1, len(run) - 1))]
    return [pair for pair in dict.fromkeys(found) if words.wanted(pair)][:_PAIRS]


def _sum(cases: Sequence[tuple[ColumnElement[bool], int]]) -> ColumnElement[int]:
    total: Any = literal(0)
    for held, points in cases:
        total = total + case((held, points), else_=0)
    return total  # type: ignore[no-any-return]


def _everything() -> Any:
    return func.lower(col(_ROW.title).concat("\n").concat(col(_ROW.field)).concat("\n").concat(col(_ROW.words)))


def _has(dialect: str, where: Any, word: str) -> ColumnElement[bool]:
    place: ColumnElement[int] = (func.instr if dialect == "sqlite" else func.strpos)(where, word)
    return place > 0


def _candidates(dialect: str, grams: Sequence[str], *, every: bool) -> ColumnElement[bool]:
    if dialect == "sqlite":
        wanted = (" " if every else " OR ").join(grams)
        found = select(_INDEX.c.rowid).where(_INDEX.c.knowledge_words.op("MATCH", is_comparison=True)(wanted))
    else:
        found = select(_INDEX.c.number).where(
            _INDEX.c.grams.op("@>" if every else "&&")(literal(list(grams), ARRAY(Text()))))
    return col(_ROW.number).in_(found)


async def _rows(session: AsyncSession, held: Sequence[ColumnElement[bool]], order: Sequence[ColumnElement[Any]],
                limit: int) -> Sequence[KnowledgeArticle]:
    query = select(_ROW).where(*held).order_by(*order, func.length(col(_ROW.title)), col(_ROW.number))
    return (await session.execute(query.limit(min(limit, MOST)))).scalars().all()
