"""A PostgreSQL server of the tests' own: private socket, no port, gone afterwards. And databases of either kind."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from core.db import Database, migrate
from core.settings import PROJECT

SCRIPTS = PROJECT / "workorders" / "migrations"


class Postgres:
    """A running server; `database()` makes an empty database and returns its URL."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder, self.user = folder, user

    def database(self) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        self._administer(f'CREATE DATABASE "{name}"')
        return f"postgresql://{self.user}@/{name}?host={self.folder}"

    def close_doors(self, url: str) -> None:
        """Cut every connection to a database and let nobody in."""
        self._administer(f'ALTER DATABASE "{_name(url)}" ALLOW_CONNECTIONS false',
                         f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name(url)}'")

    def open_doors(self, url: str) -> None:
        """Let everybody in again."""
        self._administer(f'ALTER DATABASE "{_name(url)}" ALLOW_CONNECTIONS true')

    def _administer(self, *statements: str) -> None:
        with psycopg.connect(f"host={self.folder} user={self.user} dbname=postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def _identity() -> dict[str, int | str]:
    """PostgreSQL refuses root: take its own user, or nobody."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    raise AssertionError("neither user postgres nor nobody is there")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server; tests that need it are skipped where PostgreSQL is not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("no PostgreSQL server here; install Debian's package postgresql")
    identity = _identity()
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    if identity:
        os.chown(folder, int(identity["user"]), int(identity["group"]))
    data, binaries = folder / "data", programs[-1].parent
    subprocess.run([binaries / "initdb", "-D", data, "-U", "hotline", "-A", "trust", "-E", "UTF8", "--no-sync",
                    "--locale=C"], check=True, capture_output=True, cwd="/", timeout=60, **identity)  # type: ignore[call-overload]
    command = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
               "-c", "max_connections=200"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd="/", stdout=log, stderr=log, **identity)  # type: ignore[call-overload]
    try:
        _wait_until_ready(binaries, folder, server)
        yield Postgres(folder, "hotline")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(folder)


def _wait_until_ready(binaries: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    command = [binaries / "pg_isready", "-h", folder, "-U", "hotline", "-q", "-t", "1"]
    for _ in range(300):
        assert server.poll() is None, (folder / "log").read_text()
        if subprocess.run(command, check=False, timeout=10).returncode == 0:
            return
    raise AssertionError("PostgreSQL did not start")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'hotline.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables, once of each kind."""
    migrate(database_url, SCRIPTS)
    made = Database(database_url)
    yield made
    await made.close()
