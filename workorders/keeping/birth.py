"""How an order comes to be: an appeal's first act, the row it gets, and what is written with it. Nothing here waits.

Orders are born by the thousand on a bad day, so a row is made of its columns in one go, as one that was read would be:
what SQLModel does for every column of a new object costs more than writing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import class_mapper

from core.db_batch import Statement
from workorders.keeping import intake, numbers, store, timers, words
from workorders.keeping.intake import Intake
from workorders.keeping.shares import columns_of, shares_of
from workorders.keeping.tables import OrderBarred, OrderFinding, OrderNamed, OrderUnit
from workorders.life.acts import Act, Actor, Wish
from workorders.life.history import Digest, advance
from workorders.life.order import Order
from workorders.life.policy import Rules
from workorders.life.words import Do
from workorders.models import WorkOrder

TABLES: Final[tuple[tuple[str, type[Any]], ...]] = (
    ("units", OrderUnit), ("barred", OrderBarred), ("named", OrderNamed), ("findings", OrderFinding))
PUT_IN: Final = {name: insert(table) for name, table in TABLES}
_NEW_ROW: Final = insert(WorkOrder)
_UNTOUCHED: Final[Mapping[str, Any]] = {"hold": False, "erased_at": None}  # no birth says anything about these


@dataclass(frozen=True, slots=True)
class Coming:
    """An appeal on its way to be an order: who takes it, when."""

    appeal: Intake
    by: Actor
    at: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Born:
    """An order that no table has yet. `columns`: every one of WorkOrder; `code`: what its citizen is told, or ""."""

    columns: Mapping[str, Any]
    order: Order
    acts: tuple[Act, ...]
    code: str = ""

    def row(self) -> WorkOrder:
        """Return its row, as if it had been read."""
        made: WorkOrder = class_mapper(WorkOrder).class_manager.new_instance()
        made.__dict__.update(self.columns)
        return made


def accepted(coming: Coming, number: str, rules: Rules, digest: Digest) -> tuple[Order, Act]:
    """Return the order an appeal becomes, and its first act. Raises LifeError."""
    appeal = coming.appeal
    texts, matter, first = appeal.texts(), appeal.matter, appeal.first_responder
    intake.check(texts)
    data = {"number": number, "matter": matter.model_dump(mode="json"), "provisional": appeal.provisional,
            "first_responder": first if first and first not in matter.barred else None,
            "call": appeal.call_key or "", "content": intake.content_digest(texts, digest)}
    return advance(None, Wish(Do.ACCEPT, coming.by, coming.at, why=coming.why, data=data), rules, digest)


def born(appeal: Intake, order: Order, acts: Sequence[Act], code: str) -> Born:
    """Return what is written of a new order."""
    number = order.number
    columns = {
        **_UNTOUCHED, **appeal.texts(), **columns_of(order), "number": number, "rank": numbers.rank_of(number),
        "call_key": appeal.call_key, "appeal": appeal.appeal, "call": dict(appeal.call),
        "created_at": order.accepted_at, "code_hash": numbers.code_hash(number, code) if code else ""}
    return Born(columns, order, tuple(acts), code)


def written(dialect: str, children: Sequence[Born], looks: Iterable[float | None]) -> Iterator[Statement]:
    """Yield the statements that write new orders down, one a table; `looks`: when each must be looked at."""
    yield store.added([(one.order.number, one.acts) for one in children])
    yield _NEW_ROW, [one.columns for one in children]
    shares = [shares_of(one.order) for one in children]
    for name, _ in TABLES:
        if rows := [row for share in shares for row in getattr(share, name)]:
            yield PUT_IN[name], rows
    yield timers.first([(one.order.number, look) for one, look in zip(children, looks, strict=True)])
    yield words.first(dialect, [one.columns for one in children])
