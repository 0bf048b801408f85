"""The baseline of POST: a bare FastAPI application that inserts one row by SQLModel, with the same durability.

``python -m bench.orders.bare URL PORT``. No keys, no history, no rights: what a beginner's tutorial would do.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from core.db import Database


class BareOrder(SQLModel, table=True):
    """The columns that a new order brings."""

    __tablename__ = "bare_order"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = ""
    urgency: int = 0
    summary: str = ""
    address: str = ""
    unit: str = ""
    caller: str = ""
    agent: str = ""
    name: str = ""
    first: str = ""
    second: str = ""
    third: str = ""
    district: str = ""
    street: str = ""
    call: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: float = 0.0


def application(db: Database) -> FastAPI:
    """Return the application."""
    app = FastAPI()

    @app.post("/orders", status_code=201)
    async def make(order: BareOrder) -> BareOrder:
        row = BareOrder(**order.model_dump(exclude={"id"}))
        row.created_at = time.time()
        async with db.writing() as session:
            session.add(row)
        return row

    @app.get("/health")
    async def health() -> dict[str, bool]:
        return {"ok": True}

    return app


async def serve(url: str, port: int) -> None:
    """Make the table and serve."""
    db = Database(url)
    async with db.engine.begin() as connection:
        await connection.run_sync(BareOrder.__table__.create, checkfirst=True)  # type: ignore[attr-defined]
    config = uvicorn.Config(application(db), host="127.0.0.1", port=port, log_config=None, access_log=False)
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import asyncio

    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
