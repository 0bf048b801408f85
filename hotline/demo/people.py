"""Who can sign on in the demonstration: one agent with a page, with a new password each time; what they know."""

from __future__ import annotations

import time

from api.people import register
from api.people.caller import Caller
from api.people.passwords import Passwords, new_password
from core.db import Database
from core.settings import Settings
from hotline.database import migrated
from hotline.seed.shelf import shelve
from routing.directory_file import directory_in_force
from workorders.life.words import Role

LOGIN, NAME, AGENT = "zhaoqian", "赵倩", "a1004"  # hotline/demo/directory.toml
_CONSOLE = Caller("console", "console", "console", frozenset())


async def demo_agent(settings: Settings) -> tuple[str, str]:
    """Make the agent, or give them a new password; return login and password, shown once in the terminal."""
    password = new_password()
    hashed = Passwords().hash(password)
    await migrated(settings)
    db = Database(settings.database)
    try:
        async with db.writing() as session:
            person = await register.by_login(session, LOGIN)
            if person is None:
                person = await register.add(session, _CONSOLE, LOGIN, NAME, (Role.AGENT,), "", AGENT, hashed,
                                            time.time())
            person.password, person.must_change = hashed, False  # it was told to whoever sits at this machine
        units = {unit.id for unit in directory_in_force(settings).now().units}
        await shelve(db, time.time(), lambda _: _CONSOLE.id, _CONSOLE.id, units)
    finally:
        await db.close()
    return LOGIN, password
