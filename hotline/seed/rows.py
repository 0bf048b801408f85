"""A life as rows of the database: what the keeper would have written had every act come one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hotline.seed.lives import Life
from workorders.keeping import figures, numbers, timers, words
from workorders.keeping.figures import Case
from workorders.keeping.shares import columns_of, shares_of
from workorders.keeping.store import row_of
from workorders.keeping.tables import OrderAct, OrderBarred, OrderCase, OrderFinding, OrderNamed, OrderUnit, Timer
from workorders.life.policy import Rules
from workorders.life.words import Do
from workorders.models import CallRecord, WorkOrder

Row = dict[str, Any]
HOTLINE_NUMBER = "12345"
_GAP = "seed city: nobody spoke, so there is no recording"


class Rows:
    """Rows by table, and the sums of days, of several lives."""

    def __init__(self) -> None:
        self.tables: dict[type[Any], list[Row]] = {}
        self.grams: list[tuple[int, list[str]]] = []
        self.days: dict[str, int] = {}
        self.cases: list[Case] = []

    def take(self, life: Life, rules: Rules, now: float) -> None:
        """Add everything that a life amounts to at `now`."""
        for table, row in _rows(life, rules, now):
            self.tables.setdefault(table, []).append(row)
        found = figures.cases_of(life.order, now, rules.calendar)
        self.cases += found
        self.tables.setdefault(OrderCase, []).extend(_case(place, one) for place, one in enumerate(found))
        text = f"{life.intake.summary}\n{life.intake.address}"
        self.grams.append((numbers.rank_of(life.number), words.grams(text)))
        day, _, count = life.number.rpartition("-")
        self.days[day] = max(self.days.get(day, 0), int(count))


def _rows(life: Life, rules: Rules, now: float) -> Iterator[tuple[type[Any], Row]]:
    order, shares = life.order, shares_of(life.order)
    record = _record(life) if life.intake.call_key else None
    yield WorkOrder, {
        "number": life.number, "rank": numbers.rank_of(life.number), "call_key": life.intake.call_key,
        "appeal": life.intake.appeal, "call": _call(record) if record else {}, "created_at": order.accepted_at,
        "code_hash": "", "hold": False, "erased_at": None, **life.intake.texts(), **columns_of(order)}
    yield from ((OrderAct, row_of(life.number, act)) for act in life.acts)
    for table, found in ((OrderUnit, shares.units), (OrderBarred, shares.barred), (OrderNamed, shares.named),
                         (OrderFinding, shares.findings)):
        yield from ((table, row) for row in found)
    look = timers.next_look(order, rules, now)
    if look is not None:
        yield Timer, {"key": timers.key_of(life.number), "kind": timers.ORDER, "number": life.number, "due_at": look,
                      "leased_until": 0.0, "leased_by": "", "attempts": 0, "error": ""}
    if record:
        yield CallRecord, record


def _case(place: int, one: Case) -> Row:
    told = one.told
    return {"number": told.number, "place": place, "measure": told.measure.value, "unit": told.unit, "at": told.at,
            "day": one.day, "good": told.good, "struck": told.struck}


def _record(life: Life) -> Row:
    """Return the record of the call by which an order came."""
    order, at = life.order, life.order.accepted_at
    rated = next((act for act in life.acts if act.do is Do.RATE), None)
    ended = (rated.at if rated else at + 60.0) + 5.0
    rating = rated.data.get("value") if rated else None
    first, answered = order.first_responder, at - 90.0
    agent = _party("agent", life.intake.agent, answered + 12.0, ended - 20.0)
    unit = [_party("unit", first, at + 30.0, ended - 20.0)] if first else []
    return CallRecord(
        key=str(life.intake.call_key), caller=life.intake.caller, called=HOTLINE_NUMBER, answered_at=answered,
        ended_at=ended, ended_in="rating", ended_by="citizen", outcome="service", skill="general",
        urgency=int(order.matter.urgency), language="zh-CN", path=[], parties=[agent, *unit], failures=[], waits=[
            {"from": answered + 4.0, "to": answered + 12.0, "why": "menu"}], first_responder=first, rating=rating,
        rating_why="pressed" if rating else "no_key", last_fact_at=ended, recording_gap=_GAP,
        orders={"1": life.number}, settled_at=ended + 2.0).model_dump()


def _party(role: str, who: str, joined: float, left: float) -> Row:
    return {"party": f"{role}-{who}", "role": role, "who": who, "phone": "", "invitation": "", "answered_at": joined,
            "joined_at": joined, "left_at": left, "why": "finished", "cause": 16}


def _call(record: Row) -> Row:
    """Return what an order says of its call, as promises.call_of tells it."""
    names = ("key", "caller", "called", "answered_at", "ended_at", "path", "parties", "first_responder", "rating",
             "rating_why", "recordings", "recording_gap", "interrupted")
    return {name: record[name] for name in names}
