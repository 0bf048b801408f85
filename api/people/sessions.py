"""Being signed on: an opaque token in a cookie, its digest in a row that can be revoked at once.

The CSRF token is made from the session's token, so nothing more is stored; a page of another origin knows neither.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cache
from typing import Any, Final

from sqlalchemy import Float, String, bindparam, delete, update
from sqlalchemy import select as sql_select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.people.caller import Caller
from api.people.models import Person, PersonRole, PersonSession
from api.people.rights import allowed, known_roles
from core.db import rows_of, storable
from core.ids import new_id

IDLE: Final = 3600.0  # s without a request
LONGEST: Final = 12 * 3600.0  # s; a shift
TOUCH: Final = 60.0  # s between two writes of `seen_at`
MOST: Final = 10  # sessions of one person; the oldest goes
_KEEP: Final = 30 * 86400.0  # s that an ended session stays in the lists


def digest_of(token: str) -> str:
    """Return what is stored of a token or key. They are random, so a quick digest is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def csrf_of(token: str) -> str:
    """Return the CSRF token that belongs to a session's token."""
    return hmac.new(token.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()


async def begin(session: AsyncSession, person: Person, address: str, browser: str, now: float) -> tuple[str, str]:
    """Sign a person on; return the token, which is nowhere else, and the session's id."""
    past = select(PersonSession.id).where(col(PersonSession.expires_at) < now - _KEEP).limit(1000)
    await session.execute(delete(PersonSession).where(
        col(PersonSession.id).in_(past.with_for_update(skip_locked=True))))
    await _make_room(session, person.id, now)
    token, row_id = secrets.token_urlsafe(32), new_id("s")
    session.add(PersonSession(id=row_id, token_hash=digest_of(token), person=person.id, address=storable(address, 45),
                              browser=storable(browser, 200), created_at=now, seen_at=now, expires_at=now + LONGEST))
    await session.flush()
    return token, row_id


async def _make_room(session: AsyncSession, person: str, now: float) -> None:
    others = await of_person(session, person, now)
    await revoke(session, [one.id for one in others[MOST - 1:]], now)


async def of_person(session: AsyncSession, person: str, now: float) -> list[PersonSession]:
    """Return the sessions of a person that are open, the last used first."""
    query = select(PersonSession).where(col(PersonSession.person) == person, *_open(now))
    return list((await session.execute(query.order_by(col(PersonSession.seen_at).desc()))).scalars())


async def revoke(session: AsyncSession, ids: list[str], now: float) -> None:
    """End sessions at once."""
    if ids:
        await session.execute(update(PersonSession).where(
            col(PersonSession.id).in_(ids), col(PersonSession.revoked_at).is_(None)).values(revoked_at=now))


async def revoke_all(session: AsyncSession, person: str, now: float, keep: str = "") -> list[str]:
    """End every session of a person but `keep`; return their ids."""
    ids = [one.id for one in await of_person(session, person, now) if one.id != keep]
    await revoke(session, ids, now)
    return ids


def _open(now: float) -> tuple[Any, ...]:
    return (col(PersonSession.revoked_at).is_(None), col(PersonSession.expires_at) > now,
            col(PersonSession.seen_at) > now - IDLE)


@cache
def _of_token() -> Any:
    """Return the question that each request begins with: columns, not objects, and written once in a process."""
    at, digest = bindparam("at", type_=Float()), bindparam("digest", type_=String())
    asked: tuple[Any, ...] = (
        Person.id, Person.name, Person.login, Person.unit, Person.agent, Person.must_change,
        PersonSession.id, PersonSession.seen_at, PersonSession.expires_at, PersonRole.role)
    return (sql_select(*asked)
            .join(PersonSession, col(PersonSession.person) == col(Person.id))
            .outerjoin(PersonRole, col(PersonRole.person) == col(Person.id))
            .where(col(PersonSession.token_hash) == digest, col(Person.active), col(PersonSession.revoked_at).is_(None),
                   col(PersonSession.expires_at) > at, col(PersonSession.seen_at) > at - IDLE))


async def caller_of(session: AsyncSession, token: str, address: str, now: float) -> tuple[Caller, float] | None:
    """Return who has this token and when they were last seen, or None. A role taken away counts at once."""
    rows = await rows_of(session, _of_token(), {"digest": digest_of(token), "at": now})
    if not rows:
        return None
    person, name, login, unit, agent, must_change, this, seen_at, until, _ = rows[0]
    roles = known_roles(row[-1] for row in rows)
    # whoever must change the password may do nothing else
    permissions = frozenset({"self"}) if must_change else allowed(roles) | {"self"}
    return Caller("person", person, name, permissions, roles, login, unit, agent or "", this, must_change, until,
                  address), seen_at


async def touch(session: AsyncSession, session_id: str, now: float) -> None:
    """Note that a session is in use."""
    await session.execute(update(PersonSession).where(col(PersonSession.id) == session_id).values(seen_at=now))
