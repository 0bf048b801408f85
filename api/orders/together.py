"""Requests that make orders, written together: those that come while one transaction is being written share the next.

Every request gets an answer of its own, after the commit that keeps its order and its key. What a group cannot settle
(a key that was used, an appeal that has its order, a fault in one of them) goes alone, the way of every other request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.orders.shown import shown_order
from api.orders.sight import sight_of
from api.people.caller import Caller
from api.problems import Problem
from api.wire import once_together
from api.wire.once import Ticket
from api.wire.versions import etag_of
from core.db import Database, DatabaseDown
from core.gathering import Full, Gathering, GaveUp, NotDone
from workorders.keeping import together
from workorders.keeping.birth import Born, Coming
from workorders.keeping.keeper import Keeper, Kept

MOST: Final = 16  # orders in one transaction: some ten milliseconds of the write lock
WAITING: Final = 256  # requests; a second's work
PATIENCE: Final = 15.0  # s; a lock is waited for 5 s at most


@dataclass(frozen=True, slots=True, eq=False)  # two that say the same are two
class Wanted:
    """One request to make an order."""

    caller: Caller
    ticket: Ticket
    coming: Coming


class Together:
    """Makes orders of the requests that are there at the same time. One in a process."""

    def __init__(self, db: Database, keeper: Keeper, *, most: int = MOST, bound: int = WAITING,
                 patience: float = PATIENCE) -> None:
        self._db, self._keeper = db, keeper
        self._gathering: Gathering[Wanted, Response | None] = Gathering(
            self._make, most=most, bound=bound, patience=patience)

    @property
    def waiting(self) -> int:
        """Return how many requests wait for their group to begin."""
        return self._gathering.waiting

    async def make(self, wanted: Wanted) -> Response | None:
        """Return the answer, None where the request must go alone. Raises Problem 503, DatabaseDown."""
        try:
            return await self._gathering.ask(wanted)
        except (Full, GaveUp) as error:
            raise busy() from error
        except NotDone as error:
            if isinstance(error.__cause__, DatabaseDown):
                raise DatabaseDown(str(error.__cause__)) from error
            return None

    async def close(self, patience: float = 5.0) -> None:
        """Take no more requests; let those that wait be answered within `patience` seconds."""
        await self._gathering.close(patience)

    async def _make(self, asked: Sequence[Wanted]) -> list[Response | None]:
        async with self._db.writing() as session:
            ours = await self._settled(session, asked)
            answers = await self._made(session, ours) if ours else {}
        return [answers.get(one) for one in asked]

    async def _settled(self, session: AsyncSession, asked: Sequence[Wanted]) -> list[Wanted]:
        """Take the keys of those that this group can make; of two with the same key or appeal the first one."""
        had = await together.taken(session, [one.coming.appeal for one in asked])
        first: dict[str, Wanted] = {}
        for one in asked:
            appeal = together.appeal_of(one.coming.appeal)
            if one.ticket.key in first or appeal in had:
                continue
            first[one.ticket.key] = one
            had |= {appeal} if appeal else set()
        free = await once_together.take(session, [one.ticket for one in first.values()]) if first else set()
        return [one for key, one in first.items() if key in free]

    async def _made(self, session: AsyncSession, ours: Sequence[Wanted]) -> Mapping[Wanted, Response]:
        children = await together.number_all(self._keeper, session, [one.coming for one in ours])
        told = {one: await self._told(session, one, child) for one, child in zip(ours, children, strict=True)}
        kept = [(one.ticket, response) for one, response in told.items()]
        await self._keeper.keep_new(session, children,
                                    more=[once_together.answered(session.get_bind().dialect.name, kept)])
        return told

    async def _told(self, session: AsyncSession, one: Wanted, child: Born) -> Response:
        now = one.coming.at
        sight, rules = await sight_of(session, one.caller), await self._keeper.rules(session, now)
        kept = Kept(child.row(), child.order, child.acts)
        return answer(shown_order(sight, kept, rules, now), kept)


def answer(body: Mapping[str, Any], kept: Kept) -> Response:
    """Return the answer to whoever made an order."""
    headers = {"Location": f"/api/work-orders/{kept.row.number}", "ETag": etag_of(kept.order.length)}
    return JSONResponse(body, 201, headers)


def busy() -> Problem:
    """Return the refusal of a request that too many others stand before."""
    return Problem(503, "busy", "同时提交的工单太多，这一件暂时排不上", "几秒后用同一个 Idempotency-Key 原样重发")
