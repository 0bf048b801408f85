"""Numbers of orders for people, ranks for indexes, and the code by which a citizen asks for progress."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.db_batch import fetched

_PER_DAY = 100_000_000  # more orders than any city has in a day
CODE_DIGITS = 8  # read out over the telephone
# written out, as every order comes by here: building it costs more than doing it
_NEXT = text("INSERT INTO order_day (day, last) VALUES (:day, :many) "
             "ON CONFLICT (day) DO UPDATE SET last = order_day.last + :many RETURNING last")


async def next_number(session: AsyncSession, now: float, zone: ZoneInfo) -> str:
    """Take the next number of the local day, without gap or double: whoever rolls back gives it back."""
    (number,) = await next_numbers(session, [now], zone)
    return number


async def next_numbers(session: AsyncSession, moments: Iterable[float], zone: ZoneInfo) -> list[str]:
    """Take the next number of each moment's local day; days in their order, so that nobody waits in a circle."""
    days = [datetime.fromtimestamp(at, zone).strftime("%Y-%m%d") for at in moments]
    last = {}
    for day, many in sorted(Counter(days).items()):
        ((count,),) = await fetched(session, _NEXT, {"day": day, "many": many})
        last[day] = int(count) - many
    found = []
    for day in days:
        last[day] += 1
        found.append(f"{day}-{last[day]:04d}")
    return found


def rank_of(number: str) -> int:
    """Return the place of an order among all: ``2026-1123-0042`` → 2026112300000042. Raises ValueError."""
    return int(number[:9].replace("-", "")) * _PER_DAY + int(number[10:])


def new_code() -> str:
    """Return a code that is told to the citizen once."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_hash(number: str, code: str) -> str:
    """Return what is stored of a code: it opens this order only."""
    return hashlib.sha256(f"{number}:{code}".encode()).hexdigest()


def code_fits(number: str, code: str, stored: str) -> bool:
    """Tell whether a citizen's code is the one; an order that was given none has none."""
    return bool(stored) and hmac.compare_digest(code_hash(number, code), stored)
