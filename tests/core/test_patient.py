"""The tests' own client: it sends again what the database could not take, and nothing else."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from tests.api.house import serving
from tests.conftest import take_port
from tests.support.patient import TRIES, Patient


@pytest.mark.parametrize(("code", "times", "status", "asked"), [
    ("database_away", 1, 200, 2), ("database_away", 99, 503, TRIES), ("controller_away", 99, 503, 1)])
async def test_only_what_nothing_was_written_of_is_sent_again(code: str, times: int, status: int, asked: int) -> None:
    app, bodies = FastAPI(), list[dict[str, int]]()

    @app.post("/")
    async def take(body: dict[str, int]) -> JSONResponse:
        bodies.append(body)
        return JSONResponse({"code": code}, 503 if len(bodies) <= times else 200)

    async with serving(app, take_port()) as base, httpx.AsyncClient(transport=Patient(), timeout=60) as client:
        answer = await client.post(base, json={"n": 1})
    assert (answer.status_code, answer.json(), bodies) == (status, {"code": code}, [{"n": 1}] * asked)
