"""Information lines for those who answer for them: a unit's lead reads, hears and changes what its own lines say.

A change is a release like any other: checked whole, signed, in force for the next call, and taken back the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import database, needs, who
from api.menu.desk import Desk, desk, run, shown_finding
from api.menu.schemas import Lang, LineIn, Recording, SpeakIn, Step
from api.orders.sight import below
from api.problems import Problem
from ivr.document import Document
from ivr.drafts import apply
from ivr.errors import Conflict, ReleaseError
from ivr.flow import flow_of
from ivr.lines import Line, Wording, edits_of, line_of, lines_of
from ivr.publishing import Signed
from ivr.shelf import Entry
from ivr.sound import from_wav
from ivr.upload import alaw_as_wav, as_heard, take

router = APIRouter(prefix="/api/menu/lines", tags=["menu"])
_VERSIONS = 100  # releases that are looked through for a line's history
_TRIES = 3  # when others publish at the same moment
_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_WAV = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}


@router.get("", dependencies=[needs("lines.write")])
async def listed(request: Request) -> dict[str, Any]:
    """List the information lines in force that the caller keeps."""
    units, at = await _units(request), desk(request)
    number, document = await run(_in_force, at)
    mine = [asdict(line) | {"shared": sorted(line.shared)} for line in lines_of(document)
            if units is None or line.owner in units]
    return {"release": number, "lines": mine}


@router.get("/{step}", dependencies=[needs("lines.write")])
async def read(request: Request, step: Step) -> dict[str, Any]:
    """Read a line with what it said before, who changed it and why, the newest first."""
    at, (number, line) = desk(request), await _own(request, step)
    history = await run(lambda: list(_history(at, step)))
    return asdict(line) | {"shared": sorted(line.shared), "release": number, "history": history}


@router.put("/{step}", dependencies=[needs("lines.write")])
async def put(request: Request, step: Step, wish: LineIn) -> dict[str, Any]:
    """Change what a line says, for calls that begin from now on. Whoever has not seen the newest words is told."""
    await _own(request, step)
    return asdict(await run(_publish, desk(request), step, wish))


@router.post("/{step}/sounds/{lang}", status_code=201, openapi_extra={
    "requestBody": {"required": True, "content": _FILE}}, dependencies=[needs("lines.write")])
async def upload(request: Request, step: Step, lang: Lang) -> dict[str, Any]:
    """Take a recording for a line; nothing says it until the line is changed to."""
    await _own(request, step)
    return asdict(await run(take, await request.body(), lang, desk(request).uploads))


@router.get("/{step}/sounds/{lang}/{name}", response_class=Response, responses={200: {"content": _WAV}},
            dependencies=[needs("lines.write")])
async def sound(request: Request, step: Step, lang: Lang, name: Recording) -> Response:
    """Give a recording that the line says, or is to say, as it sounds on the telephone."""
    await _own(request, step)
    recording = desk(request).uploads / lang / f"{name}.wav"
    if not await asyncio.to_thread(recording.is_file):
        raise Problem(404, "not_found", f"没有录音 {name}", "请重新上传")
    found = await run(lambda: as_heard(from_wav(recording.read_bytes())[0]))
    return Response(found, media_type="audio/wav", headers={"Cache-Control": "no-store"})


@router.post("/{step}/heard", response_class=Response, responses={200: {"content": _WAV}},
             dependencies=[needs("lines.write")])
async def heard(request: Request, step: Step, wish: SpeakIn) -> Response:
    """Speak words as callers would hear them on this line."""
    await _own(request, step)
    prompts = desk(request).publishing.prompts

    def spoken() -> bytes:
        prompts.render([("", wish.lang, wish.text)])
        file = prompts.file_of("", wish.lang, wish.text)
        return alaw_as_wav((prompts.folder / wish.lang / f"{file}.alaw").read_bytes())

    return Response(await run(spoken), media_type="audio/wav", headers={"Cache-Control": "no-store"})


async def _units(request: Request) -> set[str] | None:
    """Return the units whose lines the caller keeps, None for every line."""
    caller = who(request)
    if caller.may("flows.publish"):
        return None
    async with database(request).reading() as session:
        return set(await below(session, caller.unit)) if caller.unit else set()


async def _own(request: Request, step: str) -> tuple[int, Line]:
    """Return the release in force and a line that the caller keeps. Raises Problem 404: others are none of theirs."""
    units = await _units(request)
    number, document = await run(_in_force, desk(request))
    line = await run(line_of, document, step)
    if units is not None and line.owner not in units:
        raise Problem(404, "not_found", f"使用中的菜单里没有本单位的信息线 {step}", "请刷新页面")
    return number, line


def _in_force(at: Desk) -> tuple[int, dict[str, Any]]:
    number = at.publishing.shelf.index().current
    return number, at.publishing.plain_release(number)


def _publish(at: Desk, step: str, wish: LineIn) -> Entry:
    for _ in range(_TRIES - 1):
        number = at.publishing.shelf.index().current
        try:
            return _once(at, step, wish)
        except Conflict:
            if at.publishing.shelf.index().current == number:
                raise  # nobody came between: it is about the words
    return _once(at, step, wish)


def _once(at: Desk, step: str, wish: LineIn) -> Entry:
    number, before = _in_force(at)
    line = line_of(before, step)
    if number != wish.seen and line != line_of(at.publishing.plain_release(wish.seen), step):
        raise Conflict("这条信息线刚被别人改过", "请刷新页面，看过新内容再改")
    edits = edits_of(line, Wording(wish.texts, wish.recordings, wish.review))
    if not edits:
        raise Conflict("没有改动", "改好文字、录音或复核日期再保存")
    document = apply(before, edits)[0]
    flow = flow_of(Document("信息线", document))
    at.publishing.prompts.render(flow.jobs())  # so that lengths are real ones
    known = {str(one) for one in at.publishing.check(before).findings}
    faults = [one for one in at.publishing.check(document).findings if not one.warning and str(one) not in known]
    if faults:  # what was wrong before is not this unit's to mend
        raise Problem(422, "line_refused", faults[0].problem, faults[0].fix,
                      findings=[shown_finding(one) for one in faults])
    entry = at.publishing.publish(flow, Signed(at.by, wish.why, number), strict=False)
    at.drafts.carry(before, edits, number, entry.number)
    return entry


def _history(at: Desk, step: str) -> Iterator[dict[str, Any]]:
    """Yield what a line said in the releases that were in force, where it changed, the newest first."""
    entries = [one for one in at.publishing.shelf.index().entries if one.published_at is not None][-_VERSIONS:]
    rows: list[dict[str, Any]] = []
    for entry in entries:
        try:
            line = line_of(at.publishing.plain_release(entry.number), step)
        except ReleaseError:
            continue  # there was no such line then
        said = {"review": line.review, "texts": line.texts, "recordings": line.recordings}
        if not rows or any(rows[-1][name] != value for name, value in said.items()):
            rows.append({"number": entry.number, "at": entry.published_at, "by": entry.by, "why": entry.why, **said})
    yield from reversed(rows)
