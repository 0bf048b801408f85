"""Files of an order: the body is the file itself, its name stands in the address."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import database, needs, now_of, who
from api.orders.keeping import keeper_of, locked, seen
from api.orders.sight import sight_of
from api.people.acts import actor_for
from api.people.audit import note_by
from api.schemas import Number, Word
from api.wire.once import Once, changing
from workorders.errors import NotFound
from workorders.keeping import files
from workorders.keeping.keeper import Kept
from workorders.keeping.tables import Attachment
from workorders.life.confidential import Field
from workorders.life.words import Do

router = APIRouter(prefix="/api/work-orders/{number}/attachments", tags=["attachments"], route_class=Once)
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
FileName = Annotated[str, Query(min_length=1, max_length=200, description="with its extension")]


class AttachmentOut(BaseModel):
    """A file of an order; `gone_at`: when retention took its bytes."""

    id: str
    number: str
    name: str
    media_type: str
    size: int
    sha256: str
    by: str
    unit: str
    at: float
    gone_at: float | None


@router.post("", status_code=201, responses={201: {"model": AttachmentOut}},
             openapi_extra={"requestBody": {"required": True, "content": _BYTES}},
             dependencies=[needs("attachments.write")])
async def add(request: Request, response: Response, number: Number, name: FileName) -> dict[str, Any]:
    """Add a file, at most 20 MB; what it is its bytes say. Its digest goes into the order's history."""
    data, caller, now = await request.body(), who(request), now_of(request)
    upload = files.Upload(name, request.headers.get("content-type", ""), data)
    folder = request.app.state.settings.attachments_dir
    async with files.on_disk(folder, upload) as written, changing(request) as session:
        kept = await locked(request, session, number, None)
        made = await files.add(keeper_of(request), session, number, written,
                               actor_for(caller, Do.NOTE, kept.order), max(now, kept.order.last_at))
        note_by(session, now, "attachment.added", caller, number, attachment=made.id)
    response.headers["Location"] = f"/api/work-orders/{number}/attachments/{made.id}"
    return made.model_dump()


@router.get("", dependencies=[needs("attachments.read")])
async def listed(request: Request, number: Number) -> dict[str, Any]:
    """List the files of an order that the caller may open, the oldest first."""
    async with database(request).reading() as session:
        kept = await _seen(request, session, number)
        found = [one for one in await files.of_order(session, number) if await _opens(request, session, kept, one)]
    return {"attachments": [one.model_dump() for one in found]}


@router.get("/{attachment}", response_class=Response, responses={200: {"content": _BYTES}},
            dependencies=[needs("attachments.read")])
async def read(request: Request, number: Number, attachment: Word) -> Response:
    """Give a file as it came; that it was opened is written down first."""
    async with database(request).writing() as session:
        kept = await _seen(request, session, number)
        made = await files.find(session, number, attachment)
        if not await _opens(request, session, kept, made):
            raise NotFound("没有这个附件", "核对工单和附件编号")
        data = await files.read(request.app.state.settings.attachments_dir, made)
        note_by(session, now_of(request), "attachment.read", who(request), number, attachment=made.id)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}", "Cache-Control": "no-store",
               "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
               "ETag": f'"{hashlib.sha256(data).hexdigest()[:32]}"'}
    return Response(data, media_type=made.media_type, headers=headers)


async def _seen(request: Request, session: AsyncSession, number: str) -> Kept:
    await seen(session, who(request), number)
    return await keeper_of(request).load(session, number)


async def _opens(request: Request, session: AsyncSession, kept: Kept, one: Attachment) -> bool:
    """Tell whether the caller may open a file: their own, or who may read the address; a picture shows as much."""
    caller = who(request)
    own = one.by in (caller.id, caller.agent) or (bool(caller.unit) and one.unit == caller.unit)
    return own or Field.ADDRESS in (await sight_of(session, caller)).fields(kept.order)
