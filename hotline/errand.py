"""One errand of the command line at the database: tables up to date, work done, what a person can mend in a line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import typer

from api.problems import Problem
from core.db import Database, DatabaseError, migrate
from core.settings import Settings
from hotline.database import MIGRATIONS
from workorders.errors import WorkOrderError
from workorders.life.errors import LifeError

T = TypeVar("T")


def at_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Do `work` and return what it gives; a refusal or an outage ends the command with status 1 and a sentence."""
    async def run() -> T:
        db = Database(settings.database)
        try:
            return await work(db)
        finally:
            await db.close()

    try:
        migrate(settings.database, MIGRATIONS)
        return asyncio.run(run())
    except Problem as problem:
        give_up(f"{problem.detail};{problem.fix}")
    except (DatabaseError, WorkOrderError, LifeError) as error:
        give_up(f"{error};{fix}" if (fix := getattr(error, "fix", "")) else str(error))


def give_up(reason: str) -> NoReturn:
    """Say why on standard error and end with status 1."""
    typer.echo(f"✗ {reason}", err=True)
    raise typer.Exit(1)
