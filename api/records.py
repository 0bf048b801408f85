"""Call records, and the recordings that belong to them."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import tuple_
from sqlmodel import col, select

from api.access import database, needs, now_of, who
from api.peaks import RATE, peaks
from api.people.audit import note_by
from api.people.masking import shown_to
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import CallKey, Word
from bridge.sound import Sound, sound_of
from core.log import get_logger, mask
from workorders.errors import NotFound
from workorders.models import CallRecord

router = APIRouter(prefix="/api", tags=["call records"])
log = get_logger(__name__)

_LONG = {"path", "failures", "recordings"}  # left out of lists


@router.get("/call-records", dependencies=[needs("records.read")])
async def listed(request: Request, before: CallKey | None = None, disposition: str | None = Query(None, max_length=40),
                 caller: str | None = Query(None, max_length=40),
                 limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """List answered calls, newest first; `next` is what to pass as `before` for the following page."""
    who_asks = who(request)
    visible = scope_of(who_asks).records()
    newest_first = (col(CallRecord.answered_at).desc(), col(CallRecord.key).desc())
    query = select(CallRecord).where(visible).order_by(*newest_first).limit(limit)
    if disposition is not None:
        query = query.where(col(CallRecord.disposition) == disposition)
    if caller is not None:
        query = query.where(col(CallRecord.caller) == caller)
    if caller is not None:
        await let_search(request, caller)
    async with database(request).reading() as session:
        place = select(CallRecord).where(col(CallRecord.key) == before, visible)
        last = (await session.execute(place)).scalar_one_or_none() if before else None
        if last is not None:
            position = tuple_(col(CallRecord.answered_at), col(CallRecord.key))
            query = query.where(position < tuple_(last.answered_at, last.key))
        found = (await session.execute(query)).scalars().all()
    rows = [shown_to(who_asks, one.model_dump(exclude=_LONG)) for one in found]
    return {"call_records": rows, "next": found[-1].key if len(found) == limit else None}


@router.get("/call-records/{key}", dependencies=[needs("records.read")])
async def read(request: Request, key: CallKey) -> dict[str, Any]:
    """Show one call record whole."""
    query = select(CallRecord).where(col(CallRecord.key) == key, scope_of(who(request)).records())
    async with database(request).reading() as session:
        record = (await session.execute(query)).scalar_one_or_none()
    if record is None:
        raise NotFound(f"没有通话记录 {key}", "核对通话编号；刚接通的电话稍后才有记录")
    body: dict[str, Any] = shown_to(who(request), record.model_dump())
    return body


@router.get("/recordings/{key}/{name}", dependencies=[needs("recordings.listen")])
async def listen(request: Request, key: CallKey, name: Word) -> StreamingResponse:
    """Play a recording as WAV (A-law, 8 kHz); `name` as in the record, or only ``mixed``, ``citizen``, a party's id.

    Takes a Range of one part. One that was begun anew during its call is played in its own time, silence between.
    """
    await _let_hear(request, key, name)
    sound = await _sound(request, key, name)
    head, size = wav_header(sound.length), sound.length
    first, last = _range(request.headers.get("range", ""), len(head) + size)
    log.info("recording played", call=key, name=name, first=first, last=last)
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(last - first + 1), "Cache-Control": "private, no-store"}
    partial = "range" in request.headers
    if partial:
        headers["Content-Range"] = f"bytes {first}-{last}/{len(head) + size}"
    return StreamingResponse(_bytes(sound, head, first, last), 206 if partial else 200, headers, "audio/wav")


@router.get("/recordings/{key}/{name}/peaks", dependencies=[needs("recordings.listen")])
async def shape(request: Request, key: CallKey, name: Word,
                slices: Annotated[int, Query(ge=1, le=2000)] = 600) -> dict[str, Any]:
    """Give the wave of a recording to draw: `seconds`, and the loudest of each slice in per cent of full scale.

    Asks for the same right as listening, and is written down as a look: it says when somebody spoke.
    """
    await _let_hear(request, key, name, "recording.drawn")
    try:
        sound = await asyncio.to_thread((await _sound(request, key, name)).read)
    except OSError as error:
        raise _no_recording() from error
    return {"seconds": len(sound) / RATE, "peaks": await asyncio.to_thread(peaks, sound, slices)}


async def _sound(request: Request, key: str, name: str) -> Sound:
    folder: Path = request.app.state.settings.recordings_dir
    voice = name.removeprefix(f"{key}-").removesuffix(".alaw").removesuffix(".wav")
    try:
        return await asyncio.to_thread(sound_of, folder, key, voice)
    except OSError as error:
        raise _no_recording() from error


def _no_recording() -> Problem:
    return Problem(404, "no_recording", "没有这段录音", "看通话记录里的 recordings 与 recording_gap")


async def let_search(request: Request, number: str) -> None:
    """Raise Problem unless the caller may learn numbers: who asks for each in turn, learns a masked one as well."""
    who_asks = who(request)
    if who_asks.may("numbers.see"):
        return
    if not who_asks.may("numbers.unmask"):
        raise Problem(403, "forbidden", "没有按号码查询的权限", "请管理员授予 numbers.unmask")
    async with database(request).writing() as session:
        note_by(session, now_of(request), "number.searched", who_asks, mask(number))


async def _let_hear(request: Request, key: str, name: str, what: str = "recording.played") -> None:
    """Raise Problem for a call that the caller may not see; write down that a person listens, or nobody does."""
    caller = who(request)
    if caller.own_house:
        return
    async with database(request).writing() as session:
        query = select(CallRecord.key).where(col(CallRecord.key) == key, scope_of(caller).records())
        if (await session.execute(query)).scalar_one_or_none() is None:
            raise _no_recording()
        note_by(session, now_of(request), what, caller, key, part=name,
                range=request.headers.get("range", "")[:60])


def wav_header(samples: int) -> bytes:
    """Return the WAV header of raw A-law at 8 kHz, one channel (RFC 2361: format 6, with a fact chunk)."""
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, 6, 1, 8000, 8000, 1, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, samples)
    data = struct.pack("<4sI", b"data", samples)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(fact) + len(data) + samples, b"WAVE") + form + fact + data


def _range(asked: str, total: int) -> tuple[int, int]:
    """Return the first and last byte that a Range header asks for. Raises Problem 416."""
    if not asked:
        return 0, total - 1
    unit, _, part = asked.partition("=")
    begin, _, end = part.partition("-")
    try:
        if unit.strip() != "bytes" or "," in part:
            raise ValueError
        first = int(begin) if begin else max(0, total - int(end))
        last = min(int(end), total - 1) if begin and end else total - 1
    except ValueError:
        first, last = 0, -1
    if not 0 <= first <= last:
        raise Problem(416, "range_not_satisfiable", "请求的范围不在录音之内", f"范围应在 0 到 {total - 1} 之间")
    return first, last


async def _bytes(sound: Sound, head: bytes, first: int, last: int) -> AsyncIterator[bytes]:
    if first < len(head):
        yield head[first:last + 1]
    chunks = sound.chunks(max(0, first - len(head)), last + 1 - len(head))
    while (block := await asyncio.to_thread(next, chunks, b"")):
        yield block
