"""What people ask of the database, each by the house's own functions and by the best SQL we could write by hand.

Both go through the same connection and come to the same answer, which is compared: for a list, the rows as
dictionaries of the columns a list has, and the cursor of the next page; for a month, every figure. Counted for ours is
all of it from the caller and the filters on: the scope of the caller, the statement, the rows. Not counted for either:
taking the connection, and masking. The hand's SQL is written once for each question, knows which rule cannot matter to
it, and is prepared like ours. Where two plans compete by how often a word occurs, the hand writes both and the quicker
one counts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.orders.lists import Filters
from api.orders.pages import COLUMNS, page
from api.people.caller import Caller
from api.people.rights import OF_ROLE
from api.people.scope import scope_of
from api.wire.paging import cursor_of, filters_digest
from workorders.keeping import figures, words
from workorders.life.words import Role

PAGE = 50
WORDS = ("停车收费", "积水", "室温", "广场舞", "预付卡", "井盖", "电梯停运", "拖欠工资", "夜间施工", "宽带断网",
         "望岚区", "松吟花园", "身份证", "垃圾")
UNITS = ("yunting", "wanglan", "qinghe", "shilu", "wanqian", "police", "cityorder", "housing", "market", "heating",
         "water", "labor", "songyin", "keji")
Ask = Callable[[AsyncSession], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its own values: ours, and one or more ways by hand, of which the quickest counts.

    `plain` turns our answer into what the hand gives, so that the two can be compared; it is not timed.
    """

    ours: Ask
    hands: Sequence[Ask]
    plain: Callable[[Any], Any] = lambda answer: answer


def agents_page(rng: Random, _: str) -> Question:
    """The newest orders, as an agent sees them."""
    agent, person = f"a{rng.randint(1001, 1024)}", f"p-agent{rng.randint(1, 24)}"
    caller = Caller("person", person, "x", OF_ROLE[Role.AGENT], frozenset({Role.AGENT}), agent=agent)
    hand = _newest_by_hand(f"SELECT @ FROM work_order w WHERE {_SEEN} ORDER BY w.rank DESC LIMIT 51",
                           {}, agent=agent, person=person)
    return Question(_listed(caller, Filters()), (hand,))


def units_list(rng: Random, _: str) -> Question:
    """What a unit has now, that which falls due first for it on top.

    The unit has each of these orders itself, so that of the rules of sight the hand needs but one: no order that is
    kept from it or from a unit above it.
    """
    unit = rng.choice(UNITS)
    caller = Caller("person", "p-x", "x", OF_ROLE[Role.UNIT_HANDLER], frozenset({Role.UNIT_HANDLER}), unit=unit)
    shares = "SELECT number, due FROM order_unit WHERE unit = :unit AND live = TRUE AND NOT void"
    hands = [_by_hand(
        "WITH RECURSIVE above(unit) AS (SELECT CAST(:unit AS text) UNION SELECT CAST(p.upper AS text) FROM unit_place "
        f"p JOIN above a ON p.unit = a.unit) SELECT @, u.due FROM ({way}) u JOIN work_order w ON w.number = u.number "
        "WHERE NOT EXISTS (SELECT 1 FROM order_barred b WHERE b.number = w.number AND b.unit IN (SELECT unit FROM "
        "above)) ORDER BY u.due, u.number LIMIT 51",
        (*COLUMNS, "own_due"), ("own_due", "number"), {"unit": unit, "sort": "due"}, {"unit": unit})
        for way in (shares, f"{shares} ORDER BY due, number LIMIT 101")]
    return Question(_listed(caller, Filters(unit=unit, sort="due")), hands)


def search(rng: Random, dialect: str) -> Question:
    """The newest orders that hold a word, as an agent sees them: by its grams, or read back from the newest."""
    word = rng.choice(WORDS)
    caller = Caller("person", "p-agent1", "x", OF_ROLE[Role.AGENT], frozenset({Role.AGENT}), agent="a1001")
    values = {"grams": words.sought(dialect, word).grams, "like": f"%{word}%", "agent": "a1001", "person": "p-agent1"}
    grams, sort, like = _GRAMS[dialect]
    where = f"WHERE (w.summary {like} :like OR w.secrecy = 0 AND w.address {like} :like) AND {_SEEN}"
    ways = (f"SELECT @ FROM work_order w {where} AND w.rank IN ({grams}) ORDER BY w.rank DESC LIMIT 51",
            f"SELECT @ FROM ({grams} {sort}) f JOIN work_order w ON w.rank = f.rank {where} ORDER BY f.rank DESC "
            "LIMIT 51",
            f"SELECT @ FROM work_order w {where} ORDER BY w.rank DESC LIMIT 51")
    return Question(_listed(caller, Filters(q=word)), [_newest_by_hand(sql, {"q": word}, **values) for sql in ways])


def months_figures(rng: Random, _: str) -> Question:
    """The assessment of every unit in a month."""
    month = rng.randint(1, 10)
    first, last = date(2026, month, 1), date(2026, month, 28)

    async def ours(session: AsyncSession) -> Any:
        return await figures.assessed(session, first, last)

    async def hand(session: AsyncSession) -> Any:
        rows = await _rows(session, "SELECT unit, measure, sum(good), sum(cases), sum(kept_good), sum(kept) FROM "
                           "figure_day WHERE day BETWEEN :first AND :last GROUP BY unit, measure HAVING sum(cases) > 0",
                           {"first": figures.day_number(first), "last": figures.day_number(last)})
        return {(unit, measure): tuple(counts) for unit, measure, *counts in rows}

    return Question(ours, (hand,), _plain_figures)


QUESTIONS: dict[str, Callable[[Random, str], Question]] = {
    "agent's page": agents_page, "unit's list": units_list, "full-text search": search,
    "month's assessment": months_figures,
}

_GRAMS = {  # what finds candidates, what sorts them before they are opened, and what compares without regard to case
    "sqlite": ("SELECT rowid AS rank FROM order_words WHERE order_words MATCH :grams", "", "LIKE"),
    "postgresql": ("SELECT rank FROM order_words WHERE grams @> CAST(:grams AS text[])",
                   "ORDER BY rank DESC OFFSET 0", "ILIKE")}
_COLUMNS = ", ".join(f'w."{name}"' for name in COLUMNS)
_SEEN = ("((w.kind <> 'report' AND w.secrecy < 2) OR w.agent = :agent OR EXISTS (SELECT 1 FROM order_named n "
         "WHERE n.number = w.number AND n.person IN (:agent, :person)))")


def _listed(caller: Caller, asked: Filters) -> Ask:
    async def ask(session: AsyncSession) -> Any:
        return await page(session, scope_of(caller), asked, None, PAGE, whole=False)
    return ask


def _newest_by_hand(sql: str, filters: Mapping[str, str], **values: Any) -> Ask:
    return _by_hand(sql, COLUMNS, ("rank",), {"sort": "newest", **filters}, values)


def _by_hand(sql: str, names: Sequence[str], place: Sequence[str], filters: Mapping[str, str],
             values: Mapping[str, Any]) -> Ask:
    """Return a list as SQL; ``@`` stands for the columns that any list has. `place`: the columns of its order."""
    sql = sql.replace("SELECT @", f"SELECT {_COLUMNS}")

    async def ask(session: AsyncSession) -> Any:
        found = await _rows(session, sql, values)
        rows = [dict(zip(names, row, strict=True)) for row in found[:PAGE]]
        if len(found) <= PAGE:
            return rows, None
        return rows, cursor_of(filters_digest("work-orders", filters), [rows[-1][name] for name in place])
    return ask


async def _rows(session: AsyncSession, sql: str, values: Mapping[str, Any]) -> Sequence[Any]:
    statement = _statement(sql)
    return await session.run_sync(lambda sync: sync.connection().execute(statement, values).all())


@lru_cache
def _statement(sql: str) -> TextClause:
    return text(sql)


def _plain_figures(found: Mapping[Any, Any]) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(unit, measure.value): (one.whole.numerator, one.whole.denominator, one.kept.numerator,
                                    one.kept.denominator)
            for (unit, measure), one in found.items()}
