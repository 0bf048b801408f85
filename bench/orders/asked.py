"""What people ask of the database, each by the house's own functions and by the best SQL we could write by hand.

Both go through the same session, fetch the same columns of the same rows (all but the call's own record, which no list
shows) and end with a list of dictionaries, as an answer needs them. Counted for ours: building the statement with the
scope of the caller, the rows as objects, the cursor of the next page; for the month, the figures as the house's own
values. Not counted for either: taking the connection, and masking. Where two plans compete by how often a word occurs,
the hand writes both and the quicker one counts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.orders import lists
from api.orders.lists import Filters
from api.people.caller import Caller
from api.people.rights import OF_ROLE
from api.people.scope import scope_of
from workorders.keeping import figures, words
from workorders.life.words import Role
from workorders.models import WorkOrder

PAGE = 50
WORDS = ("停车收费", "积水", "室温", "广场舞", "预付卡", "井盖", "电梯停运", "拖欠工资", "夜间施工", "宽带断网",
         "望岚区", "松吟花园", "身份证", "垃圾")
UNITS = ("yunting", "wanglan", "qinghe", "shilu", "wanqian", "police", "cityorder", "housing", "market", "heating",
         "water", "labor", "songyin", "keji")
Ask = Callable[[AsyncSession], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its own values: ours, and one or more ways by hand, of which the quickest counts."""

    ours: Ask
    hands: Sequence[Ask]


def by_hand(sql: str, **values: Any) -> Ask:
    """Return a question as SQL; ``@`` stands for the columns that a list has."""
    sql = sql.replace("SELECT @", f"SELECT {_COLUMNS}")

    async def ask(session: AsyncSession) -> Any:
        return [dict(row) for row in (await session.execute(text(sql), values)).mappings()]
    return ask


_NAMES = [c.name for c in WorkOrder.__table__.columns if c.name != "call"]  # type: ignore[attr-defined]
_COLUMNS = ", ".join(f'w."{name}"' for name in _NAMES)
_OPEN = "w.kind <> 'report' AND w.secrecy < 2"


def agents_page(rng: Random, _: str) -> Question:
    """The newest orders, as an agent sees them."""
    agent, person = f"a{rng.randint(1001, 1024)}", f"p-agent{rng.randint(1, 24)}"
    caller = Caller("person", person, "x", OF_ROLE[Role.AGENT], frozenset({Role.AGENT}), agent=agent)
    hand = by_hand(
        f"SELECT @ FROM work_order w WHERE ({_OPEN} OR w.agent = :agent OR EXISTS (SELECT 1 FROM order_named n "
        "WHERE n.number = w.number AND n.person IN (:agent, :person))) ORDER BY w.rank DESC LIMIT 51",
        agent=agent, person=person)
    return Question(_listed(caller, Filters()), (hand,))


def units_list(rng: Random, _: str) -> Question:
    """What a unit has now, that which falls due first for it on top."""
    unit = rng.choice(UNITS)
    caller = Caller("person", "p-x", "x", OF_ROLE[Role.UNIT_HANDLER], frozenset({Role.UNIT_HANDLER}), unit=unit)
    hand = by_hand(
        "SELECT @, u.due FROM order_unit u JOIN work_order w ON w.number = u.number WHERE u.unit = :unit AND u.live "
        "AND NOT u.void AND NOT EXISTS (SELECT 1 FROM order_barred b WHERE b.number = w.number AND b.unit = :unit) "
        "ORDER BY u.due, u.number LIMIT 51", unit=unit)
    return Question(_listed(caller, Filters(unit=unit, sort="due")), (hand,))


def search(rng: Random, dialect: str) -> Question:
    """The newest orders that hold a word, as an agent sees them."""
    word = rng.choice(WORDS)
    caller = Caller("person", "p-agent1", "x", OF_ROLE[Role.AGENT], frozenset({Role.AGENT}), agent="a1001")
    seen = (f"({_OPEN} OR w.agent = 'a1001' OR EXISTS (SELECT 1 FROM order_named n WHERE n.number = w.number "
            "AND n.person IN ('a1001', 'p-agent1')))")
    holds = "(w.summary LIKE :like OR w.address LIKE :like)"
    found = ("SELECT rowid FROM order_words WHERE order_words MATCH :grams" if dialect == "sqlite" else
             "SELECT rank FROM order_words WHERE grams @> CAST(:grams AS text[])")
    grams = words.wanted(word)
    given: Any = " ".join(grams) if dialect == "sqlite" else grams
    rare = by_hand(f"SELECT @ FROM work_order w WHERE w.rank IN ({found}) AND {holds} AND {seen} "
                   "ORDER BY w.rank DESC LIMIT 51", grams=given, like=f"%{word}%")
    common = by_hand(f"SELECT @ FROM work_order w WHERE {holds} AND {seen} ORDER BY w.rank DESC LIMIT 51",
                     like=f"%{word}%")
    return Question(_listed(caller, Filters(q=word)), (rare, common))


def months_figures(rng: Random, _: str) -> Question:
    """The assessment of every unit in a month."""
    month = rng.randint(1, 10)
    first, last = date(2026, month, 1), date(2026, month, 28)

    async def ours(session: AsyncSession) -> Any:
        return await figures.assessed(session, first, last)

    hand = by_hand("SELECT unit, measure, sum(good), sum(cases), sum(kept_good), sum(kept) FROM figure_day "
                   "WHERE day BETWEEN :first AND :last GROUP BY unit, measure",
                   first=figures.day_number(first), last=figures.day_number(last))
    return Question(ours, (hand,))


def _listed(caller: Caller, asked: Filters) -> Ask:
    visible = scope_of(caller).orders()

    async def ask(session: AsyncSession) -> Any:
        rows, following = await lists.page(session, visible, asked, None, PAGE, whole=False)
        return [{name: getattr(row, name) for name in _NAMES} for row in rows], following
    return ask


QUESTIONS: dict[str, Callable[[Random, str], Question]] = {
    "agent's page": agents_page, "unit's list": units_list, "full-text search": search,
    "month's assessment": months_figures,
}
