"""A PostgreSQL server of the benchmark's own: private socket, durable commits, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.figures import BenchError

_READY = 60.0  # s
_SETTINGS = {  # as an installation of this size would set them; commits are durable
    "listen_addresses": "", "shared_buffers": "1GB", "effective_cache_size": "4GB", "work_mem": "16MB",
    "max_wal_size": "8GB", "checkpoint_timeout": "30min", "wal_level": "minimal", "max_wal_senders": "0",
    "random_page_cost": "1.1", "max_parallel_workers_per_gather": "0", "jit": "off",
}


@contextmanager
def postgres() -> Iterator[str]:
    """Give the folder of a running server's socket; user ``hotline``, no password."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        raise BenchError("no PostgreSQL server here; install Debian's package postgresql")
    identity, binaries = _identity(), programs[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="hotline-bench-pg-"))
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    made = subprocess.run([binaries / "initdb", "-D", folder / "data", "-U", "hotline", "-A", "trust", "-E", "UTF8",
                           "--locale=C"], check=False, capture_output=True, cwd="/", timeout=120, **identity)
    if made.returncode:
        raise BenchError(f"initdb: {made.stderr.decode(errors='replace')[-300:]}")
    options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([binaries / "postgres", "-D", folder / "data", "-k", folder, *options], cwd="/",
                                  stdout=log, stderr=log, **identity)
    try:
        _wait(folder, server)
        yield str(folder)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(120)
        shutil.rmtree(folder, ignore_errors=True)


def database(folder: str, name: str) -> str:
    """Make an empty database; return its URL."""
    with psycopg.connect(f"host={folder} user=hotline dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    return f"postgresql://hotline@/{name}?host={folder}"


def _identity() -> dict[str, Any]:
    """PostgreSQL refuses root: take its own user, or nobody."""
    if os.getuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    raise BenchError("neither user postgres nor nobody is there")


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _READY
    while time.monotonic() < end:
        if server.poll() is not None:
            raise BenchError((folder / "log").read_text(errors="replace")[-500:])
        try:
            psycopg.connect(f"host={folder} user=hotline dbname=postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.2)
        else:
            return
    raise BenchError("PostgreSQL did not start")
