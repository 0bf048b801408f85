"""The keys of several requests, taken in one transaction and answered in it: what `wire.once` does for one.

Keys are taken in their order, so that two groups that share some wait for each other in a line, never in a circle.
SQLite's write lock keeps everybody out, so there a look is enough and the key is written with its answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from fastapi import Response
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.wire.once import Ticket, answer_of
from core.db_batch import Statement, fetched
from workorders.models import IdempotencyKey

_COLUMNS: Final = ", ".join(IdempotencyKey.model_fields)
# whoever sits on one key holds up nobody else for long: a group that cannot have it comes apart, and each goes alone
_TAKE: Final = text(
    "WITH waits AS (SELECT set_config('lock_timeout', '1s', true) AS so_long) "
    f"INSERT INTO idempotency_key ({_COLUMNS}) SELECT {_COLUMNS} "
    "FROM json_populate_recordset(NULL::idempotency_key, CAST(:rows AS json)), waits WHERE so_long <> '' ORDER BY key "
    "ON CONFLICT DO NOTHING RETURNING key")
_HAD: Final = text("SELECT key FROM idempotency_key WHERE key IN (SELECT value FROM json_each(:keys))")
_ANSWER: Final = text(
    "UPDATE idempotency_key SET status = told.status, body = told.body, headers = told.headers "
    "FROM json_populate_recordset(NULL::idempotency_key, CAST(:rows AS json)) AS told "
    "WHERE idempotency_key.key = told.key")
_PUT_IN: Final = insert(IdempotencyKey)


async def take(session: AsyncSession, tickets: Sequence[Ticket]) -> set[str]:
    """Take keys; return those that nobody had. On PostgreSQL it waits a second for whoever is about to have one."""
    if session.get_bind().dialect.name == "sqlite":
        keys = {one.key for one in tickets}
        return keys - {key for key, in await fetched(session, _HAD, {"keys": json.dumps(list(keys))})}
    rows = list({one.key: one.row() for one in tickets}.values())
    return {key for key, in await fetched(session, _TAKE, {"rows": json.dumps(rows)})}


def answered(dialect: str, told: Iterable[tuple[Ticket, Response]]) -> Statement:
    """Return the statement that keeps the answers to keys that were taken."""
    rows = [{**ticket.row(), **answer_of(response)} for ticket, response in told]
    if dialect == "sqlite":
        return _PUT_IN, rows
    return _ANSWER, {"rows": json.dumps(rows)}
