"""Drafts: edited operation by operation, checked, compared, walked."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from api.access import needs, who
from api.calls import control
from api.menu.city import city_days
from api.menu.desk import Desk, desk, run, shown_finding
from api.menu.schemas import (
    CommentIn,
    DraftId,
    DraftIn,
    LockIn,
    OperationIn,
    PublishIn,
    TurnIn,
    WalkIn,
)
from api.problems import Problem, language_for
from api.wording.sentences import say_within
from ivr.build import recordings, release_flow
from ivr.bundle import export, keep_sounds, read_bundle
from ivr.difference import Change, plain
from ivr.draft_store import Draft
from ivr.drafts import Edit, heard_in_order, renamed
from ivr.flow import compile_flow, flow_of, load_flow
from ivr.interpreter import local_time
from ivr.number_sheet import read_sheet
from ivr.prompts import HERE
from ivr.publishing import Signed
from ivr.release import Release
from ivr.requests import CallFacts, PlayAndRead, TakeMessage
from ivr.requests import Request as Asked
from ivr.timing import seconds_of
from ivr.trial import beginning, trials
from ivr.upload import alaw_as_wav
from ivr.walk import Move, Walked, lines, named, told, walk, with_titles

router = APIRouter(prefix="/api/menu/drafts", tags=["menu"])
imports = APIRouter(prefix="/api/menu/imports", tags=["menu"])
READY = HERE / "flows"
_BLANK: dict[str, Any] = {
    "release": 1, "languages": ["zh-CN"], "entry": "person", "person": "person", "prompts": {}, "calendars": {},
    "numbers": {}, "steps": {"person": {"verb": "service", "skill": "general", "title": "转人工"}}}
_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_WAV = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
_MOST_HEARD = 60  # prompts of one walk that are joined
_BREATH = b"\xd5" * 1200  # 0.15 s of A-law silence between two prompts
_YAML = {"application/yaml": {"schema": {"type": "string"}}}


def shown(draft: Draft) -> dict[str, Any]:
    """Return a draft as the editor needs it; operations are counted, not listed."""
    undo = draft.done[-1]["words"] if draft.done else ""
    redo = draft.undone[-1]["words"] if draft.undone else ""
    return draft.summary() | {"document": draft.document, "comments": draft.comments,
                              "undo": {"steps": len(draft.done), "words": undo},
                              "redo": {"steps": len(draft.undone), "words": redo}}


@router.get("", dependencies=[needs("flows.read")])
async def listed(request: Request) -> dict[str, Any]:
    """List the drafts, the last changed first."""
    return {"drafts": [draft.summary() for draft in await run(desk(request).drafts.listed)]}


@router.post("", status_code=201, dependencies=[needs("flows.write")])
async def begin(request: Request, wish: DraftIn) -> dict[str, Any]:
    """Begin a draft from a release or from a ready flow."""
    return shown(await run(_begin, desk(request), wish))


def _begin(at: Desk, wish: DraftIn) -> Draft:
    current = at.publishing.shelf.index().current
    if wish.release is not None:
        number = wish.release or current
        document = at.publishing.plain_release(number) or _BLANK
    else:
        document = _BLANK if wish.ready == "blank" else plain(load_flow(READY / f"{wish.ready}.yaml"))
    return at.drafts.new(wish.title, document, current, at.by)


@router.get("/{draft}", dependencies=[needs("flows.read")])
async def read(request: Request, draft: DraftId) -> dict[str, Any]:
    """Read a draft."""
    return shown(await run(desk(request).drafts.get, draft))


@router.delete("/{draft}", status_code=204, dependencies=[needs("flows.write")])
async def delete(request: Request, draft: DraftId) -> None:
    """Throw a draft away."""
    at = desk(request)
    await run(at.drafts.delete, draft, at.by)


@router.post("/{draft}/lock", dependencies=[needs("flows.write")])
async def lock(request: Request, draft: DraftId, wish: LockIn) -> dict[str, Any]:
    """Take or keep the right to edit; the page asks again every minute."""
    at = desk(request)
    return (await run(at.drafts.take, draft, at.by, over=wish.over)).summary()


@router.delete("/{draft}/lock", status_code=204, dependencies=[needs("flows.write")])
async def unlock(request: Request, draft: DraftId) -> None:
    """Give the right to edit back."""
    at = desk(request)
    await run(at.drafts.release, draft, at.by)


@router.post("/{draft}/operations", dependencies=[needs("flows.write")])
async def operate(request: Request, draft: DraftId, wish: OperationIn) -> dict[str, Any]:
    """Do an operation; it can be undone as a whole, also after a reload."""
    return shown(await run(_operate, desk(request), draft, wish))


def _operate(at: Desk, draft: str, wish: OperationIn) -> Draft:
    edits = [Edit(tuple(edit.path), edit.value, edit.gone, edit.at) for edit in wish.edits]
    if wish.rename is not None:
        edits += renamed(at.drafts.get(draft).document, *wish.rename)
    return at.drafts.edit(draft, at.by, wish.version, edits, wish.words)


@router.post("/{draft}/undo", dependencies=[needs("flows.write")])
async def undo(request: Request, draft: DraftId, wish: TurnIn) -> dict[str, Any]:
    """Take the last operation back."""
    at = desk(request)
    return shown(await run(at.drafts.undo, draft, at.by, wish.version))


@router.post("/{draft}/redo", dependencies=[needs("flows.write")])
async def redo(request: Request, draft: DraftId, wish: TurnIn) -> dict[str, Any]:
    """Do again what was taken back."""
    at = desk(request)
    return shown(await run(at.drafts.redo, draft, at.by, wish.version))


@router.post("/{draft}/comments", status_code=201, dependencies=[needs("flows.write")])
async def comment(request: Request, draft: DraftId, wish: CommentIn) -> dict[str, Any]:
    """Comment on a place."""
    at = desk(request)
    return {"comments": (await run(at.drafts.comment, draft, at.by, wish.path, wish.text)).comments}


@router.get("/{draft}/check", dependencies=[needs("flows.read")])
async def check(request: Request, draft: DraftId) -> dict[str, Any]:
    """Check a draft whole: every finding with its place, remedy, and a caller to whom it happens."""
    at, city = desk(request), await city_days(request)
    report = await run(lambda: at.publishing.check(at.drafts.get(draft).document, city=city))
    rows = [] if report.flow is None else [
        {"step": step, "depth": depth, "by": by} for step, depth, by in heard_in_order(report.flow)]
    findings = say_within([shown_finding(finding) for finding in report.findings], language_for(request))
    return {"ok": report.ok, "findings": findings, "rows": rows}


@router.get("/{draft}/difference", dependencies=[needs("flows.read")])
async def difference(request: Request, draft: DraftId, release: Annotated[int | None, Query(ge=0)] = None,
                     ) -> dict[str, Any]:
    """Tell what changes from a release (default: the one in force), in words and side by side."""
    at = desk(request)
    found = await run(lambda: at.publishing.difference(at.drafts.get(draft).document, release))
    return {"changes": [shown_change(change) for change in found]}


def shown_change(change: Change) -> dict[str, Any]:
    """Return a change as JSON."""
    return asdict(change)


@router.post("/{draft}/publish", status_code=201, dependencies=[needs("flows.publish")])
async def publish(request: Request, draft: DraftId, wish: PublishIn) -> dict[str, Any]:
    """Render, check by ear, and put in force, now or at a time. Somebody who was quicker is named."""
    return asdict(await run(_publish, desk(request), draft, wish))


def _publish(at: Desk, draft_id: str, wish: PublishIn) -> Any:
    draft, flow = at.flow(draft_id)
    based_on = draft.based_on if wish.based_on is None else wish.based_on
    return at.publishing.publish(flow, Signed(at.by, wish.why, based_on, wish.due_at))


@router.post("/{draft}/walk", dependencies=[needs("flows.read")])
async def walked(request: Request, draft: DraftId, wish: WalkIn) -> dict[str, Any]:
    """Walk a draft with these keys as a caller would; it stops where the next key is awaited."""
    return await run(_walk, desk(request), draft, wish)


def _walk(at: Desk, draft_id: str, wish: WalkIn) -> dict[str, Any]:
    release, found = _walked(at, draft_id, wish)
    titles = {name: step.title for name, step in at.flow(draft_id)[1].steps.items() if step.title}
    return {"moves": [_shown_move(move, release, titles) for move in found.moves], "seconds": round(found.seconds, 2),
            "step": found.at, "lines": list(lines(with_titles(found, titles))), "outcome": _outcome(found),
            "variables": dict(found.variables),
            "asked": _asked(found.asked, release)}


def _walked(at: Desk, draft_id: str, wish: WalkIn) -> tuple[Release, Walked]:
    _, flow = at.flow(draft_id)
    release = compile_flow(flow, at.publishing.prompts.file_of)
    zone = ZoneInfo(release.timezone)
    now = datetime.fromisoformat(wish.at) if wish.at else local_time(
        datetime.fromtimestamp(at.clock(), zone), release.timezone)
    return release, walk(release, wish.presses, now, seconds_of(release, at.publishing.prompts.folder),
                         CallFacts("walk", wish.caller, wish.called), wish.lang or "", stop=True)


@router.post("/{draft}/sound", response_class=Response, responses={200: {"content": _WAV}},
             dependencies=[needs("flows.read")])
async def sound(request: Request, draft: DraftId, wish: WalkIn, last: bool = False) -> Response:
    """Give everything that a walk hears, up to the key that is awaited, as one sound at telephone quality.

    `last`: only what the last key has led to.
    """
    heard = await run(_sound, desk(request), draft, wish, last)
    return Response(heard, media_type="audio/wav", headers={"X-Content-Type-Options": "nosniff"})


def _sound(at: Desk, draft_id: str, wish: WalkIn, last: bool) -> bytes:
    release, found = _walked(at, draft_id, wish)
    said = found.heard
    if last and wish.presses:  # what was heard before the last key is the beginning of what has been heard after it
        before = wish.model_copy(update={"presses": wish.presses[:-1]})
        said = said[len(_walked(at, draft_id, before)[1].heard):]
    prompts = at.publishing.prompts
    spoken = [(prompt, release.prompts[prompt][lang], lang) for prompt, lang in said[:_MOST_HEARD]]
    prompts.render((one.recording or name, lang, one.text) for name, one, lang in spoken)
    files = [prompts.folder / lang / f"{one.file}.alaw" for _, one, lang in spoken]
    return alaw_as_wav(_BREATH.join(file.read_bytes() for file in files) or _BREATH)


@router.post("/{draft}/ring", status_code=202, dependencies=[needs("flows.write")])
async def ring(request: Request, draft: DraftId) -> dict[str, Any]:
    """Ring the telephone of whoever asks; the switch plays them the draft as it is now."""
    caller = who(request)
    if not caller.agent:
        raise Problem(409, "no_phone", "您没有登记坐席话机，试听电话打不出去",
                      "请管理员在人员里给您登记一个坐席，或用页面上的试拨")
    place = await run(_tried, desk(request), draft)
    rung: dict[str, Any] = await control(request).do("menu.try", agent=caller.agent, place=place, by=caller.word)
    return rung


def _tried(at: Desk, draft_id: str) -> str:
    _, flow = at.flow(draft_id)
    return beginning(release_flow(flow, at.publishing.prompts, trials(at.settings)).id)


def _outcome(found: Walked) -> dict[str, Any] | None:
    return None if found.outcome is None else asdict(found.outcome)


def _shown_move(move: Move, release: Release, titles: dict[str, str]) -> dict[str, Any]:
    return {"seconds": round(move.seconds, 2), **asdict(move.entry), "words": told(named(move.entry, titles)),
            "texts": [release.text(prompt, move.lang) for prompt in move.entry.heard]}


def _asked(asked: Asked | None, release: Release) -> dict[str, Any] | None:
    if not isinstance(asked, PlayAndRead | TakeMessage):
        return None
    return {"prompts": list(asked.prompts), "lang": asked.lang,
            "texts": [release.text(prompt, asked.lang) for prompt in asked.prompts],
            "files": [release.file(prompt, asked.lang) for prompt in asked.prompts],
            "kind": "message" if isinstance(asked, TakeMessage) else "keys"}


@router.post("/{draft}/numbers", openapi_extra={"requestBody": {"required": True, "content": _FILE}},
             dependencies=[needs("flows.write")])
async def numbers(request: Request, draft: DraftId) -> dict[str, Any]:
    """Take old hotlines' numbers out of a spreadsheet (xlsx, csv); the report says what became of each line."""
    return await run(_numbers, desk(request), draft, await request.body())


def _numbers(at: Desk, draft_id: str, raw: bytes) -> dict[str, Any]:
    document = at.drafts.get(draft_id).document
    staff = at.publishing.around().staff
    known: dict[str, Any] = document.get("numbers") or {}
    sheet = read_sheet(raw, document.get("steps") or {}, known, None if staff is None else staff.units)
    lang = (document.get("languages") or ["zh-CN"])
    edits = [] if "numbers" in document else [Edit(("numbers",), {})]
    edits += [Edit(("prompts", name), dict.fromkeys(lang, text)) for name, text in sheet.greetings.items()]
    edits += [Edit(("numbers", number), found) for number, found in sheet.numbers.items()]
    draft = at.drafts.edit(draft_id, at.by, None, edits, sheet.words()) if sheet.numbers else at.drafts.get(draft_id)
    return {"words": sheet.words(), "lines": [asdict(line) for line in sheet.lines], "version": draft.version}


@router.get("/{draft}/file", response_class=Response, responses={200: {"content": _YAML}},
            dependencies=[needs("flows.read")])
async def as_file(request: Request, draft: DraftId) -> Response:
    """Give a draft with its recordings as one readable file, fit for git."""
    at = desk(request)

    def made() -> str:
        _, flow = at.flow(draft)
        return export(flow, plain(flow), recordings(at.settings))

    headers = {"Content-Disposition": f'attachment; filename="flow-{draft}.yaml"', "X-Content-Type-Options": "nosniff"}
    return Response(await run(made), media_type="application/yaml", headers=headers)


@imports.post("", status_code=201, openapi_extra={"requestBody": {"required": True, "content": _FILE}},
              dependencies=[needs("flows.write")])
async def take_in(request: Request, title: Annotated[str, Query(min_length=1, max_length=80)]) -> dict[str, Any]:
    """Make a draft of a file (YAML or JSON, with or without recordings)."""
    return shown(await run(_import, desk(request), await request.body(), title))


def _import(at: Desk, raw: bytes, title: str) -> Draft:
    document, sounds = read_bundle(raw, "导入")
    flow = flow_of(document)
    keep_sounds(sounds, at.uploads)
    return at.drafts.new(title, plain(flow), at.publishing.shelf.index().current, at.by)
