"""What is missing or wrong on this machine, in plain words, and how to mend it. Looks, never changes anything."""

from __future__ import annotations

import os
import resource
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlmodel import col, func, select

from api.people.models import Person, PersonRole
from core.db import async_url
from core.secrets import faults_of_secrets
from core.settings import Settings
from hotline.ports import Protocol, owner_of_port, why_taken
from hotline.switch.errors import SwitchError
from hotline.switch.installation import Installation
from hotline.switch.places import places_under
from hotline.switch.process import AsteriskProcess
from routing.directory import DirectoryError, load_directory
from routing.directory_file import digest_of, directory_in_force
from workorders.life.words import Role

LEAST_DISK = 2_000_000_000  # bytes; a talk of an hour is recorded in 90 MB
LEAST_FILES = 4096  # open files of one process; a leg of a call needs about five


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: in Chinese, in English, and what to do about it."""

    zh: str
    en: str
    mend: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that must be there, what for, and the package that has it."""

    name: str
    zh: str
    en: str
    package: str


TOOLS: Final = (Tool("espeak-ng", "合成提示语", "speaks the prompts", "espeak-ng"),)
_ADMINS: Final = (
    select(func.count()).select_from(Person).join(PersonRole, col(PersonRole.person) == col(Person.id))
    .where(col(PersonRole.role) == Role.ADMIN.value, col(Person.active)))
FETCH_TOOLS: Final = (Tool("mmdebstrap", "获取 Asterisk", "fetches Asterisk", "mmdebstrap"),)


def examine(settings: Settings) -> list[Fault]:
    """Return all faults that can be found without starting anything, the gravest first."""
    checks: tuple[Callable[[Settings], Iterator[Fault]], ...] = (
        _home, _asterisk, _tools, _secrets, _directory, _people, _ports, _disk, _limits,
    )
    return [fault for check in checks for fault in check(settings)]


def _home(settings: Settings) -> Iterator[Fault]:
    place = _nearest(settings.home)
    if not os.access(place, os.W_OK | os.X_OK):
        yield Fault(f"不能写入 {place}", f"cannot write to {place}",
                    f"chown {os.getuid()} {place}, or set HOTLINE_HOME to a folder of your own")
    for folder in (settings.secrets_file, settings.recordings_dir, settings.switch_dir, settings.journal_dir):
        if folder.exists() and not os.access(folder, os.R_OK | os.W_OK):
            yield Fault(f"不能读写 {folder}", f"cannot read and write {folder}", f"chown -R {os.getuid()} {folder}")


def _asterisk(settings: Settings) -> Iterator[Fault]:
    installation = Installation(settings.asterisk)
    if not installation.present:
        yield Fault(f"缺少 Asterisk ({installation.binary})", "Asterisk is missing", "hotline switch fetch")
        return
    try:
        installation.check()
    except SwitchError as error:
        yield Fault("Asterisk 不可用", str(error), "hotline switch fetch")


def _tools(settings: Settings) -> Iterator[Fault]:
    wanted = TOOLS if Installation(settings.asterisk).present else (*TOOLS, *FETCH_TOOLS)
    for tool in wanted:
        if shutil.which(tool.name) is None:
            yield Fault(f"缺少 {tool.name}({tool.zh})", f"{tool.name} is missing ({tool.en})",
                        f"apt-get install {tool.package}")


def _secrets(settings: Settings) -> Iterator[Fault]:
    for reason in faults_of_secrets(settings.secrets_file):
        yield Fault("密钥文件有问题", reason, f"chmod 600 {settings.secrets_file}, or delete it: new ones are made")


def _directory(settings: Settings) -> Iterator[Fault]:
    """One of file and first stock can be read; and nobody has edited the first stock in the belief that it counts."""
    known = directory_in_force(settings)
    try:
        known.now()
        fine = {*known.stocks(), digest_of(known.now())}
        first = digest_of(load_directory(settings.directory)) if settings.directory.exists() else ""
    except DirectoryError as error:
        yield Fault("通讯录不可用", str(error), f"edit {settings.directory}")
        return
    if known.laid() and first and first not in fine:
        yield Fault(f"通讯录文件 {settings.directory} 改过，但没有生效：现行通讯录在“通讯录”页面管理",
                    f"{settings.directory} was edited but is not in force: the pages keep the directory",
                    f"hotline directory import {settings.directory}, look, then again with --write; "
                    "or, if the pages are right, move the file away")


def _people(settings: Settings) -> Iterator[Fault]:
    """Somebody must be able to sign on, and an admin among them; before there are tables there is nobody to miss."""
    url = async_url(settings.database)
    if url.drivername.startswith("sqlite"):
        if not url.database or not Path(url.database).exists():
            return
        url = url.set(drivername="sqlite", database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": 2} if url.drivername == "sqlite" else
                           {"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            if inspect(connection).has_table(Person.__tablename__) and not connection.execute(_ADMINS).scalar_one():
                yield Fault("还没有可以登录的管理员", "nobody may sign on as admin",
                            "hotline people add --login NAME --role admin")
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield Fault("数据库不可用", reason, "start it, or correct database_url; hotline people list shows more")
    finally:
        engine.dispose()


def _ports(settings: Settings) -> Iterator[Fault]:
    """Each port must be free, unless it is our own switch or controller that has it."""
    switch_runs = _switch_pid(settings) is not None
    serve_runs = _answers(settings.control_socket)
    ports: tuple[tuple[str, Protocol, str, int, bool], ...] = (
        ("sip_port", "udp", settings.sip_address, settings.sip_port, switch_runs),
        ("ami_port", "tcp", "127.0.0.1", settings.ami_port, switch_runs),
        ("ws_port", "tcp", "127.0.0.1", settings.ws_port, switch_runs),
        ("agi_port", "tcp", "127.0.0.1", settings.agi_port, serve_runs),
        ("web_port", "tcp", settings.web_address, settings.web_port, serve_runs),
    )
    for name, protocol, address, port, ours in ports:
        reason = "" if ours else why_taken(protocol, address, port)
        if reason:
            yield _taken(name, protocol, f"{address}:{port}", reason, port)


def _taken(name: str, protocol: Protocol, place: str, reason: str, port: int) -> Fault:
    owner = owner_of_port(protocol, port)
    by = f" 占用者 {owner}" if owner else ""
    return Fault(f"端口 {protocol} {place} 不可用{by}", f"{reason}{f': {owner} has it' if owner else ''}",
                 f"stop it, or choose another port: HOTLINE_{name.upper()}=… (or {name} in hotline.toml)")


def _disk(settings: Settings) -> Iterator[Fault]:
    place = _nearest(settings.home)
    free = shutil.disk_usage(place).free
    if free < LEAST_DISK:
        yield Fault(f"磁盘仅剩 {free // 10**6} MB", f"only {free // 10**6} MB free in {place}, recordings need more",
                    "free some space, or set HOTLINE_HOME to a bigger disk")


def _limits(_: Settings) -> Iterator[Fault]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most < LEAST_FILES:
        yield Fault(f"可打开文件数上限只有 {most}", f"a process may open only {most} files",
                    f"raise it to {LEAST_FILES} or more: ulimit -n, or LimitNOFILE= of the service")


def _switch_pid(settings: Settings) -> int | None:
    pid_file = settings.switch_dir / "asterisk.pid"
    etc = places_under(settings.switch_dir).etc
    return AsteriskProcess(settings.asterisk, etc, "the switch", pid_file=pid_file).pid


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _nearest(path: Path) -> Path:
    """Return the path itself or the nearest folder above that exists."""
    return next(place for place in (path, *path.parents) if place.exists())
