"""What a log says of a fault: where it happened, and nothing of whom it was about."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pydantic
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.db import Database
from core.log import configure, get_logger
from core.settings import PROJECT

SECRET, CALLER, WORDS = "hlk_s3cret", "13800001234", "邻居王某家漏水"
UNCONFIGURED = """
from core.log import get_logger
from hotline.cli import app
def served(secret):
    raise ValueError("no")
@app.command()
def fails() -> None:
    try:
        served("hlk_" + "s3cret")
    except ValueError:
        get_logger("x").exception("failed")
app(["fails"], standalone_mode=False)
"""


def said(capsys: pytest.CaptureFixture[str], error: BaseException) -> str:
    """Return what is written of a fault."""
    get_logger("test").error("request failed", error=str(error), exc_info=error)
    written = capsys.readouterr().err
    assert "test_log.py" in json.loads(written)["exception"]
    return written


def test_no_local_variable_is_written_and_who_called_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    def served(secret: str, caller: str) -> None:
        raise ValueError(f"cannot ring {caller}")

    with pytest.raises(ValueError, match="cannot ring") as raised:
        served("hlk_" + "s3cret", CALLER)
    written = said(capsys, raised.value)
    assert "cannot ring 138****1234" in written
    assert SECRET not in written
    assert CALLER not in written


def test_a_content_that_does_not_fit_is_written_by_its_field_only(capsys: pytest.CaptureFixture[str]) -> None:
    class Appeal(pydantic.BaseModel):
        urgency: int

    with pytest.raises(pydantic.ValidationError) as raised:
        Appeal.model_validate({"urgency": WORDS})
    get_logger("test").error("failed", exc_info=raised.value)
    written = capsys.readouterr().err
    assert "ValidationError: urgency: int_parsing" in written
    assert WORDS not in written


async def into_the_database(db: Database, words: str) -> None:
    async with db.writing() as session:
        await session.execute(text("CREATE TABLE heard (said VARCHAR, seen INTEGER NOT NULL)"))
        await session.execute(text("INSERT INTO heard VALUES (:said, :seen)"), {"said": words, "seen": None})


async def test_a_row_that_the_database_refuses_is_not_written(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(IntegrityError) as raised:
        await into_the_database(db, WORDS)
    written = said(capsys, raised.value)
    assert "heard" in written
    assert WORDS not in written


def fail_in_a_circle() -> None:
    try:
        raise KeyError("cause")
    except KeyError as cause:
        cause.__context__ = cause
        raise ExceptionGroup("several", [ValueError("one"), OSError("two")]) from cause


def test_the_causes_of_a_fault_are_told_with_it_and_one_that_causes_itself_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        fail_in_a_circle()
    written = said(capsys, raised.value)
    assert [kind for kind in ("KeyError: 'cause'", "ValueError: one", "OSError: two") if kind not in written] == []


def test_what_a_library_says_of_a_fault_is_written_in_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    root.handlers.clear()
    try:
        configure("tests")
        error = ValueError(f"no such caller: {CALLER}\nDETAIL: the whole row")
        logging.getLogger("uvicorn.error").error("Exception in ASGI application of %s", CALLER, exc_info=error)
        written = capsys.readouterr().err
    finally:
        root.handlers[:] = before
    assert "ValueError: no such caller: 138****1234" in written
    assert [leak for leak in (CALLER, "the whole row") if leak in written] == []


def test_a_command_writes_no_local_variables_either() -> None:
    done = subprocess.run([sys.executable, "-c", UNCONFIGURED], cwd=PROJECT, capture_output=True, text=True,
                          timeout=120, check=False)
    assert "ValueError: no" in done.stderr, done.stderr
    assert SECRET not in done.stderr + done.stdout
