"""A whole HTTP house for a test: a real server, a real control socket with a controller that only remembers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import uvicorn

from api.app import create_app
from core.control import ControlClient, ControlRefused, ControlServer
from core.db import Database
from core.journal import Journal
from core.secrets import Secrets
from core.settings import Settings
from tests.support.patient import Patient

VERBS = ("alarms.list", "calls.list", "calls.get", "agents.list", "agent.state", "agent.wrap_up_done", "call.invite",
         "switch.state", "call.cancel", "call.hold", "call.resume", "call.consult", "call.bring_back", "call.finish",
         "call.dial_out", "call.appeal", "call.dispose", "party.mute", "party.remove", "party.leave", "party.hold",
         "party.back", "phone.open",
         "phone.close", "phone.demo", "phone.here", "phone.gone", "phone.echo",
         "phones.list", "phones.where", "phone.secret", "phone.choose", "menu.try", "listen.begin",
         "listen.change", "listen.stop")
ANSWERS: dict[str, Any] = {  # what is read on
    "call.dial_out": {"call": "0123456789abcdef0123456789abcdef"},
    "phones.where": {"phone": "6001", "agent": "a1001", "kind": "plain", "registered": True, "address": "192.0.2.15",
                     "program": "baresip", "until": 1795400060.0, "status": "Reachable"}}


class Controller:
    """Answers every verb with what it was asked; `refuse` makes it say no."""

    def __init__(self, settings: Settings) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refuse: ControlRefused | None = None
        self.journal = Journal.open(settings.journal_dir)
        self.server = ControlServer(settings.control_socket, {verb: self._answer(verb) for verb in VERBS}, self.journal)

    def _answer(self, verb: str) -> Any:
        async def answer(**args: Any) -> Any:
            self.asked.append((verb, args))
            if self.refuse:
                raise self.refuse
            return ANSWERS.get(verb, []) if verb.endswith("list") else {"verb": verb} | ANSWERS.get(verb, {})

        return answer

    async def close(self) -> None:
        await self.server.stop()
        self.journal.close()


class House:
    """The parts, and two clients: one with the token, one without."""

    def __init__(self, settings: Settings, controller: Controller, client: httpx.AsyncClient,
                 stranger: httpx.AsyncClient, app: Any) -> None:
        self.settings, self.controller, self.client, self.stranger = settings, controller, client, stranger
        self.app = app


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[str]:
    """Run `app` under uvicorn on loopback; yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=1))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(60):
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 60)


@asynccontextmanager
async def built(settings: Settings, secrets: Secrets, db: Database,
                prepare: Callable[[Any], None] = lambda app: None) -> AsyncIterator[House]:
    """Build the house and take it down again. `prepare` adds to the application before it serves."""
    controller = Controller(settings)
    await controller.server.start()
    app = create_app(settings, secrets, ControlClient(settings.control_socket, timeout=20.0), db)
    prepare(app)
    headers = {"Authorization": f"Bearer {secrets.api_token}"}
    try:
        async with (serving(app, settings.web_port) as base,
                    httpx.AsyncClient(base_url=base, headers=headers, timeout=60, transport=Patient()) as client,
                    httpx.AsyncClient(base_url=base, timeout=60, transport=Patient()) as stranger):
            yield House(settings, controller, client, stranger, app)
    finally:
        await controller.close()
