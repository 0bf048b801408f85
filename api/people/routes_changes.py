"""What was changed in a person and in a unit's place, by whom and when: those rows of the audit, and no others.

Who is let in, looks or listens stays with ``audit.read``; whoever may see a person sees how they came to be so.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, who
from api.people import register
from api.people.models import AccessAudit, Person
from api.people.scope import scope_of
from api.schemas import Word

router = APIRouter(prefix="/api", tags=["people"])
OF_A_PERSON: Final = ("person.added", "person.changed", "password.changed", "password.set")
OF_A_UNIT: Final = ("unit.placed",)
_MOST = 100


@router.get("/people/{person_id}/changes", dependencies=[needs("people.read")])
async def of_person(request: Request, person_id: Word) -> dict[str, Any]:
    """List what was changed in a person, the newest first; at most 100."""
    async with database(request).reading() as session:
        await register.get(session, person_id, scope_of(who(request)).people())
        return {"changes": await changes_of(session, person_id, OF_A_PERSON)}


@router.get("/units/{unit}/changes", dependencies=[needs("people.read")])
async def of_unit(request: Request, unit: Word) -> dict[str, Any]:
    """List how a unit was placed, the newest first; at most 100."""
    async with database(request).reading() as session:
        return {"changes": await changes_of(session, unit, OF_A_UNIT)}


async def changes_of(session: AsyncSession, about: str, words: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the rows of the audit about one thing that are of these words, the newest first; at most 100."""
    query = select(AccessAudit, Person.name).join(Person, col(Person.id) == col(AccessAudit.who), isouter=True)
    query = query.where(col(AccessAudit.about) == about, col(AccessAudit.what).in_(words))
    found = await session.execute(query.order_by(col(AccessAudit.id).desc()).limit(_MOST))
    return [{"at": row.at, "what": row.what, "by": row.who, "by_name": name or "", "data": row.data}
            for row, name in found]
