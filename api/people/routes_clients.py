"""API clients, the audit of access, and the number of a call record shown for a reason (of an order: api.orders)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.people import clients
from api.people.audit import note_by
from api.people.models import AccessAudit
from api.people.schemas import ClientIn, RotateIn, WhyIn, shown_client
from api.people.scope import scope_of
from api.schemas import CallKey, Word
from api.wire.once import OnceIfAsked, changing
from workorders.errors import NotFound
from workorders.models import CallRecord

router = APIRouter(prefix="/api", tags=["clients and audit"], route_class=OnceIfAsked)


@router.post("/clients", status_code=201, dependencies=[needs("clients.write")])
async def give(request: Request, response: Response, wish: ClientIn) -> dict[str, Any]:
    """Make an API client. Its key is in the answer, this once."""
    now = now_of(request)
    until = now + wish.days * 86400 if wish.days else None
    async with changing(request) as session:
        client, key = await clients.give(session, who(request), wish.name, wish.scopes, wish.unit, until, now)
        response.headers["Cache-Control"] = "no-store"
        return shown_client(client) | {"key": key}


@router.get("/clients", dependencies=[needs("clients.read")])
async def listed(request: Request) -> dict[str, Any]:
    """List the clients, revoked ones too."""
    async with database(request).reading() as session:
        return {"clients": [shown_client(one) for one in await clients.listed(session)]}


@router.delete("/clients/{client_id}", status_code=204, dependencies=[needs("clients.write")])
async def revoke(request: Request, client_id: Word) -> None:
    """Make a client's key worthless at once."""
    async with database(request).writing() as session:
        await clients.revoke(session, who(request), client_id, now_of(request))


@router.post("/clients/{client_id}/rotate", status_code=201, dependencies=[needs("clients.write")])
async def rotate(request: Request, response: Response, client_id: Word, wish: RotateIn) -> dict[str, Any]:
    """Give a client a new key, as a client of its own; the old key stays good for a while, or not at all."""
    async with changing(request) as session:
        keep = wish.keep_hours * 3600.0
        client, key = await clients.rotate(session, who(request), client_id, keep, now_of(request))
        response.headers["Cache-Control"] = "no-store"
        return shown_client(client) | {"key": key}


@router.get("/audit", dependencies=[needs("audit.read")])
async def audit(request: Request, before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
                by: Annotated[str | None, Query(max_length=40)] = None,
                what: Annotated[str | None, Query(max_length=40)] = None,
                about: Annotated[str | None, Query(max_length=80, description="an order, a call, a person …")] = None,
                limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """List who was let in, kept out or shown what is hidden, newest first. Reading it is written down as well."""
    query = select(AccessAudit).order_by(col(AccessAudit.id).desc()).limit(limit)
    for column, value in ((AccessAudit.who, by), (AccessAudit.what, what), (AccessAudit.about, about)):
        query = query if value is None else query.where(col(column) == value)
    query = query if before is None else query.where(col(AccessAudit.id) < before)
    async with database(request).writing() as session:
        found = (await session.execute(query)).scalars().all()
        asked = {"by": by, "what": what, "about": about}
        note_by(session, now_of(request), "audit.read", who(request), asked=asked)
    return {"audit": [row.model_dump() for row in found], "next": found[-1].id if len(found) == limit else None}


@router.post("/call-records/{key}/caller", dependencies=[needs("numbers.unmask")])
async def of_record(request: Request, response: Response, key: CallKey, wish: WhyIn) -> dict[str, Any]:
    """Show the citizen's number of a call record; who asked and why is kept."""
    response.headers["Cache-Control"] = "no-store"
    query = select(CallRecord.caller).where(col(CallRecord.key) == key, scope_of(who(request)).records())
    async with changing(request) as session:
        found = (await session.execute(query)).scalar_one_or_none()
        if found is None:
            raise NotFound(f"没有通话记录 {key}", "核对通话编号")
        note_by(session, now_of(request), "number.unmasked", who(request), key, why=wish.why)
    return {"caller": found}
