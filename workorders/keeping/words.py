"""Full text in Chinese: one- and two-character grams in an index of the database's own, the same on either database.

Most Chinese words have two characters. A trigram index (FTS5's tokenizer, pg_trgm) cannot find them, and pg_trgm sees
no Chinese at all in a database whose locale is C. So the grams are ours: FTS5 holds them as words, PostgreSQL as an
array under GIN. They find candidates; the text itself is compared afterwards.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    column,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy import table as sql_table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text
from sqlmodel import col, func

from core import db_batch
from core.db import rows_of
from core.db_batch import Statement
from workorders.keeping.stretches import TOKENS, Stretch, stretches
from workorders.life.errors import BadContent
from workorders.models import WorkOrder

LONGEST_QUERY = 100  # characters
# Sorting m ranks costs m steps, reading back through n to a page of those that m have costs about n / m: the two are
# equal near the root of n. Measured at 100,000 and 1,000,000 on PostgreSQL: some seventeen times the root.
MANY = 17.0
OFTEN = 0.1  # of orders: what fewer hold is clustered, and reading back might have to go far for it
FEW = 1000.0  # orders that hold a query: so many are sorted whole sooner than they are looked for by days
_REMEMBERED = 600.0  # s: how frequent grams are
_MOST_GRAMS = 6000
_KEEP = {
    "sqlite": text("INSERT OR REPLACE INTO order_words(rowid, grams) VALUES (:rank, :grams)"),
    "postgresql": text("INSERT INTO order_words(rank, grams) VALUES (:rank, :grams) "
                       "ON CONFLICT (rank) DO UPDATE SET grams = excluded.grams")}
_COUNTED = text(
    "SELECT greatest(c.reltuples, 0), s.most_common_elems::text::text[], s.most_common_elem_freqs, "
    "(SELECT max(rank) FROM order_words), (SELECT min(rank) FROM order_words) FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stats s ON s.schemaname = n.nspname "
    "AND s.tablename = c.relname AND s.attname = 'grams' WHERE c.oid = 'order_words'::regclass")
_RUNS = re.compile(r"[^\W_]+")
_DATED: ColumnElement[Any] = literal_column(TOKENS)
_WORDS = sql_table("order_words", column("rank"), column("rowid"), column("grams"), column("order_words"))
_FIRST = insert(_WORDS)


class Addresses(StrEnum):
    """Whose addresses a query looks in: what is hidden from a reader is not found by it either."""

    ALL = "all"
    OPEN = "open"  # of orders without secrecy
    NONE = "none"


def folded(words: str) -> str:
    """Return text as it is compared: case does not matter."""
    return words.casefold()


def _runs(words: str) -> Iterator[str]:
    return (run.group() for run in _RUNS.finditer(folded(words)))


def grams(words: str) -> list[str]:
    """Return every character and every pair of neighbours, each once, as ASCII words."""
    found: dict[str, None] = {}
    for run in _runs(words):
        before = ""
        for code in [f"{ord(one):x}" for one in run]:
            found[code] = None
            if before:
                found[f"{before}x{code}"] = None
            before = code
    return list(found)[:_MOST_GRAMS]


def wanted(query: str) -> list[str]:
    """Return the grams a text must have to hold the query: pairs, and single characters that stand alone."""
    found: dict[str, None] = {}
    for run in _runs(query):
        pairs = [run[place:place + 2] for place in range(len(run) - 1)] or [run]
        found.update(dict.fromkeys(map(_gram, pairs)))
    return list(found)


def _gram(characters: str) -> str:
    """Return a gram as letters and digits, so that no tokenizer has an opinion about it."""
    return "x".join(f"{ord(one):x}" for one in characters)


def searched(row: Mapping[str, Any]) -> str:
    """Return the text an order is found by."""
    return f"{row['summary']}\n{row['address']}"


def kept(dialect: str, row: Mapping[str, Any]) -> Statement:
    """Return the statement that brings the index of an order to its text; `row`: its rank, summary and address."""
    found = grams(searched(row))
    return _KEEP[dialect], {"rank": row["rank"], "grams": " ".join(found) if dialect == "sqlite" else found}


def first(dialect: str, rows: Iterable[Mapping[str, Any]]) -> Statement:
    """Return the statement that puts new orders into the index of words."""
    told = [kept(dialect, row)[1] for row in rows]
    if dialect == "sqlite":
        return _KEEP[dialect], told
    return _FIRST, told


async def keep(session: AsyncSession, row: WorkOrder) -> None:
    """Bring the index of an order to its text."""
    told = {"rank": row.rank, "summary": row.summary, "address": row.address}
    await db_batch.run(session, [kept(session.get_bind().dialect.name, told)])


@dataclass(frozen=True, slots=True)
class Sought:
    """A query as the database compares it: its words, each as it is written but for case, and their grams.

    Both are the values themselves or, in `named`, places for them.
    """

    words: Sequence[Any]
    grams: Any

    @property
    def values(self) -> dict[str, Any]:
        """Return what a statement with `named` is run with."""
        return {"grams": self.grams, **{f"word{place}": word for place, word in enumerate(self.words)}}


def sought(dialect: str, query: str) -> Sought:
    """Return what a query looks for. Raises BadContent."""
    found = _checked(query)
    return Sought([word.lower() for word in query.split()], " ".join(found) if dialect == "sqlite" else found)


def named(dialect: str, count: int) -> Sought:
    """Return places for a query of `count` words."""
    grams_type: Any = Text() if dialect == "sqlite" else ARRAY(Text())
    return Sought([bindparam(f"word{place}", type_=Text()) for place in range(count)],
                  bindparam("grams", type_=grams_type))


def holding(dialect: str, query: Sought, *, common: bool = False,
            addresses: Addresses = Addresses.ALL) -> ColumnElement[bool]:
    """Return the condition that an order's text holds every word of the query.

    Words are what stands between spaces; each must be there as it is written, in any order. `common`: many orders hold
    it, so the newest are found sooner by reading back from the last order than by the index of grams.
    """
    exact = and_(*(_has(dialect, word, addresses) for word in query.words))
    return exact if common else col(WorkOrder.rank).in_(_candidates(dialect, query.grams)) & exact


@dataclass(frozen=True, slots=True)
class Way:
    """How the newest orders that hold a query are found: read back, by stretches of days, or (neither) by grams."""

    common: bool = False
    stretches: tuple[Stretch, ...] = ()


async def way_of(session: AsyncSession, query: str, before: int | None) -> Way:
    """Return the quickest way to a page of the newest orders that hold the query (PostgreSQL).

    `before`: the rank at which the page before ended, None for the first. A handful is sorted whole; what stands
    everywhere is found by reading back from the last order; what lies between by its days, for sorting what a year
    holds to show a page of it grows with the years.

    The rarest of its grams decides. The planner itself multiplies their frequencies, though they go together
    (身份, 份证), and takes a common word for a rare one. How frequent each gram is has been counted by ANALYZE; it is
    remembered with the connection for a while, for it does not change by the minute.
    """
    found = _checked(query)
    known = await _frequencies(session)
    share = min(known.of_gram.get(gram, 0.0) for gram in found)
    if share >= OFTEN and share * math.sqrt(known.orders) >= MANY:
        return Way(common=True)
    if share * known.orders <= FEW:
        return Way()
    return Way(stretches=stretches(known.newest, known.oldest, known.orders, share, before))


@dataclass(frozen=True, slots=True)
class _Frequencies:
    """How many orders there are, from which rank to which, and in what share a gram stands (rare ones are left out)."""

    until: float  # monotonic s
    orders: float
    newest: int
    oldest: int
    of_gram: Mapping[str, float]


async def _frequencies(session: AsyncSession) -> _Frequencies:
    info, now = (await session.connection()).info, time.monotonic()
    known: _Frequencies | None = info.get(_Frequencies)
    if known is None or known.until < now:
        ((orders, found, shares, newest, oldest),) = await rows_of(session, _COUNTED, {})
        of_gram = dict(zip(found or (), shares or (), strict=False))  # behind the shares: the least, the most, no grams
        known = info[_Frequencies] = _Frequencies(
            now + _REMEMBERED, orders, newest or 0, oldest or 0, of_gram)
    return known


def newest(dialect: str, orders: Select[Any], query: Sought, addresses: Addresses, before: Any = None,
           days: Any = None) -> Select[Any]:
    """Return the orders that hold the query, the newest first, opened in that order until the page is full.

    `before`: the rank at which the page before ended, None for the first; `days`: those of a stretch, None for all
    (PostgreSQL). Values, or places for them.
    """
    found = _candidates(dialect, query.grams)
    if days is not None:
        found = found.where(_DATED.op("&&", is_comparison=True)(days))
    if before is not None:
        found = found.where(_rank(dialect) < before)
    if dialect != "sqlite":  # FTS5 gives them in their order; here OFFSET keeps the sorting before the opening
        found = found.order_by(_rank(dialect).desc()).offset(0)
    ranks = found.subquery()
    joined = orders.join(ranks, ranks.c.rank == col(WorkOrder.rank))
    exact = (_has(dialect, word, addresses) for word in query.words)
    return joined.where(*exact).order_by(ranks.c.rank.desc())


def _checked(query: str) -> list[str]:
    if len(query) > LONGEST_QUERY:
        raise BadContent(f"检索词最多 {LONGEST_QUERY} 个字", "缩短检索词")
    found = wanted(query)
    if not found:
        raise BadContent("检索词里没有文字", "输入至少一个汉字、字母或数字")
    return found


def _compared(addresses: Addresses) -> Any:
    both = col(WorkOrder.summary).concat("\n").concat(col(WorkOrder.address))
    if addresses is Addresses.ALL:
        return both
    summary = col(WorkOrder.summary)
    return summary if addresses is Addresses.NONE else case((col(WorkOrder.secrecy) == 0, both), else_=summary)


def _has(dialect: str, word: Any, addresses: Addresses) -> ColumnElement[bool]:
    """Compare by place, not by LIKE: PostgreSQL would guess a LIKE rare and read the whole table for a common word."""
    where = func.instr if dialect == "sqlite" else func.strpos
    place: ColumnElement[int] = where(func.lower(_compared(addresses)), word)
    return place > 0


def _candidates(dialect: str, found: Any) -> Select[Any]:
    if dialect == "sqlite":
        return select(_rank(dialect)).where(_WORDS.c.order_words.op("MATCH", is_comparison=True)(found))
    given = found if isinstance(found, BindParameter) else literal(found, ARRAY(Text()))
    return select(_rank(dialect)).where(_WORDS.c.grams.op("@>")(given))


def _rank(dialect: str) -> ColumnElement[int]:
    return _WORDS.c.rowid.label("rank") if dialect == "sqlite" else _WORDS.c.rank
