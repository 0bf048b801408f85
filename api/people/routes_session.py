"""Signing on and off, who am I, and my sessions."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.access import COOKIE, CSRF_COOKIE, Remembered, address_of, database, needs, now_of, who
from api.people import attempts, register, sessions
from api.people.audit import note, note_by
from api.people.caller import Caller
from api.people.models import Person, PersonSession
from api.people.passwords import Passwords
from api.people.schemas import LogInIn, shown_caller, shown_session
from api.problems import Problem
from api.schemas import Word, WordOrNone

router = APIRouter(prefix="/api", tags=["sessions"])


@router.post("/session", status_code=201, dependencies=[needs("public")])
async def log_in(request: Request, response: Response, wish: LogInIn) -> dict[str, Any]:
    """Sign on with login and password; the answer sets the cookies and gives the CSRF token."""
    if request.headers.get("sec-fetch-site") == "cross-site":  # nobody is signed on by another site's page
        raise Problem(403, "csrf", "请求不是从本页面发出的", "请在本系统的登录页登录")
    login, now = register.login_of(wish.login), now_of(request)
    person = await proved(request, login, wish.password)
    async with database(request).writing() as session:
        await attempts.forgive(session, attempts.keys_of(login, address_of(request)))
        old = request.cookies.get(COOKIE, "")
        if old:
            await _end_old(session, old, now)
        browser = request.headers.get("user-agent", "")
        token, row = await sessions.begin(session, person, address_of(request), browser, now)
        note(session, now, "log_in", person.id, address_of(request), row)
        found = await sessions.caller_of(session, token, address_of(request), now)
    if found is None:  # made inactive a moment ago
        raise _wrong()
    _set_cookies(request, response, token)
    return shown_caller(found[0]) | {"csrf": sessions.csrf_of(token)}


async def proved(request: Request, login: str, password: str) -> Person:
    """Return the person, if this is their password. Counts the try first. Raises Problem 401, or 429 with the wait."""
    now, address = now_of(request), address_of(request)
    keys = attempts.keys_of(login, address)
    async with database(request).writing() as session:
        wait = await attempts.take(session, keys, now)
        person = None if wait else await register.by_login(session, login)
    if wait:
        raise Problem(429, "log_in_locked", "失败次数太多,暂时不能登录", f"{int(wait) + 1} 秒后再试,或请管理员重设密码",
                      retry_after=int(wait) + 1)
    passwords: Passwords = request.app.state.passwords
    if person is not None and await passwords.right(person.password, password):
        return person
    if person is None:
        await passwords.right(None, password)  # as long as for somebody who exists
    async with database(request).writing() as session:
        known = person.id if person else ""  # what a stranger typed may be a password: it is not written down
        note(session, now, "log_in.failed", known, address)
        if await attempts.locked(session, keys, now):
            note(session, now, "log_in.locked", known, address)
    raise _wrong()


async def _end_old(session: Any, token: str, now: float) -> None:
    found = await sessions.caller_of(session, token, "", now)
    if found is not None:
        await sessions.revoke(session, [found[0].session], now)


def _wrong() -> Problem:
    return Problem(401, "wrong_log_in", "登录名或密码不对", "检查后重试;忘记密码请找管理员")


def _set_cookies(request: Request, response: Response, token: str) -> None:
    secure = request.url.scheme == "https"
    for name, value, hidden in ((COOKIE, token, True), (CSRF_COOKIE, sessions.csrf_of(token), False)):
        response.set_cookie(name, value, max_age=int(sessions.LONGEST), path="/", secure=secure, httponly=hidden,
                            samesite="lax")
    response.headers["Cache-Control"] = "no-store"


@router.get("/session", dependencies=[needs("self")])
async def who_am_i(request: Request, response: Response) -> dict[str, Any]:
    """Tell who is signed on and what they may; gives the CSRF token again."""
    response.headers["Cache-Control"] = "no-store"
    return shown_caller(who(request)) | {"csrf": sessions.csrf_of(request.cookies.get(COOKIE, ""))}


@router.delete("/session", status_code=204, dependencies=[needs("self")])
async def log_out(request: Request, response: Response) -> None:
    """Sign off."""
    caller, now = who(request), now_of(request)
    async with database(request).writing() as session:
        await sessions.revoke(session, [caller.session], now)
        note_by(session, now, "log_out", caller, caller.session)
    remembered: Remembered = request.app.state.remembered
    remembered.drop(request.cookies.get(COOKIE, ""))
    for name in (COOKIE, CSRF_COOKIE):
        response.delete_cookie(name, path="/")


@router.get("/sessions", dependencies=[needs("self")])
async def listed(request: Request, person: WordOrNone = "") -> dict[str, Any]:
    """List one's own open sessions, or with ``people.write`` those of `person`."""
    caller = who(request)
    async with database(request).reading() as session:
        rows = await sessions.of_person(session, _whose(caller, person), now_of(request))
    return {"sessions": [shown_session(row, caller.session) for row in rows]}


@router.delete("/sessions", dependencies=[needs("self")])
async def revoke_others(request: Request, person: WordOrNone = "") -> dict[str, Any]:
    """End all of one's own sessions but this one, or with ``people.write`` all of `person`."""
    caller, now = who(request), now_of(request)
    whose = _whose(caller, person)
    async with database(request).writing() as session:
        ended = await sessions.revoke_all(session, whose, now, keep=caller.session)
        for one in ended:
            note_by(session, now, "session.revoked", caller, one, person=whose)
    request.app.state.remembered.forget(whose)
    return {"revoked": ended}


@router.delete("/sessions/{session_id}", dependencies=[needs("self")])
async def revoke(request: Request, session_id: Word) -> dict[str, Any]:
    """End one session: one's own, or with ``people.write`` anybody's."""
    caller, now = who(request), now_of(request)
    async with database(request).writing() as session:
        row = await session.get(PersonSession, session_id)
        if row is None or (row.person != caller.id and not caller.may("people.write")):
            raise Problem(404, "not_found", "没有这个会话", "刷新会话列表")
        await sessions.revoke(session, [session_id], now)
        note_by(session, now, "session.revoked", caller, session_id, person=row.person)
    request.app.state.remembered.forget(row.person)
    return {"revoked": [session_id]}


def _whose(caller: Caller, person: str) -> str:
    if person in ("", caller.id):
        return caller.id
    if not caller.may("people.write"):
        raise Problem(403, "forbidden", "只能管理自己的会话", "请管理员操作")
    return person
