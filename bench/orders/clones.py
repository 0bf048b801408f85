"""Many orders from some: each life of the seed city again and again under other numbers, sealed anew, all chains valid.

A life is rendered once as lines of COPY; a clone replaces its number, its rank and its call in them and reckons the
seals again, since a seal covers the number. Nothing of the house's own code runs per clone, so a million take minutes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hotline.seed.lives import Life
from hotline.seed.rows import Rows
from workorders.keeping import numbers
from workorders.keeping.tables import OrderAct
from workorders.life.acts import Act
from workorders.life.history import WORDS, act_fields, digest_named
from workorders.life.policy import Rules

NULL = "\\N"
_PREVIOUS, _DIGEST, _HEAD = "@previous@", "@digest@", "@head@"
Lines = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How values stand in a line: what is between them, and how a truth and a text are written."""

    between: str
    truth: tuple[str, str]
    text: Callable[[str], str]
    grams: Callable[[list[str]], str]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


COPY = Dialect("\t", ("f", "t"), _escaped, lambda grams: "{" + ",".join(grams) + "}")
VALUES = Dialect("\x1f", ("0", "1"), str, " ".join)  # for SQLite: split again, columns turn text into numbers


@dataclass(frozen=True, slots=True)
class _ActLine:
    sealed: str  # the canonical JSON that the seal covers, its own previous seal left open
    line: str


@dataclass(frozen=True, slots=True)
class Mould:
    """A life as lines with open places."""

    number: str
    rank: str
    call: str
    acts: tuple[_ActLine, ...]
    rows: tuple[tuple[str, str], ...]  # table, line


def columns_of(table: type[Any]) -> list[str]:
    """Return a table's columns in the order in which lines have them."""
    return [column.name for column in table.__table__.columns]  # type: ignore[attr-defined]


def mould(life: Life, rules: Rules, now: float, dialect: Dialect) -> Mould:
    """Render a life."""
    rows = Rows()
    rows.take(life, rules, now)
    acts = tuple(_act_line(life.number, act, dialect) for act in life.acts)
    found = [(table.__tablename__, _line(table, row, dialect).replace(life.order.head, _HEAD))
             for table, those in rows.tables.items() if table is not OrderAct for row in those]
    for rank, grams in rows.grams:
        found.append(("order_words", f"{rank}{dialect.between}{dialect.grams(grams)}"))
    return Mould(life.number, str(numbers.rank_of(life.number)), life.intake.call_key or "", acts, tuple(found))


def _act_line(number: str, act: Act, dialect: Dialect) -> _ActLine:
    body = act_fields(act)
    erased = body.pop("erased")
    digest = digest_named("sha256")
    row = {"number": number, **body, "erased": erased, "previous": _PREVIOUS, "digest": _DIGEST}
    del body["digest"]
    words = {word: erased.get(word) or digest(body[word].encode()) for word in WORDS}
    sealed = {**body, "previous": _PREVIOUS, **words}
    text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _ActLine(text, _line(OrderAct, row, dialect))


def _line(table: type[Any], row: dict[str, Any], dialect: Dialect) -> str:
    return dialect.between.join(_value(row[name], dialect) for name in columns_of(table))


def _value(value: Any, dialect: Dialect) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return dialect.truth[value]
    if isinstance(value, int | float):
        return repr(value)
    return dialect.text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def clone(made: Mould, number: str, copy: int, into: Lines) -> None:
    """Add a life under another number to `into`, by table; `copy` makes its call another one."""
    rank, previous = str(numbers.rank_of(number)), ""
    call = f"{made.call[:24]}{copy:08x}" if made.call else ""

    def own(text: str) -> str:
        text = text.replace(made.number, number)
        return text.replace(made.call, call) if call else text

    for one in made.acts:
        seal = "sha256:" + sha256(own(one.sealed).replace(_PREVIOUS, previous).encode()).hexdigest()
        into["order_act"].append(own(one.line).replace(_PREVIOUS, previous).replace(_DIGEST, seal))
        previous = seal
    for table, line in made.rows:
        into[table].append(own(line).replace(made.rank, rank).replace(_HEAD, previous))


def numbered(lives: list[Life], copies: int) -> Iterator[tuple[Life, int, str]]:
    """Yield each life with each copy's number: those of a day follow one another without gap, day after day."""
    days = Counter(life.number[:9] for life in lives)
    for life in lives:
        day, count = life.number[:9], int(life.number[10:])
        for copy in range(copies):
            yield life, copy, f"{day}-{count + copy * days[day]:04d}"

