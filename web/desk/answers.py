"""What becomes of the answer that is being written in the order form: it ends the order, or it stands beside it.

Asked after the words are saved, never before: nothing that an agent typed waits for a database.
"""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from pydantic import Field

from api.access import database, needs, now_of
from api.orders.keeping import keeper_of
from api.problems import language_for
from api.schemas import Kind, Strict
from api.wording.sentences import say
from core.db import DatabaseError
from web.site import texts_of
from workorders.life.checks import CHECKS, Check
from workorders.life.needs import Need
from workorders.life.policy import Policy
from workorders.life.texts import is_reply
from workorders.models import ANSWER_LIMIT

router = APIRouter(prefix="/desk/answer", dependencies=[needs("agents.act")])
_PATIENCE: Final = 2.0  # s for the database


class Written(Strict):
    """The form as far as it decides what an answer does."""

    kind: Kind = ""
    answer: str = Field(default="", max_length=ANSWER_LIMIT)
    to_unit: bool = False


@router.post("")
async def becomes(request: Request, written: Written) -> dict[str, str]:
    """Tell what the answer will do: `does` is "", ``ends``, ``stands`` or ``unknown``; `words` say so and why."""
    if not written.answer.strip():
        return {"does": "", "words": ""}
    try:
        async with asyncio.timeout(_PATIENCE), database(request).reading() as session:
            policy = (await keeper_of(request).rules(session, now_of(request))).policy
    except (DatabaseError, TimeoutError):
        return {"does": "unknown", "words": ""}
    texts, lacks = texts_of(request), obstacle(written, policy)
    if written.to_unit:
        return {"does": "stands", "words": texts("form.to_unit_said")}
    if lacks is None:
        return {"does": "ends", "words": texts("form.ends")}
    said = {"why": say(lacks.message, language_for(request)), "fix": say(lacks.fix, language_for(request))}
    return {"does": "stands", "words": texts("form.stands", **said)}


def obstacle(written: Written, policy: Policy) -> Check | None:
    """Return what keeps these words from ending the order, by the same checks as the life of an order."""
    need = None
    if written.kind == "report":
        need = Need.NOT_A_REPORT
    elif not is_reply(written.answer, policy.least_reply):
        need = Need.REAL_REPLY
    found = CHECKS[need] if need else None
    return found if isinstance(found, Check) else None
