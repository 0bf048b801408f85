"""Sounds: recordings taken in, heard at telephone quality; and emergency notices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.access import needs, now_of
from api.menu.desk import Desk, desk, run
from api.menu.schemas import Lang, NoticeIn, SpeakIn
from ivr.errors import PromptError
from ivr.notices import load_notices
from ivr.publishing import Wish, announce
from ivr.sound import from_wav
from ivr.upload import alaw_as_wav, as_heard, take

router = APIRouter(prefix="/api/menu", tags=["menu"])
_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_WAV = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
Name = Annotated[str, Path(pattern=r"^[0-9A-Za-z_.-]{1,60}$")]
_PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


@router.post("/sounds/{lang}", status_code=201, openapi_extra={"requestBody": {"required": True, "content": _FILE}},
             dependencies=[needs("flows.write")])
async def upload(request: Request, lang: Lang) -> dict[str, Any]:
    """Take a recording (WAV, MP3, FLAC, Ogg Vorbis; 20 MB, 5 minutes): levelled, trimmed, named after its content."""
    at = desk(request)
    taken = await run(take, await request.body(), lang, at.uploads)
    return asdict(taken) | {"url": f"/api/menu/sounds/{lang}/{taken.name}"}


@router.get("/sounds/{lang}/{name}", response_class=Response, responses={200: {"content": _WAV}},
            dependencies=[needs("flows.read")])
async def sound(request: Request, lang: Lang, name: Name) -> Response:
    """Give a recording, or a rendered prompt of a release (``p-…``), as it sounds on the telephone."""
    return Response(await run(_sound, desk(request), lang, name), media_type="audio/wav", headers=_PRIVATE)


def _sound(at: Desk, lang: str, name: str) -> bytes:
    prompt, recording = at.publishing.prompts.folder / lang / f"{name}.alaw", at.uploads / lang / f"{name}.wav"
    if name.startswith("p-") and prompt.is_file():
        return alaw_as_wav(prompt.read_bytes())
    if not recording.is_file():
        raise PromptError(f"没有录音 {name}。请重新上传")
    return as_heard(from_wav(recording.read_bytes())[0])


@router.post("/speech", response_class=Response, responses={200: {"content": _WAV}},
             dependencies=[needs("flows.write")])
async def speech(request: Request, wish: SpeakIn) -> Response:
    """Speak a text as callers would hear it."""
    prompts = desk(request).publishing.prompts

    def spoken() -> bytes:
        prompts.render([("", wish.lang, wish.text)])
        file = prompts.file_of("", wish.lang, wish.text)
        return alaw_as_wav((prompts.folder / wish.lang / f"{file}.alaw").read_bytes())

    return Response(await run(spoken), media_type="audio/wav", headers=_PRIVATE)


@router.get("/notices", dependencies=[needs("flows.read")])
async def notices(request: Request) -> dict[str, Any]:
    """List the emergency notices; `lasts` says whether one is in force now."""
    at, now = desk(request), now_of(request)
    found = await run(load_notices, at.publishing.shelf.folder)
    return {"notices": [asdict(notice) | {"lasts": notice.lasts_at(now)} for notice in found]}


@router.post("/notices", status_code=201, dependencies=[needs("flows.publish")])
async def put_up(request: Request, wish: NoticeIn) -> dict[str, Any]:
    """Have a notice spoken to every call that begins from now on; it ends by itself."""
    at, now = desk(request), now_of(request)
    asked = Wish(dict(wish.texts), wish.begins if wish.begins is not None else now, wish.ends, tuple(wish.closes))
    return asdict(await run(announce, at.publishing, asked, at.by, wish.why))


@router.delete("/notices/{notice}", status_code=204, dependencies=[needs("flows.publish")])
async def take_down(request: Request, notice: Annotated[str, Path(pattern=r"^[0-9a-zA-Z-]{1,40}$")]) -> None:
    """Take a notice down before its end."""
    await run(desk(request).publishing.shelf.take_down, notice)
