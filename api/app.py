"""Puts the HTTP interface together."""

from __future__ import annotations

import asyncio
import time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from api import agents, calls, civic, events, examples, house, listening, problems, records
from api.access import Remembered
from api.attachments import examples as attachment_examples
from api.attachments import routes as attachments
from api.directory import examples as directory_examples
from api.directory import routes as directory
from api.hooks import examples as hook_examples
from api.hooks import routes as hooks
from api.knowledge import examples as knowledge_examples
from api.knowledge import routes_articles, routes_wishes
from api.menu import examples as menu_examples
from api.menu import routes_calls, routes_drafts, routes_lines, routes_releases, routes_sounds
from api.orders import examples as order_examples
from api.orders import routes as orders
from api.orders import routes_acts, routes_desk, routes_many
from api.orders.together import Together
from api.people import routes_changes, routes_clients, routes_people, routes_session
from api.people.passwords import Passwords
from api.phones import examples as phone_examples
from api.phones import routes as phones
from api.phones import routes_desk as desk_phones
from api.phrases import examples as phrase_examples
from api.phrases import routes as phrases
from api.progress import examples as progress_examples
from api.progress import routes as progress
from api.quality import examples as quality_examples
from api.quality import routes_checks, routes_clips, routes_rules
from api.retention import examples as retention_examples
from api.retention import routes as retention
from api.rosters import examples as roster_examples
from api.rosters import routes as rosters
from api.rules import examples as rule_examples
from api.rules import routes as rules
from api.rules import routes_calendar, routes_classification
from api.talks import examples as talk_examples
from api.talks import routes as talks
from api.wire.bodies import BoundedBody, JsonOnly
from api.wire.examples import Examples
from api.wire.once_live import Recent
from api.wire.openapi import describe
from core.control import ControlClient
from core.db import Database
from core.relay import ControlFacts, Relay
from core.secrets import Secrets
from core.settings import Settings
from routing.directory import Directory
from workorders.keeping.keeper import Keeper

ROUTERS = (orders.router, routes_acts.router, routes_desk.router, routes_desk.paper, routes_many.router,
           attachments.router, progress.router, rules.router, routes_calendar.router, routes_classification.router,
           rosters.router, directory.router, retention.router, hooks.router,
           calls.router, talks.router, listening.router, records.router, agents.router, events.router, house.router,
           routes_session.router, routes_people.router, routes_changes.router, routes_clients.router,
           *civic.ROUTERS, phrases.router, phones.router, desk_phones.router,
           routes_wishes.router, routes_articles.router,
           routes_rules.router, routes_checks.router, routes_clips.router,
           routes_drafts.router, routes_drafts.imports, routes_releases.router, routes_sounds.router,
           routes_lines.router, routes_calls.router)
EXAMPLES: tuple[Examples, ...] = (examples.EXAMPLES, order_examples.EXAMPLES, attachment_examples.EXAMPLES,
                                  progress_examples.EXAMPLES, rule_examples.EXAMPLES, roster_examples.EXAMPLES,
                                  directory_examples.EXAMPLES,
                                  hook_examples.EXAMPLES,
                                  retention_examples.EXAMPLES,
                                  *civic.EXAMPLES, phrase_examples.EXAMPLES, phone_examples.EXAMPLES,
                                  talk_examples.EXAMPLES, quality_examples.EXAMPLES,
                                  knowledge_examples.EXAMPLES,
                                  menu_examples.EXAMPLES)

_PRIMING = 16  # streams that ask the controller at once which calls are their reader's


def create_app(settings: Settings, secrets: Secrets, control_client: ControlClient, db: Database) -> FastAPI:
    """Return the application; it opens nothing by itself and keeps no state of a call."""
    app = FastAPI(title="12345 hotline", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings, app.state.secrets, app.state.control, app.state.db = settings, secrets, control_client, db
    app.state.streams, app.state.written, app.state.clock = 0, events.Written(), time.time
    app.state.relay, app.state.priming = Relay(ControlFacts(control_client)), asyncio.Semaphore(_PRIMING)
    app.state.keeper = Keeper(ZoneInfo(settings.timezone), settings.history_digest)
    app.state.directory = Directory()  # who runs it with pages puts the one in force here
    app.state.together = Together(db, app.state.keeper)
    app.state.passwords, app.state.remembered, app.state.recent = Passwords(), Remembered(), Recent()
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    app.add_middleware(JsonOnly)
    app.add_middleware(BoundedBody)
    _describe_itself(app)
    return app


def _describe_itself(app: FastAPI) -> None:
    """Have the application give its completed description, made once when first asked for."""
    @cache
    def described() -> dict[str, Any]:
        shown = {name: example for part in EXAMPLES for name, example in part.items()}
        return describe(app, shown)

    app.openapi = described  # type: ignore[method-assign]
