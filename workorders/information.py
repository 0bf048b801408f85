"""Information by text message: what a caller asked for in the menu becomes a row of the outbox of texts, once.

In the transaction in which the journal is read on, so that a worker that dies promises neither twice nor never. The
row counts as answered from the start: it asks nothing, so what the citizen writes back is never taken for an answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from core.db import insert_into, storable
from core.facts import MENU_SMS, Fact
from core.ids import is_call_key
from workorders.civic_tables import TextMessage
from workorders.followup.words import mobile

PURPOSE = "information"
_LONGEST = 600  # characters of a text


async def promise(session: AsyncSession, facts: Iterable[Fact], city: str, now: float) -> int:
    """Put what these facts ask for into the outbox; return how many wishes there were that a telephone can take."""
    wishes = [(fact, to) for fact in facts if fact.kind == MENU_SMS and is_call_key(fact.call)
              and (to := mobile(str(fact.data.get("number", ""))))]
    for fact, to in wishes:
        body = storable(f"【{city}12345】{fact.data.get('text', '')}", _LONGEST)
        row = {"key": f"{PURPOSE}:{hashlib.sha256(fact.key.encode()).hexdigest()[:40]}", "number": "", "to": to,
               "purpose": PURPOSE, "body": body, "at": now, "attempts": 0, "due_at": now, "leased_until": 0.0,
               "leased_by": "", "error": "", "answered_at": now, "answer": ""}
        await session.execute(insert_into(session, TextMessage).values(row).on_conflict_do_nothing())
    return len(wishes)
