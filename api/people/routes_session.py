"""Signing on and off, who am I, and my sessions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from api.access import COOKIE, CSRF_COOKIE, Remembered, address_of, database, needs, now_of, who
from api.people import attempts, proof, register, sessions
from api.people.audit import note, note_by
from api.people.caller import Caller
from api.people.models import PersonSession
from api.people.schemas import LogInIn, shown_caller, shown_session
from api.problems import Problem
from api.schemas import Word, WordOrNone

router = APIRouter(prefix="/api", tags=["sessions"])


@router.post("/session", status_code=201, dependencies=[needs("public")])
async def log_in(request: Request, response: Response, wish: LogInIn) -> dict[str, Any]:
    """Sign on with login and password; the answer sets the cookies and gives the CSRF token."""
    if not _from_our_page(request):  # nobody is signed on by another site's page
        raise Problem(403, "csrf", "请求不是从本页面发出的", "请在本系统的登录页登录")
    login, now = register.login_of(wish.login), now_of(request)
    person = await proof.proved(request, login, wish.password)
    newer = await proof.newer_hash(request, person, wish.password)
    async with database(request).writing() as session:
        await proof.still_so(session, person, newer)
        await attempts.forgive(session, proof.keys_for(request, login))
        await _end_old(session, request)
        browser = request.headers.get("user-agent", "")
        token, row = await sessions.begin(session, person, address_of(request), browser, now)
        note(session, now, "log_in", person.id, address_of(request), row)
        found = await sessions.caller_of(session, token, address_of(request), now)
        if found is None:
            raise proof.wrong()
    _set_cookies(request, response, token)
    proof.remember_browser(request, response, login)
    return shown_caller(found[0]) | {"csrf": sessions.csrf_of(token)}


def _from_our_page(request: Request) -> bool:
    """Tell whether a request was not sent by a page of another origin; programs say nothing of pages."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")  # without TLS a browser tells only this
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


async def _end_old(session: Any, request: Request) -> None:
    """End the session that this browser comes with, whosever it is: a token never outlives a log-in."""
    token, now = request.cookies.get(COOKIE, ""), now_of(request)
    found = await sessions.caller_of(session, token, address_of(request), now) if token else None
    if found is not None:
        await sessions.revoke(session, [found[0].session], now)
        note_by(session, now, "log_out", found[0], found[0].session)


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
