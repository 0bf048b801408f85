"""Puts the HTTP interface together."""

from __future__ import annotations

import time

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import agents, calls, events, house, orders, problems, records
from api.access import Remembered
from api.people import routes_clients, routes_people, routes_session
from api.people.passwords import Passwords
from core.control import ControlClient
from core.db import Database
from core.secrets import Secrets
from core.settings import Settings

BODY_LIMIT = 512 * 1024  # bytes
ROUTERS = (orders.router, calls.router, records.router, agents.router, events.router, house.router,
           routes_session.router, routes_people.router, routes_clients.router)


def create_app(settings: Settings, secrets: Secrets, control_client: ControlClient, db: Database) -> FastAPI:
    """Return the application; it opens nothing by itself and keeps no state of a call."""
    app = FastAPI(title="12345 hotline", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings, app.state.secrets, app.state.control, app.state.db = settings, secrets, control_client, db
    app.state.streams, app.state.clock = 0, time.time
    app.state.passwords, app.state.remembered = Passwords(), Remembered()
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    app.add_middleware(BoundedBody, limit=BODY_LIMIT)
    return app


class BoundedBody:
    """Refuses a request whose body is larger than `limit` bytes, told or not, before it fills the memory."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > self._limit:
            await problems.from_http(HTTPException(413)).response()(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


