"""Telephones on desks in the database, and what the switch knows of them.

The database says which secret is in force; the switch must have it within seconds. The web process gives it as soon as
an admin has decided; the worker gives it again where that failed, and whenever the switch or its controller came anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from secrets import token_hex
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.phones.models import DeskPhone
from core.control import ControlClient, ControlDown, ControlError, ControlRefused
from core.db import Database
from core.log import get_logger
from core.secrets import Secrets

log = get_logger(__name__)
_AT_ONCE = 50  # telephones given to the switch in one round
_SHORTEST, _LONGEST = 10.0, 600.0  # s until a telephone that was refused is tried again


async def all_of(session: AsyncSession) -> dict[str, DeskPhone]:
    """Return phone → row of every telephone that was ever added or renewed."""
    rows = (await session.execute(select(DeskPhone))).scalars()
    return {row.phone: row for row in rows}


async def of_agent(session: AsyncSession, agent: str) -> Sequence[DeskPhone]:
    """Return the telephones of an agent that are in force."""
    return (await session.execute(_of_agent(), {"agent": agent})).scalars().all()


@cache
def _of_agent() -> Any:
    return select(DeskPhone).where(col(DeskPhone.agent) == bindparam("agent"), col(DeskPhone.active))


def marked(row: DeskPhone, now: float, *, active: bool = True) -> DeskPhone:
    """Return the row with a new secret, which the switch does not have yet. The one before is good for nothing."""
    row.mark, row.active, row.version, row.changed_at, row.laid_at = token_hex(8), active, row.version + 1, now, 0.0
    return row


async def lay(db: Database, control: ControlClient, secrets: Secrets, phone: str, now: float) -> bool:
    """Give the switch the secret of one telephone; tell whether it has it. Raises ControlRefused for one unknown."""
    async with db.reading() as session:
        row = await session.get(DeskPhone, phone)
    if row is None:
        return True
    try:
        await control.do("phone.secret", phone=phone, secret=secrets.phone(phone, row.mark))
    except ControlRefused as refused:
        if refused.code == "switch_away":
            return False
        raise
    except ControlError:
        return False
    async with db.writing() as session:
        fresh = await session.get(DeskPhone, phone)
        if fresh is not None:  # renewed again meanwhile: ours may have come after that one, which is given once more
            fresh.laid_at = now if fresh.mark == row.mark else 0.0
            session.add(fresh)
    return True


class LayingPhones:
    """Keeps the switch's secrets what the database says. `round` asks little while there is nothing to give."""

    def __init__(self, db: Database, control: ControlClient, secrets: Secrets) -> None:
        self._db, self._control, self._secrets = db, control, secrets
        self._refused: dict[str, tuple[str, float, float]] = {}  # phone → its secret's mark, when to try again, pause
        self._since = 0.0  # when the switch, or the controller, last came anew

    async def round(self, now: float) -> bool:
        """Give the switch what it has not got since it came; tell whether there was anything. Raises DatabaseError."""
        try:
            switch = await self._control.do("switch.state")
        except (ControlDown, ControlRefused):
            return False
        if not switch["here"]:
            return False
        if self._since != (since := float(switch["since"])):
            self._since = since
            self._refused.clear()  # whom it did not know then it may know now
        query = select(DeskPhone).where(col(DeskPhone.laid_at) < since).order_by(col(DeskPhone.phone))
        async with self._db.reading() as session:
            wanted = [row for row in (await session.execute(query)).scalars() if self._due(row, now)]
        return bool([row for row in wanted[:_AT_ONCE] if await self._give(row, now)])

    def _due(self, row: DeskPhone, now: float) -> bool:
        """Tell whether a telephone may be tried: one that was refused waits, and lets others go before it."""
        mark, again_at, _ = self._refused.get(row.phone, ("", 0.0, 0.0))
        return mark != row.mark or now >= again_at

    async def _give(self, row: DeskPhone, now: float) -> bool:
        try:
            given = await lay(self._db, self._control, self._secrets, row.phone, now)
        except ControlRefused as refused:
            mark, _, pause = self._refused.get(row.phone, ("", 0.0, 0.0))
            pause = min(_LONGEST, max(_SHORTEST, 2 * pause)) if mark == row.mark else _SHORTEST
            self._refused[row.phone] = (row.mark, now + pause, pause)
            log.warning("desk_phone.not_given", phone=row.phone, agent=row.agent, why=refused.code)
            return False
        self._refused.pop(row.phone, None)
        return given
