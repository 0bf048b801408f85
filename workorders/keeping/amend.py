"""What is told of an order later, by its call's record or by whoever edits it: turned into acts, never just written.

A call's record speaks when the talk is long over. What the life does not allow any more is not lost then: it stands
in the history as a note, and the sender is not asked to send it for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from workorders.keeping import intake, words
from workorders.keeping.answered import answer_from, answering, kept_anyway
from workorders.keeping.keeper import Keeper, Kept, taker
from workorders.life.acts import Actor, Wish
from workorders.life.errors import LifeError
from workorders.life.order import Order
from workorders.life.policy import Policy
from workorders.life.words import CHINESE_DO, Do, Kind, Role, State
from workorders.models import WorkOrder

TEXTS: Final = {"summary": "诉求内容", "address": "地址", "name": "诉求人", "caller": "来电号码", "unit": "拟派单位",
                "agent": "受理人"}
_CLASS: Final = ("urgency", "asker", "anonymous", "tags")
_NESTED: Final = {"classification": ("first", "second", "third"), "place": ("district", "street")}
_MISSING: Final = {"hung_up": "hung_up", "no_key": "no_key", "wrong_key": "no_key", "to_person": "not_asked"}
_UNIT = re.compile(r"[0-9A-Za-z_.-]{1,40}")
UNANSWERED: Final = frozenset({"rang_out", "declined", "unreachable"})  # a busy phone is at work
SYSTEM = Actor("system", Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of an order: by whom, when; `lenient`: what cannot be done becomes a note."""

    changes: Mapping[str, Any]
    by: Actor
    at: float
    lenient: bool = False


async def amend(keeper: Keeper, session: AsyncSession, number: str, told: Told, *,
                expect: int | None = None) -> Kept:
    """Change an order as told. Raises NotFound, LostUpdate, LifeError (never what a lenient teller cannot mend)."""
    kept = await keeper.load(session, number, lock=True)
    keeper.expect(kept, expect)
    texts = {n: intake.clean(str(told.changes[n])) for n in TEXTS if n in told.changes}
    texts = {n: text for n, text in texts.items() if text != getattr(kept.row, n)}
    intake.check(texts)
    rules = await keeper.rules(session, told.at)
    wishes = [*_rewritten(keeper, kept.row, texts, told), *_acts(kept.row, kept.order, told),
              *_answered(kept.row, told, rules.policy)]
    for name, value in texts.items():
        setattr(kept.row, name, value)
    if "call" in told.changes:
        kept.row.call = dict(told.changes["call"])
    kept = await keeper.go_on(session, kept, wishes, noted if told.lenient else None)
    if texts:
        await words.keep(session, kept.row)
    return kept


def noted(wish: Wish, error: LifeError) -> Wish:
    """Return the note that stands in the history for what could not be done."""
    if wish.do is Do.ANSWER:
        return kept_anyway(wish, error)
    said = f"来电记录要求“{CHINESE_DO[wish.do]}”，工单现状不允许，未执行：{dict(wish.data)}"
    return Wish(Do.NOTE, SYSTEM, wish.at, text=said)


def _rewritten(keeper: Keeper, row: WorkOrder, texts: Mapping[str, str], told: Told) -> Iterator[Wish]:
    """The words themselves stay out of the history; that they were changed, and to what by digest, stands in it."""
    if texts:
        whole = {name: texts.get(name, getattr(row, name)) for name in TEXTS}
        said = "修改了" + "、".join(TEXTS[name] for name in texts)
        yield Wish(Do.NOTE, told.by, told.at, text=f"{said}({intake.content_digest(whole, keeper.digest)})")


def _acts(row: WorkOrder, order: Order, told: Told) -> Iterator[Wish]:
    yield from _classified(order, told)
    if "call" in told.changes:
        yield from evidence(order, told.changes["call"], told.at)
    wanted = told.changes.get("state")
    office = told.by if told.by.role is not Role.SYSTEM else taker(row.agent or "system")
    proof = row.call_key or f"order:{row.number}"
    if wanted == "withdrawn" and order.state is not State.WITHDRAWN:
        yield Wish(Do.WITHDRAW, office, told.at, why="来电另作处理，不再需要工单", data={"evidence": proof})
    if wanted == "accepted" and order.state is State.WITHDRAWN:
        yield Wish(Do.REOPEN, office, told.at, why="来电记录表明诉求仍在")


def _answered(row: WorkOrder, told: Told, policy: Policy) -> Iterator[Wish]:
    answer = answer_from(told.changes.get("answer"))
    if answer is not None:
        by = taker(str(told.changes.get("agent") or row.agent)) if told.by.role is Role.SYSTEM else told.by
        yield answering(answer, by, told.at, policy)


def _classified(order: Order, told: Told) -> Iterator[Wish]:
    matter, changes = order.matter, told.changes
    data: dict[str, Any] = {n: changes[n] for n in _CLASS if n in changes and changes[n] != getattr(matter, n)}
    for name, levels in _NESTED.items():
        was = getattr(matter, name)
        new = {level: changes.get(level, getattr(was, level)) for level in levels}
        if new != was.model_dump():
            data[name] = new
    kind = Kind(changes.get("kind", matter.kind))
    if kind is Kind.REPORT and not matter.is_report:
        yield Wish(Do.PROTECT, _desk(told.by), told.at, data={"units": list(changes.get("complained_of", ()))})
    elif kind is not matter.kind:
        data["kind"] = kind.value
    if data:
        yield Wish(Do.CLASSIFY, _desk(told.by), told.at, data=data)


def _desk(by: Actor) -> Actor:
    """The record of a call is the agent's doing, also where no agent is known."""
    return replace(by, role=Role.AGENT) if by.role is Role.SYSTEM else by


def evidence(order: Order, call: Mapping[str, Any], at: float) -> Iterator[Wish]:
    """Yield what the call's own record says that the history does not: the rating, phones that did not answer."""
    value, why = call.get("rating"), str(call.get("rating_why") or "")
    value = value if isinstance(value, int) and 1 <= value <= 5 else None
    if (value is not None or why in _MISSING) and (not order.ratings or order.ratings[-1] != value):
        yield Wish(Do.RATE, SYSTEM, at, data={"value": value} if value else {"missing": _MISSING[why]})
    missed = [str(one.get("who") or "") for one in call.get("failures") or ()
              if one.get("role") == "unit" and one.get("why") in UNANSWERED]
    known = list(order.missed_phones)
    for unit in missed:
        if unit in known:
            known.remove(unit)
        elif _UNIT.fullmatch(unit) and unit not in order.matter.barred:
            yield Wish(Do.PHONE_UNANSWERED, SYSTEM, at, data={"unit": unit, "call": str(call.get("key") or "")})
