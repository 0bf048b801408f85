"""POST /api/work-orders against a bare insert: two web processes, one database, durable commits, the same clients.

Ours makes an order once per key, numbered, sealed into a history, with its shares, timer and words; the bare one
inserts a row. Both are served by uvicorn on the same loop, go through the same `core.db.Database` (pool, pragmas, BEGIN
IMMEDIATE), commit before they answer and give the row back. Only ours asks who is there, checks the key and keeps the
answer with it. Requests a second, by turns, so that what else the machine does meets both.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import BenchError, median
from bench.orders.server import database, postgres
from bench.table import Row
from core.db import migrate
from core.secrets import load_secrets
from core.settings import PROJECT, Settings

CLIENTS, REQUESTS, ROUNDS = 8, 400, 5
_UP = 40.0  # s
_ANSWER = 30.0  # s
_MUST = 0.5
CONTENT = {
    "kind": "complaint", "summary": "来电人反映:小区电梯停运三天,老人无法下楼,请督促维修。",
    "address": "云汀区松吟街道松吟路松吟花园3号楼", "district": "云汀区", "street": "松吟街道",
    "first": "城市管理", "second": "物业", "third": "电梯", "caller": "13900001234", "name": "王某",
    "unit": "housing", "agent": "a1001"}


async def measure() -> list[Row]:
    """Measure on SQLite and on PostgreSQL."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        rows.append(await _compared(Path(folder), "sqlite", f"sqlite:///{folder}/hotline.db"))
    with postgres() as socket_folder, tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        rows.append(await _compared(Path(folder), "postgres", database(socket_folder, "posts")))
    return rows


async def _compared(home: Path, kind: str, url: str) -> Row:
    settings = Settings(home=home, database_url=url, web_port=_free_port())
    migrate(url, PROJECT / "workorders" / "migrations")
    token = load_secrets(settings).api_token
    bare_port = _free_port()
    environment = {**os.environ, "HOTLINE_HOME": str(home), "HOTLINE_DATABASE_URL": url,
                   "HOTLINE_WEB_PORT": str(settings.web_port)}
    ours, bare = list[float](), list[float]()
    with _process([sys.executable, "-m", "hotline.web"], environment), _process(
            [sys.executable, "-m", "bench.orders.bare", url, str(bare_port)], environment):
        for port in (settings.web_port, bare_port):
            await _listening(port)
        for turn in range(ROUNDS + 1):
            found = (await _rate(settings.web_port, "/api/work-orders", token), await _rate(bare_port, "/orders", ""))
            if turn:  # the first round warms up
                ours.append(found[0])
                bare.append(found[1])
    return Row(f"POST /api/work-orders, {kind}", median(ours), median(bare), "1/s", must=_MUST, better="higher",
               note=f"{CLIENTS} clients, one web process; the bare one makes one row, ours an order with its history")


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _listening(port: int) -> None:
    end = time.monotonic() + _UP
    while time.monotonic() < end:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        await writer.wait_closed()
        return
    raise BenchError(f"no web process came up on port {port}")


async def _rate(port: int, path: str, token: str) -> float:
    """Return how many orders a second were made."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(_client(port, path, token, REQUESTS // CLIENTS))
    return REQUESTS / (time.perf_counter() - began)


async def _client(port: int, path: str, token: str, count: int) -> None:
    """Post one after another over one connection, as a platform would."""
    body = json.dumps(CONTENT, ensure_ascii=False).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for _ in range(count):
            head = (f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid.uuid4()}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n")
            writer.write(head.encode() + body)
            async with asyncio.timeout(_ANSWER):
                await _answered(reader)
    finally:
        writer.close()


async def _answered(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lengths = (line for line in head.split("\r\n") if line.lower().startswith("content-length"))
    length = next((int(line.split(":", 1)[1]) for line in lengths), 0)
    answer = await reader.readexactly(length)
    if " 201 " not in head.split("\r\n", 1)[0]:
        raise BenchError(f"refused: {head.splitlines()[0]} {answer[:300].decode(errors='replace')}")
