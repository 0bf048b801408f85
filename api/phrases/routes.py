"""What is offered to whoever writes: the hotline's phrases and those of their own unit; each list edited as a whole."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from api.access import database, needs, now_of, who
from api.people.audit import note_by
from api.people.caller import Caller
from api.problems import Problem
from api.schemas import Strict
from api.wire.once import OnceIfAsked
from api.wire.versions import check, etag_of, expected
from workorders.life.words import UNIT_ROLES
from workorders.phrases import keeping
from workorders.phrases.keeping import HOTLINE
from workorders.phrases.rules import Kind, Phrase, Phrases
from workorders.phrases.tables import PhraseList

router = APIRouter(prefix="/api/phrases", tags=["phrases"], route_class=OnceIfAsked)
Owner = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,40}$")]
_THING = "模板"


class PhrasesIn(Strict):
    """The whole list of an owner, and why it is changed."""

    phrases: Annotated[list[Phrase], Field(max_length=300)]
    why: Annotated[str, StringConstraints(min_length=2, max_length=500, strip_whitespace=True)]


class OfferedOut(BaseModel):
    """A phrase that is offered; `owner`: a unit, ``-`` for the hotline."""

    owner: str
    key: str
    kind: Kind
    title: str
    text: str


class AllOfferedOut(BaseModel):
    """What is offered, one's own unit's first."""

    phrases: list[OfferedOut]


class PhraseListHead(BaseModel):
    """Who set a version, when and why; version 0 is the empty list before anybody did."""

    version: int
    by: str
    why: str
    at: float


class PhraseListOut(PhraseListHead):
    """A version of an owner's list."""

    owner: str
    phrases: list[Phrase]


class PhraseVersionsOut(BaseModel):
    """Every version, the newest first."""

    versions: list[PhraseListHead]


@router.get("", responses={200: {"model": AllOfferedOut}}, dependencies=[needs("phrases.read")])
async def offered(request: Request) -> dict[str, Any]:
    """List the phrases that whoever asks may put into what they write."""
    owners = [own_unit(who(request)), HOTLINE]
    async with database(request).reading() as session:
        found = await keeping.newest(session, [owner for owner in owners if owner])
    return {"phrases": [{"owner": owner, **one.model_dump()} for owner in owners if owner in found
                        for one in found[owner].phrases]}


@router.get("/lists/{owner}", responses={200: {"model": PhraseListOut}}, dependencies=[needs("phrases.read")])
async def newest(request: Request, response: Response, owner: Owner) -> dict[str, Any]:
    """Show an owner's list; the ETag is its version."""
    _sees(who(request), owner)
    async with database(request).reading() as session:
        there = await keeping.versions(session, owner)
    found = _whole(owner, there[0] if there else None)
    response.headers["ETag"] = etag_of(found["version"])
    return found


@router.get("/lists/{owner}/versions", responses={200: {"model": PhraseVersionsOut}},
            dependencies=[needs("phrases.read")])
async def versions(request: Request, owner: Owner) -> dict[str, Any]:
    """List the versions of an owner's list."""
    _sees(who(request), owner)
    async with database(request).reading() as session:
        return {"versions": [_head(row) for row in await keeping.versions(session, owner)]}


@router.get("/lists/{owner}/versions/{version}", responses={200: {"model": PhraseListOut}},
            dependencies=[needs("phrases.read")])
async def one_version(request: Request, owner: Owner, version: Annotated[int, Path(ge=0, le=999_999)],
                      ) -> dict[str, Any]:
    """Show one version of an owner's list as it was set."""
    _sees(who(request), owner)
    async with database(request).reading() as session:
        return _whole(owner, await keeping.version_of(session, owner, version))


@router.put("/lists/{owner}", responses={200: {"model": PhraseListOut}}, openapi_extra={"x-refusals": [412, 428]},
            dependencies=[needs("phrases.write")])
async def put(request: Request, response: Response, owner: Owner, wanted: PhrasesIn) -> dict[str, Any]:
    """Set an owner's list; If-Match names the version it replaces. What was written with the old one stays."""
    if not may_edit(who(request), owner):
        raise _no_such()
    seen, now, told = expected(request, required=True, thing=_THING), now_of(request), phrases_in(wanted.phrases)
    async with database(request).writing() as session:
        there = await keeping.versions(session, owner)
        check(there[0].version if there else 0, seen, thing=_THING)
        await keeping.add(session, owner, told, who(request).id, wanted.why, now)
        note_by(session, now, "phrases.set", who(request), owner, why=wanted.why)
    return await newest(request, response, owner)


def phrases_in(told: list[Phrase]) -> Phrases:
    """Return a list as it is kept. Raises Problem where a key stands twice."""
    keys = [one.key for one in told]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise Problem(422, "key_twice", f"快捷码 {twice} 用了两次", "给每条模板不同的快捷码")
    return Phrases(phrases=tuple(told))


def own_unit(caller: Caller) -> str:
    """Return the unit whose phrases somebody writes with, "" for the hotline's own people."""
    return caller.unit if caller.roles & UNIT_ROLES else ""


def may_edit(caller: Caller, owner: str) -> bool:
    """Tell whether somebody may edit an owner's list: a unit its own, the hotline the common one, admins any."""
    if not caller.may("phrases.write"):
        return False
    return caller.may("directory.write") or owner == (own_unit(caller) or HOTLINE)


def _sees(caller: Caller, owner: str) -> None:
    if owner not in (HOTLINE, own_unit(caller)) and not caller.may("directory.write"):
        raise _no_such()


def _no_such() -> Problem:
    return Problem(404, "not_found", "没有这份模板", "从模板页面打开")


def _head(row: PhraseList) -> dict[str, Any]:
    return {"version": row.version, "by": row.by, "why": row.why, "at": row.at}


def _whole(owner: str, row: PhraseList | None) -> dict[str, Any]:
    head = _head(row) if row else {"version": 0, "by": "", "why": "", "at": 0.0}
    return {"owner": owner, **head, **keeping.phrases_of(row).model_dump(mode="json")}
