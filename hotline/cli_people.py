"""``hotline people``: the first admin, and everybody else when no page can be reached. Works on the database itself."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import true
from sqlalchemy.ext.asyncio import AsyncSession

from api.people import attempts, register, sessions
from api.people.audit import note_by
from api.people.caller import Caller
from api.people.models import Person
from api.people.passwords import Passwords, new_password, refuse_weak
from api.people.rights import OF_ROLE
from api.people.table import entries_of, page
from api.problems import Problem
from core.db import Database
from core.settings import PROJECT, Settings
from hotline.cli_openapi import undressed
from hotline.errand import at_database, give_up
from workorders.life.words import Role

app = typer.Typer(help="人员：新增、列出、重设密码、停用 · people who sign on", no_args_is_help=True)
_console = Console(highlight=False, soft_wrap=True, markup=False)
CONSOLE = Caller("console", "console", "console", frozenset())  # whoever may run this may read the database anyway
DOCUMENT = PROJECT / "docs" / "who-may-do-what.md"
_PAGE = 200
T = TypeVar("T")

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="登录名 · login")]
Ask = Annotated[bool, typer.Option("--ask", help="键入密码，而不是生成一个 · type the password instead of one made")]


@app.command("add")
def add(
    login: Annotated[str, typer.Option(help="登录名 · login")] = "admin",
    name: Annotated[str, typer.Option(help="姓名 · name")] = "",
    role: Annotated[list[str] | None, typer.Option(help="角色,可多次 · role, may be given again")] = None,
    unit: Annotated[str, typer.Option(help="承办单位 · unit")] = "",
    agent: Annotated[str, typer.Option(help="坐席工号 · agent's id in the directory")] = "",
    ask: Ask = False,
) -> None:
    """新增一人;密码显示一次,首次登录须修改 · add a person; the password is shown once."""
    roles = [_role(word) for word in role or []]
    password = _password(login, ask)
    hashed = Passwords().hash(password)

    async def work(session: AsyncSession, now: float) -> Person:
        return await register.add(session, CONSOLE, login, name or login, roles, unit, agent, hashed, now)

    person = _do(work)
    _console.print(f"已新增 · added: {person.login} ({person.id})")
    _show(password, ask)


@app.command("list")
def listed() -> None:
    """列出人员 · list people."""

    async def work(session: AsyncSession, _: float) -> list[tuple[Person, list[str]]]:
        found: list[Person] = []
        while page := await register.listed(session, true(), after=found[-1].login if found else "", limit=_PAGE):
            found += page
        roles = await register.roles_of_all(session, found)
        return [(person, roles[person.id]) for person in found]

    table = Table("登录名", "姓名", "角色", "单位", "工号", "状态")
    for person, roles in _do(work):
        state = "可登录" if person.active else "停用"
        table.add_row(person.login, person.name, " ".join(roles), person.unit, person.agent or "", state)
    _console.print(table)


@app.command("password")
def password(login: Login, ask: Ask = False) -> None:
    """重设密码,解除登录锁定,注销其全部会话 · set a new password; ends every session and any lock-out."""
    new = _password(login, ask)
    hashed = Passwords().hash(new)

    async def work(session: AsyncSession, now: float) -> None:
        person = await _known(session, login)
        await attempts.forgive(session, (attempts.key_of_login(person.login),))
        await register.set_password(session, CONSOLE, person, hashed, now)

    _do(work)
    _show(new, ask)


@app.command("disable")
def disable(login: Login) -> None:
    """停用:立即注销,不能再登录 · sign off at once and for good."""
    _set_active(login, active=False)


@app.command("enable")
def enable(login: Login) -> None:
    """重新启用 · let sign on again."""
    _set_active(login, active=True)


@app.command("sign-off")
def sign_off(login: Login) -> None:
    """注销其全部会话 · end every session of a person."""

    async def work(session: AsyncSession, now: float) -> int:
        person = await _known(session, login)
        ended = await sessions.revoke_all(session, person.id, now)
        for one in ended:
            note_by(session, now, "session.revoked", CONSOLE, one, person=person.id)
        return len(ended)

    _console.print(f"已注销 {_do(work)} 个会话 · session(s) ended")


@app.command("rights")
def rights(
    write: Annotated[bool, typer.Option("--write", help="写入文件，而不是显示 · into the document")] = False,
) -> None:
    """谁可以做什么:每个接口、每个角色 · who may do what: every route and role, as the program itself has it"""
    text = page(entries_of(undressed()))
    if write:
        DOCUMENT.write_text(text, encoding="utf-8")
        _console.print(f"已写入 · written: {DOCUMENT.name}")
    else:
        typer.echo(text, nl=False)


def _set_active(login: str, *, active: bool) -> None:
    async def work(session: AsyncSession, now: float) -> None:
        person = await _known(session, login)
        await register.change(session, CONSOLE, person.id, {"active": active}, now)

    _do(work)
    _console.print(f"{login}:{'可登录 · enabled' if active else '已停用 · disabled'}")


async def _known(session: AsyncSession, login: str) -> Person:
    person = await register.with_login(session, login)
    if person is None:
        raise Problem(404, "not_found", f"没有登录名 {login}", "用 hotline people list 查看")
    return person


def _do(work: Callable[[AsyncSession, float], Awaitable[T]]) -> T:
    """Bring the tables up to date, do `work` in one transaction; what a person can mend is told in one line."""
    async def run(db: Database) -> T:
        async with db.writing() as session:
            return await work(session, time.time())

    return at_database(Settings(), run)


def _role(word: str) -> Role:
    role = next((role for role in OF_ROLE if role.value == word), None)
    if role is None:
        raise typer.BadParameter(f"没有角色 {word}；可用 · one of: {' '.join(role.value for role in OF_ROLE)}")
    return role


def _password(login: str, ask: bool) -> str:
    if not ask:
        return new_password()
    typed: str = typer.prompt("密码 · password", hide_input=True, confirmation_prompt=True)
    try:
        refuse_weak(typed, register.login_of(login))
    except Problem as problem:
        give_up(f"{problem.detail};{problem.fix}")
    return typed


def _show(password: str, typed: bool) -> None:
    if not typed:
        _console.print(f"密码（只显示这一次）· password, shown once: {password}")
    _console.print("首次登录须修改密码 · to be changed at the first log-in")
