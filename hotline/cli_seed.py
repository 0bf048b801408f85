"""``hotline seed``: a believable city in an empty database, the same for the same number."""

from __future__ import annotations

import asyncio
import csv
import os
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from argon2 import PasswordHasher
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.people.passwords import new_password
from core.db import Database, DatabaseError, migrate
from core.settings import Settings
from hotline.database import MIGRATIONS
from hotline.errand import give_up
from hotline.seed import shelf, store
from hotline.seed.cast import Member
from hotline.seed.directory import directory_toml
from hotline.seed.lives import YEAR, Year
from hotline.seed.store import Hashed, SeedError
from workorders.life.words import Role

app = typer.Typer(help="示范市：六十个单位、各角色人员、一年的工单 · a believable city in an empty database")
_console = Console(highlight=False, soft_wrap=True)
# The passwords are random, so nothing is to be guessed that costly hashing would slow; each is hashed anew, with the
# house's own cost, when it is changed at the first log-in. At full cost 173 people would take a minute.
_QUICK = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)


@app.command()
def seed(
    orders: Annotated[int, typer.Option(min=0, max=1_000_000, help="工单数 · orders of the year")] = 5000,
    seed: Annotated[int, typer.Option(help="同一个数得到同一座城 · the same number, the same city")] = 42,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="一年截至哪天零点，默认今天 · the year "
                                                   "ends at this day's midnight; today")] = None,
    days: Annotated[int, typer.Option(min=1, max=3 * YEAR, help="多少天 · how many days")] = YEAR,
    people: Annotated[bool, typer.Option(help="新增人员并发放密码 · add people with passwords")] = True,
) -> None:
    """造一座示范市;密码写入一个仅本人可读的文件 · make the city; passwords go to a file only its owner may read."""
    settings, now = Settings(), time.time()
    zone = ZoneInfo(settings.timezone)
    year = Year(seed, orders, (until or datetime.fromtimestamp(now, zone)).date(), days, zone=zone)
    began = time.monotonic()
    try:
        migrate(settings.database, MIGRATIONS)
        added = asyncio.run(_make(settings, year, now, people))
    except (SeedError, DatabaseError) as error:
        give_up(str(error))
    directory = settings.home / "seed" / "directory.toml"
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.write_text(directory_toml(year.cast, year.city), encoding="utf-8")
    _tell(year, added, settings.home / "seed", time.monotonic() - began)


async def _make(settings: Settings, year: Year, now: float, people: bool) -> int:
    db = Database(settings.database)
    try:
        await store.refuse_lived_in(db)
        hashed = _with_passwords(settings, await store.settled(db, year.cast) if people else [])
        await store.settle(db, year, hashed)
        with _bar() as bar:
            task = bar.add_task("工单 · orders", total=year.count)
            await store.fill(db, year, now, lambda more: bar.advance(task, more))
        await _shelve(db, year, now)
        return len(hashed)
    finally:
        await db.close()


async def _shelve(db: Database, year: Year, now: float) -> None:
    rng = Random(f"{year.seed}:shelf")
    office, agent = (year.cast.one(role, rng).id for role in (Role.BACK_OFFICE, Role.AGENT))
    if await shelf.shelve(db, now, lambda unit: year.cast.lead(unit).id, office):
        await shelf.doubt(db, now, agent)


def _with_passwords(settings: Settings, members: Iterable[Member]) -> list[Hashed]:
    """Give each a password of their own, and keep them in a file before the database has any."""
    given = [(member, new_password()) for member in members]
    if not given:
        return []
    _write_passwords(settings.home / "seed" / "passwords.csv", given)
    with _bar() as bar:
        seen = bar.track(given, description="人员 · people")
        return [Hashed(member, _QUICK.hash(password)) for member, password in seen]


def _write_passwords(path: Path, given: Iterable[tuple[Member, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerows((m.login, password, m.role.value, m.unit, m.name) for m, password in given)


def _bar() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                    console=_console)


def _tell(year: Year, added: int, folder: Path, seconds: float) -> None:
    _console.print(f"✓ {year.count} 张工单，{len(year.city.units)} 个单位，{seconds:.0f} 秒 · orders and units")
    if added:
        _console.print(f"  新增 {added} 人,密码在 · people were added, their passwords: {folder / 'passwords.csv'}")
        _console.print("  每行：登录名，密码，角色，单位，姓名 · a line: login, password, role, unit, name")
        _console.print("  首次登录须修改密码；发放后请删除该文件 · delete the file once they are handed out")
    _console.print(f"  通讯录 · directory: {folder / 'directory.toml'}")
