"""How an appeal stands, for its citizen."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, StringConstraints

from api.access import address_of, database, needs, now_of
from api.people import attempts
from api.problems import Problem
from api.schemas import Number, Strict
from workorders.errors import NotFound
from workorders.keeping import numbers
from workorders.keeping.keeper import Keeper, Kept
from workorders.life.acceptance import DOORS, Ground
from workorders.life.words import CHINESE_STATE, Do, State

router = APIRouter(prefix="/api/progress", tags=["public"])
_ANSWERS: Final = frozenset({Do.REPLY, Do.ANSWER, Do.MAIN_ANSWERED, Do.RESULT_BACK})
_NOTHING: Final = "0" * 64  # compared with where there is no order, so that the answer takes as long
# what goes on inside is one thing to the citizen
_INSIDE: Final = dict.fromkeys((State.AWAITING, State.ENDORSED, State.RETURNED, State.PLEADED, State.ARBITRATION,
                                State.REDISPATCHING), "正在确定承办单位")


class ProgressIn(Strict):
    """The number of the order and its code, as they were told."""

    number: Number
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]


class RefusedOut(BaseModel):
    """Why an appeal was not accepted, where it can be taken, and the number to object by."""

    number: str
    reason: str
    door: str
    phone: str


class ProgressOut(BaseModel):
    """How it stands. `answer`: what was done, once it has been reviewed; times in epoch seconds."""

    number: str
    state: State
    state_name: str
    accepted_at: float
    answer_due: float
    answered_at: float | None
    closed_at: float | None
    answer: str
    refused: RefusedOut | None


@router.post("", responses={200: {"model": ProgressOut}}, openapi_extra={"x-refusals": [404, 429]},
             dependencies=[needs("public")])
async def progress(request: Request, response: Response, asked: ProgressIn) -> dict[str, Any]:
    """Tell how an appeal stands. Guessing is slowed down by order and by address."""
    keys = await _counted(request, asked.number)
    keeper: Keeper = request.app.state.keeper
    kept = await _found(request, keeper, asked)
    async with database(request).writing() as session:
        await attempts.forgive(session, keys)
    response.headers["Cache-Control"] = "no-store"
    return shown(kept)


async def _counted(request: Request, number: str) -> tuple[str, ...]:
    address = attempts.keys_of("", address_of(request))[0].partition(":")[2]
    mark = hashlib.sha256(number.encode()).hexdigest()[:40]
    keys = (f"asker:{address}", f"progress:{mark}")
    async with database(request).writing() as session:
        wait = await attempts.take(session, keys, now_of(request))
    if wait:
        seconds = int(wait) + 1
        raise Problem(429, "too_many", "查询太频繁", f"{seconds} 秒后再试，或拨打 12345", retry_after=seconds)
    return keys


async def _found(request: Request, keeper: Keeper, asked: ProgressIn) -> Kept:
    kept: Kept | None = None
    async with database(request).reading() as session:
        try:
            kept = await keeper.load(session, asked.number)
        except NotFound:
            kept = None
    right = numbers.code_fits(asked.number, asked.code, kept.row.code_hash if kept else _NOTHING)
    if kept is None or not right:
        raise Problem(404, "no_such_pair", "工单编号或查询码不对", "核对编号和查询码，或拨打 12345 询问")
    return kept


def shown(kept: Kept) -> dict[str, Any]:
    """Return how an order stands, in the citizen's words; nothing of who does what inside, and nobody's number."""
    order, told = kept.order, kept.order.round
    said = [one.text for one in kept.acts if one.do in _ANSWERS and not one.part]
    return {"number": order.number, "state": order.state.value,
            "state_name": _INSIDE.get(order.state, CHINESE_STATE[order.state]), "accepted_at": order.accepted_at,
            "answer_due": told.due, "answered_at": told.answered_at, "closed_at": told.closed_at,
            "answer": said[-1] if said and told.answered_at is not None else "", "refused": _refused(kept)}


def _refused(kept: Kept) -> dict[str, str] | None:
    if kept.order.state not in (State.REFUSED, State.OBJECTED):
        return None
    last = kept.order.refusals[-1]
    door = DOORS[Ground(last.ground)]
    return {"number": last.number, "reason": door.chinese, "door": door.door, "phone": door.phone}
