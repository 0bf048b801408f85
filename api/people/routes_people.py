"""People, their passwords, and where units stand."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select as sql_select
from sqlmodel import col

from api.access import database, needs, now_of, who
from api.people import attempts, proof, register
from api.people.models import Person, UnitPlace
from api.people.passwords import Passwords, new_password, refuse_weak
from api.people.schemas import PasswordIn, PersonChange, PersonIn, UnitIn, shown_person
from api.people.scope import scope_of
from api.problems import Problem
from api.schemas import Word
from api.wire.once import OnceIfAsked, changing
from api.wire.versions import etag_of, expected
from core.db import rows_of
from workorders.life.words import Role

router = APIRouter(prefix="/api", tags=["people"], route_class=OnceIfAsked)
_PLACE: Final = ("unit", "name", "upper")


@router.post("/people", status_code=201, dependencies=[needs("people.write")])
async def add(request: Request, response: Response, wish: PersonIn) -> dict[str, Any]:
    """Add a person. A password that was made is in the answer, this once."""
    password = wish.password or new_password()
    refuse_weak(password, register.login_of(wish.login))
    hashed = await _passwords(request).hashed(password)
    response.headers["Cache-Control"] = "no-store"
    async with changing(request) as session:
        person = await register.add(session, who(request), wish.login, wish.name, wish.roles, wish.unit, wish.agent,
                                    hashed, now_of(request))
    made = {} if wish.password else {"password": password}
    return shown_person(person, sorted({role.value for role in wish.roles})) | made


@router.get("/people", dependencies=[needs("people.read")])
async def listed(request: Request, after: Annotated[str, Query(max_length=40)] = "", role: Role | None = None,
                 limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """List people by login; `next` is what to pass as `after` for the following page."""
    async with database(request).reading() as session:
        found = await register.listed(session, scope_of(who(request)).people(), after=after, role=role, limit=limit)
        roles = await register.roles_of_all(session, found)
    rows = [shown_person(person, roles[person.id]) for person in found]
    return {"people": rows, "next": found[-1].login if len(found) == limit else None}


@router.get("/people/{person_id}", dependencies=[needs("people.read")])
async def read(request: Request, response: Response, person_id: Word) -> dict[str, Any]:
    """Show one person; the ETag is the version to send as If-Match with a change."""
    async with database(request).reading() as session:
        person = await register.get(session, person_id, scope_of(who(request)).people())
        response.headers["ETag"] = etag_of(person.version)
        return shown_person(person, sorted(await register.roles_of(session, person_id)))


@router.patch("/people/{person_id}", openapi_extra={"x-refusals": [412]}, dependencies=[needs("people.write")])
async def change(request: Request, response: Response, person_id: Word, wish: PersonChange) -> dict[str, Any]:
    """Change name, roles, unit, agent's id, or whether the person may sign on.

    With If-Match only if nobody else has changed the person since.
    """
    seen = expected(request, required=False, thing="人员资料")
    async with changing(request) as session:
        person = await register.change(session, who(request), person_id, wish.model_dump(exclude_none=True),
                                       now_of(request), seen)
        response.headers["ETag"] = etag_of(person.version)
        shown = shown_person(person, sorted(await register.roles_of(session, person_id)))
    request.app.state.remembered.forget(person_id)
    return shown


@router.post("/people/{person_id}/password", dependencies=[needs("self")])
async def set_password(request: Request, response: Response, person_id: Word, wish: PasswordIn) -> dict[str, Any]:
    """Change one's own password, which takes the old one; or set another's with ``people.write``."""
    own = person_id == who(request).id
    if not own and not who(request).may("people.write"):
        raise Problem(403, "forbidden", "只能修改自己的密码", "请管理员重设")
    async with database(request).reading() as session:
        person = await register.get(session, person_id)
    password = _wanted(wish, own, person)
    if own:
        await proof.proved(request, person.login, wish.old or "")  # a log-in too: an open page guesses no faster
    hashed = await _passwords(request).hashed(password)
    keys = proof.keys_for(request, person.login) if own else (attempts.key_of_login(person.login),)
    response.headers["Cache-Control"] = "no-store"
    async with changing(request) as session:
        if own:
            await proof.still_so(session, person)
        await attempts.forgive(session, keys)  # whoever was locked out may come in again
        await register.set_password(session, who(request), await register.get(session, person_id), hashed,
                                    now_of(request))
    request.app.state.remembered.forget(person_id)
    return {"id": person_id, "must_change": not own} | ({} if wish.new else {"password": password})


def _wanted(wish: PasswordIn, own: bool, person: Person) -> str:
    if own and (not wish.old or not wish.new):
        raise Problem(422, "invalid", "修改自己的密码需要原密码和新密码", "填写 old 和 new")
    password = wish.new or new_password()
    refuse_weak(password, person.login)
    if own and wish.old == wish.new:
        raise Problem(422, "weak_password", "新密码与原密码相同", "换一个新密码")
    return password


@router.get("/units", dependencies=[needs("self")])
async def units(request: Request) -> dict[str, Any]:
    """List which unit stands under which."""
    async with database(request).reading() as session:
        found = await rows_of(session, _places(), {})
    return {"units": [dict(zip(_PLACE, row, strict=True)) for row in found]}


@cache
def _places() -> Any:
    return sql_select(*(getattr(UnitPlace, name) for name in _PLACE)).order_by(col(UnitPlace.unit))


@router.put("/units/{unit}", dependencies=[needs("people.write")])
async def place(request: Request, unit: Word, wish: UnitIn) -> dict[str, Any]:
    """Put a unit under another one; its people and those above see its orders."""
    if len(unit) > 40:
        raise Problem(422, "invalid", "单位编号太长", "不超过 40 个字符")
    async with database(request).writing() as session:
        made = await register.place_unit(session, who(request), unit, wish.name, wish.upper, now_of(request))
        return made.model_dump()


def _passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords
