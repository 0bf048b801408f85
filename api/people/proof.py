"""The proof that somebody is who they say: their password, counted before it is looked at."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import address_of, database, now_of
from api.people import attempts, register
from api.people.audit import note
from api.people.models import Person
from api.people.passwords import Passwords
from api.problems import Problem

KNOWN_FOR: Final = 180 * 86400  # s a browser is known for after its last log-in


async def proved(request: Request, login: str, password: str) -> Person:
    """Return the person, if this is their password. Counts the try first. Raises Problem 401, or 429 with the wait."""
    keys = keys_for(request, login)
    async with database(request).writing() as session:
        wait = await attempts.take(session, keys, now_of(request))
        person = None if wait else await register.by_login(session, login)
    if wait:
        raise Problem(429, "log_in_locked", "失败次数太多，暂时不能登录",
                      f"{int(wait) + 1} 秒后再试，或请管理员重设密码",
                      retry_after=int(wait) + 1)
    if not await _right(request, keys, person, password) or person is None:
        await _tell_of_failure(request, keys, person)
        raise wrong()
    return person


async def _right(request: Request, keys: tuple[str, ...], person: Person | None, password: str) -> bool:
    """Tell whether the password is the person's; takes as long for nobody. Too many at once: the try does not count."""
    passwords: Passwords = request.app.state.passwords
    try:
        return await passwords.right(person.password if person else None, password)
    except Problem:
        async with database(request).writing() as session:
            await attempts.take_back(session, keys)
        raise


async def _tell_of_failure(request: Request, keys: tuple[str, ...], person: Person | None) -> None:
    now, address = now_of(request), address_of(request)
    known = person.id if person else ""  # what a stranger typed may be a password: it is not written down
    async with database(request).writing() as session:
        note(session, now, "log_in.failed", known, address)
        if await attempts.locked(session, keys, now):
            note(session, now, "log_in.locked", known, address)


def keys_for(request: Request, login: str) -> tuple[str, ...]:
    """Return what a try of this login counts on: a browser that knows it by itself, others by login and address."""
    secret = request.app.state.secrets.api_token
    browser = attempts.key_of_browser(secret, login, request.cookies.get(attempts.cookie_of(secret, login), ""))
    return (browser,) if browser else attempts.keys_of(login, address_of(request))


def remember_browser(request: Request, response: Response, login: str) -> None:
    """Have the browser carry a token by which strangers' guesses do not make it wait."""
    secret = request.app.state.secrets.api_token
    response.set_cookie(attempts.cookie_of(secret, login), attempts.new_token(secret, login), max_age=KNOWN_FOR,
                        path="/api", secure=request.url.scheme == "https", httponly=True, samesite="strict")


async def newer_hash(request: Request, person: Person, password: str) -> str:
    """Return the password's hash by today's parameters if it is stored by weaker ones, else ""."""
    passwords: Passwords = request.app.state.passwords
    return await passwords.hashed(password) if passwords.is_old(person.password) else ""


async def still_so(session: AsyncSession, proved: Person, newer: str = "") -> None:
    """Hold the person until the transaction ends. Raises Problem 401 if the password was changed meanwhile.

    So whoever changes a password ends every session that began with the old one, also one that just begins.
    """
    person = await session.get(Person, proved.id, with_for_update=True, populate_existing=True)
    if person is None or not person.active or person.password != proved.password:
        raise wrong()
    person.password = newer or person.password


def wrong() -> Problem:
    """Return the one refusal of every log-in that is not right."""
    return Problem(401, "wrong_log_in", "登录名或密码不对", "检查后重试；忘记密码请找管理员")
