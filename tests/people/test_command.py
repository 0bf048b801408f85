"""The command ``hotline people``, and what the doctor says of nobody who may sign on."""

from __future__ import annotations

import asyncio
import re

import pytest
from typer.testing import CliRunner, Result

from api.people import register
from api.people.passwords import Passwords
from core.db import Database
from core.settings import Settings
from hotline.cli import app
from hotline.doctor import examine

runner = CliRunner()


def hotline(*words: str) -> Result:
    """Run the command."""
    return runner.invoke(app, list(words), env={"COLUMNS": "200"})


def about_people(settings: Settings) -> list[str]:
    """Return what the doctor says about who may sign on."""
    return [fault.mend for fault in examine(settings) if "登录" in fault.zh or "数据库" in fault.zh]


def stored_password(settings: Settings, login: str) -> str:
    """Return the hash that is stored of a person's password."""
    async def read() -> str:
        db = Database(settings.database)
        try:
            async with db.reading() as session:
                person = await register.with_login(session, login)
                assert person is not None
                return person.password
        finally:
            await db.close()

    return asyncio.run(read())


def test_the_first_admin_is_added_and_the_doctor_is_content(home: Settings) -> None:
    assert about_people(home) == []  # nothing is there yet, so nobody is missed
    added = hotline("people", "add", "--login", "Chief", "--name", "张三", "--role", "admin")
    assert added.exit_code == 0, added.output
    shown = re.search(r"password, shown once: (\S+)", added.output)
    assert shown is not None
    assert asyncio.run(Passwords().right(stored_password(home, "chief"), shown[1]))
    assert about_people(home) == []
    assert "chief" in hotline("people", "list").output


def test_an_installation_without_an_admin_is_told_how_to_get_one(home: Settings) -> None:
    assert hotline("people", "add", "--login", "wangmin", "--role", "quality").exit_code == 0
    assert about_people(home) == ["hotline people add --login NAME --role admin"]


def test_a_new_password_from_the_command_is_the_only_one(home: Settings) -> None:
    hotline("people", "add", "--login", "chief", "--role", "admin")
    before = stored_password(home, "chief")
    again = hotline("people", "password", "chief")
    assert again.exit_code == 0, again.output
    assert stored_password(home, "chief") != before


def test_the_last_admin_cannot_be_signed_off_for_good(home: Settings) -> None:
    hotline("people", "add", "--login", "chief", "--role", "admin")
    refused = hotline("people", "disable", "chief")
    assert refused.exit_code == 1
    assert "先任命另一位管理员" in refused.output
    hotline("people", "add", "--login", "second", "--role", "admin")
    assert hotline("people", "disable", "chief").exit_code == 0
    assert about_people(home) == []


@pytest.mark.parametrize(("words", "said"), [
    (("add", "--login", "x", "--role", "king"), "没有角色"), (("add", "--login", "a b"), "登录名不合规"),
    (("add", "--login", "wang", "--role", "agent"), "坐席工号"), (("password", "nobody"), "没有登录名"),
    (("sign-off", "nobody"), "没有登录名")])
def test_what_cannot_be_is_told_in_one_line(home: Settings, words: tuple[str, ...], said: str) -> None:
    refused = hotline("people", *words)
    assert refused.exit_code != 0
    assert said in refused.output
    assert "Traceback" not in refused.output


def test_a_database_that_is_away_is_named(home: Settings, free_port: object) -> None:
    port = free_port()  # type: ignore[operator]
    away = home.model_copy(update={"database_url": f"postgresql://hotline@127.0.0.1:{port}/hotline"})
    assert any("database_url" in mend for mend in about_people(away))
