"""Lock-out: after a few failed log-ins of one login, or from one address, each further one waits longer.

Every try is counted before the password is looked at and forgiven when it was right, so that a hundred at once gain
nothing. A refusal during the wait is not counted. Whoever guesses at a login, or floods from one address, makes only
strangers wait: a browser in which this login has succeeded before carries a token that says so and is counted by
itself, so that nobody can keep others away from their work.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from typing import Any, Final

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from api.people.models import LogInAttempts
from core.db import insert_into

# failures that cost nothing; many may share an address. progress, asker: guesses at an order's code (api.progress)
FREE: Final = {"login": 5, "address": 20, "device": 5, "progress": 20, "asker": 30}
FIRST, LONGEST = 5.0, 900.0  # s to wait after the next failure, doubling up to
FORGET = 86400.0  # s after the last failure
MOST = 10_000  # rows; the oldest go first


def keys_of(login: str, address: str) -> tuple[str, str]:
    """Return the two counters of a log-in; an IPv6 neighbourhood (/64) counts as one address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return f"address:{address[:45]}", key_of_login(login)
    if found.version == 6:
        found = ipaddress.ip_network((found, 64), strict=False).network_address
    return f"address:{found}", key_of_login(login)


def key_of_login(login: str) -> str:
    """Return the counter of a login, where it is tried by browsers that it does not know.

    Not by its name: what a stranger types for a login may be a password.
    """
    return f"login:{hashlib.sha256(login.encode('utf-8', 'replace')).hexdigest()}"


def new_token(secret: str, login: str) -> str:
    """Return what a browser carries in which `login` has signed on: a name of its own, and that we gave it."""
    name = secrets.token_hex(16)
    return f"{name}.{_mac(secret, login, name)}"


def cookie_of(secret: str, login: str) -> str:
    """Return the name of the cookie for that token: one a login, for several people may share a desk."""
    return f"hotline_known_{_mac(secret, login, 'cookie')[:16]}"


def key_of_browser(secret: str, login: str, token: str) -> str:
    """Return the counter of a browser that this login knows, "" for any other."""
    name, _, mac = token.partition(".")
    known = hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(secret, login, name).encode())
    return f"device:{name}" if known else ""


def _mac(secret: str, login: str, word: str) -> str:
    text = f"known browser\0{login}\0{word}"
    return hmac.new(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def wait_after(kind: str, failures: int) -> float:
    """Return the seconds to wait after so many failures of a login, an address or a known browser."""
    over = failures - FREE[kind]
    return 0.0 if over < 0 else min(LONGEST, FIRST * 2.0 ** min(over, 20))


async def take(session: AsyncSession, keys: tuple[str, ...], now: float) -> float:
    """Count a try on each key; return 0.0, or the seconds to wait if one is locked (then nothing is counted)."""
    rows = [await _counted(session, key, now) for key in sorted(keys)]  # one order: no deadlock
    waiting = max(row.locked_until - now for row in rows)
    if waiting > 0:
        for row in rows:
            row.failures -= 1
        return waiting
    for row in rows:
        row.last_at = now
        pause = wait_after(row.key.partition(":")[0], row.failures)
        row.locked_until = now + pause if pause else 0.0
    await session.flush()
    await _bound(session, now)
    return 0.0


async def _counted(session: AsyncSession, key: str, now: float) -> LogInAttempts:
    """Add one to a counter and hold its row until the end of the transaction."""
    insert = insert_into(session, LogInAttempts).values(key=key, failures=1, last_at=now, locked_until=0.0)
    await session.execute(insert.on_conflict_do_update(
        index_elements=["key"], set_={"failures": LogInAttempts.failures + 1}))
    row = await session.get_one(LogInAttempts, key, populate_existing=True)
    if row.last_at < now - FORGET:
        row.failures, row.locked_until = 1, 0.0
    if row.locked_until > now + LONGEST:  # a clock set back
        row.locked_until = 0.0
    return row


async def forgive(session: AsyncSession, keys: tuple[str, ...]) -> None:
    """Take back the try that turned out right: the login or the order is clean, an address only loses this one."""
    for key in sorted(keys):
        if key.startswith(("address:", "asker:")):
            await take_back(session, (key,))
        else:
            await session.execute(delete(LogInAttempts).where(col(LogInAttempts.key) == key))


async def take_back(session: AsyncSession, keys: tuple[str, ...]) -> None:
    """Uncount a try whose password was never looked at."""
    for key in sorted(keys):
        fewer = {"failures": LogInAttempts.failures - 1, "locked_until": 0.0}
        await session.execute(update(LogInAttempts).where(col(LogInAttempts.key) == key).values(fewer))


async def _bound(session: AsyncSession, now: float) -> None:
    stale = select(LogInAttempts.key).where(col(LogInAttempts.last_at) < now - FORGET)
    await _remove(session, stale)
    count = (await session.execute(select(func.count()).select_from(LogInAttempts))).scalar_one()
    if count > MOST:
        oldest = select(LogInAttempts.key).order_by(col(LogInAttempts.last_at)).limit(count - MOST)
        await _remove(session, oldest)


async def _remove(session: AsyncSession, keys: Any) -> None:
    """Remove rows that nobody is using; two log-ins that tidy at once do not wait for one another."""
    chosen = keys.with_for_update(skip_locked=True)
    await session.execute(delete(LogInAttempts).where(col(LogInAttempts.key).in_(chosen)))


async def locked(session: AsyncSession, keys: tuple[str, ...], now: float) -> bool:
    """Tell whether the next try on one of the keys must wait."""
    query = select(func.count()).select_from(LogInAttempts).where(
        col(LogInAttempts.key).in_(keys), col(LogInAttempts.locked_until) > now)
    return bool((await session.execute(query)).scalar_one())
