"""Web process and worker beside a town, and what they have written in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from types import TracebackType
from typing import Any

import httpx

from core.settings import PROJECT
from tests.support.town import Town

_LOOK = 0.2


class Processes:
    """The web process and the worker of a town's installation, as processes that can be killed."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.running: dict[str, asyncio.subprocess.Process] = {}
        self.http = httpx.AsyncClient(
            base_url=town.settings.orders_url, headers={"Authorization": f"Bearer {town.secrets.api_token}"}, timeout=10
        )

    async def __aenter__(self) -> Processes:
        for name in ("web", "worker"):
            await self.start(name)
        await self._until_up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self.running):
            await self.kill(name, signal.SIGKILL)
        await self.http.aclose()

    async def start(self, name: str) -> None:
        """Start ``hotline.<name>``."""
        log = (self.town.settings.home / f"{name}.log").open("ab")
        env = {**os.environ, **self.town.environment()}
        self.running[name] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"hotline.{name}", cwd=PROJECT, env=env, stdout=log, stderr=log
        )
        log.close()

    async def kill(self, name: str, sign: int = signal.SIGKILL) -> None:
        """Kill one by its pid."""
        process = self.running.pop(name)
        if process.returncode is None:
            process.send_signal(sign)
            await process.wait()

    async def _until_up(self, deadline: float = 60.0) -> None:
        until = time.monotonic() + deadline
        while True:
            try:
                if (await self.http.get("/health")).status_code < 500:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < until, f"the web process is not up: {self.log('web')}"
            await asyncio.sleep(_LOOK)

    def log(self, name: str) -> str:
        """Return the end of a process's log."""
        return (self.town.settings.home / f"{name}.log").read_text(errors="replace")[-2000:]

    async def records(self) -> list[dict[str, Any]]:
        """Return every call record."""
        answer = await self.http.get("/api/call-records", params={"limit": 200})
        answer.raise_for_status()
        rows: list[dict[str, Any]] = answer.json()["call_records"]
        return rows

    async def record_of(self, call: str, deadline: float = 90.0) -> dict[str, Any]:
        """Wait for the finished record of a call and its order."""
        until = time.monotonic() + deadline
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await self.http.get(f"/api/call-records/{call}")
                if answer.status_code == 200 and answer.json()["ended_at"] and await self.orders(call):
                    record: dict[str, Any] = answer.json()
                    return record
            assert time.monotonic() < until, f"no finished record of {call}: {self.log('worker')}"
            await asyncio.sleep(_LOOK)

    async def orders(self, call: str) -> list[dict[str, Any]]:
        """Return the orders of a call."""
        answer = await self.http.get("/api/work-orders", params={"call_key": call})
        answer.raise_for_status()
        rows: list[dict[str, Any]] = answer.json()["work_orders"]
        return rows

    async def one_record_each(self, calls: int, deadline: float = 90.0) -> None:
        """Wait until there are `calls` finished records, each with at most one order, none twice."""
        until = time.monotonic() + deadline
        while True:
            records = await self.records()
            finished = [r for r in records if r["ended_at"]]
            if len(finished) >= calls:
                break
            assert time.monotonic() < until, f"{len(finished)} of {calls} records: {records} {self.log('worker')}"
            await asyncio.sleep(_LOOK)
        keys = [r["key"] for r in records]
        assert len(keys) == len(set(keys)) == calls
        for record in finished:
            assert len(await self.orders(record["key"])) <= 1
