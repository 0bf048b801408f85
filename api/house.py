"""How the house is: for load balancers, for Prometheus, for those who write programs against it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlmodel import col, func, select

from api.access import needs
from api.calls import control
from core.control import ControlError
from core.db import Database, DatabaseError
from workorders.hooks.queue import dead
from workorders.models import CallRecord
from workorders.outbox import waiting

router = APIRouter(tags=["house"])


@router.get("/health", dependencies=[needs("public")])
async def health(request: Request, response: Response) -> dict[str, Any]:
    """Tell what works: 200 when this process can do its work, 503 when its database is away."""
    journal = await journal_of(request)
    counts = await counts_of(request.app.state.db)
    response.status_code = 503 if counts is None else 200
    return {"ok": counts is not None and bool(journal and journal["ok"]), "database": counts is not None,
            "controller": journal is not None, "journal": bool(journal and journal["ok"])}


@router.get("/metrics", dependencies=[needs("house.read")])
async def metrics(request: Request) -> Response:
    """Give the house's figures in Prometheus' text form."""
    registry = CollectorRegistry()
    journal, counts = await journal_of(request), await counts_of(request.app.state.db)
    figures = {
        "hotline_controller_up": ("1 when the controller answers", float(journal is not None)),
        "hotline_database_up": ("1 when the database answers", float(counts is not None)),
        "hotline_event_streams": ("browsers that follow live events", float(request.app.state.streams))}
    if counts is not None:
        figures["hotline_outbox_waiting"] = ("deliveries that have not arrived yet", float(counts["outbox"]))
        figures["hotline_webhooks_dead"] = ("messages to other systems that were given up", float(counts["dead"]))
        figures["hotline_calls_unsettled"] = ("answered calls whose record is open", float(counts["unsettled"]))
    if journal is not None:
        figures["hotline_journal_ok"] = ("1 when the journal is written", float(journal["ok"]))
        figures["hotline_journal_pending"] = ("facts that wait for the disk", float(journal["pending"]))
        figures["hotline_journal_shed"] = ("facts given up for want of room", float(sum(journal["shed"].values())))
    for name, (words, value) in figures.items():
        Gauge(name, words, registry=registry).set(value)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/openapi.json", dependencies=[needs("house.read")])
async def openapi(request: Request) -> Any:
    """Describe this interface (OpenAPI)."""
    return request.app.openapi()


async def journal_of(request: Request) -> dict[str, Any] | None:
    """Return how the controller's journal is; None when the controller does not answer."""
    try:
        journal: dict[str, Any] = (await control(request).do("ping"))["journal"]
    except ControlError:
        return None
    return journal


async def counts_of(db: Database) -> dict[str, int] | None:
    """Return what waits in the database: outbox, dead, unsettled; None when the database is away."""
    query = select(func.count()).select_from(CallRecord).where(col(CallRecord.settled_at).is_(None))
    try:
        async with db.reading() as session:
            return {"outbox": await waiting(session), "dead": await dead(session),
                    "unsettled": int((await session.execute(query)).scalar_one())}
    except DatabaseError:
        return None
