"""A whole directory file taken over: what it would change, and the versions that make it so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.directory import keeping
from api.directory.models import DirectoryEntry
from api.directory.needed import refuse_needed
from api.people.audit import note_by
from api.people.caller import Caller
from core.db import hold
from routing.directory import Directory, Role
from routing.directory_file import digest_of


@dataclass(frozen=True, slots=True)
class Step:
    """One entry that a file would change: `before` None: new; `after` None: taken out."""

    role: Role
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def steps_to(rows: Sequence[DirectoryEntry], wanted: Directory) -> list[Step]:
    """Return what would change to make the newest versions the directory that is wanted. Pure."""
    now: dict[tuple[Role, str], dict[str, Any]] = {
        (row.role, row.id): row.body for row in rows if row.body is not None}  # type: ignore[misc]
    then = {(role, entry.id): keeping.body_of(entry) for role, entry in keeping.entries_of(wanted)}
    set_anew = [Step(*key, now.get(key), body) for key, body in then.items() if now.get(key) != body]
    return set_anew + [Step(*key, body, None) for key, body in now.items() if key not in then]


async def take_over(session: AsyncSession, caller: Caller, wanted: Directory, menu: dict[str, Any], why: str,
                    now: float) -> list[Step]:
    """Make the directory the wanted one, in one transaction; return what changed.

    Raises Problem where something that would be taken out is still needed.
    """
    await hold(session, "directory")
    steps = steps_to(await keeping.last_versions(session), wanted)
    for step in steps:
        if step.after is None:
            await refuse_needed(session, step.role, step.id, menu)
        await keeping.add_version(session, step.role, step.id, step.after, caller.id, why, now)
        await session.flush()
    await keeping.add_stock(session, digest_of(wanted), caller.id, now)
    note_by(session, now, "directory.imported", caller, "", entries=len(steps), why=why)
    return steps
