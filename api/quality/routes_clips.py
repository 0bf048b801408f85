"""Training clips: parts of recordings that others learn from. Each listening is written down; none is of a report."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.peaks import RATE
from api.people.audit import note_by
from api.people.scope import scope_of
from api.problems import Problem
from api.quality import schemas as shapes
from api.records import wav_header
from api.schemas import Word
from api.wire.once import Once, changing
from api.wire.paging import Cursor, Limit, cursor_of, filters_digest, place_of
from bridge.sound import sound_of
from core.ids import new_id
from workorders.errors import NotFound
from workorders.models import CallRecord
from workorders.quality.errors import BadScore
from workorders.quality.tables import TrainingClip
from workorders.talks import part_of

router = APIRouter(prefix="/api/quality/clips", tags=["quality"], route_class=Once)
LONGEST = 600.0  # s


@router.post("", status_code=201, responses={201: {"model": shapes.ClipOut}}, dependencies=[needs("quality.write")])
async def make(request: Request, wanted: shapes.ClipIn) -> dict[str, Any]:
    """Mark a part of a recording with a note, for everybody who takes calls to hear."""
    if not 0 < wanted.end - wanted.begin <= LONGEST:
        raise BadScore("片段的结束要在开始之后，最长 10 分钟", "重新选开始和结束的位置")
    caller, scope = who(request), scope_of(who(request))
    async with changing(request) as session:
        query = select(CallRecord).where(col(CallRecord.key) == wanted.call, scope.records(), scope.training())
        record = (await session.execute(query)).scalar_one_or_none()
        if record is None or wanted.part not in {part_of(one["path"]) for one in record.recordings}:
            raise NotFound("没有可以制作片段的这段录音", "保密诉求的录音不能用于培训；其余的从录音页打开")
        made = TrainingClip(id=new_id("clip"), by=caller.id, at=now_of(request), **wanted.model_dump())
        session.add(made)
        note_by(session, made.at, "clip.made", caller, made.id, call=made.call, part=made.part)
        await session.flush()
        return made.model_dump()


@router.get("", responses={200: {"model": shapes.ClipsOut}}, dependencies=[needs("quality.read")])
async def listed(request: Request, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """List the clips, the newest first."""
    tie = filters_digest("clips", {})
    place = place_of(tie, cursor, (float, str))
    query = select(TrainingClip).where(_open(request))
    row = tuple_(col(TrainingClip.at), col(TrainingClip.id))
    query = query if place is None else query.where(row < tuple_(*place))
    query = query.order_by(col(TrainingClip.at).desc(), col(TrainingClip.id).desc()).limit(limit + 1)
    async with database(request).reading() as session:
        found = (await session.execute(query)).scalars().all()
    more = found[limit - 1] if len(found) > limit else None
    return {"clips": [one.model_dump() for one in found[:limit]],
            "next": cursor_of(tie, (more.at, more.id)) if more else None}


@router.get("/{clip}/sound", dependencies=[needs("quality.read")])
async def sound(request: Request, clip: Word) -> Response:
    """Play a clip as WAV (A-law, 8 kHz)."""
    async with database(request).writing() as session:
        found = await _one(request, session, clip)
        note_by(session, now_of(request), "recording.played", who(request), found.call, part=found.part, clip=clip)
    folder: Path = request.app.state.settings.recordings_dir
    try:
        heard = await asyncio.to_thread(_slice, folder, found)
    except OSError as error:
        raise Problem(404, "no_recording", "这个片段的录音已不在", "录音可能已按保留规则清除；删除这个片段") from error
    return Response(wav_header(len(heard)) + heard, media_type="audio/wav",
                    headers={"Cache-Control": "private, no-store"})


@router.delete("/{clip}", status_code=204, dependencies=[needs("quality.write")])
async def remove(request: Request, clip: Word) -> Response:
    """Take a clip back."""
    async with database(request).writing() as session:
        found = await _one(request, session, clip)
        note_by(session, now_of(request), "clip.removed", who(request), clip, call=found.call, note=found.note[:200])
        await session.delete(found)
    return Response(status_code=204)


def _open(request: Request) -> Any:
    return col(TrainingClip.call).in_(select(col(CallRecord.key)).where(scope_of(who(request)).training()))


async def _one(request: Request, session: AsyncSession, clip: str) -> TrainingClip:
    query = select(TrainingClip).where(col(TrainingClip.id) == clip, _open(request))
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"没有片段 {clip}", "从培训片段列表重新打开")
    return found


def _slice(folder: Path, clip: TrainingClip) -> bytes:
    return sound_of(folder, clip.call, clip.part).read(int(clip.begin * RATE), int(clip.end * RATE))
