"""What somebody could do to an order now: the buttons of a desk, each with what it asks for or why it is grey.

Read from the same table and the same checks as `perform`, so no button promises what an act would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from workorders.life.acts import Actor, Wish
from workorders.life.bring import Bring, brought_for
from workorders.life.case import Case
from workorders.life.checks import OF_THE_WISH, lacking
from workorders.life.confidential import concerned
from workorders.life.errors import LifeError
from workorders.life.matters import Strict
from workorders.life.needs import Need
from workorders.life.order import Order
from workorders.life.perform import Row, is_ours, rows_of
from workorders.life.policy import Rules
from workorders.life.shapes import SHAPES, Nothing
from workorders.life.states import STEPS, Of
from workorders.life.words import CHINESE_DO, Do, Role, State


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that is there for this person. `about`: the unit whose part it is about, "" for the order itself.

    `needs`: what must come with it; `fields`: name → whether it must be filled in; `blocked` and `fix`: why it
    cannot be done at the moment and what to do, "" when it can.
    """

    do: Do
    about: str
    chinese: str
    needs: tuple[Need, ...]
    fields: dict[str, bool]
    blocked: str = ""
    fix: str = ""
    brings: tuple[Bring, ...] = ()  # files that policy asks for with it

    @property
    def open(self) -> bool:
        """Tell whether it can be done now."""
        return not self.blocked


_SUBJECT: dict[Do, Callable[[Order, Actor], bool]] = {  # no button for a decision where there is nothing to decide
    Do.DECIDE_FINDING: lambda order, by: any(f.decided_at is None and f.by != by.id for f in order.findings),
    Do.ANSWER_FINDING: lambda order, by: any(f.decided_at is None and f.unit == by.unit for f in order.findings),
    Do.REFER_FINDING: lambda order, _: any(f.established and f.referred_at is None for f in order.findings),
    Do.DECIDE_STRIKE: lambda order, by: any(
        r.what == "strike" and r.standing == "asked" and r.by != by.id for r in order.requests),
}


def _starts(role: Role) -> dict[Do, tuple[frozenset[State | None], frozenset[State | None]]]:
    """Return the acts that the table has for an office, in its order: where an order, and where a part, may stand."""
    found: dict[Do, tuple[frozenset[State | None], frozenset[State | None]]] = {}
    for step in (one for one in STEPS if role in one.who):
        of_order, of_part = found.get(step.do, (frozenset(), frozenset()))
        found[step.do] = ((of_order | step.frm, of_part) if step.of is Of.ORDER else (of_order, of_part | step.frm))
    return found


_STARTS = {role: _starts(role) for role in Role}
_STRIKES = frozenset({Do.ASK_STRIKE, Do.DECIDE_STRIKE})  # which request is meant, the wish says
_OF_STRIKES = frozenset({Need.PENDING, Need.NONE_PENDING, Need.NOT_THE_ASKER})


def open_acts(order: Order, actor: Actor, rules: Rules, now: float) -> tuple[Offer, ...]:
    """Return the acts that are there for `actor` in the order's state, in the table's order; none if it is hidden."""
    hidden = actor.unit in order.matter.barred or (actor.of_unit and actor.unit not in concerned(order))
    if hidden:
        return ()
    parts = {part.state for part in order.assignments}
    found = (_offer(order, Wish(do, actor, now, about=about), rules)
             for do, (of_order, of_part) in _STARTS[actor.role].items()
             if (order.state in of_order or not of_part.isdisjoint(parts)) and _has_subject(do, order, actor)
             for about in (_abouts(order, actor) if not of_part.isdisjoint(parts) else ("",)))
    return tuple({(one.do, one.about): one for one in found if one is not None}.values())


def _has_subject(do: Do, order: Order, actor: Actor) -> bool:
    asked = _SUBJECT.get(do)
    return asked is None or asked(order, actor)


def _abouts(order: Order, actor: Actor) -> Iterator[str]:
    yield ""
    if not actor.of_unit:
        yield from (part.unit for part in order.current())


def _offer(order: Order, wish: Wish, rules: Rules) -> Offer | None:
    case = Case(order, wish, Nothing(), rules)
    rows = [row for row in rows_of(case) if is_ours(row, case) and (row.part is not None or not wish.about)]
    if not rows:
        return None
    row, lack = max(((row, _lacking(row, case)) for row in rows), key=lambda found: _nearness(found[1]))
    return Offer(wish.do, row.part.unit if row.part else "", CHINESE_DO[wish.do],
                 tuple(need for need in row.step.needs if need in OF_THE_WISH), fields_of(SHAPES.get(wish.do, Nothing)),
                 str(lack[1]) if lack else "", lack[1].fix if lack else "",
                 brought_for(order, row.part, rules.policy) if wish.do is Do.REPLY and row.part else ())


def _nearness(lack: tuple[int, LifeError] | None) -> float:
    return float("inf") if lack is None else lack[0]


def _lacking(row: Row, case: Case) -> tuple[int, LifeError] | None:
    """Return what stands in the way whatever will be typed."""
    said_later = OF_THE_WISH | _OF_STRIKES if case.wish.do in _STRIKES else OF_THE_WISH
    return lacking(replace(case, part=row.part), [need for need in row.step.needs if need not in said_later])


@cache
def fields_of(shape: type[Strict]) -> dict[str, bool]:
    """Return the fields of an act's data, and which must be given."""
    return {name: field.is_required() for name, field in shape.model_fields.items()}
