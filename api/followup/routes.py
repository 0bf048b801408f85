"""The list of orders to be followed up, and calling a citizen about one of them."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request

from api.access import database, needs, now_of, who
from api.calls import control
from api.people.acts import actor_for, as_agent
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import Number, Strict, Word
from api.wire.examples import Example, Examples
from api.wire.once_live import OnceInMemory
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from workorders import orders
from workorders.followup.keeping import WAITING, Asking, is_asked, waiting
from workorders.keeping.keeper import Keeper
from workorders.life.confidential import level_of
from workorders.life.order import Order
from workorders.life.policy import Rules
from workorders.life.words import CHINESE_STATE, Confidentiality, Do

router = APIRouter(prefix="/api/follow-up", tags=["follow-up"], route_class=OnceInMemory)


class CallIn(Strict):
    """Which agent's phone rings first."""

    agent: Word


@router.get("", dependencies=[needs("calls.dial")])
async def listed(request: Request, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """List orders that must still be followed up, the most urgent first; those outside the policy's sample are not.

    A page may be shorter than `limit`; `next` tells whether there is another one.
    """
    tie = filters_digest("follow-up", {})
    place = place_of(tie, cursor, (float, str))
    keeper, now = _keeper(request), now_of(request)
    async with database(request).reading() as session:
        rows = await waiting(session, scope_of(who(request)).orders(), place, limit)
        rules = await keeper.rules(session, now)
        standing = await keeper.standing(session, rows)
    more = cursor_of(tie, (rows[-1].due, rows[-1].number)) if len(rows) == limit else None
    return {"orders": [shown(one, rules) for one in standing if is_asked(one, rules)], "next": more}


@router.post("/{number}/calls", status_code=202, dependencies=[needs("calls.dial")])
async def call(request: Request, number: Number, content: CallIn) -> dict[str, Any]:
    """Ring the agent, then the citizen, to ask about the result. The call counts as an attempt when it was one."""
    caller, now = who(request), now_of(request)
    agent = as_agent(caller, content.agent)
    keeper, city = _keeper(request), request.app.state.settings.city
    async with database(request).writing() as session:
        row = await orders.seen(session, number, scope_of(caller).orders())
        kept = await keeper.load(session, number)
        by = actor_for(caller, Do.TRY_CITIZEN, kept.order)
        kept = await Asking(keeper, city, session, now).begin(number, by)
        if kept.order.state.value not in WAITING:
            state = CHINESE_STATE[kept.order.state]
            raise Problem(409, "wrong_step", f"工单现在是“{state}”，不在回访", "看工单当前状态")
        if not row.caller:
            raise Problem(409, "no_number", "这里没有记下市民的号码", "按政策结案，或改用其他方式联系")
    made: dict[str, Any] = await control(request).do("call.dial_out", agent=agent, number=row.caller, order=number,
                                                     secret=level_of(kept.order) is Confidentiality.REPORT,
                                                     by=caller.word)
    async with database(request).writing() as session:
        Asking(keeper, city, session, now).called(str(made["call"]), number, by)
    return {"call": made["call"], "number": number}


def _keeper(request: Request) -> Keeper:
    keeper: Keeper = request.app.state.keeper
    return keeper


def shown(order: Order, rules: Rules) -> dict[str, Any]:
    """Return how the follow-up of an order stands."""
    told, most = order.follow_up, rules.policy.calls_to_reach
    calls = told.calls if told else 0
    return {"number": order.number, "state": order.state.value, "kind": order.matter.kind.value,
            "first": order.matter.classification.first, "third": order.matter.classification.third,
            "unit": order.lead, "due": order.stage.due if order.stage else order.round.close_due,
            "merged_into": order.merged_into, "reopened": order.reopened, "calls": calls,
            "calls_left": max(0, most - calls), "reached": bool(told and told.reached),
            "said": bool(told and told.said_at is not None),
            "unreachable": bool(told and not told.reached and told.said_at is None and calls >= most)}


_LINE: Final[dict[str, Any]] = {
    "number": "2026-1123-0042", "state": "follow_up", "kind": "help", "first": "城市管理", "third": "路灯",
    "unit": "lamps", "due": 1795400000.0, "merged_into": "", "reopened": 0, "calls": 1, "calls_left": 2,
    "reached": False, "said": False, "unreachable": False}
EXAMPLES: Final[Examples] = {
    "GET /api/follow-up": Example({"orders": [_LINE], "next": None}),
    "POST /api/follow-up/{number}/calls": Example(
        {"call": "47e9dc92acc548f891a23a728acaeb29", "number": "2026-1123-0042"}, {"agent": "a1001"}, 202)}
