"""The wallboard's slower half: how many callers reached a person and how soon over 24 hours, and what is out of order.

Read once in KEPT seconds for however many screens hang on walls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import database, needs, now_of, who
from api.calls import control
from api.house import counts_of, journal_of
from api.people.scope import scope_of
from api.problems import Problem
from core.control import ControlError
from core.db import Database, DatabaseError
from web.site import page
from workorders.answering import CONNECTED_GOAL, Answering, read

router = APIRouter(prefix="/wall", dependencies=[needs("calls.read")])
KEPT: Final = 20.0  # s
_TOLD_ELSEWHERE: Final = frozenset({"journal_failing", "recording_failing"})
_ENOUGH: Final = 20  # calls from which a share says something


class Day:
    """The last figures; None while the database is away."""

    def __init__(self) -> None:
        self._lock, self._at = asyncio.Lock(), float("-inf")
        self._found: Answering | None = None

    async def read(self, db: Database, now: float) -> Answering | None:
        """Return figures no older than KEPT."""
        async with self._lock:
            if not 0 <= now - self._at < KEPT:
                self._found, self._at = await _read(db, now), now
            return self._found


async def _read(db: Database, now: float) -> Answering | None:
    try:
        async with db.reading() as session:
            return await read(session, now)
    except DatabaseError:
        return None


def alarms_of(journal: Mapping[str, Any] | None, counts: Mapping[str, int] | None,
              day: Answering | None, raised: Sequence[Mapping[str, Any]] = ()) -> tuple[str, ...]:
    """Return the names of what is out of order, the worst first; each has a sentence ``wallday.alarm.<name>``.

    `raised`: what the controller still knows of (core.alarms); that of the journal is told by its health already, and
    calls that are not recorded are named beside the figures.
    """
    rate = day.connect_rate if day and day.wanted >= _ENOUGH else None
    found = {
        "controller": journal is None,
        "database": counts is None,
        "journal": journal is not None and not journal["ok"],
        "shed": journal is not None and any(journal["shed"].values()),
        "connect": rate is not None and rate < CONNECTED_GOAL,
        "undelivered": counts is not None and counts["dead"] > 0,
    }
    told = (str(one["what"]) for one in raised if one["what"] not in _TOLD_ELSEWHERE)
    return (*(name for name, so in found.items() if so), *told)


async def _raised(request: Request) -> list[dict[str, Any]]:
    try:
        return list(await control(request).do("alarms.list"))
    except ControlError:
        return []  # a controller that is away is an alarm of its own


@router.get("/day")
async def day(request: Request) -> HTMLResponse:
    """Shares (rounded down: 94.96 % is not yet the goal) and alarms, asked for every half minute."""
    if not scope_of(who(request)).every_live_call:
        raise Problem(403, "forbidden", "没有这项权限", "请管理员授予班长或值班领导岗位")
    db = database(request)
    kept: Day = request.app.state.wall_day
    found, journal, counts = await kept.read(db, now_of(request)), await journal_of(request), await counts_of(db)
    alarms = alarms_of(journal, counts, found, await _raised(request))
    return page(request, "parts/wall_day.html", day=found, alarms=alarms, goal=CONNECTED_GOAL)
